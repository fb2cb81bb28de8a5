"""Drawn print: text, rules, stamps. Each is float32 (height, width), 0 paper to 1 print."""

import numpy as np
import numpy.typing as npt

Print = npt.NDArray[np.float32]

CHARS = "ABCDEFGHIJKLMNOPRSTUVWabcdefghiklmnoprstuvwxyz $.:"
FONTS = (0, 1, 2, 3, 4, 6)  # of OpenCV: simplex, plain, duplex, complex, triplex, script
FONT_HEIGHT_PX = 22.0  # height of the fonts' capitals at scale 1
SMALL_PX = (4.0, 9.0)  # range of the height of small print
PEN_SHARES = (1 / 16, 1 / 7)  # range of the width of a letter's strokes, in letter heights
DASHES_PX = (4.0, 14.0)  # range of the distance between the dashes of a rule


def small_print(height: int, width: int, rng: np.random.Generator) -> Print:
    """Draw lines of small print all over the picture."""
    size = rng.uniform(*SMALL_PX)
    canvas = np.zeros((height, width), np.uint8)
    for line in range(int(height / size / 1.5) + 1):
        place = int(rng.uniform(-size, 0.2 * width)), int((line + 1) * 1.6 * size)
        _write(canvas, int(1.5 * width / size) + 2, place, size, rng)
    return canvas.astype(np.float32) / np.float32(255)


def large_print(height: int, width: int, rng: np.random.Generator) -> Print:
    """Draw one to three printed words anywhere."""
    size = rng.uniform(8, 8 + 0.5 * height)
    canvas = np.zeros((height, width), np.uint8)
    for _ in range(rng.integers(1, 4)):
        place = int(rng.uniform(-2 * size, width)), int(rng.uniform(0, height + size))
        _write(canvas, int(rng.integers(2, 9)), place, size, rng)
    return canvas.astype(np.float32) / np.float32(255)


def rules(height: int, width: int, rng: np.random.Generator) -> Print:
    """Draw one to three rules, level or upright, solid or dashed, at the rim or anywhere."""
    import cv2

    drawn = np.zeros((height, width), np.float32)
    for _ in range(rng.integers(1, 4)):
        slope = rng.uniform(-0.03, 0.03)
        if rng.random() < 0.7:
            at = height * rng.choice([rng.uniform(0, 0.2), rng.uniform(0.75, 1), rng.uniform()])
            start, end = (0, int(at)), (width, int(at + slope * width))
        else:
            at = width * rng.uniform()
            start, end = (int(at), 0), (int(at + slope * height), height)
        rule = np.zeros_like(drawn)
        cv2.line(rule, start, end, rng.uniform(0.5, 1), int(rng.integers(1, 4)), cv2.LINE_AA)
        if rng.random() < 0.2:
            places = np.arange(width) / rng.uniform(*DASHES_PX) % 1
            rule *= (places < rng.uniform(0.3, 0.7)).astype(np.float32)
        drawn = np.maximum(drawn, rule)
    return drawn


def stamp(height: int, width: int, rng: np.random.Generator) -> Print:
    """Draw the outline of a stamp, an ellipse or a box aslant."""
    import cv2

    canvas = np.zeros((height, width), np.uint8)
    middle = rng.uniform() * width, rng.uniform() * height
    pen = int(rng.integers(1, 4))
    if rng.random() < 0.5:
        axes = int(rng.uniform(0.4, 1.2) * height), int(rng.uniform(0.3, 0.9) * height)
        centre = int(middle[0]), int(middle[1])
        cv2.ellipse(canvas, centre, axes, rng.uniform(0, 180), 0, 360, 255, pen, cv2.LINE_AA)
    else:
        sides = rng.uniform(0.5, 3) * height, rng.uniform(0.3, 1) * height
        corners = cv2.boxPoints((middle, sides, rng.uniform(-20, 20))).astype(np.int32)
        cv2.polylines(canvas, [corners], True, 255, pen, cv2.LINE_AA)
    return canvas.astype(np.float32) / np.float32(255)


def _write(
    canvas: npt.NDArray[np.uint8],
    count: int,
    place: tuple[int, int],
    size: float,
    rng: np.random.Generator,
) -> None:
    """Write random letters on a canvas, from a place (x, y) of their baseline."""
    import cv2

    text = "".join(CHARS[k] for k in rng.integers(len(CHARS), size=count))
    pen = max(1, round(size * rng.uniform(*PEN_SHARES)))
    font = FONTS[rng.integers(len(FONTS))]
    cv2.putText(canvas, text, place, font, size / FONT_HEIGHT_PX, 255, pen, cv2.LINE_AA)
