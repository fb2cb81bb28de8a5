"""Boxes and lines that hold print only are no fields; what people wrote in stays one."""

from itertools import pairwise

import cv2
import numpy as np
import pytest

from digitwise.imaging.ink import extract_ink
from digitwise.imaging.pictures import Picture
from digitwise.reading.forms.propose import propose_fields, propose_form

COLUMNS = (60, 260, 400, 560)
TOP, HIGH = 300, 60
ITEMS = ("item", "Apples", "Bread", "Total")


@pytest.fixture
def form():
    """A form with an underlined title, a line to write on, and a table with headings."""
    page = np.full((1100, 800), 255, np.uint8)
    cv2.putText(page, "Daily report", (60, 95), 0, 1.2, 30, 2)
    (wide, _), _ = cv2.getTextSize("Daily report", 0, 1.2, 2)
    cv2.line(page, (60, 110), (60 + wide, 110), 30, 2)
    cv2.putText(page, "Date", (60, 200), 0, 0.7, 60, 2)
    cv2.line(page, (140, 205), (460, 205), 40, 2)
    for r, item in enumerate(ITEMS):
        top = TOP + HIGH * r
        for left, right in pairwise(COLUMNS):
            cv2.rectangle(page, (left, top), (right, top + HIGH), 40, 2)
        for text, left in ((item, 60), *((("count", 260), ("price", 400)) if r == 0 else ())):
            cv2.putText(page, text, (left + 14, top + 40), 0, 0.7, 60, 2)
    return page


def proposed(page):
    return {field.name: field for field in propose_fields(page / np.float32(255))}


def test_headings_labels_and_titles_are_no_fields(form):
    fields = proposed(form)
    cells = [f"row {r}, column {c}" for r in (1, 2, 3) for c in (1, 2)]
    assert list(fields) == ["line 1", *cells]
    assert np.abs(np.subtract(fields["row 1, column 1"].box, (260, 360, 400, 420))).max() <= 5
    assert fields["line 1"].box[0] > 120


def test_numbers_in_writing_are_fields(form, draw_number):
    picture = draw_number("50237").convert("L").resize((120, 36))
    ink = extract_ink(np.asarray(picture, np.float32) / np.float32(255))
    written = (255 * (1 - ink.clip(0, 1))).astype(np.uint8)
    for x, y in ((270, 372), (150, 165), (330, 165)):  # the line is full, too
        place = form[y : y + 36, x : x + 120]
        np.minimum(place, written, out=place)
    assert len(proposed(form)) == 7


def test_rows_that_are_askew_are_named_from_left_to_right(form):
    aslant = cv2.getRotationMatrix2D((400, 400), 1.0, 1.0)
    form = cv2.warpAffine(form, aslant, form.shape[::-1], borderValue=255, flags=cv2.INTER_CUBIC)
    names = [name for name in proposed(form) if "column" in name]
    assert names == [f"row {r}, column {c}" for r in (1, 2, 3) for c in (1, 2)]


@pytest.mark.parametrize("skew", [-3.0, 2.0])
def test_a_scan_that_is_askew_is_turned_upright(form, skew):
    aslant = cv2.getRotationMatrix2D((400, 550), -skew, 1.0)
    scan = cv2.warpAffine(form, aslant, form.shape[::-1], borderValue=255, flags=cv2.INTER_CUBIC)
    found = propose_form(Picture(scan / np.float32(255), *scan.shape[::-1]))
    assert found.laid_flat
    assert found.size == found.grey.shape[::-1]
    assert [field.name for field in found.fields] == list(proposed(form))
    for field, upright in zip(found.fields, proposed(form).values(), strict=True):
        (a, b, c, d), (e, f, g, h) = field.box, upright.box
        assert max(abs((c - a) - (g - e)), abs((d - b) - (h - f))) <= 8
    assert not propose_form(Picture(form / np.float32(255), *form.shape[::-1])).laid_flat


def test_print_beside_the_place_to_write_in_the_same_box_stays():
    page = np.full((1100, 800), 255, np.uint8)
    for k, caption in enumerate(("1 Name of shop", "2 Number")):
        left = 60 + 340 * k
        cv2.rectangle(page, (left, 300), (left + 340, 380), 40, 2)
        cv2.putText(page, caption, (left + 8, 322), 0, 0.5, 60, 1)
    for k, unit in enumerate(("USD", "USD")):
        left = 60 + 200 * k
        cv2.rectangle(page, (left, 500), (left + 200, 560), 40, 2)
        cv2.putText(page, unit, (left + 140, 545), 0, 0.6, 60, 1)
    cv2.rectangle(page, (460, 500), (660, 560), 40, 2)
    assert len(proposed(page)) == 5
