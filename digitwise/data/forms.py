"""Forms of digits from elsewhere, drawn: each a family, of which every example is a member.

A form is a function that draws one member, from points whose places are drawn from ranges. The
pen's curve runs through the points of a stroke; a corner is a point given twice.
"""

from collections.abc import Callable
from functools import cache

import numpy as np
import numpy.typing as npt

from digitwise.data.strokes import Strokes, strokes_of

Points = list[tuple[float, float]]  # x rightwards and y downwards, 0 to 1
Between = Callable[[float, float], float]
"""Draws a number between two, uniformly."""
Form = Callable[[Between], list[Points]]

MEMBERS = 60  # drawn of each form
STEPS = 5  # straight pieces between two points of a curve
HAND = 0.025  # standard deviation of a point's place: no hand is a ruler


def _twice(*corners: tuple[float, float]) -> Points:
    return [corner for corner in corners for _ in range(2)]


def flagged_one(b: Between) -> list[Points]:
    """Upstroke and stem, with a corner."""
    top = b(0.45, 0.7)
    flag = (top - b(0.2, 0.65), b(0.2, 0.75))
    return [_twice(flag, (top, 0), (top + b(-0.25, 0.06), 1))]


def based_one(b: Between) -> list[Points]:
    """Flagged, or not, on a base."""
    stem = b(0.4, 0.6)
    flag = [(stem - b(0.1, 0.4), b(0.12, 0.45))] if b(0, 1) < 0.75 else []
    base = [(stem - b(0.2, 0.45), 1.0), (stem + b(0.2, 0.45), b(0.95, 1.02))]
    return [_twice(*flag, (stem, 0), (stem + b(-0.1, 0.05), 1)), base]


def detached_one(b: Between) -> list[Points]:
    """The flag stands beside the stem."""
    top = b(0.45, 0.6)
    gap = b(0.04, 0.12)
    flag = [(top - b(0.3, 0.5), b(0.2, 0.55)), (top - gap, b(0.0, 0.12))]
    return [flag, [(top, 0), (top + b(-0.15, 0.04), 1)]]


def looped_one(b: Between) -> list[Points]:
    """The pen goes up and down in one bow, sometimes with a foot."""
    top = b(0.45, 0.65)
    foot = [(top + b(0.1, 0.3), b(0.9, 1.0))] if b(0, 1) < 0.5 else []
    bow = [(top - b(0.25, 0.5), b(0.3, 0.7)), (top, 0), (top + 0.05, b(0.05, 0.12))]
    return [[*bow, (top - b(0.0, 0.15), 0.95), *foot]]


def hooked_two(b: Between) -> list[Points]:
    """With a loop at the foot."""
    loop = b(0.08, 0.22)
    left, y = b(0.05, 0.2), b(0.86, 0.95)
    head = [(b(0.05, 0.2), b(0.15, 0.3)), (0.5, 0.0), (b(0.8, 0.95), b(0.2, 0.3))]
    foot = [(left, y), (left + loop / 2, y - loop), (left + loop, y), (1.0, b(0.85, 1.0))]
    return [[*head, (0.45, 0.65), *foot]]


def lightning_four(b: Between) -> list[Points]:
    """One stroke: down, along, and down again; its foot may be short."""
    bar = b(0.4, 0.7)
    corner, turn = (b(0.0, 0.12), bar), (b(0.6, 0.95), bar + b(-0.1, 0.04))
    return [_twice((b(0.15, 0.45), 0), corner, turn, (turn[0] - b(0.0, 0.3), b(0.85, 1.1)))]


def open_four(b: Between) -> list[Points]:
    """Two strokes, open at the top; the stem may end soon below the bar."""
    bar = b(0.45, 0.72)
    right = b(0.6, 0.85)
    first = _twice(
        (b(0.1, 0.4), b(0, 0.15)), (b(0.0, 0.12), bar), (b(0.85, 1.05), bar + b(-0.08, 0.04))
    )
    return [first, [(right + b(0.0, 0.1), b(-0.05, 0.4)), (right - b(0, 0.15), b(0.8, 1.05))]]


def round_four(b: Between) -> list[Points]:
    """As a u with a tail."""
    bar = b(0.4, 0.6)
    cup = [(b(0.0, 0.12), 0.0), (b(0.05, 0.15), bar - 0.1), (0.4, bar), (0.75, bar - 0.15)]
    return [[*cup, *_twice((b(0.8, 0.9), b(0, 0.12))), (b(0.6, 0.85), 1.0)]]


def barred_five(b: Between) -> list[Points]:
    """Its bar apart, or none at all."""
    left = b(0.1, 0.3)
    bowl = [(0.55, b(0.36, 0.45)), (0.9, b(0.6, 0.7)), (0.55, 0.98), (b(0.0, 0.12), b(0.85, 0.95))]
    body = [*_twice((left, b(0.02, 0.12)), (left - 0.05, b(0.42, 0.5))), *bowl]
    bar = [(left + b(-0.02, 0.2), b(-0.06, 0.06)), (b(0.75, 1.0), b(-0.1, 0.05))]
    return [body] if b(0, 1) < 0.25 else [body, bar]


