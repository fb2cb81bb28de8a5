"""`--overlay` and `--crops`: pictures of what was read, in a folder."""

import io
from pathlib import Path
from typing import TYPE_CHECKING

from digitwise.errors import DigitwiseError
from digitwise.files import write_atomically

if TYPE_CHECKING:
    from digitwise.reading.number import Number

OVERLAY_SUFFIX = ".overlay.png"
CROP_SUFFIX = ".digit.png"


class Names:
    """Names in a folder that no picture of the user's has, nor another of these.

    `a.jpg` remains; its second page becomes `a.jpg.page1`, since pages count from 0; a second
    `a.jpg`, from another folder, `a.jpg.2`.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DigitwiseError(f"can't make the folder {folder}: {error.strerror}") from error
        self._used: set[str] = set()

    def path(self, name: str) -> Path:
        """Path for what belongs to the next picture, called `name`."""
        plain = "stdin" if name == "-" else Path(name).name
        stem, number = plain, 1
        while stem in self._used:
            number += 1
            stem = f"{plain}.{number}"
        self._used.add(stem)
        return self._folder / stem


def draw_overlays(path: Path, source: Path | io.BytesIO, numbers: "list[Number]") -> None:
    """Draw the pages of a picture with what was read: `a.jpg.overlay.png`.

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

    That is the third digit of the first number, read as a 5. Folders 0 to 9 of such pictures are
    what `train --data` takes.

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
