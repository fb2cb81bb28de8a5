"""Pages of PDF files, rendered by PDFium."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from digitwise.errors import ImageError

if TYPE_CHECKING:
    from PIL.Image import Image

DOTS_PER_INCH = 200  # usual for scans of forms; a digit of 4 mm is 30 pixels high
POINTS_PER_INCH = 72  # unit of lengths in a PDF file
MAX_PIXELS = 20_000_000  # maximum size of a rendered page; larger pages get fewer dots per inch
HEADER_BYTES = 1024  # start of a PDF file, within which its signature stands


def is_pdf(source: Path | BinaryIO) -> bool:
    """Tell by its content whether a file is PDF. A binary file is left at its start."""
    if isinstance(source, Path):
        with source.open("rb") as file:
            return b"%PDF-" in file.read(HEADER_BYTES)
    source.seek(0)
    start = source.read(HEADER_BYTES)
    source.seek(0)
    return b"%PDF-" in start


def render_pages(source: Path | BinaryIO, most: int, first: int = 0) -> Iterator["Image"]:
    """Yield the pages of a PDF file from the `first` on, rendered in grey.

    Raises
    ------
    ImageError
        If the file is damaged, needs a password, has no page or more than `most`.
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
            dots = min(DOTS_PER_INCH, (MAX_PIXELS / (width * height)) ** 0.5)
            bitmap = page.render(scale=dots / POINTS_PER_INCH, grayscale=True)
            yield bitmap.to_pil()
    except pypdfium2.PdfiumError as error:
        raise ImageError("this PDF file can't be read: a page of it is damaged") from error
    finally:
        document.close()
