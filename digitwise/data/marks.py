"""Drawn marks that people write beside numbers, each a family of random members.

Slash, comma and bracket are left out: alone in a frame they look like ones of some hand. Only
their place in the number distinguishes them.
"""

from functools import cache

import numpy as np

from digitwise.data.families import Between, Family, Points, corners, draw_members, ring
from digitwise.data.strokes import Strokes, strokes_of

MEMBERS = 60  # drawn members of each mark
LEANS = (-0.1, 0.3)  # range of leans, in heights


def minus(b: Between) -> list[Points]:
    """Draw a dash, straight or waved."""
    wave = b(-0.12, 0.12) if b(0, 1) < 0.5 else 0.0
    rise = b(-0.12, 0.12)
    return [[(0, rise), (0.3, wave), (0.7, -wave), (1, -rise)]]


def equals(b: Between) -> list[Points]:
    """Draw two dashes, one above the other."""
    gap = b(0.2, 0.45)
    return [[(0, b(-0.06, 0.06)), (1, b(-0.1, 0.06))], [(b(-0.1, 0.1), gap), (b(0.8, 1.1), gap)]]


def point(_: Between) -> list[Points]:
    """Draw a dot in one touch of the pen."""
    return [[(0, 0)]]


def colon(b: Between) -> list[Points]:
    """Draw two dots, one above the other."""
    long = b(0.0, 0.08)
    return [[(0, 0), (long, long)], [(b(-0.06, 0.06), 1), (long, 1 + long)]]


def point_dash(b: Between) -> list[Points]:
    """Draw the dot and dash that close an amount, as in `20.-`."""
    y = b(-0.35, -0.05)
    return [[(0, 0), (0.03, 0.03)], [(b(0.15, 0.3), y), (1, y + b(-0.08, 0.08))]]


def slash_dash(b: Between) -> list[Points]:
    """Draw the slash and dash that close an amount, as in `20/-`."""
    y = b(0.35, 0.65)
    right = b(0.9, 1.4)
    slash: Points = [(0, 1), (b(0.2, 0.45), 0)]
    if b(0, 1) < 0.4:
        return [slash, [(0.5, y - 0.1), (right, y - 0.1)], [(0.45, y + 0.1), (right, y + 0.1)]]
    return [slash, [(b(0.3, 0.55), y), (right, y + b(-0.08, 0.08))]]


def number_sign(b: Between) -> list[Points]:
    """Draw a #: two uprights and two bars."""
    x, y = b(0.25, 0.4), b(0.28, 0.4)
    bars: list[Points] = [[(0, v + b(-0.05, 0.08)), (1, v + b(-0.08, 0.05))] for v in (y, 1 - y)]
    return [*bars, [(x, b(-0.1, 0.05)), (x, 1)], [(1 - x, 0), (1 - x, b(0.95, 1.1))]]


def plus(b: Between) -> list[Points]:
    """Draw an upright cross."""
    x, y = b(0.4, 0.6), b(0.4, 0.6)
    return [[(x, 0), (x, 1)], [(0, y), (1, y + b(-0.08, 0.08))]]


def times(b: Between) -> list[Points]:
    """Draw a diagonal cross."""
    return [[(0, b(0, 0.15)), (1, b(0.85, 1))], [(b(0.85, 1.0), 0), (b(0, 0.15), 1)]]


def star(b: Between) -> list[Points]:
    """Draw three strokes through one point."""
    lines: list[Points] = []
    for angle in (0.0, 1.05, 2.09):
        a = angle + b(-0.15, 0.15)
        x, y = 0.5 * float(np.cos(a)), 0.5 * float(np.sin(a))
        lines.append([(0.5 - x, 0.5 - y), (0.5 + x, 0.5 + y)])
    return lines


def tick(b: Between) -> list[Points]:
    """Draw a tick: a short stroke down, a long one up."""
    return [corners((0, b(0.45, 0.7)), (b(0.15, 0.35), 1), (b(0.85, 1.3), b(-0.1, 0.1)))]


