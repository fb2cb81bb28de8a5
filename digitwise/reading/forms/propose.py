"""Propose the fields of a form from its print: boxes, cells, lines to write on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from digitwise.imaging.boxes import FormBox, find_boxes
from digitwise.imaging.cells import MOST_CELLS, find_edges
from digitwise.imaging.dotted import find_dotted
from digitwise.imaging.pictures import Picture
from digitwise.imaging.rules import Mask, find_rules
from digitwise.imaging.sheet import ink_of_page, lay_flat, sheet_corners
from digitwise.imaging.skew import skew_of, turned_upright
from digitwise.imaging.surface import Light
from digitwise.imaging.writing_lines import find_writing_lines
from digitwise.reading.forms.labels import without_labels

RIM_PX = 3  # pixels that are looked at beyond a box
MIN_SKEW_DEGREES = 0.3  # of a page that is turned upright first
MAX_EDGE_HEIGHTS = 0.15  # maximum thickness of an edge that two boxes share, in box heights
MAX_CELL_OFF_WIDTHS = 0.15  # of a cell's width: by which the cells of a comb may differ
MAX_OFF_HEIGHTS = 0.25  # of a box's height: by which boxes of a row, or of a column, may differ


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


@dataclass(frozen=True)
class ProposedForm:
    """A form as a picture shows it.

    Attributes
    ----------
    grey : float32 array of shape (h, w)
        Its page.
    size : (width, height)
        Of the page, in pixels of its description.
    laid_flat : bool
        Whether the page is the sheet of a photograph, laid flat, or a scan that was turned upright.
    fields : list of Proposed
    """

    grey: Light
    size: tuple[int, int]
    laid_flat: bool
    fields: list[Proposed]

    def entries(self) -> list[dict[str, Any]]:
        """The fields as a description has them."""
        scale = (self.size[0] / self.grey.shape[1], self.size[1] / self.grey.shape[0]) * 2
        entries: list[dict[str, Any]] = []
        for field in self.fields:
            box = [round(v * by) for v, by in zip(field.box, scale, strict=True)]
            cells = {"cells": field.cells} if field.cells > 1 else {}
            entries.append({"name": field.name, "box": box, **cells})
        return entries


def propose_form(picture: Picture) -> ProposedForm:
    """Propose a form's fields from a picture of it, blank or filled, scanned or photographed."""
    corners = sheet_corners(picture.grey)
    # Boxes are upright on the sheet.
    flat = picture.grey if corners is None else lay_flat(picture.grey, corners).grey
    ink = ink_of_page(flat)
    skew = skew_of(ink)
    if abs(skew) >= MIN_SKEW_DEGREES:
        flat = turned_upright(flat, skew)
        ink = ink_of_page(flat)
    elif corners is None:
        size = picture.width, picture.height
        return ProposedForm(picture.grey, size, False, propose_fields(picture.grey, ink))
    return ProposedForm(flat, (flat.shape[1], flat.shape[0]), True, propose_fields(flat, ink))


def propose_fields(grey: Light, ink: Light | None = None) -> list[Proposed]:
    """Propose the fields of a form, blank or filled, from top to bottom and left to right.

    Parameters
    ----------
    grey : float32 array of shape (h, w)
        Light, 0 black to 1 white.
    ink : float32 array of shape (h, w), optional
        Its ink, where that is known: see `ink_of_page`.
    """
    ink = ink_of_page(grey) if ink is None else ink
    dotted = find_dotted(ink)
    lines = find_rules(ink) | dotted
    boxes = _with_dashed_cells(ink, lines, _in_reading_order(find_boxes(lines)))
    to_write_on = find_writing_lines(ink, lines, dotted, boxes)
    boxes, to_write_on = without_labels(grey, ink, lines, boxes, to_write_on)
    boxes = _in_reading_order(boxes)
    named = dict(zip(boxes, name_boxes(boxes), strict=True))
    named |= {box: f"line {k}" for k, box in enumerate(to_write_on, 1)}
    fields = []
    for box in _in_reading_order(named):
        place = box.left, box.top, box.right, box.bottom
        fields.append(Proposed(named[box], place, box.cells if box.cells <= MOST_CELLS else 1))
    return fields


