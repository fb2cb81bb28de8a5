"""What was read, as the tools of archives take it: hOCR 1.2 and ALTO 4."""

from itertools import groupby
from typing import Any
from xml.etree import ElementTree as ET

from digitwise import __version__
from digitwise.reading.number import DIGITS, SHOWN, shown

ALTO = "http://www.loc.gov/standards/alto/ns-v4#"
XHTML = "http://www.w3.org/1999/xhtml"
PARTS = "ocr_page ocr_line ocrx_word ocrx_cinfo"

Rows = list[dict[str, Any]]


def to_hocr(rows: Rows) -> str:
    """Format numbers as hOCR: a word each, with its confidence, a box for each digit.

    Parameters
    ----------
    rows : list of dict
        As `format_table` takes them; what has no numbers is left out.
    """
    html = ET.Element("html", xmlns=XHTML)
    head = ET.SubElement(html, "head")
    ET.SubElement(head, "title").text = "digitwise"
    ET.SubElement(head, "meta", charset="utf-8")
    for name, content in (("system", f"digitwise {__version__}"), ("capabilities", PARTS)):
        ET.SubElement(head, "meta", name=f"ocr-{name}", content=content)
    body = ET.SubElement(html, "body")
    for k, (file, page, numbers) in enumerate(_pages(rows), 1):
        width, height = numbers[0]["page_size"]
        image = file.replace("\\", "\\\\").replace('"', '\\"')
        title = f'image "{image}"; bbox 0 0 {width} {height}; ppageno {page}'
        div = _part(body, "div", "ocr_page", f"page_{k}", title)
        for n, number in enumerate(numbers, 1):
            name, box = f"{k}_{n}", _box(number)
            line = _part(div, "span", "ocr_line", f"line_{name}", box)
            sure = round(100 * number["confidence"])
            word = _part(line, "span", "ocrx_word", f"word_{name}", f"{box}; x_wconf {sure}")
            digits = iter(_without_signs(number))
            for char, seen in zip(number["text"], shown_of(number), strict=True):
                span = ET.SubElement(word, "span")
                span.text = seen
                if char in DIGITS:
                    digit = next(digits)
                    span.set("class", "ocrx_cinfo")
                    span.set("title", f"{_box(digit)}; x_confs {100 * digit['p']:.1f}")
    return "<!DOCTYPE html>\n" + ET.tostring(html, "unicode", short_empty_elements=True) + "\n"


def to_alto(rows: Rows) -> str:
    """Format numbers as ALTO: a String each, with WC, alternatives, and a Glyph for each digit."""
    alto = ET.Element("alto", xmlns=ALTO)
    description = ET.SubElement(alto, "Description")
    ET.SubElement(description, "MeasurementUnit").text = "pixel"
    step = ET.SubElement(ET.SubElement(description, "Processing", ID="P0"), "processingSoftware")
    ET.SubElement(step, "softwareName").text = "digitwise"
    ET.SubElement(step, "softwareVersion").text = __version__
    layout = ET.SubElement(alto, "Layout")
    for k, (file, page, numbers) in enumerate(_pages(rows), 1):
        width, height = map(str, numbers[0]["page_size"])
        size = {"WIDTH": width, "HEIGHT": height}
        about = {"ID": f"page_{k}", "PHYSICAL_IMG_NR": str(page + 1), "PRINTED_IMG_NR": file}
        space = ET.SubElement(
            ET.SubElement(layout, "Page", {**about, **size}),
            "PrintSpace",
            {"HPOS": "0", "VPOS": "0", **size},
        )
        for n, number in enumerate(numbers, 1):
            place = _place(number)
            block = ET.SubElement(space, "TextBlock", {"ID": f"block_{k}_{n}", **place})
            line = ET.SubElement(block, "TextLine", {"ID": f"line_{k}_{n}", **place})
            sure = {"CONTENT": shown_of(number), "WC": f"{number['confidence']:.4f}"}
            string = ET.SubElement(line, "String", {"ID": f"string_{k}_{n}", **place, **sure})
            for other in number["alternatives"][1:]:
                ET.SubElement(string, "ALTERNATIVE").text = other["text"]
            for d, digit in enumerate(number["digits"], 1):
                about = {"ID": f"glyph_{k}_{n}_{d}", "CONTENT": digit["char"]}
                sure = {"GC": f"{digit['p']:.4f}"}
                ET.SubElement(string, "Glyph", {**about, **sure, **_place(digit)})
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(alto, "unicode") + "\n"


def _pages(rows: Rows) -> list[tuple[str, int, Rows]]:
    """Numbers by file and page."""
    numbers = [row for row in rows if "text" in row]
    groups = groupby(numbers, key=lambda row: (row["file"], row["page"]))
    return [(file, page, list(found)) for (file, page), found in groups]


def _part(parent: ET.Element, tag: str, kind: str, name: str, title: str) -> ET.Element:
    return ET.SubElement(parent, tag, {"class": kind, "id": name, "title": title})


def shown_of(number: dict[str, Any]) -> str:
    """The text of a row for people."""
    return shown(number["text"], [d["rejected"] for d in number["digits"] if d["char"] in SHOWN])


def _without_signs(number: dict[str, Any]) -> Rows:
    return [digit for digit in number["digits"] if digit.get("kind") != "sign"]


def _box(what: dict[str, Any]) -> str:
    return "bbox " + " ".join(map(str, what["bbox"]))


def _place(what: dict[str, Any]) -> dict[str, str]:
    x0, y0, x1, y1 = what["bbox"]
    box = {"HPOS": x0, "VPOS": y0, "WIDTH": x1 - x0, "HEIGHT": y1 - y0}
    return {name: str(value) for name, value in box.items()}
