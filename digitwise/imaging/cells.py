"""Where the cells of a comb end, in a field that was cut out of a form."""

from itertools import pairwise

import numpy as np

from digitwise.imaging.boxes import FormBox, find_cells
from digitwise.imaging.rules import Mask
from digitwise.imaging.surface import Light
from digitwise.neurons import Floats

FAINT = 0.1  # share of full ink from which a pixel may be a divider's
RIM = 0.1  # of a field's height: lines above and below are no dividers
TICK = 0.3  # of a field's height: so high are dividers that are mere ticks, at least
VISIBLE = 0.25  # share of a divider, above and below, that has ink: it may be dashed
TOOTH, TEETH = 0.7, 4  # the same of a tick; cells that these are told from, at least
EMPTY = 0.15  # the same in the middle of a cell, at most, in the median
OFF = 0.08  # of a cell's width: how far a divider is from where equal cells have it
WRITTEN = 0.15  # the same, where the number of cells is known
NARROWEST, WIDEST = 0.3, 1.8  # heights: widths of a cell for one digit
COVERED = 0.6  # share of a field's width, and height, that its cells have
MOST = 40  # cells


def find_edges(
    ink: Light, lines: Mask, inner: tuple[float, float], rows: tuple[float, float], count: int = 0
) -> list[float] | None:
    """Find where the cells of a field begin and end.

    Dividers may be dashed, faint, or mere ticks; cells may stand apart.

    Parameters
    ----------
    ink : float32 array of shape (h, w)
        Of the field and what is around it, in [0, 1]; best of a form that isn't filled.
    lines : bool array of shape (h, w)
        Where there are printed lines.
    inner : (left, right)
        Where the field is.
    rows : (top, bottom)
        The same.
    count : int
        How many cells there are; 0 if that isn't known.

    Returns
    -------
    list of float, or None if no cells are found
        One more than cells, from left to right, in columns of `ink`. If the count is known, cells
        that nothing shows are equally wide.
    """
    drawn = _between_lines(lines, inner, rows)
    if drawn and (len(drawn) == count or (not count and len(drawn) > 1)):
        ends = [(a.right + b.left) / 2 for a, b in pairwise(drawn)]
        return [float(drawn[0].left), *ends, float(drawn[-1].right)]
    high = rows[1] - rows[0]
    through, ticks = _profiles(ink, rows)
    left, right = inner
    if count:
        return _near_dividers(np.maximum(through, ticks), left, right, count)
    found = _count(through, inner, high, VISIBLE, 2) or _count(ticks, inner, high, TOOTH, TEETH)
    return _near_dividers(np.maximum(through, ticks), left, right, found) if found else None


def _count(
    profile: Floats, inner: tuple[float, float], high: float, visible: float, least: int
) -> int:
    """How many cells there are, all of whose dividers are seen; 0 if none fit."""
    left, right = inner
    best = 0
    for n in range(least, MOST + 1):
        wide = (right - left) / n
        if NARROWEST * high <= wide <= WIDEST * high:
            off = OFF * wide + 1
            dividers = left + wide * np.arange(1, n)
            middles = left + wide * (np.arange(n) + 0.5)
            seen = [_around(profile, x, off)[1] for x in dividers]
            if min(seen) >= visible and np.median(_at(profile, middles, off)) <= EMPTY:
                best = n
    return best


def _between_lines(
    lines: Mask, inner: tuple[float, float], rows: tuple[float, float]
) -> list[FormBox]:
    """The cells in the field that lines enclose, from left to right."""
    if not lines.any():
        return []
    high = rows[1] - rows[0]
    boxes = [
        box
        for comb in find_cells(lines)
        for box in comb
        if inner[0] <= (box.left + box.right) / 2 <= inner[1]
        and min(box.bottom, rows[1]) - max(box.top, rows[0]) >= COVERED * high
    ]
    boxes.sort(key=lambda box: box.left)
    covered = boxes[-1].right - boxes[0].left if boxes else 0
    apart = all(a.right <= b.left for a, b in pairwise(boxes))
    return boxes if apart and covered >= COVERED * (inner[1] - inner[0]) else []


def _profiles(ink: Light, rows: tuple[float, float]) -> tuple[Floats, Floats]:
    """How much of each column is inked: the least of all, its top and its foot; the most of both.

    A divider goes from top to bottom; of a tick there is one end.
    """
    top, bottom = rows
    rim, tick = RIM * (bottom - top), TICK * (bottom - top)
    parts = [(top + rim, bottom - rim), (top + rim, top + tick), (bottom - tick, bottom - rim)]
    present = ink >= FAINT
    full, upper, lower = (
        present[max(0, round(a)) : max(round(a), round(b), 1)].mean(axis=0) for a, b in parts
    )
    return np.minimum(full, np.minimum(upper, lower)), np.maximum(upper, lower)


def _around(profile: Floats, x: float, off: float) -> tuple[float, float]:
    """Where near to a column there is most ink, and how much."""
    first = max(0, round(x - off))
    part = profile[first : max(first + 1, round(x + off) + 1)]
    if not part.size:
        return x, 0.0
    most = np.flatnonzero(part >= part.max())
    return first + float(most.mean()), float(part.max())


def _at(profile: Floats, places: Floats, off: float) -> list[float]:
    """How much ink there is at columns, in the mean around each."""
    found = []
    for x in places:
        part = profile[max(0, round(x - off)) : round(x + off) + 1]
        found.append(float(part.mean()) if part.size else 0.0)
    return found


def _near_dividers(profile: Floats, left: float, right: float, count: int) -> list[float]:
    wide = (right - left) / count
    edges: list[float] = [left]
    for k in range(1, count):
        x, seen = _around(profile, left + k * wide, WRITTEN * wide)
        edges.append(x if seen >= VISIBLE else left + k * wide)
    return [*edges, right]
