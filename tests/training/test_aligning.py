from dataclasses import replace

import numpy as np
import pytest

from digitwise.data.corrections import Correction
from digitwise.data.digits import NO_DIGIT
from digitwise.models.shipped import open_model
from digitwise.training.aligning import align, find_known, read_known


@pytest.fixture(scope="module")
def model():
    return open_model()


def correction(folder, page, text, box=None):
    page.save(folder / f"{text}.png")
    return Correction(folder / f"{text}.png", 0, box, text)


def test_digits_are_found_where_they_stand(model, draw_number, reader, tmp_path):
    page = draw_number("2758")
    known = find_known(model, [correction(tmp_path, page, "2758")])
    digits, count = align(model, known)
    assert (count, digits.labels.tolist()) == (1, [2, 7, 5, 8])
    (number,) = reader.read(page, layout="number")
    for image, digit in zip(digits.images, number.digits, strict=True):
        np.testing.assert_array_equal(image, digit.image)
    assert read_known(model, known).right.tolist() == [True]


def test_digits_that_the_network_takes_for_others(model, draw_number, tmp_path):
    """The text is what a person says: the ink is cut so that it may read so."""
    known = find_known(model, [correction(tmp_path, draw_number("2758"), "2753")])
    digits, _ = align(model, known)
    assert digits.labels.tolist() == [2, 7, 5, 3]
    reading = read_known(model, known)
    assert reading.right.tolist() == [False]
    assert reading.surprise > 2


def test_of_a_page_the_number_in_the_box(model, draw_number, reader, tmp_path):
    first, second = (np.asarray(draw_number(text).convert("L")) for text in ("2758", "302"))
    page = np.full((first.shape[0] + second.shape[0], max(first.shape[1], second.shape[1])), 250)
    page[: first.shape[0], : first.shape[1]] = first
    page[first.shape[0] :, : second.shape[1]] = second
    from PIL import Image

    page = Image.fromarray(page.astype(np.uint8))
    numbers = {number.text: number for number in reader.read(page)}
    known = find_known(model, [correction(tmp_path, page, "302", numbers["302"].bbox)])
    assert align(model, known)[0].labels.tolist() == [3, 0, 2]


def test_what_cant_be_found_teaches_nothing(model, draw_number, tmp_path):
    known = find_known(
        model,
        [
            Correction(tmp_path / "no.png", 0, None, "1"),
            correction(tmp_path, draw_number("3"), "333222555777"),
        ],
    )
    assert len(known) == 1
    digits, count = align(model, known)
    assert (len(digits), count) == (0, 0)


def test_what_is_no_digit_though_the_network_takes_it_for_one(model, draw_number, tmp_path):
    """If a number's text has fewer digits than the picture, some digits become non-digits."""
    known = find_known(model, [correction(tmp_path, draw_number("25027"), "25027")])
    right, _ = align(model, known)
    texts = [replace(number, text="252") for number in known]
    other, count = align(model, texts)
    assert count == 1
    assert (right.labels == NO_DIGIT).sum() < (other.labels == NO_DIGIT).sum()
    assert (other.labels != NO_DIGIT).sum() == 3
