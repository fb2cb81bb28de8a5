from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import label

from digitwise.data.bundled import read_bundled
from digitwise.data.deform import DEFORMATIONS, Deformation, deform, find_deformation
from digitwise.data.digits import NO_DIGIT, Digits
from digitwise.data.forms import FORMS, MEMBERS, drawn_forms
from digitwise.data.glyphs import LETTERS, letter_pieces
from digitwise.data.marks import MARKS, drawn_marks
from digitwise.data.marks import MEMBERS as MARK_MEMBERS
from digitwise.data.non_digit_kernel import PAIRS, SMUDGES
from digitwise.data.strokes import plain_images
from digitwise.errors import InputError
from digitwise.imaging.framing import bounding_box, centre_of_mass

WILD = DEFORMATIONS["wild"]


@pytest.fixture(scope="module")
def digits():
    return read_bundled()[0]


def upright(height=20, width=4):
    """An upright bar, framed as MNIST would."""
    images = np.zeros((1, 28, 28), np.uint8)
    images[0, 4 : 4 + height, 12 : 12 + width] = 255
    return Digits(images, np.zeros(1, np.uint8))


def centroids(images):
    return np.array([centre_of_mass(image) for image in images])


def lean(image):
    """Horizontal against vertical spread: what slant and rotation change."""
    y, x = np.mgrid[:28, :28]
    mass = image / image.sum()
    dy, dx = y - (mass * y).sum(), x - (mass * x).sum()
    return (mass * dy * dx).sum() / (mass * dy * dy).sum()


@settings(deadline=None, max_examples=30)
@given(
    seed=st.integers(0, 2**63 - 1),
    first=st.integers(0, 2**62),
    start=st.integers(0, 50),
    length=st.integers(1, 30),
)
def test_an_example_is_a_function_of_seed_and_number(digits, seed, first, start, length):
    order = np.arange(80)
    whole = deform(digits, order, WILD, 0.3, seed, first)
    part = slice(start, start + length)
    alone = deform(digits, order[part], WILD, 0.3, seed, first + start)
    np.testing.assert_array_equal(whole.images[part], alone.images)
    np.testing.assert_array_equal(whole.labels[part], alone.labels)


def test_seeds_and_numbers_give_others(digits):
    order = np.zeros(200, np.intp)
    first = deform(digits, order, WILD, seed=0)
    assert len(np.unique(first.images, axis=0)) == 200  # all of the same digit
    assert not np.array_equal(first.images, deform(digits, order, WILD, seed=1).images)
    assert not np.array_equal(first.images, deform(digits, order, WILD, first=1).images)


def test_no_deformation_moves_a_digit_and_no_more(digits):
    same = deform(digits, np.arange(300), Deformation())
    far = centroids(same.images) - centroids(digits.images[:300])
    assert np.abs(far).max() < 1.6
    # Moved back by whole pixels, little is different: half a pixel's blur.
    errors = []
    for new, old in zip(same.images, digits.images[:300], strict=True):
        errors.append(
            min(
                np.abs(np.roll(new, (dy, dx), (0, 1)).astype(int) - old).mean()
                for dy in range(-2, 3)
                for dx in range(-2, 3)
            )
        )
    assert np.mean(errors) < 10


def test_framing_is_that_of_mnist(digits):
    images = deform(digits, np.arange(1000), DEFORMATIONS["mnist"]).images
    sides = [max(image[bounding_box(image > 76)].shape) for image in images]
    assert 19 <= np.mean(sides) <= 20.5
    assert np.percentile(sides, 1) >= 18
    assert np.percentile(sides, 99) <= 21
    # Half a pixel past the middle, as MNIST's, within a pixel.
    means = centroids(images)
    assert np.abs(means.mean(axis=0) - 14.5).max() < 0.1
    assert np.percentile(means, 0.5) > 13.3
    assert np.percentile(means, 99.5) < 15.7
    assert (images.max(axis=(1, 2)) >= 250).all()


def test_slant_and_rotation_go_as_far_as_told():
    order = np.zeros(2000, np.intp)
    for kind in ("slant", "rotation"):
        leans = [lean(i) for i in deform(upright(), order, Deformation(**{kind: 20})).images]
        furthest = np.tan(np.radians(20))
        assert furthest * 0.85 < max(leans) < furthest * 1.1
        assert -furthest * 1.1 < min(leans) < -furthest * 0.85
        assert abs(np.mean(leans)) < 0.02


def test_thickness_goes_as_far_as_told():
    order = np.zeros(500, np.intp)

    def widths(deformation):
        # Across the middle, in pixels.
        images = deform(upright(16, 4), order, deformation).images / 255
        return images[:, 14].sum(axis=1) * 16 / (images[:, :, 10:18].max(axis=2) > 0.3).sum(axis=1)

    usual = np.median(widths(Deformation()))
    thick, thin = widths(Deformation(thicker=2)), widths(Deformation(thinner=2))
    assert usual + 1 < thick.max() < usual + 2.5
    assert usual - 2.5 < thin.min() < usual - 1
    assert thick.min() > usual - 0.5
    assert thin.max() < usual + 0.5


def test_elastic_deformation_bends():
    order = np.zeros(300, np.intp)
    y = np.arange(8, 20)

    def bend(image):
        """How far the bar's middle departs from a straight line, in pixels."""
        row = image[8:20].astype(float)
        middle = (row * np.arange(28)).sum(axis=1) / row.sum(axis=1)
        return np.std(middle - np.polyval(np.polyfit(y, middle, 1), y))

    straight = [bend(i) for i in deform(upright(), order, Deformation(rotation=10)).images]
    bent = [bend(i) for i in deform(upright(), order, Deformation(elastic=2)).images]
    assert np.median(straight) < 0.15
    assert np.median(bent) > 2 * np.median(straight)
    assert max(bent) < 4


