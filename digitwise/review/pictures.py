"""Show an item: its crop, the cuts that were tried, and other readings."""

import io
from base64 import b64encode
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from digitwise.data.corrections import Box, find_picture
from digitwise.errors import DigitwiseError
from digitwise.imaging.arrays import image_of
from digitwise.imaging.light import light_of
from digitwise.imaging.pictures import open_page
from digitwise.reading.forms.description import Form
from digitwise.reading.number import Number
from digitwise.reading.reader import Reader
from digitwise.review.items import Item

if TYPE_CHECKING:
    from PIL.Image import Image

READ_MARGIN_HEIGHTS = 0.35  # margin of paper for reading again, in box heights
CROP_MARGIN = 0.8  # margin of a crop, in box heights or thirds of the box width, the larger
MIN_MARGIN_SIZE = 32  # smallest size that CROP_MARGIN multiplies, in pixels
MAX_CROP_SIZE = 1400, 700  # width and height, in pixels
MAX_READINGS = 5  # chosen by the keys 1 to 5
COLOURS = ("RGB", "CMYK", "YCbCr")  # modes whose colours are shown
PAGES_KEPT = 2  # pages cached as pictures
FORMS_KEPT = 8  # pages of forms whose numbers are cached


@dataclass(frozen=True)
class Shown:
    """An item as the page shows it.

    Attributes
    ----------
    readings : list of (text, probability or None)
        Readings to choose from: the best guess of the table, then others, the most probable first.
    crop : str or None
        Picture of the number: PNG in Base64.
    size : (int, int)
        Width and height of the crop, in pixels.
    digits : list of dict
        `char`, `p` and `bbox`, in pixels of the crop.
    tried : list of Box
        Boxes of the candidates, in pixels of the crop.
    box : Box or None
        Box of the number on its page.
    error : str or None
        Reason why there is no crop.
    """

    readings: list[tuple[str, float | None]]
    crop: str | None = None
    size: tuple[int, int] = (0, 0)
    digits: list[dict[str, Any]] = field(default_factory=list)
    tried: list[Box] = field(default_factory=list)
    box: Box | None = None
    error: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-compatible dictionary."""
        return {**asdict(self), "readings": [{"text": text, "p": p} for text, p in self.readings]}


class Pictures:
    """Shows items of a table; one thread at a time may ask.

    Parameters
    ----------
    table : Path
    reader : Reader
    form : Form or None
        Description with the places of the fields, for a table of forms.
    """

    def __init__(self, table: Path, reader: Reader, form: Form | None = None) -> None:
        self._table, self._reader, self._form = table, reader, form
        self._pages: OrderedDict[tuple[Path, int], Image] = OrderedDict()
        self._forms: OrderedDict[tuple[Path, int], list[Number]] = OrderedDict()

    def show(self, item: Item) -> Shown:
        """Cut an item out of its picture, and read it again for alternatives."""
        own = Shown(readings_of(item, []))
        path = find_picture(self._table, item.file)
        if path is None:
            told = f"there is no picture {item.file!r}, here or beside the table"
            return replace(own, error=told if item.file else "the table names no picture")
        try:
            page = self._page(path, item.page)
            number = self._number_of_form(path, item) if self._form and item.field else None
            box = item.box or (number.bbox if number else None)
            if box is None or box[0] >= box[2]:  # the field was not found
                return replace(own, **_cut(page, None)[0])
            if number is None:
                number = self._read_again(page, box)
        except (DigitwiseError, OSError) as error:
            return replace(own, error=f"{item.file}: {error}")
        crop, moved = _cut(page, box)
        found = replace(own, box=box, **crop)
        if number is None:
            return found
        return replace(
            found,
            readings=readings_of(item, number.alternatives),
            digits=[{"char": d.char, "p": d.p, "bbox": moved(d.bbox)} for d in number.digits],
            tried=[moved(one) for one in number.tried],
        )

    def _page(self, path: Path, page: int) -> "Image":
        key = path, page
        if key not in self._pages:
            self._pages[key] = open_page(path, page)
            while len(self._pages) > PAGES_KEPT:
                self._pages.popitem(last=False)
        self._pages.move_to_end(key)
        return self._pages[key]

    def _number_of_form(self, path: Path, item: Item) -> Number | None:
        key = path, item.page
        if key not in self._forms:
            self._forms[key] = self._reader.read(self._page(*key), form=self._form)
            while len(self._forms) > FORMS_KEPT:
                self._forms.popitem(last=False)
        self._forms.move_to_end(key)
        return next((n for n in self._forms[key] if n.field == item.field), None)

    def _read_again(self, page: "Image", box: Box) -> Number | None:
        """Read the number in a box; return None if there is none."""
        x0, y0, x1, y1 = _around(page, box, READ_MARGIN_HEIGHTS * (box[3] - box[1]))
        read = self._reader.read(page.crop((x0, y0, x1, y1)), layout="number")
        if not read:
            return None
        return read[0].moved(
            lambda b: (b[0] + x0, b[1] + y0, b[2] + x0, b[3] + y0), (page.width, page.height)
        )


def readings_of(
    item: Item, alternatives: Iterable[tuple[str, float]]
) -> list[tuple[str, float | None]]:
    """Return readings of an item: the table's best guess, then the most probable others."""
    found: dict[str, float | None] = {}
    if item.guess and "?" not in item.guess:
        found[item.guess] = item.confidence
    others = [*item.likely, *alternatives]
    for text, p in sorted(others, key=lambda pair: -pair[1]):
        if text:
            found.setdefault(text, p)
    return list(found.items())[:MAX_READINGS]


def _around(page: "Image", box: Box, margin: float) -> Box:
    x0, y0, x1, y1 = box
    margin = int(margin) + 2
    left, top = min(max(0, x0 - margin), page.width - 1), min(max(0, y0 - margin), page.height - 1)
    right, bottom = min(x1 + margin, page.width), min(y1 + margin, page.height)
    return left, top, max(left + 1, right), max(top + 1, bottom)


def _cut(page: "Image", box: Box | None) -> tuple[dict[str, Any], Any]:
    """Return the crop to show, and the function that maps boxes of the page to it."""
    whole = 0, 0, page.width, page.height
    size = max(box[3] - box[1], (box[2] - box[0]) / 3, MIN_MARGIN_SIZE) if box else 0
    x0, y0, x1, y1 = _around(page, box, CROP_MARGIN * size) if box else whole
    crop = page.crop((x0, y0, x1, y1))
    if crop.mode in COLOURS:
        crop = crop.convert("RGB")
    else:  # 16 bits, or transparent
        crop = image_of((255 * light_of(crop)).astype(np.uint8))
    crop.thumbnail(MAX_CROP_SIZE)
    across, down = crop.width / (x1 - x0), crop.height / (y1 - y0)
    content = io.BytesIO()
    crop.save(content, "PNG", compress_level=3)

    def moved(b: Box) -> Box:
        left, right = ((x - x0) * across for x in (b[0], b[2]))
        top, bottom = ((y - y0) * down for y in (b[1], b[3]))
        return round(left), round(top), round(right), round(bottom)

    return {"crop": b64encode(content.getvalue()).decode(), "size": crop.size}, moved
