from xml.etree import ElementTree as ET

import pytest

from digitwise.cli.archives import ALTO, XHTML, pages_of, to_alto, to_hocr
from digitwise.cli.pagexml import PAGE, to_page_xml

DIGITS = [
    {"char": "4", "p": 0.98, "bbox": [10, 20, 30, 60], "rejected": False},
    {"char": "2", "p": 0.41, "bbox": [34, 22, 60, 61], "rejected": True},
]
NUMBER = {
    "file": 'scans/a "b" & <c>.png', "page": 2, "page_size": [640, 480], "bbox": [10, 20, 60, 61],
    "text": "4.2", "confidence": 0.4, "rejected": True, "digits": DIGITS,
    "alternatives": [{"text": "4.2", "p": 0.4}, {"text": "4.7", "p": 0.3}],
}  # fmt: skip
ROWS = [
    NUMBER,
    {**NUMBER, "bbox": [10, 120, 60, 161]},
    {"file": "broken.png", "error": "damaged"},
    {"file": "empty.png", "page": 0, "page_size": [64, 48]},
    {**NUMBER, "file": "z.png", "page": 0},
]


def test_hocr_has_pages_lines_and_words_with_boxes():
    text = "".join(to_hocr(ROWS))
    assert text.startswith("<!DOCTYPE html>\n")
    html = ET.fromstring(text.partition("\n")[2])
    pages = html.findall(f".//{{{XHTML}}}div[@class='ocr_page']")
    assert [page.get("title") for page in pages] == [
        'image "scans/a \\"b\\" & <c>.png"; bbox 0 0 640 480; ppageno 2',
        'image "empty.png"; bbox 0 0 64 48; ppageno 0',
        'image "z.png"; bbox 0 0 640 480; ppageno 0',
    ]
    words = pages[0].findall(f".//{{{XHTML}}}span[@class='ocrx_word']")
    assert len(words) == 2
    assert "".join(words[0].itertext()) == "4.?"
    assert words[0].get("title") == "bbox 10 20 60 61; x_wconf 40"
    digits = words[0].findall(f"{{{XHTML}}}span[@class='ocrx_cinfo']")
    assert digits[1].get("title") == "bbox 34 22 60 61; x_confs 41.0"
    names = [element.get("id") for element in html.iter() if element.get("id")]
    assert len(set(names)) == len(names)


def test_alto_has_pages_and_strings_in_order():
    alto = ET.fromstring("".join(to_alto(ROWS)).encode())
    space = {"a": ALTO}
    pages = alto.findall("a:Layout/a:Page", space)
    assert [page.get("PHYSICAL_IMG_NR") for page in pages] == ["3", "1", "1", "1"]
    assert [page.get("WIDTH") for page in pages] == ["640", None, "64", "640"]
    assert (pages[0].get("WIDTH"), pages[0].get("HEIGHT")) == ("640", "480")
    strings = pages[0].findall(".//a:String", space)
    assert [string.get("CONTENT") for string in strings] == ["4.?", "4.?"]
    assert strings[1].get("VPOS") == "120"
    assert strings[0].get("WC") == "0.4000"
    assert [other.text for other in strings[0].findall("a:ALTERNATIVE", space)] == ["4.7"]
    glyphs = strings[0].findall("a:Glyph", space)
    assert [glyph.get("CONTENT") for glyph in glyphs] == ["4", "2"]
    assert (glyphs[1].get("HPOS"), glyphs[1].get("WIDTH")) == ("34", "26")


def test_page_xml_has_words_with_boxes_and_alternatives():
    first, broken, empty, _ = (ET.fromstring(to_page_xml(p).encode()) for p in pages_of(ROWS))
    space = {"p": PAGE}
    page = first.find("p:Page", space)
    assert page.get("imageFilename") == 'scans/a "b" & <c>.png'
    assert (page.get("imageWidth"), page.get("imageHeight")) == ("640", "480")
    (word, _) = page.findall(".//p:Word", space)
    assert word.find("p:Coords", space).get("points") == "10,20 60,20 60,61 10,61"
    said = [
        (t.get("conf"), t.find("p:Unicode", space).text) for t in word.findall("p:TextEquiv", space)
    ]
    assert said == [("0.4000", "4.?"), ("0.3000", "4.7")]
    glyphs = word.findall("p:Glyph/p:TextEquiv/p:Unicode", space)
    assert [glyph.text for glyph in glyphs] == ["4", "2"]
    names = [element.get("id") for element in first.iter() if element.get("id")]
    assert len(set(names)) == len(names)
    for root, width in (broken, "0"), (empty, "64"):
        (page,) = root.findall("p:Page", space)
        assert (page.get("imageWidth"), len(page)) == (width, 0)


def test_names_with_control_characters_are_valid_xml():
    rows = [{**NUMBER, "file": "a\x1b[31m\udc80.png"}]
    for text in ("".join(to_hocr(rows)), "".join(to_alto(rows)), *map(to_page_xml, pages_of(rows))):
        assert "a\\x1b[31m\\udc80.png" in text.replace("\\\\", "\\")
        ET.fromstring(text.partition("\n")[2].encode())


@pytest.mark.parametrize("suffix", ["hocr", "alto", "xml", "page.xml"])
def test_read_writes_them(run, tmp_path, draw_number, suffix):
    draw_number("2758").save(tmp_path / "a.png")
    assert run("read", "a.png", "-o", f"out.{suffix}").code == 0
    text = (tmp_path / f"out.{suffix}").read_text()
    root = ET.fromstring(text.partition("\n")[2])
    assert "2758" in ET.tostring(root, "unicode") or "".join(root.itertext()).count("2758") == 1