def test_a_share_is_no_digit(digits):
    order = np.arange(len(digits))
    drawn = deform(digits, order, WILD, 0.25, seed=3)
    none = drawn.labels == NO_DIGIT
    assert 0.2 < none.mean() < 0.3
    np.testing.assert_array_equal(drawn.labels[~none], digits.labels[~none])
    # Those that stay digits are the same ones as without.
    alone = deform(digits, order, WILD, 0.0, seed=3)
    np.testing.assert_array_equal(alone.images[~none], drawn.images[~none])
    assert (alone.labels < NO_DIGIT).all()


def test_what_is_no_digit_is_of_many_kinds(digits):
    drawn = deform(digits, np.arange(1000), Deformation(), 0.999)
    ink = (drawn.images > 76).mean(axis=(1, 2))
    assert 0.003 < (ink == 0).mean() < 0.06  # empty ones
    assert (ink > 0.35).any()  # blots
    columns = [bounding_box(i > 76)[1] for i in drawn.images[ink > 0]]
    spans = np.array([c.stop - c.start for c in columns])
    assert (spans >= 17).mean() > 0.3  # pairs are about as wide as a box
    assert (spans < 10).mean() > 0.05  # halves are narrow


def test_letters_are_drawn_inside_their_box():
    pieces = letter_pieces()
    assert pieces.dtype == np.float32
    assert len(pieces) == len(LETTERS)
    assert pieces.min() >= 0
    assert pieces.max() <= 1
    assert not set(LETTERS) & set("BDGIJLOQSTYZbgloqsyz0123456789")


def test_forms_are_drawn_instead_of_some_digits(digits):
    members, starts = drawn_forms()
    assert len(members) == starts[-1] == MEMBERS * sum(map(len, FORMS.values()))
    order = np.arange(len(digits))
    plain = deform(digits, order, Deformation())
    drawn = deform(digits, order, Deformation(forms=0.5))
    np.testing.assert_array_equal(drawn.labels, plain.labels)
    other = (drawn.images != plain.images).any(axis=(1, 2))
    assert sorted(FORMS) == list(range(10))
    assert 0.4 < other.mean() < 0.6


def test_marks_are_no_digits_and_one_in_ten_of_them(digits):
    marks = drawn_marks()
    assert len(marks) == MARK_MEMBERS * len(MARKS)
    blank = Digits(np.zeros((1, 28, 28), np.uint8), np.zeros(1, np.uint8))
    drawn = deform(blank, np.zeros(4000, np.intp), Deformation(), 0.999)
    # Halves and pairs of nothing are empty; letters, marks, curves and blots are not.
    inked = drawn.images.any(axis=(1, 2)).mean()
    assert inked == pytest.approx(SMUDGES - PAIRS, abs=0.03)
    # A dash lies flat and a dot fills its box: both are among them.
    boxes = [bounding_box(i > 76) for i in drawn.images if (i > 76).any()]
    shapes = [(rows.stop - rows.start, columns.stop - columns.start) for rows, columns in boxes]
    assert sum(high < 0.3 * wide for high, wide in shapes) > 8
    assert (drawn.labels == NO_DIGIT).mean() > 0.99


@pytest.mark.parametrize(
    ("mark", "shape"), [("-", "flat"), ("=", "wide"), (":", "tall"), ("ditto", "two")]
)
def test_a_mark_has_its_shape(mark, shape):
    at = list(MARKS).index(mark) * MARK_MEMBERS
    found = []
    for image in plain_images(drawn_marks().take(slice(at, at + MARK_MEMBERS))):
        rows, columns = bounding_box(image > 76)
        high, wide = rows.stop - rows.start, columns.stop - columns.start
        pieces = label(image > 76, np.ones((3, 3)))[1]
        shapes = {
            "flat": 2 * high < wide and pieces == 1,
            "wide": high < wide and pieces == 2,
            "tall": high > 2 * wide and pieces == 2,
            "two": pieces == 2,
        }
        found.append(shapes[shape])
    assert np.mean(found) > 0.7  # strokes that lie close touch now and then


def test_an_empty_image_stays_empty():
    blank = Digits(np.zeros((1, 28, 28), np.uint8), np.full(1, 3, np.uint8))
    assert not deform(blank, np.zeros(50, np.intp), replace(WILD, forms=0.0)).images.any()
    # And nothing breaks when a pair or a half is made of it.
    deform(blank, np.zeros(500, np.intp), WILD, 0.99)


def test_extremes_stay_within_memory(digits):
    most = Deformation(60, 60, 10, 10, 10, 10, 10, 10, 10, 10, 10, 1, 1, 1)
    assert len(deform(digits, np.arange(500), most, 0.5)) == 500


@pytest.mark.parametrize("values", [{"rotation": 61}, {"elastic": -1}, {"noise": float("nan")}])
def test_ranges_are_checked(values):
    with pytest.raises(InputError, match=f"expected 0 <= {next(iter(values))}"):
        Deformation(**values)


def test_deformations_are_found_by_name():
    assert find_deformation("none") is None
    assert find_deformation("wild") is WILD
    with pytest.raises(InputError, match="unknown deformation 'x'.*none, mnist, wild"):
        find_deformation("x")
