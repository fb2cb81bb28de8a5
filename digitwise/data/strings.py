"""Pictures of handwritten numbers, as many as are wanted: number i is a function of (seed, i)."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from digitwise.data.digits import Digits
from digitwise.data.glyphs import letter_pieces
from digitwise.errors import InputError

Ink = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Hand:
    """How numbers are written. Ranges are (least, most), drawn uniformly once a number or a join.

    Attributes
    ----------
    count : (int, int)
        Digits of a number.
    touching : float in [0, 1]
        Share of joins where a digit touches the next.
    gap : (float, float)
        Between the ink of neighbours that don't touch, where they come nearest; in digit heights.
    overlap : (float, float)
        How far the ink of digits that touch runs into each other, where most; in digit heights.
    ligature : float in [0, 1]
        Share of touching joins that are a stroke from one digit to the next instead.
    size : (float, float)
        Pixels that a digit is high.
    wobble : float
        Standard deviation of a digit's height and of its place above the baseline, in heights.
    slant : float
        Degrees to either side, of the whole number.
    rise : float
        Degrees to either side, of the baseline.
    paper : bool
        Grey paper, unevenly lit, with noise, and ink that is not quite black; or white and black.
    specks : float in [0, 1]
        Share of numbers with dots and dashes about them.
    printed : {"", "line", "ruled", "box", "comb"}
        What is printed on the paper: a line under the number, ruled lines all over, a box around
        it, a box with a line between any two digits.
    letters : bool
        Letters in place of digits: the text is empty, since there is no number to read.
    """

    count: tuple[int, int] = (1, 6)
    touching: float = 0.0
    gap: tuple[float, float] = (0.08, 0.5)
    overlap: tuple[float, float] = (0.0, 0.1)
    ligature: float = 0.0
    size: tuple[float, float] = (20.0, 60.0)
    wobble: float = 0.05
    slant: float = 12.0
    rise: float = 3.0
    paper: bool = True
    specks: float = 0.1
    printed: str = ""
    letters: bool = False


HANDS = {
    "lone": Hand(count=(1, 1)),
    "spaced-5": Hand(count=(5, 5)),
    "spaced-10": Hand(count=(10, 10)),
    "touching-2": Hand(count=(2, 2), touching=1.0, ligature=0.15),
    "half-touching-5": Hand(count=(5, 5), touching=0.5, ligature=0.15),
    "small-5": Hand(count=(5, 5), size=(20.0, 20.0), paper=False),
    "small-touching-2": Hand(
        count=(2, 2), touching=1.0, size=(20.0, 20.0), paper=False, overlap=(0.0, 0.05)
    ),
    "underlined": Hand(count=(5, 5), printed="line"),
    "ruled": Hand(count=(5, 5), printed="ruled"),
    "boxed": Hand(count=(5, 5), printed="box", gap=(0.12, 0.5)),
    "comb": Hand(count=(5, 5), printed="comb", gap=(0.25, 0.6)),
    "letters": Hand(letters=True),
}
"""What `benchmarks/reading.py` measures."""


@dataclass(frozen=True)
class DrawnNumber:
    """A picture and what it says.

    Attributes
    ----------
    text : str
    image : uint8 array of shape (h, w)
        0 black to 255 white.
    signs : list of (top, left, ink)
        Each digit or letter where it was written; its ink in [0, 1], alone.
    """

    text: str
    image: npt.NDArray[np.uint8]
    signs: list[tuple[int, int, Ink]]

    @property
    def light(self) -> Ink:
        """The image as imaging has it: float32, 0 black to 1 white."""
        return self.image.astype(np.float32) / np.float32(255)


def draw_number(digits: Digits, hand: Hand, seed: int, index: int) -> DrawnNumber:
    """Write number `index` of an endless supply with digits of a set.

    Parameters
    ----------
    digits : Digits
        To choose from.
    hand : Hand
    seed, index : int >= 0

    Raises
    ------
    InputError
        If there is no digit to choose from.
    """
    if not len(digits):
        raise InputError("expected some digits to write numbers with; found none")
    rng = np.random.default_rng([seed, index])
    count = int(rng.integers(hand.count[0], hand.count[1] + 1))
    size, slant = rng.uniform(*hand.size), np.tan(np.radians(rng.uniform(-1, 1) * hand.slant))
    slope = np.tan(np.radians(rng.uniform(-1, 1) * hand.rise))
    pieces, text = [], ""
    for _ in range(count):
        if hand.letters:
            letters = letter_pieces()
            sign = _letter(letters[rng.integers(len(letters))], rng)
        else:
            chosen = int(rng.integers(len(digits)))
            sign = digits.images[chosen].astype(np.float32) / 255
            text += str(int(digits.labels[chosen]))
        height = max(8.0, size * np.exp(hand.wobble * rng.standard_normal()))
        pieces.append(_shaped(sign, height, slant))
    ink, joins, places = _line_up(pieces, size, slope, hand, rng)
    if hand.printed:
        _print(ink, joins, size, hand.printed, rng)
    if rng.random() < hand.specks:
        _specks(ink, size, rng)
    signs = [(top, left, piece) for (top, left), piece in zip(places, pieces, strict=True)]
    return DrawnNumber(text, _on_paper(ink, hand.paper, rng), signs)


def _shaped(sign: Ink, height: float, slant: float) -> Ink:
    """Crop to the ink, slant, and bring to a height in pixels."""
    import cv2

    rows, columns = np.flatnonzero(sign.any(axis=1)), np.flatnonzero(sign.any(axis=0))
    if not rows.size:
        return np.zeros((round(height), 2), np.float32)
    sign = sign[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    # Strokes are as high as the box only where both are; a flat sign stays flat.
    scale = height / max(*sign.shape, 1)
    tall, wide = scale * sign.shape[0], scale * sign.shape[1]
    lean = abs(slant) * tall
    shift = lean if slant > 0 else 0.0
    transform = np.array([[scale, -slant * scale, shift + 1], [0, scale, 1]])
    shape = int(np.ceil(wide + lean)) + 3, int(np.ceil(tall)) + 3
    flags = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    found = cv2.warpAffine(sign, transform, shape, flags=flags).clip(0, 1)
    return np.asarray(found, np.float32)


def _letter(pieces: npt.NDArray[np.float32], rng: np.random.Generator) -> Ink:
    import cv2

    canvas = np.zeros((56, 56), np.uint8)
    pen = int(rng.integers(3, 7))
    for y0, x0, y1, x1 in 6 + 44 * pieces.astype(np.float64):
        start, end = (round(x0), round(y0)), (round(x1), round(y1))
        cv2.line(canvas, start, end, 255, pen, cv2.LINE_AA)
    return np.asarray(canvas, np.float32) / np.float32(255)


def _line_up(
    pieces: list[Ink], size: float, slope: float, hand: Hand, rng: np.random.Generator
) -> tuple[Ink, list[int], list[tuple[int, int]]]:
    """Write signs one after the other.

    Returns the ink, the columns between signs, first to last, and top and left of each.
    """
    margin = round(size * rng.uniform(0.3, 1.0))
    wide = 2 * margin + sum(p.shape[1] for p in pieces) + round(size * len(pieces))
    spare = 2 * margin + round(abs(slope) * wide)
    ink = np.zeros((round(1.6 * size) + spare, wide), np.float32)
    baseline = ink.shape[0] / 2 + size / 2 - slope * wide / 2
    end = margin  # of what has been written
    joins = [max(1, margin - round(0.25 * size))]
    places = []
    for number, piece in enumerate(pieces):
        lift = size * hand.wobble * rng.standard_normal()
        top = round(baseline + slope * end - lift) - piece.shape[0]
        top = int(np.clip(top, 0, ink.shape[0] - piece.shape[0]))
        left, link = end, False
        if number:
            distance = _distance(ink, piece, top, end)
            touches = rng.random() < hand.touching
            link = touches and rng.random() < hand.ligature
            away = rng.uniform(*hand.gap) if link or not touches else -rng.uniform(*hand.overlap)
            left = max(1, end - distance + round(size * (away * (0.5 if link else 1.0))))
        joins += [(left + end) // 2] if number else []
        places.append((top, left))
        before = ink.copy() if link else ink
        place = ink[top : top + piece.shape[0], left : left + piece.shape[1]]
        np.maximum(place, piece[:, : place.shape[1]], out=place)
        if link:
            _ligature(ink, before, piece, top, left, size)
        end = max(end, left + piece.shape[1])
    ink = ink[:, : min(wide, end + margin)]
    return ink, [*joins, min(ink.shape[1] - 2, end + round(0.25 * size))], places


def _print(ink: Ink, joins: list[int], size: float, kind: str, rng: np.random.Generator) -> None:
    """Print lines, as straight as the paper: the number rises, they don't."""
    import cv2

    pen, black = max(1, round(size * rng.uniform(0.03, 0.07))), float(rng.uniform(0.5, 1.0))
    rows = np.flatnonzero(ink.max(axis=1) > 0.3)
    first, last = int(rows[0]), int(rows[-1])
    left, right, far = joins[0], joins[-1], ink.shape[1] - 1
    room = round(size * rng.uniform(0.08, 0.25))
    ends: list[tuple[int, int, int, int]] = []
    if kind == "line":
        y = min(last + round(size * rng.uniform(-0.05, 0.15)), ink.shape[0] - 1)
        ends = [(left, y, right, y)]
    elif kind == "ruled":
        step = round(size * rng.uniform(1.1, 1.8))
        start = (last + round(size * rng.uniform(-0.15, 0.1))) % step
        ends = [(0, y, far, y) for y in range(start, ink.shape[0], step)]
    else:
        top, bottom = max(1, first - room), min(ink.shape[0] - 2, last + room)
        ends = [(left, y, right, y) for y in (top, bottom)]
        between = joins if kind == "comb" else [left, right]
        ends += [(x, top, x, bottom) for x in between]
    for x0, y0, x1, y1 in ends:
        line = np.zeros_like(ink)
        cv2.line(line, (x0, y0), (x1, y1), black, pen)
        np.maximum(ink, line, out=ink)


