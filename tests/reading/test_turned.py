import numpy as np
import pytest

TEXTS = ["5037", "7325", "2873", "3520"]


@pytest.fixture(scope="module")
def page(draw_number):
    """Numbers beneath each other, black on white."""
    drawn = [np.asarray(draw_number(text, row).convert("L")) for row, text in enumerate(TEXTS)]
    light = np.vstack([np.where(number < 130, number, 255)[:250:2, ::2] for number in drawn])
    return np.ascontiguousarray(np.pad(light, 40, constant_values=255).astype(np.uint8))


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_a_page_is_read_however_it_lies(reader, page, quarters):
    upright = reader.read(page)
    lies = np.rot90(page, quarters)
    found = reader.read(lies)
    assert [number.text for number in found] == [number.text for number in upright] == TEXTS
    for number, before in zip(found, upright, strict=True):
        assert number.page_size == lies.shape[::-1]
        boxes = [
            (digit.bbox, was.bbox) for digit, was in zip(number.digits, before.digits, strict=True)
        ]
        for (x0, y0, x1, y1), (left, top, right, bottom) in [*boxes, (number.bbox, before.bbox)]:
            # Where the digit is on the page as it lies, its ink is.
            there = np.rot90(lies[y0:y1, x0:x1], -quarters)
            np.testing.assert_array_equal(there, page[top:bottom, left:right])


def test_few_digits_are_not_turned(reader, page):
    (number,) = reader.read(np.rot90(page[:150], 2))
    assert number.text != TEXTS[0]
