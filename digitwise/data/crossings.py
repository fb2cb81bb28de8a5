"""Drawn crosses, zigzags and hatching with which cells of forms are crossed out, in families.

Common families are repeated in CROSSINGS, so that they are drawn more often.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from digitwise.data.families import Between, Family, Points, corners, draw_members
from digitwise.data.signs import draw_strokes

SIZES_PX = (14.0, 70.0)  # range of heights
PENS = (0.03, 0.16)  # range of pen widths, in heights
LEANS = (-0.25, 0.35)  # range of leans, in heights
WIDTHS = (0.45, 1.9)  # range of widths, in heights


def cross(b: Between) -> list[Points]:
    """Draw two straight strokes of about the same length."""
    return [
        [(b(0, 0.15), b(0, 0.2)), (1 - b(0, 0.15), 1 - b(0, 0.2))],
        [(1 - b(0, 0.15), b(0, 0.2)), (b(0, 0.15), 1 - b(0, 0.2))],
    ]


def bent_cross(b: Between) -> list[Points]:
    """Draw two bent strokes, like c and its mirror image back to back."""
    x, y, bend = b(0.4, 0.6), b(0.4, 0.6), b(-0.12, 0.12)
    return [
        [(0, b(0, 0.2)), (x + bend, y), (1, 1 - b(0, 0.2))],
        [(1, b(0, 0.2)), (x - bend, y), (0, 1 - b(0, 0.2))],
    ]


def unequal_cross(b: Between) -> list[Points]:
    """Draw a long stroke and a short one that crosses it off its middle."""
    at, half = b(0.3, 0.7), b(0.18, 0.35)
    long: Points = [(0, b(0.8, 1)), (1, b(0, 0.2))]
    return [long, [(at - half, 1 - at - half), (at + half, 1 - at + half)]]


def ribbon(b: Between) -> list[Points]:
    """Draw a cross in one stroke that turns back at one side."""
    turn, y = b(1.0, 1.3), b(0.35, 0.65)
    side = 1 if b(0, 1) < 0.5 else 0
    stroke = [(0, b(0, 0.15)), (0.5, 0.5), (0.9, b(0.8, 1)), (turn, y), (0.9, b(0, 0.2)),
              (0.5, 0.5), (0, b(0.85, 1))]  # fmt: skip
    return [[(x if side else 1 - x, v) for x, v in stroke]]


def joined_cross(b: Between) -> list[Points]:
    """Draw a cross without lifting the pen: its strokes are joined at one side."""
    low, high = b(0.8, 1), b(0, 0.2)
    stroke = corners((0, high), (1, low), (1 - b(0, 0.1), high), (0, low))
    return [stroke if b(0, 1) < 0.5 else [(y, x) for x, y in stroke]]


def doubled_cross(b: Between) -> list[Points]:
    """Draw a cross of three or four strokes."""
    strokes = cross(b)
    for _ in range(1 if b(0, 1) < 0.6 else 2):
        y = b(0.0, 0.25)
        strokes.append([(0, y), (1, 1 - b(0, 0.25))] if b(0, 1) < 0.5 else [(1, y), (0, 1 - y)])
    return strokes


def zigzag(b: Between) -> list[Points]:
    """Draw a zigzag over the cell."""
    turns = int(b(4, 9))
    stroke = [(k / turns, (k % 2) * b(0.8, 1) + b(0, 0.15)) for k in range(turns + 1)]
    return [corners(*stroke)]


def hatching(b: Between) -> list[Points]:
    """Draw parallel strokes side by side."""
    count = int(b(3, 6))
    lean = b(0.1, 0.5)
    return [[(k / count + lean, b(0, 0.15)), (k / count, 1 - b(0, 0.15))] for k in range(count)]


CROSSINGS: tuple[Family, ...] = (
    *(cross,) * 4,
    *(bent_cross,) * 3,
    unequal_cross,
    ribbon,
    joined_cross,
    doubled_cross,
    zigzag,
    hatching,
)

Ink = npt.NDArray[np.float32]


def draw_family(
    families: Sequence[Family],
    rng: np.random.Generator,
    widths: tuple[float, float] = WIDTHS,
) -> Ink:
    """Draw a member of a randomly chosen family, with a random pen.

    Parameters
    ----------
    widths : (float, float)
        Range of widths, in heights.

    Returns
    -------
    float32 array of shape (h, w)
        Ink in [0, 1], cropped.
    """
    family = families[int(rng.integers(len(families)))]
    (member,) = draw_members(family, 1, (int(rng.integers(2**31)),), LEANS)
    wide = rng.uniform(*widths)
    strokes = [[(wide * x, y) for x, y in stroke] for stroke in member]
    ink, _ = draw_strokes(strokes, rng.uniform(*SIZES_PX), rng.uniform(*PENS))
    return ink
