"""Empty boxes of a form, found between its printed lines."""

from dataclasses import dataclass

import numpy as np

from digitwise.imaging.rules import Mask

LOWEST = 0.008  # of the page's longer side: what is lower is no box to write in
HIGHEST = 0.12
RECTANGLE = 0.85  # share of the box around a hole that the hole fills
CELL = 1.5  # times as wide as high, at most, is a cell for one digit
SAME_ROW = 0.2  # share of its height that a cell's edges may differ by from its neighbour's
APART = 0.4  # share of its height between neighbouring cells of a comb, at most


@dataclass(frozen=True)
class FormBox:
    """A box, of one or several cells side by side.

    Attributes
    ----------
    left, top, right, bottom : int
        Inside of its lines, in pixels.
    cells : int
        For one digit each, if more than one.
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
    boxes = [_around(cells) for cells in find_cells(lines, HIGHEST)]
    return sorted(boxes, key=lambda box: (box.top, box.left))


def find_cells(lines: Mask, highest: float = 1.0) -> list[list[FormBox]]:
    """Find what printed lines enclose: of each comb its cells, and every other box by itself.

    Parameters
    ----------
    lines : bool array of shape (h, w)
    highest : float
        Share of the longer side; what is higher is no box.
    """
    import cv2

    closed = cv2.morphologyEx(lines.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(1 - closed, connectivity=4)
    side = max(lines.shape)
    holes = []
    for label in range(1, count):
        left, top, wide, high, area = (int(v) for v in stats[label])
        if LOWEST * side <= high <= highest * side and area >= RECTANGLE * wide * high:
            holes.append(FormBox(left, top, left + wide, top + high))
    combs: list[list[FormBox]] = []
    around: list[FormBox] = []
    for hole in sorted(holes, key=lambda box: box.left):
        k = next((k for k, box in enumerate(around) if _next_cell(box, hole)), len(combs))
        if k == len(combs):
            combs.append([])
            around.append(hole)
        combs[k].append(hole)
        around[k] = _around(combs[k])
    return combs


def _around(cells: list[FormBox]) -> FormBox:
    """The box of a comb."""
    top, bottom = min(cell.top for cell in cells), max(cell.bottom for cell in cells)
    return FormBox(cells[0].left, top, cells[-1].right, bottom, len(cells))


def _next_cell(box: FormBox, hole: FormBox) -> bool:
    """Whether a hole is the next cell of a comb."""
    high = hole.bottom - hole.top
    return (
        0 <= hole.left - box.right <= APART * high
        and max(abs(box.top - hole.top), abs(box.bottom - hole.bottom)) <= SAME_ROW * high
        and hole.right - hole.left <= CELL * high
        and (box.right - box.left) / box.cells <= CELL * high
    )
