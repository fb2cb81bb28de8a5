"""Opening picture files and arrays as light intensities, within limits."""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
import numpy.typing as npt

from digitwise.errors import ImageError
from digitwise.imaging.pdf import is_pdf, render_pages

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = ("PNG", "JPEG", "BMP", "TIFF", "WEBP", "GIF", "PPM")
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
    }
)
MOST_PIXELS = 80_000_000  # A4 at 800 dpi; also below Pillow's own warning
MOST_PAGES = 1_000
WORKING_PIXELS = 4_000_000  # A4 at 240 dpi: plenty for handwriting


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
        0 for the first; more only in PDF files and multi-page TIFF files.
    """

    grey: npt.NDArray[np.float32]
    width: int
    height: int
    page: int = 0

    def in_original(self, box: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
        """Bring x0, y0, x1, y1 from working resolution back to the original page's pixels."""
        height, width = self.grey.shape
        x, y = self.width / width, self.height / height
        x0, y0, x1, y1 = box
        return (
            min(max(0, int(x0 * x)), self.width),
            min(max(0, int(y0 * y)), self.height),
            min(max(0, int(np.ceil(x1 * x))), self.width),
            min(max(0, int(np.ceil(y1 * y))), self.height),
        )


def open_pictures(
    source: "str | Path | BinaryIO | Image | npt.NDArray[Any] | Picture",
) -> Iterator[Picture]:
    """Yield the pages of a file, path, PIL image or array, one after the other.

    A page that was opened before is itself.

    Files are PNG, JPEG, BMP, TIFF, WebP, GIF (first frame), PNM or PDF; grey or colour, 8 or 16
    bit, with or without alpha. Arrays have shape (h, w), (h, w, 3) or (h, w, 4) and hold uint8,
    uint16, bool, or real numbers in [0, 1].

    Raises
    ------
    ImageError
        If it can't be opened, is damaged, is empty or is beyond 80 million pixels.
    """
    from PIL import Image

    if isinstance(source, Picture):
        yield source
    elif isinstance(source, Image.Image):
        yield _picture(source, 0)
    elif isinstance(source, np.ndarray):
        yield _picture(_image_of(source), 0)
    else:
        for page, image in enumerate(open_pages(source)):
            yield _picture(image, page)


def open_first(path: Path) -> Picture:
    """Open a file's first page.

    Raises
    ------
    ImageError
        As `open_pictures`, with the file's name.
    """
    try:
        return next(iter(open_pictures(path)))
    except ImageError as error:
        raise ImageError(f"{path}: {error}") from error


def open_pages(source: "str | Path | BinaryIO") -> Iterator["Image"]:
    """Yield the pages of a picture file or a PDF file; each is good until the next is asked for.

    Raises
    ------
    ImageError
        If it can't be opened, is damaged, or is beyond the limits.
    """
    from PIL import Image, UnidentifiedImageError

    if isinstance(source, str | Path):
        source = Path(source)
        _check_path(source)
    elif not hasattr(source, "read"):
        raise ImageError(
            f"expected a path, binary file, PIL image or array; found {type(source).__name__}"
        )
    try:
        if is_pdf(source):
            yield from render_pages(source, MOST_PAGES)
            return
        with warnings.catch_warnings():
            # Pillow warns of what it mends by itself (odd EXIF, padding); users can't use that.
            warnings.simplefilter("ignore")
            with Image.open(source, formats=FORMATS) as image:
                pages = getattr(image, "n_frames", 1) if image.format == "TIFF" else 1
                if pages > MOST_PAGES:
                    raise ImageError(f"{pages:,} pages; at most {MOST_PAGES:,} are read")
                for page in range(pages):
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
    except Exception as error:  # decoders of damaged files raise whatever they trip over
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
    except (OSError, ValueError) as error:  # no permission, a name that can't be
        raise ImageError(f"can't be opened: {getattr(error, 'strerror', error)}") from error


def _picture(image: "Image", page: int) -> Picture:
    if image.width * image.height > MOST_PIXELS:
        raise ImageError(f"{image.width:,}×{image.height:,} pixels: {_too_large()}")
    if min(image.size) < 1:
        raise ImageError("an empty picture")
    try:
        image.load()
    except Exception as error:  # as above: pixels are decoded only now
        raise _damaged(error) from error
    image = upright(image)
    return Picture(_to_working_size(_grey(image)), image.width, image.height, page)


def upright(image: "Image") -> "Image":
    """Turn a picture as its EXIF orientation says."""
    from PIL import ImageOps

    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # damaged EXIF data: the pixels are still good
        return image


def _too_large() -> str:
    return f"too large; at most {MOST_PIXELS // 1_000_000} million pixels are read"


def _grey(image: "Image") -> npt.NDArray[np.float32]:
    """Light in [0, 1]; what is transparent becomes paper."""
    if image.mode.startswith("I") or image.mode == "F":
        # 16 bits a pixel, or more: scanners fill 10, 12 or 16 of them, so the range is its own.
        deep = np.asarray(image).astype(np.float32)
        if not np.isfinite(deep).all():
            raise ImageError("pixels that are not finite numbers")
        low, high = min(0.0, float(deep.min())), float(deep.max())
        span = high - low if high > low else 1.0
        return np.asarray((deep - low) / span, np.float32)
    if image.mode in ("LA", "PA", "RGBA", "La", "RGBa") or "transparency" in image.info:
        return _over_paper(image.convert("RGBA"))
    return np.asarray(np.asarray(image.convert("L")) / np.float32(255), np.float32)


def _over_paper(image: "Image") -> npt.NDArray[np.float32]:
    grey = np.asarray(image.convert("L")).astype(np.float32) / 255
    alpha = np.asarray(image.getchannel("A")).astype(np.float32) / 255
    # White ink on a transparent ground would vanish on white paper: that one gets black.
    light_ink = alpha.mean() < 0.5 and (grey * alpha).sum() > 0.5 * alpha.sum()
    return np.asarray(grey * alpha + (0 if light_ink else 1 - alpha), np.float32)


def _image_of(array: npt.NDArray[Any]) -> "Image":
    from PIL import Image

    if array.size == 0 or not (array.ndim == 2 or (array.ndim == 3 and array.shape[2] in (3, 4))):
        raise ImageError(
            f"expected an array of (h, w), (h, w, 3) or (h, w, 4); found {array.shape}"
        )
    if array.dtype == bool:
        array = array.astype(np.uint8) * 255
    elif np.issubdtype(array.dtype, np.floating):
        if not ((array >= 0) & (array <= 1)).all():
            raise ImageError("real pixels must lie in [0, 1]; found values outside")
        array = np.rint(array * 255).astype(np.uint8)
    elif array.dtype == np.uint16 and array.ndim == 3:
        array = (array >> 8).astype(np.uint8)
    elif array.dtype not in (np.uint8, np.uint16):
        raise ImageError(f"expected uint8, uint16, bool or real pixels; found {array.dtype}")
    return Image.fromarray(np.ascontiguousarray(array))


def _to_working_size(grey: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    if grey.size <= WORKING_PIXELS:
        return grey
    import cv2

    shrink = (WORKING_PIXELS / grey.size) ** 0.5
    height, width = (max(1, round(length * shrink)) for length in grey.shape)
    return np.asarray(cv2.resize(grey, (width, height), interpolation=cv2.INTER_AREA), np.float32)
