import numpy as np
import pytest

from digitwise.data.digits import Digits
from digitwise.errors import InputError
from tests.conftest import random_digits


def test_inputs_are_real_between_0_and_1():
    digits = random_digits(5)
    x = digits.inputs()
    assert x.shape == (5, 784)
    assert x.dtype == np.float32
    np.testing.assert_array_equal(np.rint(x * 255).reshape(5, 28, 28), digits.images)
    assert digits.inputs(np.float64).dtype == np.float64


def test_parts():
    digits = random_digits(10)
    assert len(digits[2:5]) == 3
    np.testing.assert_array_equal(digits[digits.labels > 4].labels > 4, True)
    np.testing.assert_array_equal(digits[np.array([7, 1])].images[1], digits.images[1])


def test_the_fingerprint_is_that_of_images_and_labels():
    digits = random_digits(10)
    assert digits.sha256() == random_digits(10).sha256() == digits[:].sha256()
    assert digits.sha256() != digits[:9].sha256()
    assert digits.sha256() != Digits(digits.images, digits.labels[::-1].copy()).sha256()
    # Parts that aren't contiguous have one, too.
    assert digits[::2].sha256() == digits[np.arange(0, 10, 2)].sha256()


def test_one_digit_is_no_set():
    with pytest.raises(InputError, match=r"digits.images\[i\]"):
        random_digits(3)[0]


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        ([[1]], [1], "NumPy arrays"),
        (np.zeros((2, 28, 28)), np.zeros(2, np.uint8), "uint8.*found float64"),
        (np.zeros((2, 784), np.uint8), np.zeros(2, np.uint8), r"found uint8 \(2, 784\)"),
        (np.zeros((2, 28, 28), np.uint8), np.zeros(3, np.uint8), r"\(2,\).*found uint8 \(3,\)"),
        (np.zeros((1, 28, 28), np.uint8), np.array([11], np.uint8), "10 for what is no.*found 11"),
    ],
)
def test_what_is_not_digits(images, labels, message):
    with pytest.raises(InputError, match=message):
        Digits(images, labels)
