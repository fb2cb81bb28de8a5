"""Printed lines taken out of the ink: rules, underlines, boxes, combs.

A line is straight, thin and long against what is written. Where a stroke crosses it, the stroke
stays whole.
"""

from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np
import numpy.typing as npt

from digitwise.imaging.connected import connected
from digitwise.imaging.ink import SOLID
from digitwise.imaging.strokes import stroke_width
from digitwise.imaging.surface import Light

FAINT = 0.15  # share of full ink from which a pixel may belong to a line,
STRONG = 0.6  # but not beside so much: there it is a stroke's soft edge
LONG = 25.0  # stroke widths; and
LONGER = 1.6  # heights of what is written: a line is at least as long as both
SHORT = 10.0  # stroke widths: of a cell's side, between two lines
THICKEST = 2.0  # stroke widths
STEEPEST = 0.09  # rows a column: about 5 degrees
BROKEN = 3  # pixels: shorter gaps in a line are closed
PIECE = 3  # a line of so many pieces, each straight
NET = 0.8  # share of the picture's width, and height, that lines and what touches them take; and
SPARSE = 0.15  # at most so much of that is ink
TEETH = 3  # of a comb, at least
UNEQUAL = 0.15  # share of their height, and distance, by which they may differ
EDGE = 3  # pixels: so near to the picture's edge a line goes on beyond it
FRAMED = 0.85  # share of a box's side that has ink, and is straight

Mask = npt.NDArray[np.bool_]


def remove_rules(
    ink: Light, known: tuple[Mask, Mask] | None = None, near: Mask | None = None
) -> Light:
    """Take printed lines out of the ink of a page or of a number.

    Parameters
    ----------
    ink : float32 array of shape (h, w)
        In [0, 1].
    known : two bool arrays of shape (h, w), optional
        Where lines are that need not be found: those across, and those that go down.
    near : bool array of shape (h, w), optional
        Where there may be other lines.

    Returns
    -------
    float32 array of shape (h, w)
        The same array if there are no lines.
    """
    without, _ = part_rules(ink, known, near)
    return without


