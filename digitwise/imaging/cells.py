"""Edges of a comb's cells, in a field that was cut out of a form."""

from itertools import pairwise

import numpy as np

from digitwise.imaging.boxes import FormBox, find_cells
from digitwise.imaging.rules import Mask
from digitwise.imaging.surface import Light
from digitwise.neurons import Floats

MIN_INK = 0.1  # minimum ink of a divider's pixel, as a share of full ink
RIM_HEIGHTS = 0.1  # rows ignored at top and bottom, as a share of the field's height
TICK_HEIGHTS = 0.3  # minimum height of a tick, as a share of the field's height
MIN_DIVIDER_INKED = 0.25  # minimum inked share of a divider's pixels; it may be dashed
MIN_TICK_INKED = 0.7  # minimum inked share of a tick's pixels
MIN_TICK_CELLS = 4  # minimum number of cells that are divided by ticks
MAX_MIDDLE_INKED = 0.15  # maximum of the median inked share in the middle of cells
MAX_OFF_WIDTHS = 0.08  # maximum offset of dividers from equal cells, in cell widths
MAX_OFF_WIDTHS_COUNTED = 0.15  # maximum offset of dividers if cells are counted, in cell widths
MIN_WIDTH_HEIGHTS = 0.3  # minimum width of a cell, in field heights
MAX_WIDTH_HEIGHTS = 1.8  # maximum width of a cell, in field heights
MIN_COVERED = 0.6  # minimum share of a field's width, and of its height, covered by cells
MOST_CELLS = 40  # maximum number of cells in a field


def find_edges(
    ink: Light, lines: Mask, inner: tuple[float, float], rows: tuple[float, float], count: int = 0
) -> list[float] | None:
    """Find the edges of a field's cells.

    Dividers may be dashed, faint, or mere ticks; cells may stand apart.

    Parameters
    ----------
    ink : float32 array of shape (h, w)
        The field with its surroundings, in [0, 1]; best from an empty form.
    lines : bool array of shape (h, w)
        Pixels of printed lines.
    inner : (left, right)
        Columns of the field.
    rows : (top, bottom)
        Rows of the field.
    count : int
        Number of cells; 0 if unknown.

    Returns
    -------
    list of float, or None if no cells are found
        Number of cells + 1 columns of `ink`, from left to right. If the count is known, edges
        without a visible divider are placed for equally wide cells.
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
    found = _count(through, inner, high, MIN_DIVIDER_INKED, 2) or _count(
        ticks, inner, high, MIN_TICK_INKED, MIN_TICK_CELLS
    )
    return _near_dividers(np.maximum(through, ticks), left, right, found) if found else None


def _count(
    profile: Floats, inner: tuple[float, float], high: float, visible: float, least: int
) -> int:
    """Return the largest number of equal cells whose dividers are all visible; 0 if none fits."""
    left, right = inner
    best = 0
    for n in range(least, MOST_CELLS + 1):
        wide = (right - left) / n
        if MIN_WIDTH_HEIGHTS * high <= wide <= MAX_WIDTH_HEIGHTS * high:
            off = MAX_OFF_WIDTHS * wide + 1
            dividers = left + wide * np.arange(1, n)
            middles = left + wide * (np.arange(n) + 0.5)
            seen = [_maximum_near(profile, x, off)[1] for x in dividers]
            if (
                min(seen) >= visible
                and np.median(_means_around(profile, middles, off)) <= MAX_MIDDLE_INKED
            ):
                best = n
    return best


def _between_lines(
    lines: Mask, inner: tuple[float, float], rows: tuple[float, float]
) -> list[FormBox]:
    """Return the field's cells that lines enclose, from left to right."""
    if not lines.any():
        return []
    high = rows[1] - rows[0]
    boxes = [
        box
        for comb in find_cells(lines)
        for box in comb
        if inner[0] <= (box.left + box.right) / 2 <= inner[1]
        and min(box.bottom, rows[1]) - max(box.top, rows[0]) >= MIN_COVERED * high
    ]
    boxes.sort(key=lambda box: box.left)
    covered = boxes[-1].right - boxes[0].left if boxes else 0
    apart = all(a.right <= b.left for a, b in pairwise(boxes))
    return boxes if apart and covered >= MIN_COVERED * (inner[1] - inner[0]) else []


def _profiles(ink: Light, rows: tuple[float, float]) -> tuple[Floats, Floats]:
    """Return two profiles of the columns' inked shares: for full dividers and for ticks.

    A divider needs ink throughout (minimum of whole, top and foot); a tick needs ink at one end
    (maximum of top and foot).
    """
    top, bottom = rows
    rim, tick = RIM_HEIGHTS * (bottom - top), TICK_HEIGHTS * (bottom - top)
    parts = [(top + rim, bottom - rim), (top + rim, top + tick), (bottom - tick, bottom - rim)]
    present = ink >= MIN_INK
    full, upper, lower = (
        present[max(0, round(a)) : max(round(a), round(b), 1)].mean(axis=0) for a, b in parts
    )
    return np.minimum(full, np.minimum(upper, lower)), np.maximum(upper, lower)


def _maximum_near(profile: Floats, x: float, off: float) -> tuple[float, float]:
    """Return the place of the profile's maximum near a column, and the maximum."""
    first = max(0, round(x - off))
    part = profile[first : max(first + 1, round(x + off) + 1)]
    if not part.size:
        return x, 0.0
    most = np.flatnonzero(part >= part.max())
    return first + float(most.mean()), float(part.max())


def _means_around(profile: Floats, places: Floats, off: float) -> list[float]:
    """Return the profile's mean around each of some columns."""
    found = []
    for x in places:
        part = profile[max(0, round(x - off)) : round(x + off) + 1]
        found.append(float(part.mean()) if part.size else 0.0)
    return found


def _near_dividers(profile: Floats, left: float, right: float, count: int) -> list[float]:
    """Return the edges of `count` equal cells, each moved to a visible divider near it."""
    wide = (right - left) / count
    edges: list[float] = [left]
    for k in range(1, count):
        x, seen = _maximum_near(profile, left + k * wide, MAX_OFF_WIDTHS_COUNTED * wide)
        edges.append(x if seen >= MIN_DIVIDER_INKED else left + k * wide)
    return [*edges, right]
