"""`--overlay`: a picture of what was read, for each page, in a folder."""

import io
from pathlib import Path
from typing import TYPE_CHECKING

from digitwise.files import write_atomically

if TYPE_CHECKING:
    from digitwise.reading.number import Number

OVERLAY_SUFFIX = ".overlay.png"


class Overlays:
    """Draws into a folder, under names that no picture of the user's has, nor another of these.

    `a.jpg` becomes `a.jpg.overlay.png`; its second page `a.jpg.page1.overlay.png`, since pages
    count from 0; a second `a.jpg`, from another folder, `a.jpg.2.overlay.png`.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._used: set[str] = set()

    def draw(self, name: str, source: Path | io.BytesIO, numbers: "list[Number]") -> None:
        """Draw the pages of a picture.

        Raises
        ------
        DigitwiseError, OSError
            If the folder can't be made or written.
        """
        from PIL import Image

        from digitwise.imaging.pictures import upright
        from digitwise.reading.overlay import draw_overlay

        self._folder.mkdir(parents=True, exist_ok=True)
        stem = self._free_stem("stdin" if name == "-" else Path(name).name)
        with Image.open(source) as image:
            for page in sorted({number.page for number in numbers} or {0}):
                image.seek(page)
                picture = draw_overlay(upright(image), [n for n in numbers if n.page == page])
                suffix = f".page{page}" if page else ""
                write_atomically(self._folder / f"{stem}{suffix}{OVERLAY_SUFFIX}", picture)

    def _free_stem(self, name: str) -> str:
        stem, number = name, 1
        while stem in self._used:
            number += 1
            stem = f"{name}.{number}"
        self._used.add(stem)
        return stem