def ditto(b: Between) -> list[Points]:
    """Draw a ditto mark: two short strokes, far apart for their height."""
    apart = b(0.5, 1.1)
    foot = b(-0.3, 0.3)
    return [[(0, 0), (foot, b(0.4, 0.6))], [(apart, b(-0.05, 0.05)), (apart + foot, 0.5)]]


def percent(b: Between) -> list[Points]:
    """Draw a slash between two rings."""
    r = b(0.13, 0.2)
    left = ring(0.18, b(0.18, 0.28), r, r, b(0, 6.28), b(0.9, 1.1))
    right = ring(0.82, b(0.72, 0.82), r, r, b(0, 6.28), b(0.9, 1.1))
    return [left, [(b(0.7, 0.9), 0), (b(0.1, 0.3), 1)], right]


def dollar(b: Between) -> list[Points]:
    """Draw an S with one or two uprights through it."""
    ess = [
        *((b(0.75, 0.95), 0.2), (0.5, 0.08), (0.15, b(0.2, 0.3)), (0.5, 0.5)),
        *((0.85, b(0.68, 0.78)), (0.45, 0.92), (b(0.0, 0.2), 0.8)),
    ]
    x = b(0.42, 0.58)
    if b(0, 1) < 0.35:
        return [ess, [(x - 0.1, 0), (x - 0.1, 1)], [(x + 0.1, 0), (x + 0.1, 1)]]
    return [ess, [(x, b(-0.1, 0.05)), (x, b(0.95, 1.1))]]


def euro(b: Between) -> list[Points]:
    """Draw a C with two bars."""
    cee = [(b(0.8, 1.0), b(0.1, 0.25)), (0.6, 0.0), (0.2, 0.3), (0.2, 0.7), (0.6, 1.0)]
    y = b(0.36, 0.45)
    bars = [[(b(-0.05, 0.05), v), (b(0.5, 0.75), v)] for v in (y, y + b(0.12, 0.22))]
    return [[*cee, (b(0.85, 1.0), b(0.8, 0.92))], *bars]


def pound(b: Between) -> list[Points]:
    """Draw a hooked stem on a foot, crossed."""
    top = [(b(0.75, 0.95), b(0.15, 0.28)), (0.6, 0.0), (0.35, 0.2), (0.4, 0.65), (0.15, 0.98)]
    y = b(0.42, 0.58)
    return [[*top, (b(0.85, 1.0), b(0.9, 1.0))], [(0.1, y), (0.75, y)]]


def yen(b: Between) -> list[Points]:
    """Draw a Y with one or two bars."""
    arms = corners((0, 0), (0.5, b(0.42, 0.55)), (1, 0))
    y = b(0.5, 0.6)
    bars = [[(0.15, v), (0.85, v)] for v in ((y,) if b(0, 1) < 0.4 else (y, y + 0.18))]
    return [arms, [(0.5, 0.5), (0.5, 1)], *bars]


def rupee(b: Between) -> list[Points]:
    """Draw two bars, a bow, and a stroke down to the right."""
    y = b(0.2, 0.3)
    bow = [(0.15, 0.0), (b(0.6, 0.75), y), (0.15, b(0.42, 0.52))]
    return [[(0, 0), (1, b(-0.03, 0.03))], [(0, y), (1, y)], [*bow, (b(0.6, 0.85), 1)]]


MARKS: dict[str, Family] = {
    "-": minus,
    "=": equals,
    ".": point,
    ":": colon,
    ".-": point_dash,
    "/-": slash_dash,
    "#": number_sign,
    "+": plus,
    "x": times,
    "*": star,
    "tick": tick,
    "ditto": ditto,
    "%": percent,
    "$": dollar,
    "€": euro,
    "£": pound,
    "¥": yen,
    "₹": rupee,
}


@cache
def drawn_marks() -> Strokes:
    """Return the strokes of MEMBERS members of each mark, in the order of MARKS."""
    members: list[list[Points]] = []
    for number, family in enumerate(MARKS.values()):
        members += draw_members(family, MEMBERS, (100, number), LEANS)
    return strokes_of(members)
