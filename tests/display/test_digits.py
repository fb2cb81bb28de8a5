import numpy as np
import pytest

import digitwise as dw
from digitwise.data.digits import NO_DIGIT, Digits
from digitwise.data.mixture import mix
from digitwise.data.strokes import strokes_of
from digitwise.errors import InputError
from tests.conftest import random_digits


def labelled(*labels, source="memory", strokes=None):
    images = np.full((len(labels), 28, 28), 255, np.uint8)
    return Digits(images, np.array(labels, np.uint8), source, strokes)


def test_lines_for_digits():
    assert repr(labelled(7, 7, 0, NO_DIGIT, source="<mine>")) == (
        "Digits: 4 from <mine>\n  0: 1  7: 2  none: 1"
    )
    line = [[(0, 0), (1, 1)]]
    assert repr(labelled(1, strokes=strokes_of([line]))) == (
        "Digits: 1 from memory, with strokes\n  1: 1"
    )
    assert repr(labelled()) == "Digits: 0 from memory"
    many = Digits(np.zeros((1500, 28, 28), np.uint8), np.zeros(1500, np.uint8))
    assert repr(many) == "Digits: 1,500 from memory\n  0: 1,500"


def test_lines_for_a_mixture(parse):
    mixture = mix(
        [("a", labelled(1, 2, 3), None, False), ("b", labelled(4), 0.25, True)], "two sets"
    )
    told = [
        "a: 3 digits, 75.0% of an epoch",
        "b: 1 digits, 25.0% of an epoch, as many of each label",
    ]
    assert repr(mixture).splitlines() == [
        "Mixture: 4 from two sets",
        "  1: 1  2: 1  3: 1  4: 1",
        *(f"  {line}" for line in told),
    ]
    page = parse(mixture._repr_html_())
    assert all(line in page.texts for line in told)


def test_counts_and_a_sheet_as_html(parse, open_png):
    digits = labelled(7, 7, 0, NO_DIGIT, source="<mine>")
    page = parse(digits._repr_html_())
    assert page.rows == [["label", "0", "7", "none"], ["digits", "1", "2", "1"]]
    assert page.text == "Digits 4 from <mine>"
    (sheet,) = page.images
    assert open_png(sheet).size == digits.show().size
    assert parse(labelled()._repr_html_()).text == "Digits 0 from memory"


def test_a_sheet_has_rows_of_framed_digits(open_png):
    digits = random_digits(53)
    sheet = open_png(digits.show())
    assert sheet.size == (8 + 10 * 66, 8 + 5 * 84)
    assert open_png(digits.show(count=53)).size == (8 + 10 * 66, 8 + 6 * 84)
    assert open_png(digits.show(count=3, columns=2)).size == (8 + 2 * 66, 8 + 2 * 84)
    # The 14th digit: dark ink, each pixel twice as large, in a frame.
    pixels = np.asarray(sheet.convert("L"))
    left, top = 8 + 66 * 3 + 1, 8 + 84 + 1
    shown = pixels[top : top + 56, left : left + 56]
    np.testing.assert_array_equal(shown[::2, ::2], 255 - digits.images[13])
    np.testing.assert_array_equal(shown[1::2, 1::2], 255 - digits.images[13])
    # Under it, its label, and that alone.
    same = labelled(3, 3, 5).show()
    cut = [same.crop((8 + 66 * k, 66, 66 * k + 66, 92)) for k in range(3)]
    assert cut[0].tobytes() == cut[1].tobytes() != cut[2].tobytes()
    assert np.asarray(cut[0].convert("L")).min() < 120


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"count": 0}, "at least 1 of digits to show; found 0"),
        ({"columns": 2.5}, "at least 1 of columns to show; found 2.5"),
        ({"count": True}, "found True"),
    ],
)
def test_sheets_that_can_not_be(how, message):
    with pytest.raises(InputError, match=message):
        random_digits(3).show(**how)


def test_no_digits_to_show():
    with pytest.raises(InputError, match="no digits to show"):
        labelled().show()


def test_one_digit_is_shown_enlarged(open_png):
    digit = random_digits(5)[2]
    assert repr(digit) == f"Digit(label={digit.label})"
    image = open_png(digit._repr_png_())
    assert image.size == (2 * 8 + 142, 2 * 8 + 142 + 18)
    shown = np.asarray(image.convert("L"))[9:149:5, 9:149:5]
    np.testing.assert_array_equal(shown, 255 - digit.image)
    assert open_png(digit.show()).size == image.size


def test_bundled_digits_show_themselves(bundled, parse):
    page = parse(bundled[1]._repr_html_())
    assert sum(int(n) for n in page.rows[1][1:]) == len(bundled[1])
    assert dw.load("digits")[1].source in page.text
