"""Families of drawn signs: a family is a function that draws a random member.

The pen's curve runs through the points of a stroke; a corner is a point given twice.
"""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

Points = list[tuple[float, float]]  # x rightwards and y downwards, 0 to 1
Between = Callable[[float, float], float]
"""Draws a number uniformly from a range."""
Family = Callable[[Between], list[Points]]

STEPS = 5  # straight pieces between two points of a curve
JITTER = 0.025  # standard deviation of a point's place, in heights
LEANS = (-0.15, 0.4)  # range of a sign's top to the right of its foot, in heights


def corners(*points: tuple[float, float]) -> Points:
    """Return a stroke with a corner at each point."""
    return [point for point in points for _ in range(2)]


def ring(cx: float, cy: float, rx: float, ry: float, start: float, turns: float) -> Points:
    """Return a stroke round an ellipse: from a start angle in radians, for a number of turns."""
    angles = start + turns * 2 * np.pi * np.linspace(0, 1, 10)
    return [(cx + rx * float(np.cos(a)), cy + ry * float(np.sin(a))) for a in angles]


def draw_members(
    family: Family, count: int, key: Sequence[int], leans: tuple[float, float] = LEANS
) -> list[list[Points]]:
    """Draw members of a family, each a list of strokes.

    Parameters
    ----------
    family : callable
    count : int >= 0
    key : sequence of int
        Seed.
    leans : (float, float)
        Range of the lean, in heights.
    """
    rng = np.random.default_rng(key)
    members = []
    for _ in range(count):
        strokes = family(rng.uniform)
        lean = rng.uniform(*leans)
        members.append([_by_hand(stroke, lean, rng) for stroke in strokes])
    return members


def _by_hand(stroke: Points, lean: float, rng: np.random.Generator) -> Points:
    """Return a stroke with jitter and a lean, as a curve."""
    points = np.array(stroke) + JITTER * rng.standard_normal((len(stroke), 2))
    points[:, 0] += lean * (1 - points[:, 1])
    return _curve(points)


def _curve(points: npt.NDArray[np.float64]) -> Points:
    """Return a Catmull–Rom spline through the points, cut into straight pieces."""
    padded = np.concatenate([points[:1], points, points[-1:]])
    t = np.linspace(0, 1, STEPS, endpoint=False)[:, None]
    pieces = []
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        if np.hypot(*(c - b)) < 4 * JITTER:  # a corner
            pieces.append(b[None])
            continue
        curve = 2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2
        pieces.append(0.5 * (curve + (3 * b - a - 3 * c + d) * t**3))
    return [(float(x), float(y)) for x, y in np.concatenate([*pieces, points[-1:]])]
