"""Removal of printed lines from the ink: rules, underlines, boxes, combs.

A printed line is straight, thin and longer than the writing. Strokes that cross it stay whole.
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

MIN_INK = 0.15  # minimum ink of a line's pixel, as a share of full ink; lines may be pale
STRONG_INK = 0.6  # ink beside which pale pixels are a stroke's soft edge, as a share of full ink
MIN_LENGTH_STROKES = 25.0  # minimum length of a line, in pen widths
MIN_LENGTH_HEIGHTS = 1.6  # minimum length of a line, in heights of the writing
MIN_SIDE_STROKES = 10.0  # minimum length of a cell's side between two lines, in pen widths
MAX_THICKNESS_STROKES = 2.0  # maximum thickness of a line, in pen widths
MAX_SLOPE = 0.09  # maximum slope of a line, in rows per column: about 5 degrees
MAX_GAP_PX = 3  # maximum gap that is closed in a line
LINE_PIECES = 3  # number of straight pieces of a line that is a little aslant
NET_SIDES = 0.8  # minimum width and height of a net of lines, as shares of the picture's
MAX_NET_INK = 0.15  # maximum inked share of a net's box
MIN_TEETH = 3  # minimum number of a comb's teeth
MAX_TEETH_DEVIATION = 0.15  # maximum deviation of teeth's heights and distances, as a share
EDGE_PX = 3  # distance from the picture's edge within which a line continues beyond it
MIN_SIDE_SHARE = 0.85  # minimum share of a box's side that is inked, and that is straight

Mask = npt.NDArray[np.bool_]


def remove_rules(
    ink: Light, known: tuple[Mask, Mask] | None = None, near: Mask | None = None
) -> Light:
    """Remove printed lines from the ink of a page or of a number.

    Parameters
    ----------
    ink : float32 array of shape (h, w)
        In [0, 1].
    known : two bool arrays of shape (h, w), optional
        Pixels of lines that are known already: horizontal ones, and vertical ones.
    near : bool array of shape (h, w), optional
        Pixels where other lines may be found.

    Returns
    -------
    float32 array of shape (h, w)
        The given array itself if there are no lines.
    """
    without, _ = part_rules(ink, known, near)
    return without


def part_rules(
    ink: Light, known: tuple[Mask, Mask] | None = None, near: Mask | None = None
) -> tuple[Light, Mask]:
    """Return the ink without printed lines, and the lines' pixels: see `remove_rules`."""
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
    # A line's soft rim is removed with it.
    rim = cv2.dilate(gone.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    return np.where(gone | (rim & ~solid), 0, ink).astype(np.float32), lines


def find_rules(ink: Light) -> Mask:
    """Find the pixels of printed lines, bool (h, w)."""
    across, down = _across_and_down(ink, _inked(ink))
    return across | down


def _across_and_down(ink: Light, solid: Mask) -> tuple[Mask, Mask]:
    """Find the pixels of horizontal lines, and those of vertical lines."""
    if not solid.any():
        return solid, solid
    labels, stats = connected(solid)
    width = stroke_width(ink)
    heights = stats[1:, 3]
    written = heights[(heights > 4 * width) & ~_is_net(stats[1:], solid.shape)]
    usual = median(written.tolist()) if written.size else 0.0
    long = max(MIN_LENGTH_STROKES * width, MIN_LENGTH_HEIGHTS * usual)
    across = _lines(solid, stats[1:, 2], long, width)
    down = _between(_lines(solid.T, stats[1:, 3], long, width).T, across, long)
    if across.any():
        # The sides of a table's cells, between two lines, may be shorter.
        short = max(MIN_SIDE_STROKES * width, MIN_LENGTH_HEIGHTS * usual)
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
    """Return the pixels that may belong to a line, which may be far paler than the writing."""
    import cv2

    strokes = cv2.dilate((ink >= STRONG_INK).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    return np.asarray((ink >= SOLID) | ((ink >= MIN_INK) & ~strokes))


def _is_net(stats: npt.NDArray[Any], shape: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    """Mark components that are nets of crossing lines: their height is not the writing's."""
    _, _, wide, high, area = stats.T
    large = (wide >= NET_SIDES * shape[1]) & (high >= NET_SIDES * shape[0])
    return np.asarray(large & (area < MAX_NET_INK * wide * high))


def _lines(solid: Mask, lengths: npt.NDArray[Any], long: float, width: float) -> Mask:
    """Find the pixels of horizontal lines, at most a little aslant.

    `lengths` are the widths of the components, in pixels.
    """
    import cv2

    piece = max(5, round(long / LINE_PIECES))
    found = np.zeros(solid.shape, bool)
    if (lengths < piece).all():
        return found
    # A faint line has gaps.
    whole = cv2.morphologyEx(
        solid.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((1, MAX_GAP_PX), np.uint8)
    )
    straight = cv2.morphologyEx(whole, cv2.MORPH_OPEN, np.ones((1, piece), np.uint8))
    if not straight.any():
        return found
    # Pieces of a line that rises lie on neighbouring rows.
    joined = cv2.dilate(straight, np.ones((3, 3), np.uint8))
    labels, stats = connected(joined > 0)
    for label in range(1, len(stats)):
        left, top, wide, high = (int(v) for v in stats[label, :4])
        if wide < long or high > MAX_SLOPE * wide + MAX_THICKNESS_STROKES * width + 4:
            continue
        box = np.s_[top : top + high, left : left + wide]
        own = (labels[box] == label) & (straight[box] > 0)
        if own.sum() / wide <= MAX_THICKNESS_STROKES * width + 1:
            # Adds the line's own thickness above and below.
            found[box] |= (labels[box] == label) & (whole[box] > 0)
    return found


def _between(down: Mask, across: Mask, long: float) -> Mask:
    """Keep vertical lines between two horizontal lines or edges, or higher than any digit."""
    near = _beside(across)
    near[:EDGE_PX] = near[-EDGE_PX:] = True

    def is_line(rows: slice, columns: slice) -> bool:
        top, bottom = rows.start, rows.stop
        ends = near[top : top + 3, columns].any() and near[bottom - 3 : bottom, columns].any()
        return bottom - top >= 3 * long or bool(ends)

    return _kept(down, is_line)


def _sides(down: Mask, across: Mask) -> Mask:
    """Keep vertical lines that meet two horizontal ones, as the sides of a table's cells do."""
    near = _beside(across)

    def is_side(rows: slice, columns: slice) -> bool:
        met = np.atleast_1d(near[rows, columns].any(axis=1))
        return int(met[0]) + int((met[1:] & ~met[:-1]).sum()) >= 2

    return _kept(down, is_side)


def _beside(across: Mask) -> Mask:
    """Return the pixels within three pixels of a horizontal line."""
    import cv2

    return np.asarray(cv2.dilate(across.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0)


def _kept(lines: Mask, wanted: Callable[[slice, slice], bool]) -> Mask:
    """Keep the lines whose rows and columns satisfy a condition."""
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
    """Find the teeth of combs: short vertical lines on a horizontal one, equal and regular."""
    found = np.zeros(rest.shape, bool)
    if not across.any():
        return found
    line_at, _ = connected(across)
    labels, stats = connected(rest)
    thin = (stats[:, 2] <= MAX_THICKNESS_STROKES * width + 1) & (stats[:, 3] > 2 * stats[:, 2])
    reach = EDGE_PX + round(MAX_THICKNESS_STROKES * width)
    combs: dict[tuple[int, str], list[int]] = {}
    for label in np.flatnonzero(thin).tolist():
        left, top, wide, high = (int(v) for v in stats[label, :4])
        columns = slice(left, left + wide)
        below, above = slice(top + high, top + high + reach), slice(max(0, top - reach), top)
        for side, rows in (("below", below), ("above", above)):
            line = line_at[rows, columns]
            if line.any() and not rest[rows, columns].any():  # a tooth ends at the line
                combs.setdefault((int(line.max()), side), []).append(label)
    for teeth in combs.values():
        usual = float(np.median(stats[teeth, 3]))
        equal = [
            k for k in teeth if abs(stats[k, 3] - usual) <= max(2.0, MAX_TEETH_DEVIATION * usual)
        ]
        gaps = np.diff(np.sort(stats[equal, 0]))
        if len(equal) < MIN_TEETH or gaps.min() == 0:
            continue
        steps = gaps / gaps.min()  # more than one where a tooth is connected with a digit
        if (np.abs(steps - np.rint(steps)) <= MAX_TEETH_DEVIATION).all():
            found |= np.isin(labels, equal)
    return found


def _frame(part: Mask, width: float) -> tuple[Mask, Mask] | None:
    """Return horizontal and vertical lines of a component that is a box; None if it isn't."""
    thick = max(2, round(MAX_THICKNESS_STROKES * width))
    bands = (part[:thick], part[::-1][:thick], part[:, :thick].T, part[:, ::-1][:, :thick].T)
    if not all(_is_side(band, width) for band in bands):
        return None
    across, down = np.zeros(part.shape, bool), np.zeros(part.shape, bool)
    for rows in (slice(0, thick), slice(part.shape[0] - thick, None)):
        across[rows] = part[rows]
    for columns in (slice(0, thick), slice(part.shape[1] - thick, None)):
        down[:, columns] = part[:, columns]
    # Dividers of a comb run straight from top to bottom.
    inner = part[thick:-thick]
    full = inner.sum(axis=0) >= max(1, 0.97 * len(inner))
    down[:, full] |= part[:, full]
    return across, down


def _is_side(band: Mask, width: float) -> bool:
    """Tell whether a strip at a component's rim, outermost row first, holds a straight line.

    The sides of a square 0 or 8 bend away at their ends.
    """
    x = np.flatnonzero(band.any(axis=0))
    if len(x) < max(2, MIN_SIDE_SHARE * band.shape[1]):
        return False
    depth = band[:, x].argmax(axis=0)
    slope, offset = np.polyfit(x, depth, 1)
    off = np.abs(depth - slope * x - offset)
    return bool((off <= max(1.0, width / 2)).sum() >= MIN_SIDE_SHARE * band.shape[1])


def _uncrossed(lines: Mask, others: Mask) -> Mask:
    """Return the lines without the places where a stroke crosses."""
    if not lines.any():
        return lines
    gone = lines.copy()
    above = np.zeros_like(lines)
    above[1:] = others[:-1] & ~lines[:-1]
    below = np.zeros_like(lines)
    below[:-1] = others[1:] & ~lines[1:]
    # A crossing has ink beyond one rim, and within 45 degrees beyond the other.
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
