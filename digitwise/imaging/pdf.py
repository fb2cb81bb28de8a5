"""Pages of PDF files, as pictures: rendered by PDFium, as Chromium does."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from digitwise.errors import ImageError

if TYPE_CHECKING:
    from PIL.Image import Image

DOTS_PER_INCH = 200  # as scans of forms have; a digit of 4 mm is 30 pixels high
POINTS_PER_INCH = 72
MOST_PIXELS = 20_000_000  # of a rendered page: what is larger is rendered coarser
START = 1024  # bytes, within which a PDF file says what it is


def is_pdf(source: Path | BinaryIO) -> bool:
    """Whether a file is PDF, by its content. A binary file is left at its start."""
    if isinstance(source, Path):
        with source.open("rb") as file:
            return b"%PDF-" in file.read(START)
    source.seek(0)
    start = source.read(START)
    source.seek(0)
    return b"%PDF-" in start


def render_pages(source: Path | BinaryIO, most: int, first: int = 0) -> Iterator["Image"]:
    """Render the pages of a PDF file from the `first` on, one after the other, in grey.

    Raises
    ------
    ImageError
        If it is damaged, needs a password, has no page or more than `most`.
    """
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(source)
    except pypdfium2.PdfiumError as error:
        why = "it needs a password" if "password" in str(error).lower() else "it is damaged"
        raise ImageError(f"this PDF file can't be opened: {why}") from error
    try:
        if not 1 <= len(document) <= most:
            raise ImageError(f"{len(document):,} pages; 1 to {most:,} are read")
        for number in range(first, len(document)):
            page = document[number]
            width, height = (max(1.0, points / POINTS_PER_INCH) for points in page.get_size())
            dots = min(DOTS_PER_INCH, (MOST_PIXELS / (width * height)) ** 0.5)
            bitmap = page.render(scale=dots / POINTS_PER_INCH, grayscale=True)
            yield bitmap.to_pil()
    except pypdfium2.PdfiumError as error:
        raise ImageError("this PDF file can't be read: a page of it is damaged") from error
    finally:
        document.close()
