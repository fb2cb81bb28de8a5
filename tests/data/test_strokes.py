import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitwise.data.deform import DEFORMATIONS, Deformation, deform
from digitwise.data.digits import Digits, join
from digitwise.data.strokes import Strokes, join_strokes, no_strokes, plain_images, strokes_of
from digitwise.errors import InputError

SEVEN = [[(0, 0), (500, 0), (200, 1000)], [(150, 500), (450, 500)]]
ONE = [[(0, 0), (0, 1000)]]
DASH = [[(0, 0), (1000, 0)]]


def penned(*digits, labels=None) -> Digits:
    strokes = strokes_of(digits)
    labels = np.array(labels or [1] * len(digits), np.uint8)
    return Digits(plain_images(strokes), labels, "test", strokes)


def test_a_digit_is_framed_as_mnist_frames_it():
    for image in plain_images(strokes_of([SEVEN, ONE, DASH])):
        rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
        assert 19 <= max(np.ptp(rows), np.ptp(columns)) + 1 <= 22
        mass = image / image.sum()
        assert abs((mass.sum(axis=1) * np.arange(28)).sum() - 14) < 1
        assert abs((mass.sum(axis=0) * np.arange(28)).sum() - 14) < 1


def test_ink_lies_where_the_pen_went():
    upright, flat = plain_images(strokes_of([ONE, DASH]))
    assert (upright > 128).any(axis=1).sum() > 5 * (upright > 128).any(axis=0).sum()
    assert abs(int(upright.sum()) - int(flat.sum())) < 0.05 * flat.sum()


def test_a_dot_is_drawn_and_nothing_is_read_beyond_the_points():
    (dot,) = plain_images(strokes_of([[[(3, 3)]]]))
    assert dot.any()


def test_pens_differ_and_each_example_is_a_function_of_seed_and_number():
    digits = penned(SEVEN, labels=[7])
    many = np.zeros(200, np.intp)
    drawn = deform(digits, many, Deformation(pens=1), seed=5)
    amounts = (drawn.images > 100).sum(axis=(1, 2))
    assert amounts.max() > 2.5 * amounts.min()
    later = deform(digits, many[:50], Deformation(pens=1), seed=5, first=150)
    np.testing.assert_array_equal(later.images, drawn.images[150:])
    other = deform(digits, many, Deformation(pens=1), seed=6)
    assert (other.images != drawn.images).any()


def test_without_pens_the_plain_picture_is_deformed():
    digits = penned(SEVEN, labels=[7])
    drawn = deform(digits, np.zeros(20, np.intp), Deformation())
    amounts = (drawn.images > 100).sum(axis=(1, 2))
    assert amounts.max() < 1.2 * amounts.min()


def test_only_digits_with_strokes_are_written_anew():
    plain = Digits(penned(SEVEN).images, np.array([7], np.uint8))
    both = join([penned(SEVEN, labels=[7]), plain], "both")
    drawn = deform(both, np.array([1] * 30), Deformation(pens=1))
    alone = deform(plain, np.zeros(30, np.intp), Deformation(pens=1))
    np.testing.assert_array_equal(drawn.images, alone.images)


@given(st.lists(st.integers(0, 2), max_size=6), st.integers(0, 3))
def test_taking_and_joining_keep_each_digits_points(chosen, nothing):
    kinds = [SEVEN, ONE, DASH]
    parts = join_strokes([strokes_of(kinds), no_strokes(nothing)])
    taken = parts.take(np.array(chosen, np.intp))
    expected = strokes_of([kinds[k] for k in chosen])
    for name in ("points", "stroke_starts", "digit_starts"):
        np.testing.assert_array_equal(getattr(taken, name), getattr(expected, name))
    assert len(parts.take(slice(3, None))) == nothing


def test_digits_carry_their_strokes_along():
    digits = penned(SEVEN, ONE, DASH, labels=[7, 1, 1])
    taken = digits[np.array([2, 0])]
    np.testing.assert_array_equal(taken.strokes.points, strokes_of([DASH, SEVEN]).points)
    assert digits.sha256() != Digits(digits.images, digits.labels).sha256()
    with pytest.raises(InputError, match="strokes of 2 digits; found those of 3"):
        Digits(digits.images[:2], digits.labels[:2], "test", digits.strokes)


@pytest.mark.parametrize(
    ("points", "strokes", "digits", "message"),
    [
        ([[0, np.nan]], [0, 1], [0, 1], "finite numbers"),
        ([[0, 0, 0]], [0, 1], [0, 1], r"shape \(p, 2\)"),
        ([[0, 0]], [0, 2], [0, 1], "stroke_starts must rise from 0 to 1"),
        ([[0, 0]], [0, 1], [0, 9], "digit_starts must rise from 0 to 1"),
        ([[0, 0]], [0, 1, 0, 1], [0, 3], "stroke_starts must rise"),
        ([[0, 0]], [0, 0, 1], [0, 2], "each stroke must have a point"),
    ],
)
def test_strokes_that_a_kernel_would_trip_over_are_refused(points, strokes, digits, message):
    with pytest.raises(InputError, match=message):
        Strokes(np.array(points, np.float32), np.array(strokes), np.array(digits))


def test_stretched_digits_fill_a_square():
    digits = penned(SEVEN, labels=[7])
    many = np.zeros(300, np.intp)

    def widths(deformation):
        images = deform(digits, many, deformation).images > 64
        return np.ptp([np.flatnonzero(i.any(axis=0))[[0, -1]] for i in images], axis=1)

    assert np.median(widths(Deformation(stretch=1))) > 1.25 * np.median(widths(Deformation()))


def test_all_strokes_of_a_wild_stream_stay_within_memory():
    digits = penned(SEVEN, ONE, DASH, [[(0, 0)]], labels=[7, 1, 1, 1])
    order = np.arange(2000) % 4
    drawn = deform(digits, order, DEFORMATIONS["wild"], 0.3, seed=2)
    assert (drawn.images.max(axis=(1, 2)) == 255).mean() > 0.95
