"""Reading a form field by field, wherever it lies on the page."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from digitwise.imaging.align import PageLines, Transform, align, find_lines
from digitwise.imaging.components import Component
from digitwise.imaging.ink import extract_ink
from digitwise.imaging.pictures import Picture, open_pictures
from digitwise.imaging.region import MARGIN, Region, cut_out
from digitwise.imaging.rules import remove_rules
from digitwise.reading.expected import Expected
from digitwise.reading.form import Field, Form
from digitwise.reading.number import Box, Number
from digitwise.reading.segment import one_number

ReadNumbers = Callable[[Picture, list[list[Component]], Expected], Iterator[Number]]
"""From a picture, its numbers as ink, and what is known of them."""


def read_fields(page: Picture, form: Form, read: ReadNumbers) -> Iterator[Number]:
    """Read the numbers of a form's fields, in the order of the fields; empty ones give none.

    Raises
    ------
    ImageError
        If the page can't be laid over the form's reference, or that can't be opened.
    """
    transform = _find_form(page, form)
    for field in form.fields:
        region = cut_out(page.grey, transform, field.box)
        height, width = region.grey.shape
        picture = Picture(region.grey, width, height, page.page)
        for number in read(picture, _written_in(region), field.expected):
            yield _on_page(number, region, page, field)


def _find_form(page: Picture, form: Form) -> Transform:
    """From the form's pixels to those of the page at working resolution."""
    height, width = page.grey.shape
    if form.reference is None:
        return np.diag([width / form.size[0], height / form.size[1], 1.0])
    modified = form.reference.stat().st_mtime_ns if form.reference.exists() else 0
    (high, wide), lines = _reference(form.reference, modified)
    to_reference = np.diag([wide / form.size[0], high / form.size[1], 1.0])
    return align(page.grey, lines) @ to_reference


@lru_cache(maxsize=4)
def _reference(path: Path, _modified: int) -> tuple[tuple[int, ...], PageLines | None]:
    """Size and printed lines of a reference, which are the same for many pages."""
    grey = next(iter(open_pictures(path))).grey
    return grey.shape, find_lines(grey)


def _written_in(region: Region) -> list[list[Component]]:
    """Ink of the number in a field: what has its middle within it."""
    height, width = region.grey.shape
    margin = height * MARGIN / (1 + 2 * MARGIN)
    inside = [
        [
            c
            for c in number
            if margin <= (c.top + c.bottom) / 2 <= height - margin
            and margin <= (c.left + c.right) / 2 <= width - margin
        ]
        for number in one_number(remove_rules(extract_ink(region.grey)))
    ]
    return [number for number in inside if number]


def _on_page(number: Number, region: Region, page: Picture, field: Field) -> Number:
    """The same number, its boxes in pixels of the page as it is in its file."""
    height, width = page.grey.shape
    across, down = page.width / width, page.height / height

    def moved(box: Box) -> Box:
        x0, y0, x1, y1 = region.box_on_page(box)
        return (
            min(max(0, int(x0 * across)), page.width),
            min(max(0, int(y0 * down)), page.height),
            min(max(0, int(np.ceil(x1 * across))), page.width),
            min(max(0, int(np.ceil(y1 * down))), page.height),
        )

    return replace(
        number,
        bbox=moved(number.bbox),
        digits=[replace(digit, bbox=moved(digit.bbox)) for digit in number.digits],
        page_size=(page.width, page.height),
        field=field.name,
    )
