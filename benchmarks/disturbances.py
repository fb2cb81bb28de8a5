"""Disturbances of digits by pens, papers and cameras, and non-digits, for `reader.py`.

Each function takes an image of MNIST, uint8 (28, 28), and a random generator, and returns a
picture. Nothing here is shared with the deformations that networks are trained on.
"""

from collections.abc import Callable

import cv2
import numpy as np

SIDE = 28
WANTED = {
    "as they are": 99.0,
    "shifted by 4 px": 98.5,
    "box centred": 98.5,
    "fills the frame": 98.0,
    "half size": 97.0,
    "half size, 14×14": 97.0,
    "inverted": 98.5,
    "grey paper, gradient, noise": 97.0,
    "the same, four times as large": 97.0,
    "strokes thinned": 97.0,
    "strokes thickened": 97.0,
    "thinned at 4×": 97.0,
    "thickened at 4×": 97.0,
    "turned by up to 15°": 97.5,
    "turned by 15° either way": 97.5,
    "slanted by up to 20°": 97.5,
    "slanted by 20° either way": 97.5,
    "JPEG, quality 30": 98.0,
}


def box(image):
    y, x = np.nonzero(image)
    return slice(y.min(), y.max() + 1), slice(x.min(), x.max() + 1)


def centred(digit, side=SIDE):
    out = np.zeros((side, side), np.uint8)
    top, left = (side - digit.shape[0]) // 2, (side - digit.shape[1]) // 2
    out[top : top + digit.shape[0], left : left + digit.shape[1]] = digit
    return out


def shifted(image, rng):
    dy, dx = [(4, 0), (-4, 0), (0, 4), (0, -4)][rng.integers(4)]
    return cv2.warpAffine(image, np.float32([[1, 0, dx], [0, 1, dy]]), (SIDE, SIDE))


def filling(image, rng):
    digit = image[box(image)]
    scale = SIDE / max(digit.shape)
    size = [max(1, round(n * scale)) for n in digit.shape[::-1]]
    return centred(cv2.resize(digit, size, interpolation=cv2.INTER_LINEAR))


def half(image, rng):
    return cv2.resize(image, (14, 14), interpolation=cv2.INTER_AREA)


def paper(image, rng):
    """Draw dark ink on grey paper, lighter on one side, with noise."""
    h, w = image.shape
    angle = rng.uniform(0, 2 * np.pi)
    y, x = np.mgrid[:h, :w] / h - 0.5
    light = rng.uniform(150, 200) + 50 * (np.cos(angle) * x + np.sin(angle) * y)
    ink = image / 255 * rng.uniform(90, 130)
    return np.clip(light - ink + rng.normal(0, 8, image.shape), 0, 255).astype(np.uint8)


def large(image, factor=4):
    return cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)


def morphology(operation, side, factor=1):
    brush = cv2.getStructuringElement(
        cv2.MORPH_ELLIPSE if side > 3 else cv2.MORPH_CROSS, (side, side)
    )

    def change(image, rng):
        if factor > 1:
            image = large(image, factor)
        changed = operation(image, brush)
        return changed if changed.max() > 60 else image

    return change


def turned(degrees):
    def turn(image, rng):
        angle = degrees(rng)
        matrix = cv2.getRotationMatrix2D((13.5, 13.5), angle, 1)
        return cv2.warpAffine(image, matrix, (SIDE, SIDE), flags=cv2.INTER_LINEAR)

    return turn


def slanted(degrees):
    def slant(image, rng):
        shear = np.tan(np.radians(degrees(rng)))
        matrix = np.float32([[1, shear, -13.5 * shear], [0, 1, 0]])
        return cv2.warpAffine(image, matrix, (SIDE, SIDE), flags=cv2.INTER_LINEAR)

    return slant


def up_to(most):
    return lambda rng: rng.uniform(-most, most)


def either(most):
    return lambda rng: most if rng.random() < 0.5 else -most


DISTURBANCES: dict[str, Callable] = {
    "as they are": lambda image, rng: image,
    "shifted by 4 px": shifted,
    "box centred": lambda image, rng: centred(image[box(image)]),
    "fills the frame": filling,
    "half size": lambda image, rng: centred(half(image, rng)),
    "half size, 14×14": half,
    "inverted": lambda image, rng: 255 - image,
    "grey paper, gradient, noise": paper,
    "the same, four times as large": lambda image, rng: paper(large(image), rng),
    "strokes thinned": morphology(cv2.erode, 2),
    "strokes thickened": morphology(cv2.dilate, 2),
    "thinned at 4×": morphology(cv2.erode, 5, 4),
    "thickened at 4×": morphology(cv2.dilate, 7, 4),
    "turned by up to 15°": turned(up_to(15)),
    "turned by 15° either way": turned(either(15)),
    "slanted by up to 20°": slanted(up_to(20)),
    "slanted by 20° either way": slanted(either(20)),
    "JPEG, quality 30": lambda image, rng: image,
}


def left_half(image, rng):
    out = image.copy()
    out[:, 14:] = 0
    return out


def right_half(image, rng):
    out = image.copy()
    out[:, :14] = 0
    return out


def pair(one, other):
    """Squeeze two digits side by side into one box."""
    a, b = one[:, box(one)[1]], other[:, box(other)[1]]
    both = np.hstack([a, np.zeros((SIDE, 1), np.uint8), b])
    return centred(cv2.resize(both, (20, 20), interpolation=cv2.INTER_AREA))
