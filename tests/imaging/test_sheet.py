import cv2
import numpy as np
import pytest

from digitwise.imaging.ink import ink_on_ground
from digitwise.imaging.sheet import find_sheet, flat_sheet, ink_of_page, ways_to_see

CORNERS = np.array([[120, 60], [520, 90], [500, 400], [100, 380]])
LARGE = np.array([[-50, -50], [500, -50], [480, 400], [-50, 420]])  # two edges in the picture


def photograph(corners, desk=0.2, seed=0):
    """A sheet with a black stroke on it, on a darker, textured desk."""
    rng = np.random.default_rng(seed)
    grain = cv2.GaussianBlur(rng.normal(0, 1, (480, 640)), (0, 0), 2)
    picture = (desk + 0.1 * grain).astype(np.float32)
    sheet = np.zeros(picture.shape, np.uint8)
    cv2.fillConvexPoly(sheet, corners, 1)
    picture[sheet > 0] = 0.85
    picture[150:200, 300:306] = 0.1
    picture += rng.normal(0, 0.01, picture.shape).astype(np.float32)
    return picture.clip(0, 1), sheet > 0


@pytest.mark.parametrize("corners", [CORNERS, LARGE])
def test_only_the_sheet_has_ink(corners):
    picture, sheet = photograph(corners)
    covered = find_sheet(picture)
    assert covered[sheet].mean() > 0.93
    assert not covered[~sheet].any()
    ink = ink_of_page(picture)
    assert (ink[155:195, 302:304] > 0.5).all()
    ink[145:205, 295:311] = 0
    assert (ink > 0.3).mean() < 1e-4


def test_what_is_no_sheet():
    page, _ = photograph(np.array([[-9, -9], [700, -9], [700, 500], [-9, 500]]))
    assert find_sheet(page) is None  # all paper
    assert find_sheet(1 - page) is None  # a blackboard
    for shadow in (0.65, 0.55):
        shaded = page.copy()
        shaded[:, 400:] *= shadow
        assert find_sheet(shaded) is None
    empty, sheet = photograph(CORNERS)
    empty[sheet] = 0.85
    assert find_sheet(empty) is None  # nothing is written on it: it may be a stroke itself
    disc = np.full((480, 640), 0.2, np.float32)
    cv2.circle(disc, (320, 240), 180, 0.85, -1)
    disc[220:260, 318:322] = 0.2
    assert find_sheet(disc) is None
    assert find_sheet(photograph(CORNERS)[0][60:150, 120:200]) is None  # too small to tell


def test_a_number_on_a_sheet_on_a_desk(draw_number, reader):
    number = np.asarray(draw_number("50237").convert("L"))
    rng = np.random.default_rng(0)
    wood = cv2.GaussianBlur(rng.normal(80, 60, (900, 1300)), (0, 0), 9, sigmaY=0.1)
    wood = wood.clip(20, 120).astype(np.uint8)
    wood[200 : 200 + number.shape[0], 250 : 250 + number.shape[1]] = number
    turned = cv2.warpAffine(wood, cv2.getRotationMatrix2D((600, 350), 4, 1), (1300, 900))
    (found,) = reader.read(turned)
    assert found.text == "50237"
    assert not found.rejected


@pytest.mark.parametrize("angle", [-40, -20, 15, 30])
def test_a_sheet_far_askew_is_laid_flat(angle, draw_number, reader):
    number = np.asarray(draw_number("50237").convert("L"))
    desk = np.full((900, 1100), 60, np.uint8)
    high, wide = number.shape
    top, left = (900 - high) // 2, (1100 - wide) // 2
    desk[top : top + high, left : left + wide] = number
    turn = cv2.getRotationMatrix2D((550, 450), angle, 1)
    picture = cv2.warpAffine(desk, turn, (1100, 900), borderValue=60)
    flat = flat_sheet(picture.astype(np.float32) / 255)
    assert abs(flat.grey.shape[0] - high) < 0.08 * high
    assert abs(flat.grey.shape[1] - wide) < 0.08 * wide
    (found,) = reader.read(picture)
    assert found.text == "50237"
    # Boxes lie in the picture, where the digits do.
    assert found.page_size == (1100, 900)
    x0, y0, x1, y1 = found.bbox
    middle = turn @ [550, 450, 1]
    assert x0 < middle[0] < x1
    assert y0 < middle[1] < y1
    for digit in found.digits:
        left, top, right, bottom = digit.bbox
        assert (picture[top:bottom, left:right] > 150).mean() > 0.5  # paper, not desk


def test_a_sheet_that_lies_straight_is_left_so():
    assert flat_sheet(photograph(CORNERS)[0]) is None
    assert flat_sheet(np.full((300, 300), 0.9, np.float32)) is None


def screened(amount, seed=0):
    """A stroke on paper that has a screen of fine waves printed on it."""
    y, x = np.mgrid[:80, :240]
    waves = amount * np.sin(1.3 * y + 3 * np.sin(x / 12))
    picture = 0.75 + waves + np.random.default_rng(seed).normal(0, 0.01, waves.shape)
    picture[15:65, 100:106] = 0.35
    return picture.clip(0, 1).astype(np.float32)


def test_a_printed_ground_is_seen_in_two_ways():
    assert len(ways_to_see(screened(0.0))) == 1
    ways = ways_to_see(screened(0.12))
    assert len(ways) == 2
    np.testing.assert_array_equal(ways[0], ink_of_page(screened(0.12)))
    on_ground = ways[1]
    assert on_ground.dtype == np.float32
    assert 0 <= on_ground.min() <= on_ground.max() <= 1
    assert (on_ground[17:63, 102:104] > 0.3).all()
    on_ground[12:68, 97:109] = 0
    assert (on_ground > 0.3).mean() < 0.01


def test_dots_that_are_taken_for_ink_are_seen_as_a_ground():
    picture = screened(0.0)
    picture[::4, ::4] = picture[2::4, 2::4] = picture[1::4, ::4] = picture[3::4, 2::4] = 0.45
    picture[15:65, 100:106] = 0.2
    usual, on_ground = ways_to_see(picture)
    assert (usual > 0.3).mean() > 0.15
    assert (on_ground[17:63, 102:104] > 0.3).all()
    on_ground[12:68, 97:109] = 0
    assert (on_ground > 0.3).mean() < 0.01


def test_on_even_ground_there_is_no_ink():
    even = np.full((60, 90), 0.5, np.float32)
    assert not ink_on_ground(even).any()
    even += np.random.default_rng(0).normal(0, 0.02, even.shape).astype(np.float32)
    assert not ink_on_ground(even).any()
