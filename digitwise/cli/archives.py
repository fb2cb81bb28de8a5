"""Numbers in formats of archives: hOCR 1.2 and ALTO 4."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from xml.etree import ElementTree as ET

from digitwise import __version__
from digitwise.cli.columns import Row, plain, shown_of, without_signs
from digitwise.reading.number import DIGITS

ALTO = "http://www.loc.gov/standards/alto/ns-v4#"
XHTML = "http://www.w3.org/1999/xhtml"
PARTS = "ocr_page ocr_line ocrx_word ocrx_cinfo"
PAGES = "¤"  # placeholder for the pages in the surrounding document
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


@dataclass(frozen=True)
class Page:
    """A page and its numbers; `size` is None for a picture that could not be read."""

    file: str
    number: int
    size: tuple[int, int] | None
    numbers: list[Row]


def pages_of(rows: Iterable[Row]) -> Iterator[Page]:
    """Group rows by file and page."""
    for (file, page), group in groupby(rows, key=lambda row: (row["file"], row.get("page", 0))):
        found = list(group)
        size = found[0].get("page_size")
        yield Page(plain(file), page, size and tuple(size), [row for row in found if "text" in row])


def to_hocr(rows: Iterable[Row]) -> Iterator[str]:
    """Format numbers as hOCR: a word each, with its confidence and a box for each digit.

    Parameters
    ----------
    rows : iterable of Row
        Pictures that could not be read are left out.

    Yields
    ------
    parts of the text, in order
    """
    html = ET.Element("html", xmlns=XHTML)
    head = ET.SubElement(html, "head")
    ET.SubElement(head, "title").text = "digitwise"
    ET.SubElement(head, "meta", charset="utf-8")
    for name, content in (("system", f"digitwise {__version__}"), ("capabilities", PARTS)):
        ET.SubElement(head, "meta", name=f"ocr-{name}", content=content)
    ET.SubElement(html, "body").text = PAGES
    start, _, end = ET.tostring(html, "unicode").partition(PAGES)
    yield f"<!DOCTYPE html>\n{start}"
    for k, page in enumerate(pages_of(rows), 1):
        if page.size:
            yield ET.tostring(_hocr_page(k, page, *page.size), "unicode")
    yield f"{end}\n"


def _hocr_page(k: int, page: Page, width: int, height: int) -> ET.Element:
    image = page.file.replace("\\", "\\\\").replace('"', '\\"')
    title = f'image "{image}"; bbox 0 0 {width} {height}; ppageno {page.number}'
    div = ET.Element("div", {"class": "ocr_page", "id": f"page_{k}", "title": title})
    for n, number in enumerate(page.numbers, 1):
        name, box = f"{k}_{n}", _box(number)
        line = _part(div, "span", "ocr_line", f"line_{name}", box)
        sure = round(100 * number["confidence"])
        word = _part(line, "span", "ocrx_word", f"word_{name}", f"{box}; x_wconf {sure}")
        digits = iter(without_signs(number))
        for char, seen in zip(number["text"], shown_of(number), strict=True):
            span = ET.SubElement(word, "span")
            span.text = seen
            if char in DIGITS:
                digit = next(digits)
                span.set("class", "ocrx_cinfo")
                span.set("title", f"{_box(digit)}; x_confs {100 * digit['p']:.1f}")
    return div


def to_alto(rows: Iterable[Row]) -> Iterator[str]:
    """Format numbers as ALTO: a String each, with WC, alternatives, and a Glyph for each digit.

    A picture that could not be read becomes a page without size: a file needs pages to be valid.
    """
    alto = ET.Element("alto", xmlns=ALTO)
    description = ET.SubElement(alto, "Description")
    ET.SubElement(description, "MeasurementUnit").text = "pixel"
    step = ET.SubElement(ET.SubElement(description, "Processing", ID="P0"), "processingSoftware")
    ET.SubElement(step, "softwareName").text = "digitwise"
    ET.SubElement(step, "softwareVersion").text = __version__
    ET.SubElement(alto, "Layout").text = PAGES
    start, _, end = ET.tostring(alto, "unicode").partition(PAGES)
    yield DECLARATION + start
    for k, page in enumerate(pages_of(rows), 1):
        yield ET.tostring(_alto_page(k, page), "unicode")
    yield f"{end}\n"


def _alto_page(k: int, page: Page) -> ET.Element:
    number = str(page.number + 1)
    names = {"ID": f"page_{k}", "PHYSICAL_IMG_NR": number, "PRINTED_IMG_NR": page.file}
    if not page.size:
        return ET.Element("Page", names)
    width, height = map(str, page.size)
    size = {"WIDTH": width, "HEIGHT": height}
    element = ET.Element("Page", {**names, **size})
    space = ET.SubElement(element, "PrintSpace", {"HPOS": "0", "VPOS": "0", **size})
    for n, found in enumerate(page.numbers, 1):
        place = _place(found)
        block = ET.SubElement(space, "TextBlock", {"ID": f"block_{k}_{n}", **place})
        line = ET.SubElement(block, "TextLine", {"ID": f"line_{k}_{n}", **place})
        sure = {"CONTENT": shown_of(found), "WC": f"{found['confidence']:.4f}"}
        string = ET.SubElement(line, "String", {"ID": f"string_{k}_{n}", **place, **sure})
        for other in found["alternatives"][1:]:
            ET.SubElement(string, "ALTERNATIVE").text = other["text"]
        for d, digit in enumerate(found["digits"], 1):
            about = {"ID": f"glyph_{k}_{n}_{d}", "CONTENT": digit["char"]}
            sure = {"GC": f"{digit['p']:.4f}"}
            ET.SubElement(string, "Glyph", {**about, **sure, **_place(digit)})
    return element


def _part(parent: ET.Element, tag: str, kind: str, name: str, title: str) -> ET.Element:
    return ET.SubElement(parent, tag, {"class": kind, "id": name, "title": title})


def _box(what: dict[str, Any]) -> str:
    return "bbox " + " ".join(map(str, what["bbox"]))


def _place(what: dict[str, Any]) -> dict[str, str]:
    x0, y0, x1, y1 = what["bbox"]
    box = {"HPOS": x0, "VPOS": y0, "WIDTH": x1 - x0, "HEIGHT": y1 - y0}
    return {name: str(value) for name, value in box.items()}
