import numpy as np
import pytest

from digitwise.imaging.digit import frame_picture, looks_framed
from digitwise.imaging.strokes import stroke_width


def test_what_looks_like_mnist_is_left_alone(mnist):
    images = mnist[0].images[:300]
    left_alone = sum(looks_framed(image.astype(np.float32) / 255) for image in images)
    assert left_alone >= 297
    for image in images[:50]:
        framed = frame_picture(1 - image.astype(np.float32) / 255).astype(int)
        assert np.abs(framed - image).max() <= 6


def test_what_does_not_look_like_mnist():
    centred = np.zeros((28, 28), np.float32)
    centred[4:24, 13:16] = 1
    assert looks_framed(centred)
    assert not looks_framed(np.roll(centred, 4, axis=1))
    assert not looks_framed(np.zeros((28, 28), np.float32))
    assert not looks_framed(np.pad(centred, 1))


@pytest.mark.parametrize("width", [1, 3, 6])
def test_a_fine_pen_is_thickened(width):
    side = 120
    light = np.ones((160, 160), np.float32)
    at = (160 - side) // 2
    light[at : at + width, at : at + side] = 0
    light[at : at + side, at + side - width : at + side] = 0  # a 7, of sorts
    framed = frame_picture(light)
    assert 1.5 < stroke_width(framed / np.float32(255)) < 3.5


def test_an_empty_picture_is_an_empty_frame():
    assert not frame_picture(np.ones((50, 50), np.float32)).any()


def test_a_digit_of_few_pixels_fills_the_box():
    light = np.ones((12, 12), np.float32)
    light[2:10, 5:7] = 0
    rows = np.flatnonzero(frame_picture(light).any(axis=1))
    assert rows[-1] - rows[0] + 1 >= 19
