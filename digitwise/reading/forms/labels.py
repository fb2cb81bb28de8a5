"""Which boxes and lines of a form hold print only: labels, headings of tables, underlined titles.

Print is told from a number in writing by the reader, and by where the labels around it begin. A
box with print remains a field unless it is beside the field that it names, because captions are
often printed within the box itself.
"""

from collections.abc import Callable, Sequence
from functools import cache
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from digitwise.imaging.boxes import FormBox
from digitwise.imaging.connected import connected
from digitwise.imaging.rules import Mask
from digitwise.imaging.surface import Light

if TYPE_CHECKING:
    from digitwise.reading.reader import Reader

MIN_LETTER_INK = 0.5  # ink from which a pixel is a part of a letter
LETTER_SIDES = 0.004  # minimum height of a letter, as a share of the page's longer side
MIN_LETTERS = 3  # fewer are a unit or a sign of a currency, beside which people write
MAX_LEFT = 0.5  # of a box's width: print that begins further right is a unit
NEAR_SIDES = 0.008  # maximum gap, or overlap if askew, of neighbours: share of the longer side
MIN_BESIDE_SHARE = 0.5  # minimum share of the shorter side along which boxes are neighbours
MAX_OFF_LENGTHS = 0.05  # of a line's length: by which its title begins or ends elsewhere
MIN_CONFIDENCE = 0.45  # of a number, to be one in writing; words reach 0.42
MIN_SPAN = 0.5  # minimum share of the ink's width that the number takes
ALIGNED_HEIGHTS = 0.05  # box heights: greatest offset between aligned labels
MIN_LABELS = 2  # of a column, or of a row, with which print is in line
MOST_READ = 300  # boxes with ink; of more, none is taken for a label

Letters = list[tuple[int, int, int]]
"""Left and right edges of letters, and their feet, in pixels of the box."""


def without_labels(
    grey: Light, ink: Light, lines: Mask, boxes: Sequence[FormBox], to_write_on: Sequence[FormBox]
) -> tuple[list[FormBox], list[FormBox]]:
    """Return the boxes that are no labels, and the lines that don't underline a title.

    Parameters
    ----------
    grey, ink : float32 arrays of shape (h, w)
        The page's light, 0 black to 1 white, and its ink.
    lines : bool array of shape (h, w)
        Printed lines.
    boxes, to_write_on : sequences of FormBox
    """
    import cv2

    side = max(grey.shape)
    thick = cv2.dilate(lines.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    inked = (ink > MIN_LETTER_INK) & ~thick
    held = {box: _letters(inked, box, LETTER_SIDES * side) for box in (*boxes, *to_write_on)}

    @cache
    def reader() -> "Reader":
        from digitwise.reading.reader import Reader  # it reads forms, too

        return Reader()

    @cache
    def is_print(box: FormBox) -> bool:
        return len(held[box]) >= MIN_LETTERS and not _is_number(reader(), grey, box, held[box])

    if sum(len(letters) >= MIN_LETTERS for letters in held.values()) > MOST_READ:
        return [*boxes], [*to_write_on]
    labels = _labels(boxes, held, is_print, NEAR_SIDES * side)
    return (
        [box for box in boxes if box not in labels],
        [box for box in to_write_on if not (_is_title(inked, box) and is_print(box))],
    )


def _letters(inked: Mask, box: FormBox, least: float) -> Letters:
    _, stats = connected(np.ascontiguousarray(inked[box.top : box.bottom, box.left : box.right]))
    return [
        (left, left + wide, top + high)
        for left, top, wide, high, _ in stats[1:].tolist()
        if least <= high and wide < (box.right - box.left) / 2
    ]


def _span(letters: Letters) -> int:
    return max(right for _, right, _ in letters) - _start(letters)


def _start(letters: Letters) -> int:
    return min(left for left, _, _ in letters)


def _is_title(inked: Mask, line: FormBox) -> bool:
    """Whether the print above a line begins and ends where the line does."""
    around = (line.bottom - line.top) // 2
    left = max(0, line.left - around)
    wide = FormBox(left, line.top, line.right + around, line.bottom)
    letters = _letters(inked, wide, 1)
    if not letters:
        return False
    start, end = left + _start(letters), left + _start(letters) + _span(letters)
    off = max(3.0, MAX_OFF_LENGTHS * (line.right - line.left))
    return abs(start - line.left) <= off and abs(end - line.right) <= off


def _is_number(reader: "Reader", grey: Light, box: FormBox, letters: Letters) -> bool:
    """Whether most of a box's ink is a number."""
    off = max(2, (box.bottom - box.top) // 20)
    inside = grey[box.top + off : box.bottom - off, box.left + off : box.right - off]
    return any(
        number.confidence >= MIN_CONFIDENCE
        and number.bbox[2] - number.bbox[0] >= MIN_SPAN * _span(letters)
        for number in reader.read(np.clip(inside, 0, 1))
    )


def _labels(
    boxes: Sequence[FormBox],
    held: dict[FormBox, Letters],
    is_print: Callable[[FormBox], bool],
    near: float,
) -> set[FormBox]:
    """Find the boxes with print to the left of a field, or above one; and a table's corner."""

    def is_field(box: FormBox) -> bool:
        return box.cells > 1 or not held[box] or not is_print(box)

    right = {box: [b for b in boxes if _is_beside(box, b, near)] for box in boxes}
    below = {box: [b for b in boxes if _is_beside(_turned(box), _turned(b), near)] for box in boxes}
    named = [
        box
        for box in boxes
        if box.cells == 1
        and len(held[box]) >= MIN_LETTERS
        and _start(held[box]) < MAX_LEFT * (box.right - box.left)
    ]
    labels = {
        box for box in named if any(map(is_field, (*right[box], *below[box]))) and is_print(box)
    }
    while more := {
        box for box in named if box not in labels and _is_in_line(box, held, labels, near)
    }:
        labels |= more
    corners = {
        box
        for box in named
        if right[box] and below[box] and labels.issuperset((*right[box], *below[box]))
    }
    return labels | corners


def _foot(letters: Letters) -> float:
    return median(foot for _, _, foot in letters)


def _is_in_line(
    box: FormBox, held: dict[FormBox, Letters], labels: set[FormBox], near: float
) -> bool:
    """Whether a box's print begins below that of two labels, or stands on one line with two."""
    off = max(2.0, ALIGNED_HEIGHTS * (box.bottom - box.top))
    column = [b for b in labels if max(abs(b.left - box.left), abs(b.right - box.right)) <= near]
    row = [b for b in labels if max(abs(b.top - box.top), abs(b.bottom - box.bottom)) <= near]
    start, foot = _start(held[box]), _foot(held[box])
    return (
        max(
            sum(abs(_start(held[b]) - start) <= off for b in column),
            sum(abs(_foot(held[b]) - foot) <= off for b in row),
        )
        >= MIN_LABELS
    )


def _is_beside(box: FormBox, other: FormBox, near: float) -> bool:
    """Whether another box begins where a box ends on the right."""
    both = min(box.bottom, other.bottom) - max(box.top, other.top)
    shorter = min(box.bottom - box.top, other.bottom - other.top)
    return abs(other.left - box.right) <= near and both > MIN_BESIDE_SHARE * shorter


def _turned(box: FormBox) -> FormBox:
    return FormBox(box.top, box.left, box.bottom, box.right, box.cells)
