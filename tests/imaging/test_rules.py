from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from digitwise.data.strings import HANDS, Hand, draw_number
from digitwise.imaging.ink import extract_ink
from digitwise.imaging.rules import remove_rules

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


def test_an_empty_page():
    ink = np.zeros((50, 80), np.float32)
    assert remove_rules(ink) is ink
