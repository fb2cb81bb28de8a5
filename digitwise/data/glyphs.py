"""Signs as strokes of a pen: letters, which are no digits, and rarer forms of digits.

Left out are letters that some hand writes like a digit: B D G I J L O Q S T Y Z b g l o q s y z.
"""

from functools import cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

# Strokes from point to point, x from 0 to 1 rightwards and y from 0 to 1 downwards.
LETTERS: dict[str, list[list[tuple[float, float]]]] = {
    "A": [[(0, 1), (0.5, 0), (1, 1)], [(0.2, 0.62), (0.8, 0.62)]],
    "E": [[(0.9, 0), (0, 0), (0, 1), (0.9, 1)], [(0, 0.5), (0.7, 0.5)]],
    "F": [[(0.9, 0), (0, 0), (0, 1)], [(0, 0.5), (0.7, 0.5)]],
    "H": [[(0, 0), (0, 1)], [(1, 0), (1, 1)], [(0, 0.5), (1, 0.5)]],
    "K": [[(0, 0), (0, 1)], [(0.9, 0), (0, 0.55), (0.95, 1)]],
    "M": [[(0, 1), (0.05, 0), (0.5, 0.7), (0.95, 0), (1, 1)]],
    "N": [[(0, 1), (0, 0), (1, 1), (1, 0)]],
    "R": [[(0, 1), (0, 0), (0.7, 0.02), (0.9, 0.25), (0.7, 0.5), (0, 0.52)], [(0.3, 0.52), (1, 1)]],
    "U": [[(0, 0), (0.03, 0.7), (0.25, 0.97), (0.7, 0.97), (0.95, 0.7), (1, 0)]],
    "V": [[(0, 0), (0.5, 1), (1, 0)]],
    "W": [[(0, 0), (0.25, 1), (0.5, 0.3), (0.75, 1), (1, 0)]],
    "X": [[(0, 0), (1, 1)], [(1, 0), (0, 1)]],
    "h": [[(0, 0), (0, 1)], [(0, 0.6), (0.35, 0.45), (0.65, 0.5), (0.75, 1)]],
    "k": [[(0, 0), (0, 1)], [(0.6, 0.4), (0, 0.7), (0.65, 1)]],
    "m": [
        [(0, 0.4), (0, 1)],
        [(0, 0.55), (0.25, 0.4), (0.45, 0.5), (0.5, 1)],
        [(0.5, 0.55), (0.75, 0.4), (0.95, 0.5), (1, 1)],
    ],
    "n": [[(0, 0.3), (0, 1)], [(0, 0.5), (0.4, 0.3), (0.75, 0.4), (0.8, 1)]],
    "w": [[(0, 0.4), (0.25, 1), (0.5, 0.55), (0.75, 1), (1, 0.4)]],
    "x": [[(0.1, 0.4), (0.9, 1)], [(0.9, 0.4), (0.1, 1)]],
    "+": [[(0.5, 0.2), (0.5, 0.8)], [(0.1, 0.5), (0.9, 0.5)]],
    "=": [[(0.05, 0.38), (0.95, 0.38)], [(0.05, 0.62), (0.95, 0.62)]],
    "-": [[(0, 0.5), (1, 0.5)]],
    "#": [
        [(0.35, 0), (0.25, 1)],
        [(0.75, 0), (0.65, 1)],
        [(0.05, 0.35), (1, 0.33)],
        [(0, 0.68), (0.95, 0.66)],
    ],
    "*": [[(0.5, 0.2), (0.5, 0.8)], [(0.2, 0.35), (0.8, 0.65)], [(0.8, 0.35), (0.2, 0.65)]],
    "^": [[(0.1, 0.6), (0.5, 0.2), (0.9, 0.6)]],
    "box": [[(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)]],
    "flat box": [[(0, 0.3), (1, 0.3), (1, 0.7), (0, 0.7), (0, 0.3)]],
    "corner": [[(0, 0), (0, 1), (1, 1)]],
    "tick": [[(0, 0.6), (0.3, 1), (1, 0.1)]],
}


# The loop of a 9, drawn from its upper right.
LOOP = [(0.8, 0.15), (0.6, 0), (0.3, 0.02), (0.1, 0.2), (0.15, 0.42), (0.4, 0.52), (0.7, 0.42)]
FORMS: dict[int, list[list[list[tuple[float, float]]]]] = {
    1: [
        [[(0.05, 0.45), (0.6, 0), (0.6, 1)]],
        [[(0.25, 0.25), (0.6, 0), (0.58, 1)]],
        [[(0, 0.6), (0.65, 0), (0.6, 1)]],
        [[(0.1, 0.35), (0.55, 0), (0.55, 1)], [(0.2, 1), (0.9, 1)]],
    ],
    4: [
        [[(0.4, 0), (0.02, 0.62), (0.95, 0.58)], [(0.7, 0.35), (0.6, 1)]],
        [[(0.35, 0), (0.08, 0.45), (0.15, 0.64), (0.9, 0.58)], [(0.78, 0.28), (0.5, 1)]],
        [[(0.65, 0), (0, 0.65), (1, 0.63)], [(0.65, 0), (0.65, 1)]],
    ],
    7: [
        [[(0, 0.03), (1, 0), (0.45, 1)], [(0.25, 0.5), (0.9, 0.46)]],
        [[(0, 0.2), (0.03, 0), (1, 0), (0.4, 1)], [(0.3, 0.52), (0.85, 0.48)]],
        [[(0, 0.22), (0.04, 0), (0.95, 0.02), (0.6, 0.5), (0.45, 1)]],
    ],
    9: [
        [[*LOOP, (0.8, 0.15), (0.85, 0.6), (0.65, 0.92), (0.3, 1), (0.02, 0.88)]],
        [[*LOOP, (0.8, 0.15), (0.82, 0.5), (0.75, 1)]],
    ],
}
"""Forms of digits that MNIST's writers, from the United States, seldom use, and others do."""


@cache
def letter_pieces() -> npt.NDArray[np.float32]:
    """Return the straight pieces of all letters, (letters, n, 4): y, x to y, x in 0 to 1.

    Those of a letter with fewer than n are repeated.
    """
    return _pieces(list(LETTERS.values()))


@cache
def form_pieces() -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
    """Return the pieces of all forms, as `letter_pieces` does, and where those of each digit are.

    Those of digit d are from place d on to place d + 1: (11,).
    """
    forms = [form for digit in range(10) for form in FORMS.get(digit, [])]
    counts = [len(FORMS.get(digit, [])) for digit in range(10)]
    return _pieces(forms), np.concatenate([[0], np.cumsum(counts)])


def _pieces(glyphs: list[list[list[tuple[float, float]]]]) -> npt.NDArray[np.float32]:
    found = [
        [(y0, x0, y1, x1) for stroke in strokes for (x0, y0), (x1, y1) in pairwise(stroke)]
        for strokes in glyphs
    ]
    most = max(len(pieces) for pieces in found)
    return np.array([(pieces * most)[:most] for pieces in found], np.float32)
