"""Lines of a form to write on: the room above each."""

from collections.abc import Sequence

import numpy as np

from digitwise.imaging.boxes import MIN_HEIGHT_SIDES, FormBox
from digitwise.imaging.connected import connected
from digitwise.imaging.rules import Mask
from digitwise.imaging.surface import Light

MIN_LENGTH_SIDES = 0.04  # of the page's longer side: length of a line to write on
MAX_LENGTH_WIDTHS = 0.8  # of the page's width: longer ones part a page
MAX_THICKNESS_SIDES = 0.006  # of the page's longer side
MAX_WRITING_SIDES = 0.03  # longer sides: height of writing on a line, at most; more on a wide slip
MAX_ROOM_SHARE = 0.85  # share of the distance to what is above that writing may take
MAX_EDGE_SIDES = 0.006  # of the page's longer side: a line so near to a box is its edge
MAX_COVERED_SHARE = 0.3  # share of a line that lies under, or at, something else
# Quartiles of the thickness of a line's inked columns, divided by their median. Lines of scans and
# photographs have 0.95 and 1.05, words that look like a line 0.60 to 0.73 and 1.16 to 1.23. Ends of
# dashes lower the first, writing across the line raises the second.
MIN_LOWER_QUARTILE = 0.85  # of the median
MAX_UPPER_QUARTILE = 1.1  # of the median
AROUND_SIDES = 0.002  # of the page's longer side: beyond a line's edges, where letters go on
MIN_DOTTED = 0.5  # share of a dotted line's length
MIN_INK_PX = 1.0  # ink of a column that counts; dashes and dots have columns without any


def find_writing_lines(
    ink: Light, lines: Mask, dotted: Mask, boxes: Sequence[FormBox]
) -> list[FormBox]:
    """Find the room above lines to write on, from top to bottom and left to right.

    Parameters
    ----------
    ink : float32 array of shape (h, w)
    lines, dotted : bool arrays of shape (h, w)
        Printed lines, and the dotted ones among them, drawn through.
    boxes : sequence of FormBox
        What lines enclose: their own lines are none to write on.
    """
    import cv2

    side, width = max(lines.shape), lines.shape[1]
    by = max(1, round(AROUND_SIDES * side))
    highest = MAX_WRITING_SIDES * side * max(1.0, width / lines.shape[0])
    long = np.ones((1, max(3, round(MIN_LENGTH_SIDES * side))), np.uint8)
    # A line that is a little aslant is a step for every row; thickened, they hang together.
    thick = cv2.dilate(lines.astype(np.uint8), np.ones((3, 1), np.uint8))
    _, stats = connected(cv2.morphologyEx(thick, cv2.MORPH_OPEN, long) > 0)
    level = [
        FormBox(left, top, left + wide, top + high)
        for left, top, wide, high, *_ in stats[1:].astype(int).tolist()
        if high <= max(6, MAX_THICKNESS_SIDES * side + 2)
        and _is_line(ink, dotted, np.s_[max(0, top - by) : top + high + by, left : left + wide])
    ]
    found = []
    for line in level:
        if line.right - line.left > MAX_LENGTH_WIDTHS * width or _is_edge(
            line, boxes, MAX_EDGE_SIDES * side
        ):
            continue
        above = [
            other.bottom
            for other in [*level, *boxes]
            if other is not line
            and other.bottom <= line.top
            and _over(line, other) > MAX_COVERED_SHARE
        ]
        room = MAX_ROOM_SHARE * (line.top - max(above, default=0))
        high = round(min(highest, room))
        if high >= MIN_HEIGHT_SIDES * side:
            found.append(FormBox(line.left, line.top - high, line.right, line.top))
    return sorted(found, key=lambda box: (box.bottom, box.left))


def _is_line(ink: Light, dotted: Mask, place: tuple[slice, slice]) -> bool:
    """Whether a line is dotted, or about equally thick all along, and no printed word."""
    thickness = ink[place].sum(axis=0)
    inked = thickness[thickness > MIN_INK_PX]
    if len(inked) == 0 or dotted[place].any(axis=0).mean() > MIN_DOTTED:
        return True
    lower, median, upper = np.quantile(inked, (0.25, 0.5, 0.75))
    return bool(lower >= MIN_LOWER_QUARTILE * median or upper <= MAX_UPPER_QUARTILE * median)


def _is_edge(line: FormBox, boxes: Sequence[FormBox], near: float) -> bool:
    """Whether a line is the upper or lower edge of boxes, or lies in one."""
    return any(
        _over(line, box) > MAX_COVERED_SHARE
        and box.top - near <= line.bottom
        and line.top <= box.bottom + near
        for box in boxes
    )


def _over(line: FormBox, other: FormBox) -> float:
    """Share of the shorter that both take from left to right."""
    both = min(line.right, other.right) - max(line.left, other.left)
    return both / max(1, min(line.right - line.left, other.right - other.left))
