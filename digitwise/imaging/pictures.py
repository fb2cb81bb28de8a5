"""Pictures from files and arrays: opened page by page as light, within limits of size."""

import io
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from digitwise.errors import ImageError, reason_of
from digitwise.imaging.arrays import as_array, image_of, is_array_like
from digitwise.imaging.heic import is_heic, teach_pillow
from digitwise.imaging.light import light_of
from digitwise.imaging.pdf import is_pdf, render_pages

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = ("PNG", "JPEG", "BMP", "GIF", "PPM", "TIFF", "WEBP")  # those of `preinit` first
HEIC = "HEIF"  # Pillow's name of the format
SUFFIXES = frozenset(
    {
        ".png",
        ".jpg",
        ".jpeg",
        ".bmp",
        ".tif",
        ".tiff",
        ".webp",
        ".gif",
        ".pgm",
        ".ppm",
        ".pbm",
        ".heic",
        ".heif",
    }
)
MAX_PIXELS = 80_000_000  # A4 at 800 dpi; also below Pillow's own warning
MOST_PAGES = 1_000  # of a file; longer files are refused


@dataclass(frozen=True)
class Picture:
    """One page of a picture, upright.

    Attributes
    ----------
    grey : float32 array of shape (h, w)
        Light, 0 black to 1 white; at working resolution, at most 4 million pixels.
    width, height : int
        Size of the original page in pixels, after its EXIF orientation is applied.
    page : int
        Index from 0; above 0 only in PDF files, multi-page TIFF files and lists.
    """

    grey: npt.NDArray[np.float32]
    width: int
    height: int
    page: int = 0

    def in_original(self, box: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
        """Convert a box from working resolution to the original page's pixels."""
        height, width = self.grey.shape
        x, y = self.width / width, self.height / height
        x0, y0, x1, y1 = box
        return (
            min(max(0, int(x0 * x)), self.width),
            min(max(0, int(y0 * y)), self.height),
            min(max(0, int(np.ceil(x1 * x))), self.width),
            min(max(0, int(np.ceil(y1 * y))), self.height),
        )


Page = TypeVar("Page")
Source: TypeAlias = (
    "str | PathLike[str] | bytes | BinaryIO | Image | npt.ArrayLike | Picture | Sequence[Source]"
)


def open_pictures(source: Source) -> Iterator[Picture]:
    """Yield the pages of a picture, one after the other.

    A picture is a path; bytes or a binary file; a PIL image; an array, or an object that converts
    to one; or a list or tuple of pictures, whose pages are numbered through. A `Picture` is
    yielded unchanged.

    Files are PNG, JPEG, BMP, TIFF, WebP, GIF (first frame), PNM, PDF or, with the extra [heic],
    HEIC; grey or colour, 8 or 16 bit, with or without alpha. For arrays see `image_of`.

    Raises
    ------
    ImageError
        If it can't be opened, is damaged, is empty or has more than 80 million pixels.
    """
    if isinstance(source, Picture):
        yield source
    elif isinstance(source, list | tuple):
        for page, picture in enumerate(_each(source, open_pictures)):
            yield replace(picture, page=page)
    else:
        for page, image in enumerate(_images(source)):
            yield _picture(image, page)


def open_page(path: Path, page: int) -> "Image":
    """Open one page of a file, as `open_images` does, without decoding the pages before it.

    Raises
    ------
    ImageError
        If the file can't be opened, or has no such page.
    """
    for image in open_pages(path, page):
        load_pixels(image)
        return upright(image)
    raise ImageError(f"there is no page {page}")


def open_images(source: Source) -> Iterator["Image"]:
    """Yield the pages of a picture as PIL images, upright, in their original size.

    Raises
    ------
    ImageError
        As `open_pictures`.
    """
    if isinstance(source, Picture):
        size = source.width, source.height
        yield image_of(source.grey.clip(0, 1)).resize(size)
    elif isinstance(source, list | tuple):
        yield from _each(source, open_images)
    else:
        for image in _images(source):
            load_pixels(image)
            yield upright(image)


def _each(
    sources: Sequence[Source], open_one: Callable[[Source], Iterator[Page]]
) -> Iterator[Page]:
    """Yield the pages of several pictures; an error names the number of the picture."""
    for number, source in enumerate(sources, 1):
        if isinstance(source, list | tuple):
            raise ImageError(
                f"item {number} of a list of pictures is a {type(source).__name__} itself: lists "
                "hold pictures; rows of pixels belong in an array, np.array(rows)"
            )
        try:
            yield from open_one(source)
        except ImageError as error:
            raise ImageError(f"picture {number} of {len(sources)}: {error}") from error


def _images(source: Any) -> Iterator["Image"]:
    """Yield the pages of a PIL image, an array or a file."""
    from PIL import Image

    if isinstance(source, Image.Image):
        yield source
    elif is_array_like(source) and not isinstance(source, str | bytes):  # NumPy has strings, too
        yield image_of(as_array(source))
    else:
        yield from open_pages(source)


def open_first(path: Path) -> Picture:
    """Open the first page of a file.

    Raises
    ------
    ImageError
        As `open_pictures`; the message begins with the file's name.
    """
    try:
        return next(iter(open_pictures(path)))
    except ImageError as error:
        raise ImageError(f"{path}: {error}") from error


def open_pages(
    source: "str | PathLike[str] | bytes | BinaryIO", first: int = 0
) -> Iterator["Image"]:
    """Yield the pages of a file from the `first` on; each is valid until the next is requested.

    Raises
    ------
    ImageError
        If the file can't be opened, is damaged, or exceeds the limits of size.
    """
    from PIL import Image, UnidentifiedImageError

    if isinstance(source, str | PathLike):
        source = Path(source)
        _check_path(source)
    elif isinstance(source, bytes | bytearray | memoryview):
        source = io.BytesIO(source)
    elif isinstance(source, io.TextIOBase):
        raise ImageError('a file opened as text; expected a binary one, open(..., "rb")')
    elif not hasattr(source, "read"):
        raise ImageError(
            "expected a path, bytes, binary file, list of pictures, PIL image or array; found "
            f"{type(source).__name__}"
        )
    try:
        if not isinstance(source, Path) and not getattr(source, "seekable", lambda: True)():
            source = io.BytesIO(source.read())
        if is_pdf(source):
            yield from render_pages(source, MOST_PAGES, first)
            return
        with warnings.catch_warnings():
            # Pillow warns of faults that it repairs (odd EXIF, padding); users can do nothing.
            warnings.simplefilter("ignore")
            formats: tuple[str, ...] = FORMATS
            if is_heic(source):
                teach_pillow()
                formats = (HEIC,)
            Image.preinit()  # otherwise all of Pillow's forty formats are imported
            with Image.open(source, formats=formats) as image:
                pages = getattr(image, "n_frames", 1) if image.format == "TIFF" else 1
                if pages > MOST_PAGES:
                    raise ImageError(f"{pages:,} pages; at most {MOST_PAGES:,} are read")
                for page in range(first, pages):
                    if page:
                        image.seek(page)
                    yield image
    except (ImageError, GeneratorExit, KeyboardInterrupt):
        raise
    except UnidentifiedImageError:
        raise ImageError(
            "not a picture that can be read; expected PNG, JPEG, BMP, TIFF, WebP, GIF, PNM or PDF"
        ) from None
    except Image.DecompressionBombError as error:
        raise ImageError(_too_large()) from error
    except Exception as error:  # decoders of damaged files raise errors of any kind
        raise _damaged(error) from error


def _damaged(error: Exception) -> ImageError:
    reason = " ".join(str(error).split()) or type(error).__name__
    return ImageError(f"damaged or unsupported picture ({reason[:200]})")


def _check_path(path: Path) -> None:
    try:
        if not path.name or not path.exists():
            raise ImageError("no such file")
        if not path.is_file():
            raise ImageError("not a file")
        path.open("rb").close()
    except (OSError, ValueError) as error:  # no permission, an impossible name
        raise ImageError(f"can't be opened: {reason_of(error)}") from error


def _picture(image: "Image", page: int) -> Picture:
    load_pixels(image)
    image = upright(image)
    try:
        return Picture(light_of(image), image.width, image.height, page)
    except ImageError:
        raise
    except ValueError as error:  # a mode that Pillow can't convert to grey
        raise _damaged(error) from error


def load_pixels(image: "Image") -> None:
    """Decode the pixels of a PIL image, which Pillow puts off until they are needed.

    Raises
    ------
    ImageError
        If the image is empty, too large or damaged.
    """
    if image.width * image.height > MAX_PIXELS:
        raise ImageError(f"{image.width:,}×{image.height:,} pixels: {_too_large()}")
    if min(image.size) < 1:
        raise ImageError("an empty picture")
    try:
        image.load()
    except Exception as error:  # decoders of damaged files raise errors of any kind
        raise _damaged(error) from error


def upright(image: "Image") -> "Image":
    """Apply a picture's EXIF orientation, and convert it to a mode that Pillow can convert."""
    from PIL import ImageOps

    with suppress(Exception):  # damaged EXIF data leave the pixels intact
        image = ImageOps.exif_transpose(image)
    return _in_common_mode(image)


def _in_common_mode(image: "Image") -> "Image":
    """Convert an image to a mode that Pillow can convert to any other."""
    if image.mode == "LAB":
        return image.getchannel("L")  # lightness
    near = {"HSV": "RGB", "La": "LA"}.get(image.mode)
    return image.convert(near) if near else image


def _too_large() -> str:
    return f"too large; at most {MAX_PIXELS // 1_000_000} million pixels are read"
