import numpy as np
import pytest

from digitwise.imaging.digit import frame_picture
from digitwise.imaging.frames import looks_framed
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


def page(*boxes):
    light = np.ones((60, 50), np.float32)
    for top, bottom, left, right in boxes:
        light[top:bottom, left:right] = 0
    return light


@pytest.mark.parametrize("stroke", [(20, 45, 0, 3), (12, 20, 46, 50), (40, 44, 0, 6)])
def test_a_neighbours_stroke_at_the_side_is_left_out(stroke):
    digit = [(10, 50, 20, 24), (10, 14, 20, 36), (30, 34, 20, 36)]
    alone = frame_picture(page(*digit))
    np.testing.assert_array_equal(frame_picture(page(*digit, stroke)), alone)


def test_parts_of_the_digit_are_kept():
    # Of a broken digit that fills its picture: one half is no smaller than the other.
    halves = [(5, 55, 0, 4), (5, 55, 46, 50)]
    framed = frame_picture(page(*halves))
    assert framed[:, :12].any()
    assert framed[:, 17:].any()
    # The bar of a 5 that reaches the side, above the rest.
    five = [(14, 18, 10, 30), (14, 30, 10, 14), (28, 32, 10, 34), (28, 50, 30, 34)]
    bar = (5, 9, 14, 50)
    assert (frame_picture(page(*five, bar)) != frame_picture(page(*five))).any()
    # A stroke in the middle of the paper is somebody's meaning.
    dot = (20, 26, 38, 42)
    assert (frame_picture(page(*five, dot)) != frame_picture(page(*five))).any()


def test_an_empty_picture_is_an_empty_frame():
    assert not frame_picture(np.ones((50, 50), np.float32)).any()


def test_a_digit_of_few_pixels_fills_the_box():
    light = np.ones((12, 12), np.float32)
    light[2:10, 5:7] = 0
    rows = np.flatnonzero(frame_picture(light).any(axis=1))
    assert rows[-1] - rows[0] + 1 >= 19


@pytest.mark.parametrize("invert", [False, True])
@pytest.mark.parametrize("side", [28, 56, 140])
@pytest.mark.parametrize("thick", [0.2, 0.3, 0.38])
def test_a_round_digit_that_fills_its_picture_keeps_its_paper(invert, side, thick):
    """More ink than paper, and ink at every edge: only the corners tell them apart."""
    y, x = (np.mgrid[:side, :side] + 0.5) / side - 0.5
    far = np.hypot(y, x)
    ring = np.clip(side * (0.5 - far), 0, 1) * np.clip(side * (far - 0.5 + thick), 0, 1)
    framed = frame_picture((ring if invert else 1 - ring).astype(np.float32))
    assert framed[14, 14] < 64
    middle = framed[4:24, 14]
    assert middle.max() > 200
    # A ring has ink on a round; its negative would have it in the corners.
    assert framed[4:6, 4:6].max() < 100
    assert framed[22:24, 22:24].max() < 100


def test_pale_strokes_of_a_lone_digit_count():
    # A 7 whose bar is dark, and whose stem, apart from it, is pale.
    light = np.ones((60, 60), np.float32)
    light[10:15, 15:45] = 0
    light[18:50, 36:41] = 0.8
    framed = frame_picture(light)
    rows = np.flatnonzero(framed.max(axis=1) > 30)
    assert rows[-1] - rows[0] >= 14
