"""Forms: laid over their reference, read field by field."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from PIL import Image

from digitwise.errors import ImageError, InputError
from digitwise.imaging.align import Landmarks, align
from digitwise.imaging.boxes import find_boxes
from digitwise.imaging.ink import extract_ink
from digitwise.imaging.rules import find_rules
from digitwise.imaging.sheet import sheet_corners
from digitwise.reading.forms.description import load_form

BOXES = {  # left, top, width, height
    "code": (60, 260, 280, 64), "amount": (60, 380, 420, 64), "total": (60, 600, 240, 64),
    "account": (60, 800, 560, 64),
}  # fmt: skip
TEXTS = {"code": "50237", "amount": "3275", "total": "80", "account": "5028375"}
DESCRIPTION = """
size = [800, 1100]
reference = "blank.png"

[[field]]
name = "code"
box = [62, 262, 338, 322]
count = 5

[[field]]
name = "amount"
box = [62, 382, 478, 442]
pattern = "D{2}.D{2}"

[[field]]
name = "total"
box = [62, 602, 298, 662]
count = "1-3"

[[field]]
name = "account"
box = [62, 802, 618, 862]
"""


def blank_form():
    page = np.full((1100, 800), 255, np.uint8)
    for name, (x, y, wide, high) in BOXES.items():
        cv2.putText(page, name.title(), (x, y - 14), 0, 0.7, 60, 2)
        cv2.rectangle(page, (x, y), (x + wide, y + high), 40, 2)
    cv2.line(page, (60, 1000), (740, 1000), 0, 3)
    cv2.line(page, (500, 100), (740, 100), 0, 2)
    return page


def fill(page, draw_number, texts):
    page = page.copy()
    for name, text in texts.items():
        x, y, _, high = BOXES[name]
        ink = extract_ink(np.asarray(draw_number(text).convert("L"), np.float32) / np.float32(255))
        rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
        ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        small = cv2.resize(ink, None, fx=42 / len(ink), fy=42 / len(ink), interpolation=3)
        top, left = y + (high - 42) // 2, x + 20
        place = page[top : top + small.shape[0], left : left + small.shape[1]]
        np.minimum(place, (255 * (1 - small.clip(0, 1))).astype(np.uint8), out=place)
    return page


def scan(page, angle=0.0, scale=1.0, shift=(0, 0), seed=0):
    """A scan of a page, and where its places come to lie."""
    high, wide = page.shape
    matrix = cv2.getRotationMatrix2D((wide / 2, high / 2), angle, scale)
    size = (int(wide * max(scale, 1)), int(high * max(scale, 1)))
    matrix[:, 2] += np.array(shift) + (np.array(size) - (wide, high)) / 2
    turned = cv2.warpAffine(page, matrix, size, borderValue=255).astype(np.float32)
    noisy = turned * 0.85 + np.random.default_rng(seed).normal(10, 4, turned.shape)
    return noisy.clip(0, 255).astype(np.uint8), matrix


SCANS = [
    {}, {"shift": (12, -9)}, {"angle": 2.0, "shift": (5, 5)},
    {"angle": -4.0, "scale": 0.97, "shift": (10, 20)}, {"angle": 1.0, "scale": 0.8},
    {"angle": 6.0, "scale": 0.9}, {"scale": 1.6},
]  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    Image.fromarray(blank_form()).save(tmp_path / "blank.png")
    (tmp_path / "form.toml").write_text(DESCRIPTION)
    return tmp_path


@pytest.mark.parametrize("how", SCANS, ids=str)
def test_a_scan_is_laid_over_its_form(draw_number, how):
    page, matrix = scan(fill(blank_form(), draw_number, TEXTS), **how)
    scanned, blank = (Landmarks(p / np.float32(255)) for p in (page, blank_form()))
    found = align(scanned, blank).transform
    places = np.array([[60, 260, 1], [340, 324, 1], [480, 444, 1], [620, 864, 1], [740, 1000, 1]]).T
    x, y, w = found @ places
    error = np.abs(np.stack([x / w, y / w]) - matrix @ places)
    assert error.max() < 3 * max(1, how.get("scale", 1))


@pytest.mark.parametrize("how", SCANS, ids=str)
def test_fields_are_read_wherever_they_lie(folder, draw_number, how, reader):
    page, matrix = scan(fill(blank_form(), draw_number, TEXTS), **how)
    numbers = reader.read(page, form=folder / "form.toml")
    assert {n.field: n.text for n in numbers} == {**TEXTS, "amount": "32.75"}
    assert [n.field for n in numbers] == list(TEXTS)
    for number in numbers:
        assert number.page_size == page.shape[::-1]
        left, top, wide, high = BOXES[number.field]
        x, y = matrix @ np.array([left + wide / 2, top + high / 2, 1])
        x0, y0, x1, y1 = number.bbox
        assert y0 < y < y1
        assert x0 < x + wide
        assert all(x0 <= d.bbox[0] < d.bbox[2] <= x1 for d in number.digits)


def test_a_page_that_lies_upside_down_is_read_all_the_same(folder, draw_number, reader):
    page, _ = scan(fill(blank_form(), draw_number, TEXTS), angle=2.0, shift=(6, -4))
    turned = np.ascontiguousarray(page[::-1, ::-1])
    found, upright = (reader.read(p, form=folder / "form.toml") for p in (turned, page))
    assert {n.field: n.text for n in found} == {**TEXTS, "amount": "32.75"}
    high, wide = page.shape
    for number, other in zip(found, upright, strict=True):
        x0, y0, x1, y1 = number.bbox
        np.testing.assert_allclose((wide - x1, high - y1, wide - x0, high - y0), other.bbox, atol=4)


def photograph(page, corners, size):
    """A photograph of a page that lies on something dark, its corners there, from above left."""
    high, wide = page.shape
    start = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32)
    matrix = cv2.getPerspectiveTransform(start, np.array(corners, np.float32))
    table = cv2.warpPerspective(page, matrix, size, borderValue=70).astype(np.float32)
    noise = np.random.default_rng(0).normal(0, 3, table.shape)
    return (0.85 * table + noise).clip(0, 255).astype(np.uint8), matrix


CORNERS = [(220, 80), (860, 150), (1010, 1300), (60, 1240)]


@pytest.mark.parametrize("turn", [0, 1, 2, 3])
def test_a_photograph_is_read_however_it_lies(folder, draw_number, turn, reader):
    page = fill(blank_form(), draw_number, TEXTS)
    corners = CORNERS[-turn:] + CORNERS[:-turn]  # the page's upper left corner is another one
    seen, matrix = photograph(page, corners, (1080, 1400))
    numbers = reader.read(seen, form=folder / "form.toml")
    assert {n.field: n.text for n in numbers} == {**TEXTS, "amount": "32.75"}
    for number in numbers:
        left, top, _, high = BOXES[number.field]
        x, y, w = matrix @ np.array([left + 40, top + high / 2, 1])
        x0, y0, x1, y1 = number.bbox
        assert x0 < x / w < x1
        assert y0 < y / w < y1


def test_a_photograph_in_a_hard_shadow_is_laid_over_its_form(folder, draw_number, reader):
    page = fill(blank_form(), draw_number, TEXTS)
    seen, _ = photograph(page, CORNERS, (1080, 1400))
    y, x = np.mgrid[0:1400, 0:1080]
    shadow = 1 / (1 + np.exp((x + y - 1300) / 8))  # its core has a third of the light beside it
    seen = (seen * (1 - 0.67 * shadow)).astype(np.uint8)
    assert sheet_corners(seen / np.float32(255)) is None
    numbers = reader.read(seen, form=folder / "form.toml")
    assert {n.field: n.text for n in numbers} == {**TEXTS, "amount": "32.75"}


def test_where_there_are_no_lines_text_carries(tmp_path, draw_number, reader):
    blank = np.full((500, 900), 255, np.uint8)
    for place, text in {(40, 60): "Bank of Drawing", (500, 90): "Date", (40, 200): "Pay to",
                        (40, 430): "<12345> 678"}.items():  # fmt: skip
        cv2.putText(blank, text, place, 0, 0.9, 40, 2)
    Image.fromarray(blank).save(tmp_path / "blank.png")
    (tmp_path / "form.toml").write_text(
        'size = [900, 500]\nreference = "blank.png"\n'
        '[[field]]\nname = "amount"\nbox = [600, 180, 870, 244]\ncount = 4\n'
    )
    page = blank.copy()
    ink = 255 - np.asarray(draw_number("3275").convert("L"))
    ink = ink[ink.any(axis=1)][:, ink.any(axis=0)]
    small = cv2.resize(ink, None, fx=42 / len(ink), fy=42 / len(ink), interpolation=3)
    page[190 : 190 + small.shape[0], 640 : 640 + small.shape[1]] = 255 - small
    for how in ({"shift": (25, -14)}, {"angle": 4.0, "scale": 0.9}, {"scale": 1.3}):
        numbers = reader.read(scan(page, **how)[0], form=tmp_path / "form.toml")
        assert [(n.field, n.text) for n in numbers] == [("amount", "3275")]


def test_a_field_that_the_picture_does_not_show_says_so(folder, draw_number, reader):
    page, _ = scan(fill(blank_form(), draw_number, TEXTS))
    numbers = reader.read(page[:770], form=folder / "form.toml")  # its foot was cut off
    assert {n.field: n.text for n in numbers} == {**TEXTS, "amount": "32.75", "account": ""}
    last = numbers[-1]
    assert last.rejected
    assert last.to_dict()["reason"] == "it lies outside of the picture"
    assert not any(n.rejected for n in numbers if n.field == "code")


def test_without_a_reference_the_size_tells_where_fields_are(folder, draw_number, reader):
    text = DESCRIPTION.replace('reference = "blank.png"', "")
    (folder / "form.toml").write_text(text)
    page = fill(blank_form(), draw_number, TEXTS)
    for seen in (page, photograph(page, CORNERS, (1080, 1400))[0]):
        numbers = reader.read(seen, form=folder / "form.toml")
        assert {n.field: n.text for n in numbers} == {**TEXTS, "amount": "32.75"}


def test_an_empty_field_gives_nothing(folder, draw_number, reader):
    page, _ = scan(fill(blank_form(), draw_number, {"total": "80"}), angle=1.0)
    numbers = reader.read(page, form=load_form(folder / "form.toml"))
    assert [(n.field, n.text) for n in numbers] == [("total", "80")]


@pytest.mark.parametrize("scale", [0.75, 0.9, 1.07, 1.3])
def test_lines_between_the_cells_of_a_comb_are_no_digits(folder, scale, reader):
    comb = blank_form()
    for x, y, wide, high in BOXES.values():
        for between in range(x + 56, x + wide, 56):
            cv2.line(comb, (between, y), (between, y + high), 40, 2)
    Image.fromarray(comb).save(folder / "blank.png")
    size = tuple(round(scale * length) for length in comb.shape[::-1])
    page, _ = scan(comb, angle=0.5)
    page = np.asarray(Image.fromarray(page).resize(size, Image.Resampling.BICUBIC))
    assert reader.read(page, form=folder / "form.toml") == []


def test_a_reference_that_is_missing_is_named(folder, reader):
    (folder / "blank.png").unlink()
    with pytest.raises(InputError, match=r"form\.toml: its reference .*blank\.png: no such file"):
        reader.read(blank_form(), form=folder / "form.toml")


def test_another_page_is_refused(folder, draw_number, reader):
    other = np.full((1100, 800), 255, np.uint8)
    for y in range(100, 1050, 37):
        cv2.line(other, (50 + y % 300, y), (770 - y % 200, y), 0, 2)
    for page in (draw_number("502"), other):
        with pytest.raises(ImageError, match="doesn't show the print of the form's reference"):
            reader.read(page, form=folder / "form.toml")


def test_boxes_are_found():
    page = blank_form()
    for k in range(1, 5):
        cv2.line(page, (60 + 56 * k, 260), (60 + 56 * k, 324), 40, 1)
    boxes = find_boxes(find_rules(extract_ink(page / np.float32(255))))
    assert [box.cells for box in boxes] == [5, 1, 1, 1]
    for box, (left, top, wide, high) in zip(boxes, BOXES.values(), strict=True):
        found = (box.left, box.top, box.right, box.bottom)
        np.testing.assert_allclose(found, (left, top, left + wide, top + high), atol=5)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("size = [800, 1100]", ""), "missing: size"),
        (("count = 5", "counts = 5"), "unknown: counts"),
        (("count = 5", "count = 0"), "count of 5"),
        (('count = "1-3"', 'count = "few"'), "count of 5 or 3-6"),
        (("D{2}.D{2}", "[x]"), "field 'amount': expected a pattern"),
        (("box = [62, 262, 338, 322]", "box = [62, 262, 60, 322]"), "box of 'code'"),
        (("box = [62, 262, 338, 322]", "box = [62, 262, 9000, 322]"), "within 800×1100"),
        (("box = [62, 262, 338, 322]", "box = 7"), "4 whole numbers"),
        (('name = "total"', 'name = "code"'), "name of its own"),
        (('name = "total"', 'name = ""'), "field's name"),
        (("[[field]]", "[field"), "no TOML file"),
        (("size = [800, 1100]", "size = [0, 1]"), "at least 1 by 1"),
        (('"blank.png"', "5"), "name of a picture"),
    ],
)
def test_descriptions_that_are_wrong(folder, change, message):
    text = DESCRIPTION.replace(*change, 1)
    assert text != DESCRIPTION
    (folder / "form.toml").write_text(text)
    with pytest.raises(InputError, match="form.toml: ") as found:
        load_form(folder / "form.toml")
    assert message in str(found.value)


def test_a_form_says_what_is_in_its_fields(folder, draw_number, reader):
    with pytest.raises(InputError, match="leave out layout and count"):
        reader.read(draw_number("502"), form=folder / "form.toml", count=3)
    with pytest.raises(InputError, match="can't be read"):
        load_form(folder / "none.toml")


def test_a_field_that_the_picture_does_not_show_is_not_counted_as_zero(folder, draw_number, reader):
    page, _ = scan(fill(blank_form(), draw_number, TEXTS))
    rules = folder / "rules.toml"
    rule = '\n[[rule]]\nsum = ["amount", "account"]\nequals = "code"\n'
    rules.write_text((folder / "form.toml").read_text() + rule)
    whole = {n.field: n for n in reader.read(page, form=rules)}
    assert "doesn't hold" in whole["code"].reason
    cut_off = {n.field: n for n in reader.read(page[:770], form=rules)}
    assert not cut_off["code"].rejected
    assert cut_off["account"].reason == "it lies outside of the picture"


def test_a_picture_that_shows_no_field_is_refused(folder, draw_number, reader):
    page, _ = scan(fill(blank_form(), draw_number, TEXTS))
    form = load_form(folder / "form.toml")
    last = replace(form, fields=[field for field in form.fields if field.name == "account"])
    assert [n.text for n in reader.read(page, form=last)] == [TEXTS["account"]]
    with pytest.raises(ImageError, match="no field is in its place"):
        reader.read(page[:770], form=last)