def crossed_seven(b: Between) -> list[Points]:
    """Crossed high or low, its bar curled or with a serif."""
    foot = (b(0.2, 0.55), 1.0)
    right = (b(0.85, 1.0), b(0, 0.06))
    start = (0.0, b(-0.02, 0.12))
    head = {0: [start], 1: [(0.02, b(0.12, 0.28)), (b(0.0, 0.06), 0.02)]}[int(b(0, 2))]
    y = b(0.38, 0.72)
    x = right[0] + (foot[0] - right[0]) * y
    bar = [(x - b(0.15, 0.32), y + b(-0.02, 0.08)), (x + b(0.15, 0.32), y - b(-0.02, 0.08))]
    return [_twice(*head, right, foot), bar]


def curled_seven(b: Between) -> list[Points]:
    """A waved bar, and a bent stem."""
    head = [(0.0, b(0.12, 0.25)), (b(0.15, 0.25), b(0, 0.05)), (0.5, b(0.08, 0.18))]
    stem = [(b(0.5, 0.65), 0.5), (b(0.3, 0.55), 1.0)]
    bar = [(b(0.2, 0.35), b(0.45, 0.65)), (b(0.75, 0.95), b(0.42, 0.62))]
    body = [*head, *_twice((b(0.85, 1.0), b(0, 0.08))), *stem]
    return [body, bar] if b(0, 1) < 0.4 else [body]


def two_ring_eight(b: Between) -> list[Points]:
    """Two circles, one on the other."""
    upper, lower = b(0.16, 0.25), b(0.2, 0.3)
    x = 0.5 + b(-0.06, 0.06)

    def ring(cy: float, r: float, cx: float) -> Points:
        start, turns = b(0, 6.28), b(0.95, 1.1) * 2 * np.pi
        angles = start + np.linspace(0, turns, 9)
        return [(cx + 0.9 * r * np.cos(a), cy + r * np.sin(a)) for a in angles.tolist()]

    return [ring(upper, upper, x), ring(2 * upper + lower + b(-0.05, 0.03), lower, 0.5)]


def hooked_nine(b: Between) -> list[Points]:
    """A small loop, and a foot that is hooked to the left."""
    w, h = b(0.25, 0.5), b(0.25, 0.5)
    x = b(0.6, 0.85)
    loop = [(x, h * 0.25), (x - 0.5 * w, 0.0), (x - w, 0.5 * h), (x - 0.5 * w, h), (x, 0.7 * h)]
    tail = [(x + b(-0.02, 0.1), b(0.55, 0.7)), (x - b(0.05, 0.3), b(0.93, 1.0))]
    hook = [(b(-0.05, 0.25), b(0.78, 0.98))] if b(0, 1) < 0.7 else []
    return [[*loop, (x, h * 0.25), *tail, *hook]]


def straight_nine(b: Between) -> list[Points]:
    """A loop, and a straight stem."""
    h, x = b(0.35, 0.55), b(0.7, 0.9)
    loop = [(x, h * 0.2), (0.45, 0.0), (0.05, 0.5 * h), (0.4, h), (x, 0.6 * h)]
    return [[*loop, *_twice((x, b(0.0, 0.1)))], [(x, 0.05), (x + b(-0.15, 0.08), 1.0)]]


def marked_zero(b: Between) -> list[Points]:
    """Slashed, or with a dot."""
    w = b(0.28, 0.42)
    angles = np.linspace(b(-2.2, -1.2), b(4.6, 5.2), 10).tolist()
    ring = [(0.5 + w * float(np.cos(a)), 0.5 + 0.5 * float(np.sin(a))) for a in angles]
    if b(0, 1) < 0.2:
        return [ring, [(0.5, 0.48), (0.5, b(0.5, 0.55))]]
    out = b(-0.1, 0.12)
    return [ring, [(0.5 + w + out, b(-0.02, 0.2)), (0.5 - w - out, b(0.8, 1.02))]]


FORMS: dict[int, list[Form]] = {
    0: [marked_zero],
    1: [flagged_one, flagged_one, based_one, detached_one, looped_one],
    2: [hooked_two],
    4: [lightning_four, open_four, round_four],
    5: [barred_five],
    7: [crossed_seven, curled_seven],
    8: [two_ring_eight],
    9: [hooked_nine, straight_nine],
}


@cache
def drawn_forms() -> tuple[Strokes, npt.NDArray[np.int64]]:
    """Return members of all forms, and where those of each digit are: from place d to d + 1."""
    members: list[list[Points]] = []
    starts = [0]
    for digit in range(10):
        for number, form in enumerate(FORMS.get(digit, [])):
            rng = np.random.default_rng([digit, number])
            members += [_by_hand(form(rng.uniform), rng) for _ in range(MEMBERS)]
        starts.append(len(members))
    return strokes_of(members), np.array(starts, np.int64)


def _by_hand(strokes: list[Points], rng: np.random.Generator) -> list[Points]:
    return [_curve(np.array(s) + HAND * rng.standard_normal((len(s), 2))) for s in strokes]


def _curve(points: npt.NDArray[np.float64]) -> Points:
    """Return a Catmull–Rom spline through the points, cut into straight pieces."""
    padded = np.concatenate([points[:1], points, points[-1:]])
    t = np.linspace(0, 1, STEPS, endpoint=False)[:, None]
    pieces = []
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        if np.hypot(*(c - b)) < 4 * HAND:  # a corner
            pieces.append(b[None])
            continue
        curve = 2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2
        pieces.append(0.5 * (curve + (3 * b - a - 3 * c + d) * t**3))
    return [(float(x), float(y)) for x, y in np.concatenate([*pieces, points[-1:]])]
