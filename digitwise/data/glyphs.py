"""Letters as straight strokes of a pen: non-digits to train on.

Letters that some hand writes like a digit are left out: B D G I J L O Q S T Y Z b g l o q s y z.
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
    "^": [[(0.1, 0.6), (0.5, 0.2), (0.9, 0.6)]],
    "box": [[(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)]],
    "flat box": [[(0, 0.3), (1, 0.3), (1, 0.7), (0, 0.7), (0, 0.3)]],
    "corner": [[(0, 0), (0, 1), (1, 1)]],
}


@cache
def letter_pieces() -> npt.NDArray[np.float32]:
    """Return the straight pieces of all letters, float32 (letters, n, 4): y, x to y, x in 0 to 1.

    The pieces of a letter with fewer than n are repeated.
    """
    return _pieces(list(LETTERS.values()))


def _pieces(glyphs: list[list[list[tuple[float, float]]]]) -> npt.NDArray[np.float32]:
    found = [
        [(y0, x0, y1, x1) for stroke in strokes for (x0, y0), (x1, y1) in pairwise(stroke)]
        for strokes in glyphs
    ]
    most = max(len(pieces) for pieces in found)
    return np.array([(pieces * most)[:most] for pieces in found], np.float32)
