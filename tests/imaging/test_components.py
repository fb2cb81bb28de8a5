import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitwise.errors import ImageError
from digitwise.imaging.components import (
    find_components,
    frame_components,
    join,
    that_tell_size,
    usual_height,
)
from digitwise.imaging.ink import extract_ink


def test_pieces_are_found_from_left_to_right_with_their_own_ink():
    ink = np.zeros((40, 60), np.float32)
    ink[5:35, 40:44] = 1
    ink[10:30, 5:15] = 0.8
    ink[9, 5:15] = 0.2  # a soft edge
    left, right = find_components(ink)
    assert (left.left, left.top, left.right, left.bottom) == (4, 9, 16, 31)
    assert left.ink[0].max() == np.float32(0.2)
    assert (right.width, right.height) == (6, 32)
    assert right.ink.sum() == ink[:, 40:44].sum()


def test_specks_are_dirt():
    ink = np.zeros((40, 60), np.float32)
    ink[5:35, 40:44] = 1
    ink[2:4, 2:4] = 1
    assert len(find_components(ink)) == 1
    ink[2:6, 2:6] = 1  # as large as a point
    assert len(find_components(ink)) == 2


def test_no_ink_no_components():
    assert find_components(np.zeros((40, 60), np.float32)) == []


def test_a_neighbour_in_the_box_is_left_out():
    ink = np.zeros((30, 30), np.float32)
    ink[2:28, 2:5] = ink[25:28, 2:28] = 1  # an L
    ink[5:20, 12:15] = 1  # a bar within its box
    whole, bar = find_components(ink)
    assert whole.ink.sum() + bar.ink.sum() == ink.sum()


@given(st.integers(0, 9999))
def test_joined_components_hold_all_of_their_ink(seed):
    rng = np.random.default_rng(seed)
    ink = np.zeros((50, 50), np.float32)
    for _ in range(4):
        y, x = rng.integers(0, 35, 2)
        ink[y : y + rng.integers(8, 14), x : x + rng.integers(8, 14)] = 1
    assert join(find_components(ink)).ink.sum() == ink.sum()


def test_a_texture_is_refused():
    ink = np.zeros((600, 600), np.float32)
    for y, x in np.ndindex(80, 80):
        ink[7 * y : 7 * y + 4, 7 * x : 7 * x + 4] = 1
    with pytest.raises(ImageError, match="6,400 separate strokes; expected a page of numbers"):
        find_components(ink)


def test_beside_a_signature_digits_are_no_dirt():
    ink = np.zeros((400, 900), np.float32)
    for x in range(40, 840, 25):
        ink[30:60, x : x + 5] = 1
    pieces = len(find_components(ink))
    ink[300:304, 50:850] = 1
    assert len(find_components(ink)) == pieces + 1 == 33


def test_many_are_framed_as_each_by_itself(monkeypatch, draw_number):
    ink = extract_ink(1 - np.asarray(draw_number("725725").convert("L"), np.float32) / 255)
    alone = [component.frame for component in find_components(ink)]
    monkeypatch.setattr("digitwise.imaging.components.FRAMED_AT_ONCE", 3)
    together = find_components(ink)
    known = together[4].frame
    frame_components(together)
    assert all("frame" in vars(component) for component in together)
    assert together[4].frame is known
    np.testing.assert_array_equal([component.frame for component in together], alone)
    # One that is kept doesn't keep the others in memory.
    assert together[0].frame.base is None


def page_with(*boxes, shape=(200, 120)):
    ink = np.zeros(shape, np.float32)
    for top, left, bottom, right in boxes:
        ink[top:bottom, left:right] = 1
    return ink


RULE, DIGIT = (0, 100, 200, 104), (90, 50, 104, 58)


def test_a_rule_from_edge_to_edge_makes_no_digit_a_speck():
    found = find_components(page_with(RULE, DIGIT))
    assert [(c.left, c.through) for c in found] == [(49, False), (99, True)]
    assert [c.at_edge for c in found] == [(False,) * 4, (False, True, False, True)]
    assert that_tell_size(found) == found[:1]
    assert usual_height(found) == found[0].height


def test_a_thin_rule_needs_not_reach_the_edge():
    for bottom, through in ((150, True), (90, False)):
        found = find_components(page_with((10, 100, bottom, 104), DIGIT))
        assert found[-1].through is through


def test_digits_that_fill_the_picture_are_large_beside_a_speck():
    one, other, speck = (0, 20, 200, 40), (0, 60, 200, 80), (30, 100, 38, 104)
    found = find_components(page_with(one, other, speck))
    assert [c.through for c in found] == [True, True]
    assert that_tell_size(found) == found
