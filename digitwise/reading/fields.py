"""Reading a form field by field, wherever it lies on the page."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from digitwise.errors import ImageError
from digitwise.imaging.align import PageLines, align, find_lines
from digitwise.imaging.components import Component
from digitwise.imaging.ink import extract_ink
from digitwise.imaging.pictures import Picture, open_pictures
from digitwise.imaging.printed import place_lines
from digitwise.imaging.region import MARGIN, Region, cut_out
from digitwise.imaging.rules import find_rules, remove_rules
from digitwise.imaging.sheet import ink_of_page
from digitwise.imaging.surface import Light
from digitwise.reading.expected import Expected
from digitwise.reading.form import Form
from digitwise.reading.number import Number
from digitwise.reading.said import on_picture
from digitwise.reading.segment import one_number

LINE_OFF = 0.02  # of a field's height: how far printed lines may be off after laying pages over
ON_LINES = 0.8  # of a piece of ink: so much of it on printed lines, it is one of them

ReadNumbers = Callable[[Picture, list[list[Component]], Expected], list[Number]]
"""From a picture, its numbers as ink, and what is known of them."""


def read_fields(page: Picture, form: Form, read: ReadNumbers) -> Iterator[Number]:
    """Read the numbers of a form's fields, in the order of the fields; empty ones give none.

    Raises
    ------
    ImageError
        If the page can't be laid over the form's reference, or that can't be opened.
    """
    height, width = page.grey.shape
    transform = np.diag([width / form.size[0], height / form.size[1], 1.0])
    reference, to_reference = None, transform
    if form.reference is not None:
        reference = _open_reference(form.reference)
        high, wide = reference.printed.shape
        to_reference = np.diag([wide / form.size[0], high / form.size[1], 1.0])
        transform = align(page.grey, reference.lines) @ to_reference
    for field in form.fields:
        region = cut_out(page.grey, transform, field.box)
        height, width = region.grey.shape
        picture = Picture(region.grey, width, height, page.page)
        printed = cut_out(reference.printed, to_reference, field.box) if reference else None
        for number in read(picture, _written_in(region, printed), field.expected):
            yield replace(on_picture(number, page, region), field=field.name)


@dataclass(frozen=True)
class Reference:
    """A form's page, as far as others are compared with it: its printed lines.

    Attributes
    ----------
    lines : PageLines or None
        For laying a page over it.
    printed : float32 array of shape (h, w)
        1 where a line is, in its own pixels.
    """

    lines: PageLines | None
    printed: Light


def _open_reference(path: Path) -> Reference:
    try:
        modified = path.stat().st_mtime_ns if path.exists() else 0
        return _look_at_reference(path, modified)
    except ImageError as error:
        raise ImageError(f"the form's reference {path}: {error}") from error


@lru_cache(maxsize=4)
def _look_at_reference(path: Path, _modified: int) -> Reference:
    """The same for many pages."""
    grey = next(iter(open_pictures(path))).grey
    printed = find_rules(ink_of_page(grey))
    return Reference(find_lines(grey), printed.astype(np.float32))


def _written_in(region: Region, printed: Region | None) -> list[list[Component]]:
    """Ink of the number in a field: what has its middle within it, and isn't a printed line."""
    import cv2

    height, width = region.grey.shape
    margin = height * MARGIN / (1 + 2 * MARGIN)
    ink = extract_ink(region.grey)
    near, known = np.zeros(ink.shape, bool), None
    if printed is not None:
        lines = cv2.resize(printed.grey, (width, height)) > 0.2
        # What is printed may lie a little off, and be wider after scanning.
        off = round(LINE_OFF * height) + 1
        near = cv2.dilate(lines.astype(np.uint8), np.ones((2 * off + 1,) * 2, np.uint8)) > 0
        known = place_lines(lines, ink, height, off)

    def written(c: Component) -> bool:
        inside = (
            margin <= (c.top + c.bottom) / 2 <= height - margin
            and margin <= (c.left + c.right) / 2 <= width - margin
        )
        on_lines = float(c.ink[near[c.top : c.bottom, c.left : c.right]].sum())
        return inside and on_lines < ON_LINES * float(c.ink.sum())

    numbers = one_number(remove_rules(ink, known))
    kept = [[c for c in number if written(c)] for number in numbers]
    return [number for number in kept if number]
