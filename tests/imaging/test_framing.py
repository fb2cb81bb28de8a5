import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitwise.errors import InputError
from digitwise.imaging.framing import _resample, centre_of_mass, frame


def stroke(height, width, seed=0):
    """A random blob of ink that touches all four sides of its box."""
    rng = np.random.default_rng(seed)
    ink = (rng.random((height, width)) < 0.6).astype(float)
    ink[0, 0] = ink[-1, -1] = ink[0, -1] = ink[-1, 0] = 1
    return ink


def extent(image):
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    return rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1


@given(st.integers(10, 90), st.integers(10, 90), st.integers(0, 99))
def test_a_framed_digit_has_mnists_statistics(height, width, seed):
    framed = frame(stroke(height, width, seed))
    assert framed.dtype == np.uint8
    assert framed.shape == (28, 28)
    assert framed.max() == 255
    tall, wide = extent(framed)
    assert max(tall, wide) == 20
    # Aspect kept: the shorter side in proportion, within the pixel it may straddle on each end.
    assert min(tall, wide) == pytest.approx(20 * min(height, width) / max(height, width), abs=2.01)
    for c in centre_of_mass(framed):
        assert 14 < c <= 15


def spread_pixel_by_pixel(square):
    """The resampling as its source has it: each pixel on its own, its footprint 0.99 wide."""
    n = len(square)
    scale = 20 / n
    box = np.zeros((20, 20))

    def shares(i):
        start, end = scale * i, scale * i + 0.99 * scale
        first, last = math.floor(start + 1e-11), math.ceil(end - 1e-11) - 1
        if first == last:
            return {first: scale}
        inner = dict.fromkeys(range(first + 1, last), 1.0)
        return {first: first + 1 - start, **inner, last: end - last}

    for i, j in itertools.product(range(n), repeat=2):
        for (y, wy), (x, wx) in itertools.product(shares(i).items(), shares(j).items()):
            box[y, x] += square[i, j] * wy * wx
    return box


@pytest.mark.parametrize("n", [20, 21, 30, 37, 40, 64, 100])
def test_resampling_spreads_every_pixel_by_its_overlap(n):
    square = np.random.default_rng(n).random((n, n))
    np.testing.assert_allclose(_resample(square), spread_pixel_by_pixel(square), atol=1e-9)


def test_mnist_comes_out_as_it_went_in(mnist):
    images = mnist[0].images[:3000]
    framed = np.stack([frame(image / 255) for image in images])
    difference = np.abs(framed.astype(int) - images)
    # Framing stretches a brightest pixel of 253 or 254 to 255; nothing else may move.
    moved = difference.max(axis=(1, 2)) > 2
    assert moved.mean() < 0.001


@pytest.mark.parametrize("scale", [2, 3, 5])
def test_size_does_not_matter(mnist, scale):
    # Where an odd margin is split in two, MNIST's half pixel more on one side depends on size.
    even = [image for image in mnist[0].images[:40] if sum(extent(image)) % 2 == 0]
    assert len(even) > 10
    for image in even:
        large = image.repeat(scale, axis=0).repeat(scale, axis=1) / 255
        difference = np.abs(frame(large).astype(int) - frame(image / 255))
        assert difference.max() <= 1


@given(st.integers(0, 30), st.integers(0, 30))
def test_margins_do_not_matter(top, left):
    ink = stroke(25, 15)
    padded = np.pad(ink, ((top, 7), (left, 3)))
    assert (frame(padded) == frame(ink)).all()


def test_a_tiny_digit_is_not_blown_up():
    assert max(extent(frame(np.ones((5, 2))))) == 10


def test_no_ink_is_an_empty_frame():
    assert not frame(np.zeros((9, 9))).any()


def test_one_image_at_a_time():
    with pytest.raises(InputError, match=r"\(h, w\); found \(2, 9, 9\)"):
        frame(np.zeros((2, 9, 9)))
