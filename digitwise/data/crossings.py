"""What cells of forms are crossed out with, drawn: families, of which every example is a member.

The commonest comes several times in CROSSINGS, so that it is drawn as often.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from digitwise.data.families import Between, Family, Points, corners, draw_members
from digitwise.data.signs import draw_strokes

SIZES = (14.0, 70.0)  # pixels: height of what is drawn
PENS = (0.03, 0.16)  # widths of the pen, in heights
LEANS = (-0.25, 0.35)  # in heights
WIDTHS = (0.45, 1.9)  # in heights


def cross(b: Between) -> list[Points]:
    """Two straight strokes, more or less equally long."""
    return [
        [(b(0, 0.15), b(0, 0.2)), (1 - b(0, 0.15), 1 - b(0, 0.2))],
        [(1 - b(0, 0.15), b(0, 0.2)), (b(0, 0.15), 1 - b(0, 0.2))],
    ]


def bent_cross(b: Between) -> list[Points]:
    """Two strokes that bend, as c and its mirror image do, back to back."""
    x, y, bend = b(0.4, 0.6), b(0.4, 0.6), b(-0.12, 0.12)
    return [
        [(0, b(0, 0.2)), (x + bend, y), (1, 1 - b(0, 0.2))],
        [(1, b(0, 0.2)), (x - bend, y), (0, 1 - b(0, 0.2))],
    ]


def unequal_cross(b: Between) -> list[Points]:
    """A long stroke and a short one through it, not in its middle."""
    at, half = b(0.3, 0.7), b(0.18, 0.35)
    long: Points = [(0, b(0.8, 1)), (1, b(0, 0.2))]
    return [long, [(at - half, 1 - at - half), (at + half, 1 - at + half)]]


def ribbon(b: Between) -> list[Points]:
    """A cross of one stroke that turns back at one side."""
    turn, y = b(1.0, 1.3), b(0.35, 0.65)
    side = 1 if b(0, 1) < 0.5 else 0
    stroke = [(0, b(0, 0.15)), (0.5, 0.5), (0.9, b(0.8, 1)), (turn, y), (0.9, b(0, 0.2)),
              (0.5, 0.5), (0, b(0.85, 1))]  # fmt: skip
    return [[(x if side else 1 - x, v) for x, v in stroke]]


def joined_cross(b: Between) -> list[Points]:
    """A cross whose strokes are joined at one side by the pen that stayed on the paper."""
    low, high = b(0.8, 1), b(0, 0.2)
    stroke = corners((0, high), (1, low), (1 - b(0, 0.1), high), (0, low))
    return [stroke if b(0, 1) < 0.5 else [(y, x) for x, y in stroke]]


def doubled_cross(b: Between) -> list[Points]:
    """A cross of three strokes or four."""
    strokes = cross(b)
    for _ in range(1 if b(0, 1) < 0.6 else 2):
        y = b(0.0, 0.25)
        strokes.append([(0, y), (1, 1 - b(0, 0.25))] if b(0, 1) < 0.5 else [(1, y), (0, 1 - y)])
    return strokes


def zigzag(b: Between) -> list[Points]:
    """Go to and fro over the cell."""
    turns = int(b(4, 9))
    stroke = [(k / turns, (k % 2) * b(0.8, 1) + b(0, 0.15)) for k in range(turns + 1)]
    return [corners(*stroke)]


def hatching(b: Between) -> list[Points]:
    """Strokes beside one another, joined or not."""
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
    """Draw a member of one of some families with a pen of its own.

    Parameters
    ----------
    widths : (float, float)
        Range of its width, in its heights.

    Returns
    -------
    float32 array of shape (h, w)
        Ink in [0, 1], cropped.
    """
    family = families[int(rng.integers(len(families)))]
    (member,) = draw_members(family, 1, (int(rng.integers(2**31)),), LEANS)
    wide = rng.uniform(*widths)
    strokes = [[(wide * x, y) for x, y in stroke] for stroke in member]
    ink, _ = draw_strokes(strokes, rng.uniform(*SIZES), rng.uniform(*PENS))
    return ink
