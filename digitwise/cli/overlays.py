"""Pictures for `--overlay`, `--crops` and `--pictures`."""

import io
from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING

from digitwise.errors import DigitwiseError, reason_of
from digitwise.files import write_atomically

if TYPE_CHECKING:
    from PIL.Image import Image

    from digitwise.reading.number import Number

OVERLAY_SUFFIX = ".overlay.png"
CROP_SUFFIX = ".digit.png"
MARGIN_HEIGHTS = 0.2  # margin around a number, in heights of the number
MAX_CROP_SIZE = 190, 44  # width and height, in pixels


class Names:
    """Unique names for pictures in a folder.

    `a.jpg` stays `a.jpg`. A second `a.jpg`, from another folder, becomes `a.jpg.2`.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DigitwiseError(f"can't make the folder {folder}: {reason_of(error)}") from error
        self._used: set[str] = set()

    def path(self, name: str) -> Path:
        """Return the path, without suffixes, for the next picture, called `name`."""
        plain = "stdin" if name == "-" else Path(name).name
        stem, number = plain, 1
        while stem in self._used:
            number += 1
            stem = f"{plain}.{number}"
        self._used.add(stem)
        return self._folder / stem


def crop_numbers(source: Path | io.BytesIO, numbers: "list[Number]") -> list[str]:
    """Cut numbers out of their picture; return each as a small PNG in Base64.

    Raises
    ------
    DigitwiseError, OSError
        If the picture can't be opened any more.
    """
    from digitwise.imaging.pictures import open_images

    crops = {}
    wanted = {number.page for number in numbers}
    for page, image in enumerate(open_images(source)) if wanted else ():
        for k, number in enumerate(numbers):
            if number.page == page:
                crops[k] = _crop(image, number)
        if page == max(wanted):
            break
    return [crops[k] for k in range(len(numbers))]


def _crop(image: "Image", number: "Number") -> str:
    x0, y0, x1, y1 = number.bbox
    margin = int(MARGIN_HEIGHTS * (y1 - y0)) + 1
    box = max(0, x0 - margin), max(0, y0 - margin), x1 + margin, y1 + margin
    crop = image.crop((*box[:2], min(box[2], image.width), min(box[3], image.height)))
    crop = crop.convert("L" if crop.mode in ("1", "L", "I;16", "LA") else "RGB")
    crop.thumbnail(MAX_CROP_SIZE)
    content = io.BytesIO()
    crop.save(content, "PNG")
    return b64encode(content.getvalue()).decode()


def draw_overlays(path: Path, source: Path | io.BytesIO, numbers: "list[Number]") -> None:
    """Draw pages with their readings: `a.jpg.overlay.png`, `a.jpg.page1.overlay.png` and so on.

    Raises
    ------
    DigitwiseError, OSError
        If the folder can't be written.
    """
    from digitwise.imaging.pictures import open_images
    from digitwise.reading.overlay import draw_overlay

    wanted = {number.page for number in numbers} or {0}
    for page, image in enumerate(open_images(source)):
        if page in wanted:
            picture = draw_overlay(image, [n for n in numbers if n.page == page])
            suffix = f".page{page}" if page else ""
            write_atomically(path.with_name(f"{path.name}{suffix}{OVERLAY_SUFFIX}"), picture)


def write_crops(path: Path, numbers: "list[Number]") -> None:
    """Write each digit as the network saw it, black on white: `a.jpg.number1.3.is5.digit.png`.

    This name is of the third digit of the first number, read as a 5. `train --data` takes folders
    0 to 9 of such pictures.

    Raises
    ------
    DigitwiseError, OSError
        If the folder can't be written.
    """
    from PIL import Image

    for n, number in enumerate(numbers, 1):
        for k, digit in enumerate(number.without_signs, 1):
            content = io.BytesIO()
            Image.fromarray(255 - digit.image).save(content, "PNG")
            name = f"{path.name}.number{n}.{k}.is{digit.char}{CROP_SUFFIX}"
            write_atomically(path.with_name(name), content.getvalue())