def _with_dashed_cells(ink: Light, lines: Mask, boxes: Sequence[FormBox]) -> list[FormBox]:
    """Count the cells between dashed dividers, and join the parts of a comb.

    A dashed divider may look like a line on a photograph, which parts a comb into boxes. Boxes with
    a common edge and cells of one width are one comb, unless both have dashed dividers: then the
    edge is the only line, and parts two fields.
    """
    found: list[tuple[FormBox, bool]] = []
    for box in boxes:
        dashed = box.cells == 1 and (cells := _cells_of(ink, lines, box)) > 1
        whole = replace(box, cells=cells) if dashed else box
        if found and _is_same_comb(*found[-1], whole, dashed):
            before, _ = found.pop()
            top, bottom = min(before.top, whole.top), max(before.bottom, whole.bottom)
            cells = before.cells + whole.cells
            whole, dashed = FormBox(before.left, top, whole.right, bottom, cells), True
        found.append((whole, dashed))
    return [box for box, _ in found]


def _is_same_comb(box: FormBox, dashed: bool, after: FormBox, after_dashed: bool) -> bool:
    wide, after_wide = ((b.right - b.left) / b.cells for b in (box, after))
    return (
        dashed != after_dashed
        and _same(box.top, box.bottom, after)
        and 0 <= after.left - box.right <= MAX_EDGE_HEIGHTS * (box.bottom - box.top)
        and abs(wide - after_wide) <= MAX_CELL_OFF_WIDTHS * min(wide, after_wide)
    )


def _in_reading_order(boxes: Iterable[FormBox]) -> list[FormBox]:
    """Return boxes from top to bottom, those of a row from left to right."""
    rows: list[list[FormBox]] = []
    for box in sorted(boxes, key=lambda box: (box.top, box.left)):
        if rows and box.top - rows[-1][0].top <= MAX_OFF_HEIGHTS * (
            rows[-1][0].bottom - rows[-1][0].top
        ):
            rows[-1].append(box)
        else:
            rows.append([box])
    return [box for row in rows for box in sorted(row, key=lambda box: box.left)]


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
    of_tables = {k for table in tables for row in table for k in row}
    others = [k for k in range(len(boxes)) if k not in of_tables]
    names = [""] * len(boxes)
    for number, k in enumerate(others, 1):
        names[k] = f"field {number}"
    for t, table in enumerate(tables, 1):
        of = f"table {t}, " if len(tables) > 1 else ""
        for r, row in enumerate(table, 1):
            for c, k in enumerate(row, 1):
                names[k] = f"{of}row {r}, column {c}"
    return names


def _same(top: int, bottom: int, box: FormBox) -> bool:
    """Whether a box lies from one row of pixels to another, more or less."""
    off = MAX_OFF_HEIGHTS * (bottom - top)
    return abs(box.top - top) <= off and abs(box.bottom - bottom) <= off


def _alike(above: list[FormBox], below: list[FormBox]) -> bool:
    """Whether two rows have boxes in the same columns."""
    return len(above) == len(below) and all(
        max(abs(a.left - b.left), abs(a.right - b.right)) <= MAX_OFF_HEIGHTS * (a.bottom - a.top)
        for a, b in zip(above, below, strict=True)
    )


def _cells_of(ink: Light, lines: Mask, box: FormBox) -> int:
    """How many cells a box has whose dividers are dashed, faint, or mere ticks."""
    left, top = max(0, box.left - RIM_PX), max(0, box.top - RIM_PX)
    place = np.s_[top : box.bottom + RIM_PX, left : box.right + RIM_PX]
    inner = box.left - left, box.right - left
    edges = find_edges(ink[place], lines[place], inner, (box.top - top, box.bottom - top))
    return len(edges) - 1 if edges else 1
