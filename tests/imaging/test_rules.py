from dataclasses import replace

import cv2
import numpy as np
import pytest
from PIL import Image

from digitwise.data.strings import HANDS, Hand, draw_number
from digitwise.imaging.ink import extract_ink
from digitwise.imaging.rules import find_rules, remove_rules

CLEAN = Hand(count=(3, 6), paper=False, specks=0.0, gap=(0.25, 0.6))


def ink_of(image):
    return extract_ink(np.asarray(image, np.float32) / np.float32(255))


@pytest.mark.parametrize("kind", ["line", "ruled", "box", "comb"])
def test_lines_go_and_digits_stay(bundled, kind):
    kept, left = [], []
    for index in range(30):
        drawn = draw_number(bundled[0], replace(CLEAN, printed=kind), 2, index)
        plain = draw_number(bundled[0], CLEAN, 2, index)
        assert drawn.text == plain.text
        digits, found = ink_of(plain.image) >= 0.3, remove_rules(ink_of(drawn.image)) >= 0.3
        lines = (ink_of(drawn.image) >= 0.3) & ~digits
        assert lines.sum() > 30
        kept.append((found & digits).sum() / digits.sum())
        left.append((found & lines).sum() / lines.sum())
    assert np.median(kept) > 0.97
    assert min(kept) > 0.8
    assert np.median(left) < 0.03
    assert np.mean(left) < 0.2


@pytest.mark.parametrize("name", ["lone", "spaced-5", "half-touching-5"])
def test_without_lines_ink_stays_as_it_is(bundled, name):
    for index in range(80):
        ink = ink_of(draw_number(bundled[0], HANDS[name], 4, index).image)
        assert remove_rules(ink) is ink


def test_fine_pens_are_no_lines(draw_number):
    """Strokes that are long against their width: a 7's bar, a 1."""
    ink = np.zeros((300, 500), np.float32)
    ink[40:44, 40:200] = ink[40:260, 196:200] = 1  # a 7
    ink[40:260, 300:304] = 1  # a 1
    ink[140:144, 380:470] = ink[40:140, 380:384] = ink[90:260, 440:444] = 1  # a 4
    assert remove_rules(ink) is ink
    ink = ink_of(draw_number("7275").convert("L"))
    assert remove_rules(ink) is ink


def test_samples_have_no_lines(samples):
    for path in samples.iterdir():
        with Image.open(path) as image:
            ink = ink_of(image.convert("L"))
        assert remove_rules(ink) is ink


def test_a_line_a_little_aslant():
    ink = np.zeros((120, 400), np.float32)
    ink[30:80, 60:68] = ink[30:80, 150:158] = ink[30:80, 240:248] = 1
    y, x = np.mgrid[:120, :400]
    aslant = np.abs(y - 90 - 0.03 * x) < 1.6
    drawn = np.maximum(ink, aslant.astype(np.float32))
    found = remove_rules(drawn)
    assert (found[ink > 0] > 0).mean() > 0.97
    assert (found[aslant & (ink == 0)] > 0).mean() < 0.05


def test_a_line_in_short_pieces():
    ink = np.zeros((200, 400), np.float32)
    ink[60:140, 50:54] = ink[60:140, 350:354] = 1
    ink[160:163, 10:360] = 1
    ink[160:163, 60:360:60] = ink[160:163, 61:360:60] = 0
    found = remove_rules(ink)
    assert not found[155:170].any()
    assert found[60:140, 50:54].all()


def test_an_empty_page():
    ink = np.zeros((50, 80), np.float32)
    assert remove_rules(ink) is ink


def test_a_margin_line_goes_from_edge_to_edge(bundled):
    drawn = draw_number(bundled[0], replace(CLEAN, size=(40.0, 40.0)), 5, 0)
    ink = np.pad(ink_of(drawn.image), ((120, 120), (60, 0)))
    lined = ink.copy()
    lined[:, 20:24] = 1
    np.testing.assert_array_equal(remove_rules(lined), ink)
    lined[:40] = lined[-40:] = 0  # one that begins and ends on the paper was written
    np.testing.assert_array_equal(remove_rules(lined), np.maximum(lined, ink))


