import numpy as np
import pytest
from PIL import Image, ImageDraw

PAPER, PALE, DARK = 225, 140, 60


@pytest.mark.parametrize(("light", "ones"), [(PALE, []), (DARK, ["11"])])
def test_pale_strokes_are_no_ones_though_other_digits_may_be_pale(reader, draw_number, light, ones):
    dark = np.asarray(draw_number("5037").convert("L"))
    pale = np.asarray(draw_number("730").convert("L"))
    below = np.full((pale.shape[0], dark.shape[1]), PAPER, np.uint8)
    below[:, : pale.shape[1]] = PAPER - (255 - pale) * 0.45
    strokes = np.full((300, dark.shape[1]), PAPER, np.uint8)
    page = Image.fromarray(np.vstack([dark, below, strokes]))
    for left, bend in ((390, 9), (450, -6)):
        top, bottom = page.height - 250 + bend, page.height - 100
        flag = [left - 16, top + 42]  # as a one has it
        bow = [*flag, left + 24, top, left + 12 + bend, (top + bottom) // 2, left, bottom]
        ImageDraw.Draw(page).line(bow, light, 12, joint="curve")
    # Dark ones as bent as these may be unsure, but are not left out.
    found = [n.text for n in reader.read(page) if light == DARK or not n.rejected]
    assert found == ["5037", "730", *ones]
