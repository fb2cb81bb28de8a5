"""Display of readings: pages with boxes and texts, a number with its digits."""

import io
from itertools import islice
from typing import TYPE_CHECKING

from digitwise.display.html import block, heading, paragraph, picture, table
from digitwise.display.png import as_png
from digitwise.errors import DigitwiseError, InputError
from digitwise.imaging.pictures import open_images
from digitwise.reading.number import Number
from digitwise.reading.numbers import Numbers
from digitwise.reading.overlay import draw_overlay
from digitwise.wording import counted

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_PAGES = 5  # pages in a notebook


def show(numbers: Numbers, page: int) -> "Image":
    """Return a page with the boxes and texts of its numbers; see `Numbers.show`."""
    from PIL import Image

    if not isinstance(page, int) or page < 0:
        raise InputError(f"expected a page, 0 for the first; found {page!r:.50}")
    for drawn in _pages(numbers, page, page + 1):
        return Image.open(io.BytesIO(drawn))
    raise InputError(f"the picture has no page {page}: the first is 0")


def as_html(numbers: Numbers) -> str:
    """Return the pages with boxes and texts as HTML, or each number without the picture."""
    count = counted(len(numbers), "number")
    last = max((number.page for number in numbers), default=0)
    try:
        pages = _pages(numbers, 0, min(last + 1, MAX_PAGES))
        pictures = [picture(page, f"page {k}") for k, page in enumerate(pages)]
    except (DigitwiseError, OSError, ValueError):  # missing, changed, or a closed file
        return block(paragraph(count), *map(number_as_html, numbers))
    more = [paragraph(f"… {last + 1 - MAX_PAGES} more pages")] if last >= MAX_PAGES else []
    return block(paragraph(count), *pictures, *more)


def number_as_html(number: Number) -> str:
    """Return text and confidence as HTML, and for each digit its frame, character, probability."""
    images = [picture(as_png(255 - digit.image), digit.char) for digit in number.digits]
    probabilities = [f"{digit.p:.3f}" for digit in number.digits]
    others = [f"{text} ({p:.3f})" for text, p in number.alternatives[1:4]]
    verdict = ", rejected" if number.rejected else ""
    return block(
        heading(number.shown, f"confidence {number.confidence:.3f}{verdict}"),
        table([digit.char for digit in number.digits], [images, probabilities], align="center"),
        *([paragraph(f"or {', '.join(others)}")] if others else []),
    )


def _pages(numbers: Numbers, first: int, end: int) -> list[bytes]:
    if numbers.source is None:
        raise InputError(
            "these numbers have no picture; it is kept only if it was a path or was read by `read`"
        )
    images = islice(enumerate(open_images(numbers.source)), first, end)
    return [draw_overlay(image, [n for n in numbers if n.page == page]) for page, image in images]