def test_the_rules_of_a_table_may_run_past_its_corners(bundled):
    ink = np.pad(ink_of(draw_number(bundled[0], CLEAN, 6, 0).image), 60)
    table = ink.copy()
    table[20:23] = table[-23:-20] = 1
    table[:, 20:23] = table[:, -23:-20] = 1
    np.testing.assert_array_equal(remove_rules(table), ink)


def test_pale_lines_go_though_most_of_them_is_too_faint_for_a_stroke():
    ink = np.zeros((600, 900), np.float32)
    for x in (200, 240, 280):
        ink[110:150, x : x + 4] = 1
    lined = ink.copy()
    pale = np.random.default_rng(0).uniform(0.18, 0.36, ink.shape)
    lined[99::100] = np.maximum(lined, pale)[99::100]
    lined[:, 100:102] = np.maximum(lined, pale)[:, 100:102]
    left = remove_rules(lined)
    np.testing.assert_array_equal(left[left >= 0.3], ink[ink >= 0.3])


def test_lines_that_hang_together_say_nothing_about_the_height_of_writing():
    ink = np.zeros((600, 900), np.float32)
    digits = ink.copy()
    for x in (200, 240, 280):
        digits[110:150, x : x + 4] = 1
    ink[::60] = ink[1::60] = 1
    ink[:, 100:102] = 1
    np.testing.assert_array_equal(remove_rules(np.maximum(ink, digits)), digits)


@pytest.mark.parametrize("radius", [16, 18])
def test_a_square_eight_is_no_box(radius):
    ink = np.zeros((140, 120), np.float32)
    for top in (20, 66):
        outline = np.zeros_like(ink)
        cv2.rectangle(outline, (30 + radius, top), (90 - radius, top + 46), 1, -1)
        cv2.rectangle(outline, (30, top + radius), (90, top + 46 - radius), 1, -1)
        for x in (30 + radius, 90 - radius):
            for y in (top + radius, top + 46 - radius):
                cv2.circle(outline, (x, y), radius, 1, -1)
        ink = np.maximum(ink, outline - cv2.erode(outline, np.ones((9, 9), np.uint8)))
    box = np.zeros_like(ink)
    cv2.rectangle(box, (30, 20), (90, 112), 1, 4)
    assert remove_rules(ink) is ink
    assert not remove_rules(box).any()


def comb(teeth, height=12):
    ink = np.zeros((100, 400), np.float32)
    ink[80:82, 20:362] = 1
    for x in teeth:
        ink[80 - height : 80, x : x + 2] = 1
    return ink


def test_teeth_of_a_comb_go_with_it():
    digits = np.zeros((100, 400), np.float32)
    digits[30:70, 40:44] = digits[30:70, 120:124] = 1
    lined = np.maximum(digits, comb([20, 88, 156, 224, 292, 360]))
    np.testing.assert_array_equal(remove_rules(lined), digits)


@pytest.mark.parametrize("teeth", [[60, 200], [40, 95, 200, 330]], ids=["two", "irregular"])
def test_ones_on_a_line_stay(teeth):
    ink = comb(teeth, 40)
    left = remove_rules(ink)
    assert left[50:70, teeth[0]].all()
    assert left[50:70, teeth[-1]].all()


def test_single_pixels_are_no_boxes():
    ink = np.zeros((40, 40), np.float32)
    ink[::4, ::5] = 1
    assert remove_rules(ink) is ink


def cells_with_digits(gap=0):
    """Three cells, 45 pixels wide, faint lines between; upright ones with a gap in each."""
    ink = np.zeros((64, 150), np.float32)
    ink[[6, 58]] = 0.2
    for x in (5, 50, 95, 140):
        ink[:, x] = 0.2
        ink[30 : 30 + gap, x] = 0
    for x in (20, 65, 110):
        ink[18:46, x : x + 3] = 1  # a one
        ink[43:46, x - 5 : x + 12] = 1  # and its base
    return ink


@pytest.mark.parametrize("gap", [0, 1])
def test_the_faint_sides_of_cells_are_lines_though_they_are_short(gap):
    lines = find_rules(cells_with_digits(gap))
    assert lines[10:55, [5, 50, 95, 140]].all(axis=0).all()
    assert not lines[18:46, [20, 65, 110]].any()


def test_an_upright_that_meets_one_line_only_is_no_side():
    ink = cells_with_digits()
    ink[58] = 0
    assert not find_rules(ink)[10:55, [5, 50, 95, 140]].any()
