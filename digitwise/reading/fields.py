"""Reading a form field by field, wherever it lies on the page."""

from collections.abc import Iterator
from dataclasses import replace

from digitwise.errors import ImageError
from digitwise.imaging.components import Component
from digitwise.imaging.pictures import Picture
from digitwise.reading.candidates import find_candidates
from digitwise.reading.cell_texts import number_of, with_count
from digitwise.reading.cells import Cell, all_blank, read_cells
from digitwise.reading.field_ink import find_cell_edges, written_in, written_in_cells
from digitwise.reading.field_places import OUTSIDE, FoundField, find_fields
from digitwise.reading.form import Cells, Form
from digitwise.reading.how import How
from digitwise.reading.marks import tell_marks
from digitwise.reading.number import Number
from digitwise.reading.page import page_of, read_pages
from digitwise.reading.said import nothing_read, on_picture

UNLIKELY = 8.0  # logarithm of the odds against blank cells where the description has them
BLANK = "a cell is blank that may not be"


def read_fields(page: Picture, form: Form, how: How) -> Iterator[Number]:
    """Read the numbers of a form's fields, in the order of the fields; empty ones give none.

    A field that the picture doesn't show gives a number without digits that says so.

    Raises
    ------
    ImageError
        If the page can't be laid over the form's reference, or that can't be opened.
    """
    for found in find_fields(page, form):
        numbers = [] if found.reason == OUTSIDE else _read(page, found, how)
        if found.reason and not numbers:
            numbers = [nothing_read(page, found.reason)]
        for number in numbers:
            yield replace(number, field=found.field.name, reason=found.reason or number.reason)


def _read(page: Picture, found: FoundField, how: How) -> list[Number]:
    """What a field says: one number, or none if it is empty."""
    height, width = found.region.grey.shape
    picture = Picture(found.region.grey, width, height, page.page)
    field = found.field
    edges = find_cell_edges(found)
    if edges is None:
        how = replace(how, layout="number", expected=field.expected)
        said = next(read_pages([page_of(picture, written_in(found), how)], how))
        if isinstance(said, ImageError):
            raise said
        numbers = said
    else:
        numbers = _read_cells(picture, found, edges, how)
    return [on_picture(number, page, found.region) for number in numbers]


def _read_cells(picture: Picture, found: FoundField, edges: list[float], how: How) -> list[Number]:
    expected, count = found.field.expected, len(edges) - 1
    known = found.field.cells or Cells(count)
    components = written_in_cells(found, edges)
    cells, reason = _cells_of(components, edges, known.blank, how)
    # Cells that no description names say how many digits there are, at most.
    text = with_count(cells, 0 if found.field.cells else min(expected.least, count), count)
    if text is None:
        text = with_count(cells, 0, count)
    if text is None or not text[0].strip():
        return [] if not reason else [nothing_read(picture, reason)]
    number = number_of(picture, cells, *text, how)
    return [replace(number, reason=reason, cross=known.cross)]


def _cells_of(
    components: list[Component], edges: list[float], blank: str, how: How
) -> tuple[list[Cell], str]:
    """Read cells, as if any might be blank where they can't be read otherwise."""
    if not components:
        return all_blank(len(edges) - 1), "" if blank != "no" else BLANK
    signs = how.weighing.signs if how.weighing else None
    ((arcs, digits),) = find_candidates([components], how.network, how.calibration, signs)
    marks = tell_marks(arcs.pieces)
    free, most = read_cells(arcs, digits, marks, how.weighing, edges)
    if blank == "allowed":
        return free, ""
    bound, score = read_cells(arcs, digits, marks, how.weighing, edges, blank)
    # No ink is passed over so that others may be blank.
    return (bound, "") if score >= most - UNLIKELY else (free, BLANK)
