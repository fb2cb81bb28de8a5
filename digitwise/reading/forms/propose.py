"""Which fields a form may have, proposed from what is printed on it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from digitwise.imaging.boxes import FormBox, find_boxes
from digitwise.imaging.cells import find_edges
from digitwise.imaging.rules import Mask, find_rules
from digitwise.imaging.sheet import ink_of_page
from digitwise.imaging.surface import Light

AROUND = 3  # pixels that are looked at beyond a box
OFF = 0.25  # of a box's height: by which boxes of a row, or of a column, may differ


@dataclass(frozen=True)
class Proposed:
    """A field that a form may have.

    Attributes
    ----------
    name : str
    box : (left, top, right, bottom)
        In pixels of the picture as it is worked on.
    cells : int
        For one digit each, if more than one.
    """

    name: str
    box: tuple[int, int, int, int]
    cells: int = 1


def propose_fields(grey: Light) -> list[Proposed]:
    """Propose the fields of a form, blank or filled, from top to bottom and left to right.

    Parameters
    ----------
    grey : float32 array of shape (h, w)
        Light, 0 black to 1 white.
    """
    ink = ink_of_page(grey)
    lines = find_rules(ink)
    boxes = find_boxes(lines)
    fields = []
    for name, box in zip(name_boxes(boxes), boxes, strict=True):
        cells = box.cells if box.cells > 1 else _cells_of(ink, lines, box)
        place = box.left, box.top, box.right, box.bottom
        fields.append(Proposed(name, place, cells))
    return fields


def name_boxes(boxes: Sequence[FormBox]) -> list[str]:
    """Name boxes by where they are: those of a table by row and column, others by number.

    A table has two rows or more of two columns or more, each row with boxes of the same places.
    """
    rows: dict[int, list[int]] = {}  # of each row's first box, all of its boxes
    for k, box in enumerate(boxes):
        first = next((f for f in rows if _same(boxes[f].top, boxes[f].bottom, box)), k)
        rows.setdefault(first, []).append(k)
    tables: list[list[list[int]]] = []
    for row in rows.values():
        row.sort(key=lambda k: boxes[k].left)
        above = tables[-1][-1] if tables else []
        if len(row) > 1 and _alike([boxes[k] for k in above], [boxes[k] for k in row]):
            tables[-1].append(row)
        else:
            tables.append([row])
    tables = [table for table in tables if len(table) > 1]
    names = [f"field {k}" for k in range(1, len(boxes) + 1)]
    for t, table in enumerate(tables, 1):
        of = f"table {t}, " if len(tables) > 1 else ""
        for r, row in enumerate(table, 1):
            for c, k in enumerate(row, 1):
                names[k] = f"{of}row {r}, column {c}"
    return names


def _same(top: int, bottom: int, box: FormBox) -> bool:
    """Whether a box lies from one row of pixels to another, more or less."""
    off = OFF * (bottom - top)
    return abs(box.top - top) <= off and abs(box.bottom - bottom) <= off


def _alike(above: list[FormBox], below: list[FormBox]) -> bool:
    """Whether two rows have boxes in the same columns."""
    return len(above) == len(below) and all(
        max(abs(a.left - b.left), abs(a.right - b.right)) <= OFF * (a.bottom - a.top)
        for a, b in zip(above, below, strict=True)
    )


def _cells_of(ink: Light, lines: Mask, box: FormBox) -> int:
    """How many cells a box has whose dividers are dashed, faint, or mere ticks."""
    left, top = max(0, box.left - AROUND), max(0, box.top - AROUND)
    place = np.s_[top : box.bottom + AROUND, left : box.right + AROUND]
    inner = box.left - left, box.right - left
    edges = find_edges(ink[place], lines[place], inner, (box.top - top, box.bottom - top))
    return len(edges) - 1 if edges else 1