def _distance(ink: Ink, piece: Ink, top: int, left: int) -> int:
    """How far a sign at this place could go to the left until it touches the ink before it."""
    rows = slice(top, top + piece.shape[0])
    before, after = ink[rows, :left] > 0.3, piece > 0.3
    reach = np.where(before.any(axis=1), before.shape[1] - before[:, ::-1].argmax(axis=1), -(10**6))
    starts = np.where(after.any(axis=1), after.argmax(axis=1), 10**6)
    # Diagonal neighbours touch as well.
    near = np.max([np.roll(reach, s) for s in (-1, 0, 1)], axis=0)
    nearest = int((left + starts - near).min())
    return nearest if nearest < 10**5 else 0


def _ligature(ink: Ink, before: Ink, piece: Ink, top: int, left: int, size: float) -> None:
    """Draw a stroke from where one sign ends to where the next begins."""
    import cv2

    span = before[:, max(0, left - round(0.6 * size)) : left]
    ys, xs = np.nonzero(span > 0.5)
    own_y, own_x = np.nonzero(piece > 0.5)
    if not len(xs) or not len(own_x):
        return
    last, first = xs.argmax(), own_x.argmin()
    start = (int(xs[last]) + max(0, left - round(0.6 * size)), int(ys[last]))
    end = (left + int(own_x[first]), top + int(own_y[first]))
    cv2.line(ink, start, end, 1.0, max(1, round(0.08 * size)), cv2.LINE_AA)


def _specks(ink: Ink, size: float, rng: np.random.Generator) -> None:
    """Dots and short dashes anywhere."""
    import cv2

    for _ in range(rng.integers(1, 4)):
        x, y = (int(rng.integers(length)) for length in ink.shape[::-1])
        x2, y2 = (round(v + size * rng.uniform(-0.12, 0.12)) for v in (x, y))
        cv2.line(ink, (x, y), (x2, y2), 1.0, max(1, round(0.06 * size)), cv2.LINE_AA)


def _on_paper(ink: Ink, uneven: bool, rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    if not uneven:
        return (255 * (1 - ink.clip(0, 1))).round().astype(np.uint8)
    height, width = ink.shape
    y, x = np.linspace(-1, 1, height)[:, None], np.linspace(-1, 1, width)[None]
    light = rng.uniform(0.6, 1.0) + rng.uniform(-0.1, 0.1) * x + rng.uniform(-0.06, 0.06) * y
    ink = ink.clip(0, 1)
    light = light * (1 - ink * rng.uniform(0.6, 0.95))
    noise: npt.NDArray[Any] = rng.normal(0, rng.uniform(0, 0.03), ink.shape)
    return np.asarray(np.rint(255 * (light + noise).clip(0, 1)), np.uint8)
