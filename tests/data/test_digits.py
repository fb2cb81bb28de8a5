import random

import numpy as np
import pytest

from digitwise.data.digits import Digits
from digitwise.data.mixture import mix
from digitwise.data.strokes import strokes_of
from digitwise.errors import InputError, RangeError
from digitwise.network import Network
from tests.conftest import random_digits


def test_inputs_are_real_between_0_and_1():
    digits = random_digits(5)
    x = digits.inputs()
    assert x.shape == (5, 784)
    assert x.dtype == np.float32
    np.testing.assert_array_equal(np.rint(x * 255).reshape(5, 28, 28), digits.images)
    assert digits.inputs(np.float64).dtype == np.float64


def test_slices_masks_and_lists_select_digits():
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


def stroked(n):
    """Digit k has k + 1 strokes."""
    images = np.zeros((n, 28, 28), np.uint8)
    strokes = strokes_of([[[(k, j), (1, 1)] for j in range(k + 1)] for k in range(n)])
    return Digits(images, np.arange(n, dtype=np.uint8), "pens", strokes)


def test_an_index_gives_image_and_label():
    digits = random_digits(10)
    for at in (3, -7, np.int64(3), np.uint8(3)):
        digit = digits[at]
        image, label = digit
        assert image is digit.image
        assert isinstance(label, int)
        assert label == digits.labels[3]
        np.testing.assert_array_equal(image, digits.images[3])
        np.testing.assert_array_equal(np.asarray(digit), digits.images[3])
    assert digits[3].strokes is None
    assert len(stroked(4)[2].strokes.stroke_starts) - 1 == 3
    assert len(stroked(4)[-1].strokes.stroke_starts) - 1 == 4


def test_digits_are_a_sequence():
    digits = random_digits(10)
    assert [digit.label for digit in digits] == digits.labels.tolist()
    assert [digit.label for digit in reversed(digits)] == digits.labels[::-1].tolist()
    assert random.Random(0).choice(digits).label in digits.labels
    for index in ([7, 1, -1], [True, False] * 5, [], slice(None, None, -3)):
        part = digits[index]
        array = np.array(index, int) if index == [] else index
        np.testing.assert_array_equal(part.labels, digits.labels[array])
        np.testing.assert_array_equal(part.images, digits.images[array])
        assert part.source == digits.source
    assert stroked(4)[[-1, 0]].strokes.digit_starts.tolist() == [0, 4, 5]
    assert stroked(4)[[True, False, True, False]].strokes.digit_starts.tolist() == [0, 1, 4]


@pytest.mark.parametrize(
    ("index", "error", "message"),
    [
        (10, IndexError, "no digit 10: expected -10 to 9, of 10 digits"),
        (-11, RangeError, "no digit -11"),
        ([3, 10], IndexError, "no digit 10"),
        (np.array([-11]), RangeError, "no digit -11"),
        (True, InputError, "found bool"),
        ("3", InputError, "found str"),
        (3.0, InputError, "found float"),
        (np.bool_(True), InputError, "found bool"),
        (type("Tensor", (), {"__index__": lambda self: 1.5})(), InputError, "found Tensor"),
        ((1, 2), InputError, "found tuple"),
        (None, InputError, "found NoneType"),
        ([1.5], InputError, r"found float64 \(1,\)"),
        ([[1]], InputError, r"found int64 \(1, 1\)"),
        ([1, [2]], InputError, "list of positions"),
        (np.ones(9, bool), InputError, r"10 booleans, one a digit; found \(9,\)"),
    ],
)
def test_digits_that_are_not_there(index, error, message):
    with pytest.raises(error, match=message) as raised:
        random_digits(10)[index]
    assert isinstance(raised.value, InputError)


def test_sets_are_joined():
    first, second = random_digits(3), random_digits(2, seed=1)
    both = first + second
    np.testing.assert_array_equal(both.labels, [*first.labels, *second.labels])
    np.testing.assert_array_equal(both.images[3:], second.images)
    assert both.source == "memory"
    pens = first + stroked(2)
    assert pens.source == "memory and pens"
    assert pens.strokes.digit_starts.tolist() == [0, 0, 0, 0, 1, 3]
    for other in (second.images, 3):
        with pytest.raises(InputError, match=f"found {type(other).__name__}"):
            first + other


def test_a_mixture_is_taken_apart_and_joined_as_digits():
    mixture = mix([("a", random_digits(3), None, False), ("b", stroked(2), 0.3, True)], "both")
    assert type(mixture[:2]) is Digits
    assert type(mixture + mixture) is Digits
    assert mixture[4].label == 1
    assert mixture[[4]].strokes.digit_starts.tolist() == [0, 2]


def test_what_numpy_makes_of_it_are_the_images():
    digits = random_digits(10)
    assert np.asarray(digits).base is digits.images.base
    assert np.asarray(digits, np.float32).dtype == np.float32
    with pytest.raises(InputError, match=r"digits.inputs\(\)"):
        Network([784, 10], cost="cross-entropy", init="scaled").feedforward(digits)


def test_sets_are_the_same_only_if_they_are_one():
    digits = random_digits(3)
    assert digits != random_digits(3)
    assert len({digits, digits, random_digits(3)}) == 2


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        ([[1]], [1], "NumPy arrays"),
        (np.zeros((2, 28, 28)), np.zeros(2, np.uint8), "uint8.*found float64"),
        (np.zeros((2, 784), np.uint8), np.zeros(2, np.uint8), r"found uint8 \(2, 784\)"),
        (np.zeros((2, 28, 28), np.uint8), np.zeros(3, np.uint8), r"\(2,\).*found uint8 \(3,\)"),
        (np.zeros((1, 28, 28), np.uint8), np.array([11], np.uint8), "10 for a non-digit.*found 11"),
    ],
)
def test_what_is_not_digits(images, labels, message):
    with pytest.raises(InputError, match=message):
        Digits(images, labels)
