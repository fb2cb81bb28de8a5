"""Numbers as PAGE XML 2019-07-15: one file a page."""

from xml.etree import ElementTree as ET

from digitwise import __version__
from digitwise.cli.archives import DECLARATION, Page
from digitwise.cli.columns import Row, shown_of

PAGE = "http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15"
WHEN = "2000-01-01T00:00:00Z"  # the schema needs a time; a constant gives repeatable bytes


def to_page_xml(page: Page) -> str:
    """Return a page as XML: a region, a line and a word for each number, a glyph for each digit.

    Alternatives are further `TextEquiv` elements of the word.
    """
    root = ET.Element("PcGts", xmlns=PAGE)
    about = ET.SubElement(root, "Metadata")
    ET.SubElement(about, "Creator").text = f"digitwise {__version__}"
    ET.SubElement(about, "Created").text = WHEN
    ET.SubElement(about, "LastChange").text = WHEN
    width, height = page.size or (0, 0)
    size = {"imageWidth": str(width), "imageHeight": str(height)}
    element = ET.SubElement(root, "Page", {"imageFilename": page.file, **size})
    for n, number in enumerate(page.numbers, 1):
        _add_number(element, n, number)
    return f"{DECLARATION}{ET.tostring(root, 'unicode')}\n"


def _add_number(page: ET.Element, n: int, number: Row) -> None:
    region = _part(page, "TextRegion", f"region_{n}", number["bbox"])
    line = _part(region, "TextLine", f"line_{n}", number["bbox"])
    word = _part(line, "Word", f"word_{n}", number["bbox"])
    for d, digit in enumerate(number["digits"], 1):
        glyph = _part(word, "Glyph", f"glyph_{n}_{d}", digit["bbox"])
        _say(glyph, digit["char"], digit["p"])
    _say(word, shown_of(number), number["confidence"], 0)
    for k, other in enumerate(number["alternatives"][1:], 1):
        _say(word, other["text"], other["p"], k)
    _say(line, shown_of(number), number["confidence"])


def _part(parent: ET.Element, tag: str, name: str, box: list[int]) -> ET.Element:
    part = ET.SubElement(parent, tag, id=name)
    x0, y0, x1, y1 = box
    points = " ".join(f"{x},{y}" for x, y in ((x0, y0), (x1, y0), (x1, y1), (x0, y1)))
    ET.SubElement(part, "Coords", points=points)
    return part


def _say(part: ET.Element, text: str, p: float, index: int | None = None) -> None:
    place = {} if index is None else {"index": str(index)}
    said = ET.SubElement(part, "TextEquiv", {**place, "conf": f"{p:.4f}"})
    ET.SubElement(said, "Unicode").text = text