def part_rules(
    ink: Light, known: tuple[Mask, Mask] | None = None, near: Mask | None = None
) -> tuple[Light, Mask]:
    """Part a page's ink from its printed lines: the ink without them, and where they are."""
    import cv2

    solid = _inked(ink)
    across, down = _across_and_down(ink, solid)
    if near is not None:
        across, down = across & near, down & near
    if known is not None:
        across, down = across | (known[0] & solid), down | (known[1] & solid)
    lines = across | down
    if not lines.any():
        return ink, lines
    gone = _uncrossed(across, solid & ~down) | _uncrossed(down.T, (solid & ~across).T).T
    # A line's soft rim goes with it.
    rim = cv2.dilate(gone.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    return np.where(gone | (rim & ~solid), 0, ink).astype(np.float32), lines


def find_rules(ink: Light) -> Mask:
    """Find the pixels of printed lines, bool (h, w)."""
    across, down = _across_and_down(ink, _inked(ink))
    return across | down


def _across_and_down(ink: Light, solid: Mask) -> tuple[Mask, Mask]:
    if not solid.any():
        return solid, solid
    labels, stats = connected(solid)
    width = stroke_width(ink)
    heights = stats[1:, 3]
    written = heights[(heights > 4 * width) & ~_is_net(stats[1:], solid.shape)]
    usual = median(written.tolist()) if written.size else 0.0
    long = max(LONG * width, LONGER * usual)
    across = _lines(solid, stats[1:, 2], long, width)
    down = _between(_lines(solid.T, stats[1:, 3], long, width).T, across, long)
    if across.any():
        # Between two rules, as the cells of a table have them, they may be shorter.
        short = max(SHORT * width, LONGER * usual)
        down |= _sides(_lines(solid.T, stats[1:, 3], short, width).T, across)
    down |= _ticks(solid & ~across, across, width)
    for label in range(1, len(stats)):
        left, top, wide, high = (int(v) for v in stats[label, :4])
        if min(wide, high) > 8 * width:
            part = labels[top : top + high, left : left + wide] == label
            sides = _frame(part, width)
            if sides is not None:
                across[top : top + high, left : left + wide] |= sides[0]
                down[top : top + high, left : left + wide] |= sides[1]
    return across, down


def _inked(ink: Light) -> Mask:
    """What may belong to a line: lines may be far paler than what is written on them."""
    import cv2

    strokes = cv2.dilate((ink >= STRONG).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    return np.asarray((ink >= SOLID) | ((ink >= FAINT) & ~strokes))


def _is_net(stats: npt.NDArray[Any], shape: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    """Which components are lines that cross: their height is none of writing."""
    _, _, wide, high, area = stats.T
    large = (wide >= NET * shape[1]) & (high >= NET * shape[0])
    return np.asarray(large & (area < SPARSE * wide * high))


def _lines(solid: Mask, lengths: npt.NDArray[Any], long: float, width: float) -> Mask:
    """Pixels of lines from left to right, at most a little aslant.

    `lengths`, from left to right, are those of the components.
    """
    import cv2

    piece = max(5, round(long / PIECE))
    found = np.zeros(solid.shape, bool)
    if (lengths < piece).all():
        return found
    # A faint line is broken here and there.
    whole = cv2.morphologyEx(
        solid.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((1, BROKEN), np.uint8)
    )
    straight = cv2.morphologyEx(whole, cv2.MORPH_OPEN, np.ones((1, piece), np.uint8))
    if not straight.any():
        return found
    # Pieces of a line that rises lie on neighbouring rows.
    joined = cv2.dilate(straight, np.ones((3, 3), np.uint8))
    labels, stats = connected(joined > 0)
    for label in range(1, len(stats)):
        left, top, wide, high = (int(v) for v in stats[label, :4])
        if wide < long or high > STEEPEST * wide + THICKEST * width + 4:
            continue
        box = np.s_[top : top + high, left : left + wide]
        own = (labels[box] == label) & (straight[box] > 0)
        if own.sum() / wide <= THICKEST * width + 1:
            # What the line's own thickness adds above and below.
            found[box] |= (labels[box] == label) & (whole[box] > 0)
    return found


def _between(down: Mask, across: Mask, long: float) -> Mask:
    """Only upright lines from one line across, or edge, to another, or higher than any digit."""
    near = _beside(across)
    near[:EDGE] = near[-EDGE:] = True

    def is_line(rows: slice, columns: slice) -> bool:
        top, bottom = rows.start, rows.stop
        ends = near[top : top + 3, columns].any() and near[bottom - 3 : bottom, columns].any()
        return bottom - top >= 3 * long or bool(ends)

    return _those(down, is_line)


def _sides(down: Mask, across: Mask) -> Mask:
    """Only upright lines that meet two lines across, as the sides of a table's cells do."""
    near = _beside(across)

    def is_side(rows: slice, columns: slice) -> bool:
        met = np.atleast_1d(near[rows, columns].any(axis=1))
        return int(met[0]) + int((met[1:] & ~met[:-1]).sum()) >= 2

    return _those(down, is_side)


def _beside(across: Mask) -> Mask:
    """Where a line across is no more than three pixels away."""
    import cv2

    return np.asarray(cv2.dilate(across.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0)


def _those(lines: Mask, wanted: Callable[[slice, slice], bool]) -> Mask:
    """Only those lines whose rows and columns are as wanted."""
    if not lines.any():
        return lines
    labels, stats = connected(lines)
    for label in range(1, len(stats)):
        left, top, wide, high = (int(v) for v in stats[label, :4])
        box = slice(top, top + high), slice(left, left + wide)
        if not wanted(*box):
            lines[box] &= labels[box] != label
    return lines


def _ticks(rest: Mask, across: Mask, width: float) -> Mask:
    """The teeth of combs: short upright lines on a line across, equally high and far apart."""
    found = np.zeros(rest.shape, bool)
    if not across.any():
        return found
    line_at, _ = connected(across)
    labels, stats = connected(rest)
    thin = (stats[:, 2] <= THICKEST * width + 1) & (stats[:, 3] > 2 * stats[:, 2])
    reach = EDGE + round(THICKEST * width)
    combs: dict[tuple[int, str], list[int]] = {}
    for label in np.flatnonzero(thin).tolist():
        left, top, wide, high = (int(v) for v in stats[label, :4])
        columns = slice(left, left + wide)
        below, above = slice(top + high, top + high + reach), slice(max(0, top - reach), top)
        for side, rows in (("below", below), ("above", above)):
            line = line_at[rows, columns]
            if line.any() and not rest[rows, columns].any():  # it doesn't go on beyond the line
                combs.setdefault((int(line.max()), side), []).append(label)
    for teeth in combs.values():
        usual = float(np.median(stats[teeth, 3]))
        equal = [k for k in teeth if abs(stats[k, 3] - usual) <= max(2.0, UNEQUAL * usual)]
        gaps = np.diff(np.sort(stats[equal, 0]))
        if len(equal) < TEETH or gaps.min() == 0:
            continue
        steps = gaps / gaps.min()  # more than one where a tooth hangs together with a digit
        if (np.abs(steps - np.rint(steps)) <= UNEQUAL).all():
            found |= np.isin(labels, equal)
    return found


def _frame(part: Mask, width: float) -> tuple[Mask, Mask] | None:
    """The sides of a box, and upright lines from one to the other, if a component is one."""
    thick = max(2, round(THICKEST * width))
    bands = (part[:thick], part[::-1][:thick], part[:, :thick].T, part[:, ::-1][:, :thick].T)
    if not all(_is_side(band, width) for band in bands):
        return None
    across, down = np.zeros(part.shape, bool), np.zeros(part.shape, bool)
    for rows in (slice(0, thick), slice(part.shape[0] - thick, None)):
        across[rows] = part[rows]
    for columns in (slice(0, thick), slice(part.shape[1] - thick, None)):
        down[:, columns] = part[:, columns]
    # Between the cells of a comb: straight from top to bottom.
    full = part[thick:-thick].mean(axis=0) >= 0.97
    down[:, full] |= part[:, full]
    return across, down


def _is_side(band: Mask, width: float) -> bool:
    """Whether a strip at a component's rim, outermost row first, holds a straight line.

    Those of a square 0 or 8 bend away at their ends.
    """
    x = np.flatnonzero(band.any(axis=0))
    if len(x) < max(2, FRAMED * band.shape[1]):
        return False
    depth = band[:, x].argmax(axis=0)
    slope, offset = np.polyfit(x, depth, 1)
    off = np.abs(depth - slope * x - offset)
    return bool((off <= max(1.0, width / 2)).sum() >= FRAMED * band.shape[1])


def _uncrossed(lines: Mask, others: Mask) -> Mask:
    """Without the places where a stroke comes from above or below: it goes on through the line."""
    if not lines.any():
        return lines
    gone = lines.copy()
    above = np.zeros_like(lines)
    above[1:] = others[:-1] & ~lines[:-1]
    below = np.zeros_like(lines)
    below[:-1] = others[1:] & ~lines[1:]
    # Ink beyond one rim of the line, and within a slope of 45 degrees beyond the other one, too.
    for x in np.flatnonzero((above & lines).any(axis=0) | (below & lines).any(axis=0)):
        column = lines[:, x]
        starts = np.flatnonzero(column & ~np.r_[False, column[:-1]])
        ends = np.flatnonzero(column & ~np.r_[column[1:], False])
        for top, bottom in zip(starts, ends, strict=True):
            reach = bottom - top + 2
            near = slice(max(0, x - reach), x + reach + 1)
            from_above, from_below = above[top, x], below[bottom, x]
            if (from_above and below[bottom, near].any()) or (
                from_below and above[top, near].any()
            ):
                gone[top : bottom + 1, x] = False
    return gone
