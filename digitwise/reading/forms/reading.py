"""Read a form field by field, wherever it lies on the page."""

from collections.abc import Iterator
from dataclasses import replace

from digitwise.errors import ImageError
from digitwise.imaging.components import Component
from digitwise.imaging.pictures import Picture
from digitwise.reading.forms.cell_texts import likely_texts, number_of
from digitwise.reading.forms.cells import Cell, all_blank, read_cells
from digitwise.reading.forms.description import Form
from digitwise.reading.forms.entries import Cells
from digitwise.reading.forms.ink import find_cell_edges, written_in, written_in_cells
from digitwise.reading.forms.known import choose
from digitwise.reading.forms.marks import tell_marks
from digitwise.reading.forms.registration import OUTSIDE, FoundField, find_fields
from digitwise.reading.how import How
from digitwise.reading.ink_network import learnt_way
from digitwise.reading.number import Number
from digitwise.reading.page import page_of, read_pages
from digitwise.reading.results import nothing_read, on_picture
from digitwise.reading.seen_twice import is_unsure, likelier
from digitwise.reading.splitting.budget import Budget
from digitwise.reading.splitting.classify import find_candidates

MAX_LOG_ODDS = 8.0  # nats against the reading that obeys `blank`; beyond, the free one is taken
BLANK = "a cell is blank that may not be"


def read_fields(page: Picture, form: Form, how: How) -> Iterator[Number]:
    """Read the numbers of a form's fields, in the order of the fields; skip empty fields.

    A field outside of the picture gives a number without digits, with that reason.

    Raises
    ------
    ImageError
        If the page can't be laid over the form's reference, no field is in its place, or the
        reference can't be opened.
    """
    places = {found.field.name: found for found in find_fields(page, form)}
    if all(found.reason for found in places.values()):
        raise ImageError("it doesn't show this form: no field is in its place")
    chosen = choose(form, lambda name, how: _read(page, places[name], how), how)
    for name, number in chosen.items():
        if number is not None:
            yield replace(number, field=name, reason=places[name].reason or number.reason)
        elif places[name].reason:
            yield replace(nothing_read(page, places[name].reason), field=name)


def _read(page: Picture, found: FoundField, how: How) -> Number | None:
    """Return a field's number; None if it is empty. Outside of the picture it has no text."""
    if found.reason == OUTSIDE:
        return nothing_read(page, OUTSIDE)  # not empty: no rule may count it as 0
    height, width = found.region.grey.shape
    picture = Picture(found.region.grey, width, height, page.page)
    edges = find_cell_edges(found)
    if edges is None:
        numbers = _read_number(picture, found, replace(how, layout="number"))
    else:
        numbers = _read_cells(picture, found, edges, how)
    return on_picture(numbers[0], page, found.region) if numbers else None


def _read_number(picture: Picture, found: FoundField, how: How) -> list[Number]:
    """Return the number of a field without cells; a field that is read unsurely is seen twice."""
    how = replace(how, expected=found.field.expected)
    numbers = _judged(picture, written_in(found), how)
    if not numbers or not is_unsure(numbers, how):
        return numbers
    again = _judged(picture, written_in(found, lambda grey: learnt_way(grey)[0]), how)
    return likelier(numbers, again, how) if again else numbers


def _judged(picture: Picture, written: list[list[Component]], how: How) -> list[Number]:
    said = next(read_pages([page_of(picture, written, how)], how))
    if isinstance(said, ImageError):
        raise said
    return said


def _read_cells(picture: Picture, found: FoundField, edges: list[float], how: How) -> list[Number]:
    expected, count = found.field.expected, len(edges) - 1
    known = found.field.cells or Cells(count)
    components = written_in_cells(found, edges)
    cells, reason = _cells_of(components, edges, known.blank, how)
    # Cells that only the reference shows bound the number of digits from above.
    least = 0 if found.field.cells else min(expected.least, count)
    texts = likely_texts(cells, least, count, how.alternatives)
    texts = texts or likely_texts(cells, 0, count, how.alternatives)
    if not texts or not texts[0][0].strip():
        return [] if not reason else [nothing_read(picture, reason)]
    number = number_of(picture, cells, texts, how)
    return [replace(number, reason=reason, cross=known.cross)]


def _cells_of(
    components: list[Component], edges: list[float], blank: str, how: How
) -> tuple[list[Cell], str]:
    """Return cells and an error; any cell may be blank where they can't be read otherwise."""
    if not components:
        return all_blank(len(edges) - 1), "" if blank != "no" else BLANK
    signs = how.weighing.signs if how.weighing else None
    budget = Budget()
    ((arcs, digits),) = find_candidates(
        [components], how.network, how.calibration, signs, [budget], may_be_text=False
    )
    if not arcs.pieces:
        return all_blank(len(edges) - 1), str(budget.spent or budget.texture)
    marks = tell_marks(arcs.pieces)
    free, most = read_cells(arcs, digits, marks, how.weighing, edges)
    if blank == "allowed":
        return free, ""
    bound, score = read_cells(arcs, digits, marks, how.weighing, edges, blank)
    # The bound reading must not win by skipping ink.
    return (bound, "") if score >= most - MAX_LOG_ODDS else (free, BLANK)
