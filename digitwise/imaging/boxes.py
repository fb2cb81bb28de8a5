"""Empty boxes of a form, found between its printed lines."""

from dataclasses import dataclass

import numpy as np

from digitwise.imaging.rules import Mask

MIN_HEIGHT_SIDES = 0.008  # minimum height of a box, as a share of the page's longer side
MAX_HEIGHT_SIDES = 0.12  # maximum height of a box, as a share of the page's longer side
MIN_RECTANGULARITY = 0.85  # minimum area of a hole divided by the area of its bounding box
MAX_CELL_ASPECT = 1.5  # maximum width divided by height of a cell for one digit
MAX_OFFSET_HEIGHTS = 0.2  # maximum offset of neighbouring cells' horizontal edges, in cell heights
MAX_GAP_HEIGHTS = 0.4  # maximum gap between neighbouring cells of a comb, in cell heights


@dataclass(frozen=True)
class FormBox:
    """A box, of one or several cells side by side.

    Attributes
    ----------
    left, top, right, bottom : int
        Inner edges of its lines, in pixels.
    cells : int
        Number of cells. If there are several, each is for one digit.
    """

    left: int
    top: int
    right: int
    bottom: int
    cells: int = 1


def find_boxes(lines: Mask) -> list[FormBox]:
    """Find the boxes between printed lines, from top to bottom and left to right.

    Parameters
    ----------
    lines : bool array of shape (h, w)
        See `digitwise.imaging.rules.find_rules`.
    """
    boxes = [_bounding(cells) for cells in find_cells(lines, MAX_HEIGHT_SIDES)]
    return sorted(boxes, key=lambda box: (box.top, box.left))


def find_cells(lines: Mask, highest: float = 1.0) -> list[list[FormBox]]:
    """Find the boxes that printed lines enclose, grouped: one list per comb or single box.

    Parameters
    ----------
    lines : bool array of shape (h, w)
    highest : float
        Maximum height of a box, as a share of the longer side.
    """
    import cv2

    closed = cv2.morphologyEx(lines.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(1 - closed, connectivity=4)
    side = max(lines.shape)
    holes = []
    for label in range(1, count):
        left, top, wide, high, area = (int(v) for v in stats[label])
        if (
            MIN_HEIGHT_SIDES * side <= high <= highest * side
            and area >= MIN_RECTANGULARITY * wide * high
        ):
            holes.append(FormBox(left, top, left + wide, top + high))
    combs: list[list[FormBox]] = []
    around: list[FormBox] = []
    for hole in sorted(holes, key=lambda box: box.left):
        k = next((k for k, box in enumerate(around) if _is_next_cell(box, hole)), len(combs))
        if k == len(combs):
            combs.append([])
            around.append(hole)
        combs[k].append(hole)
        around[k] = _bounding(combs[k])
    return combs


def _bounding(cells: list[FormBox]) -> FormBox:
    """Return the bounding box of a comb's cells."""
    top, bottom = min(cell.top for cell in cells), max(cell.bottom for cell in cells)
    return FormBox(cells[0].left, top, cells[-1].right, bottom, len(cells))


def _is_next_cell(box: FormBox, hole: FormBox) -> bool:
    """Tell whether a hole is the next cell of a comb."""
    high = hole.bottom - hole.top
    return (
        0 <= hole.left - box.right <= MAX_GAP_HEIGHTS * high
        and max(abs(box.top - hole.top), abs(box.bottom - hole.bottom)) <= MAX_OFFSET_HEIGHTS * high
        and hole.right - hole.left <= MAX_CELL_ASPECT * high
        and (box.right - box.left) / box.cells <= MAX_CELL_ASPECT * high
    )
