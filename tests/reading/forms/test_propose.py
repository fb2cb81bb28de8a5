"""Fields proposed from print: boxes, lines to write on, dotted and dashed boxes."""

import cv2
import numpy as np
import pytest

from digitwise.imaging.ink import extract_ink
from digitwise.imaging.pictures import Picture
from digitwise.reading.forms.propose import propose_fields, propose_form

LINES = {
    "line 1": (230, 104, 560), "line 2": (230, 164, 560), "line 3": (60, 760, 300),
    "line 4": (340, 760, 480), "line 5": (60, 820, 300),
}  # fmt: skip
BOXES = [(60, 350, 360, 410), (60, 470, 360, 530), (60, 600, 400, 660)]


def dotted(page, start, end, step=8):
    for share in np.linspace(0, 1, int(np.hypot(*np.subtract(end, start)) // step) + 1):
        x, y = np.rint(np.add(start, share * np.subtract(end, start))).astype(int)
        cv2.circle(page, (int(x), int(y)), 1, 40, -1)


def dashed(page, start, end, on=9, off=6):
    length = np.hypot(*np.subtract(end, start))
    along = np.subtract(end, start) / length
    for first in np.arange(0, length, on + off):
        ends = (first, min(length, first + on))
        a, b = (tuple(np.rint(np.add(start, v * along)).astype(int).tolist()) for v in ends)
        cv2.line(page, a, b, 40, 2)


def plain(page, start, end):
    cv2.line(page, start, end, 40, 2)


def draw_box(page, box, draw):
    x0, y0, x1, y1 = box
    corners = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
    for k in range(4):
        draw(page, *sorted((corners[k], corners[(k + 1) % 4])))


@pytest.fixture
def form():
    page = np.full((1100, 800), 255, np.uint8)
    cv2.putText(
        page, "Please write clearly, one digit in each box. Thank you.", (60, 300), 0, 0.6, 60
    )
    for text, y in (("Name", 100), ("Account no.", 160)):
        cv2.putText(page, text, (60, y), 0, 0.7, 60, 2)
    for (left, y, right), draw in zip(
        LINES.values(), (plain, dotted, plain, plain, dashed), strict=True
    ):
        draw(page, (left, y), (right, y))
    for box, draw in zip(BOXES, (dotted, dashed, plain), strict=True):
        draw_box(page, box, draw)
    cv2.line(page, (20, 980), (780, 980), 0, 3)  # parts the page
    return page


def proposed(page):
    return {field.name: field for field in propose_fields(page / np.float32(255))}


def test_lines_to_write_on_and_dotted_boxes_are_found(form):
    fields = proposed(form)
    assert list(fields) == [
        "line 1", "line 2", "field 1", "field 2", "field 3", "line 3", "line 4", "line 5",
    ]  # fmt: skip
    for name, (left, y, right) in LINES.items():
        x0, y0, x1, y1 = fields[name].box
        assert max(abs(x0 - left), abs(x1 - right)) <= 24
        assert y - 5 <= y1 <= y
        assert 20 <= y1 - y0 <= 40
        assert fields[name].cells == 1
    for k, box in enumerate(BOXES, 1):
        assert np.abs(np.subtract(fields[f"field {k}"].box, box)).max() <= 5


def test_the_same_is_found_on_a_filled_and_larger_scan(form, draw_number):
    picture = draw_number("50237").convert("L").resize((120, 36))
    ink = extract_ink(np.asarray(picture, np.float32) / np.float32(255))
    written = (255 * (1 - ink.clip(0, 1))).astype(np.uint8)
    for x, y in ((250, 72), (80, 360), (90, 727)):
        place = form[y : y + 36, x : x + 120]
        np.minimum(place, written, out=place)
    large = cv2.resize(form, None, fx=2.1, fy=2.1, interpolation=cv2.INTER_CUBIC)
    found = propose_form(Picture(large / np.float32(255), large.shape[1], large.shape[0]))
    names = {field.name for field in found.fields}
    assert names >= {"line 1", "line 2", "line 3", "line 4", "line 5", "field 1", "field 2"}


def test_a_blurred_word_is_no_line_to_write_on(form):
    before = proposed(form)
    cv2.putText(form, "customer", (440, 490), 0, 0.55, 40, 2)
    form[470:500] = cv2.GaussianBlur(form, (0, 0), 0.8)[470:500]
    assert list(proposed(form)) == list(before)


@pytest.mark.parametrize("dashed_at", [1, 3])
def test_a_comb_with_one_divider_that_looks_solid_is_one_field(dashed_at):
    page = np.full((1100, 800), 255, np.uint8)
    draw_box(page, (100, 300, 260, 350), plain)
    draw_box(page, (100, 400, 260, 450), plain)
    for k in (1, 2, 3):
        (plain if k == dashed_at else dashed)(page, (100 + 40 * k, 300), (100 + 40 * k, 350))
        (plain if k == 2 else dashed)(page, (100 + 40 * k, 400), (100 + 40 * k, 450))
    fields = [(field.box[0], field.cells) for field in proposed(page).values()]
    # In the second row the edge is the only line, and parts two fields.
    assert [cells for _, cells in fields] == [4, 2, 2]


def test_lines_close_to_each_other_have_no_room():
    page = np.full((1100, 800), 255, np.uint8)
    for y in (300, 306, 312):
        plain(page, (100, y), (400, y))
    assert [field.box[3] <= 300 for field in proposed(page).values()] == [True]


def test_a_ground_of_dots_is_no_form():
    page = np.full((600, 800), 255, np.uint8)
    for y in range(10, 600, 12):
        dotted(page, (10, y), (790, y), 12)
    assert proposed(page) == {}


def test_print_is_no_dotted_line():
    page = np.full((1100, 800), 255, np.uint8)
    for k, text in enumerate(
        ("......ill. ii.ii i.i.i ...", "1. 2. 3. 4. 5. 6. 7. 8. 9.", "llllllll")
    ):
        cv2.putText(page, text, (60, 100 + 80 * k), 0, 0.6, 60)
    assert proposed(page) == {}
