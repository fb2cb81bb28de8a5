import cv2
import numpy as np
import pytest

from digitwise.data.strings import Hand, draw_number
from digitwise.imaging.components import find_components
from digitwise.imaging.ink import extract_ink
from digitwise.imaging.lighting import lit_evenly

CLEAN = Hand(count=(4, 4), paper=False, specks=0.0, size=(60.0, 60.0))


def paper_with(bundled, index):
    """A number in the middle of a page."""
    light = draw_number(bundled[0], CLEAN, 8, index).light
    page = np.full((300, 560), np.float32(0.9))
    rows, columns = (slice(n, n + k) for n, k in zip((60, 60), light.shape, strict=True))
    page[rows, columns] = 0.15 + 0.75 * light
    return page


def shadow(shape, soft):
    """Half of the light, left of a slanting edge."""
    y, x = np.mgrid[: shape[0], : shape[1]]
    return (0.75 + 0.25 * np.tanh((x - 150 - 0.4 * y) / soft)).astype(np.float32)


@pytest.mark.parametrize("soft", [2.0, 8.0, 25.0])
@pytest.mark.parametrize("negative", [False, True])
def test_a_shadow_across_a_number_is_no_ink(bundled, soft, negative):
    for index in range(6):
        page = paper_with(bundled, index)
        shaded = page * shadow(page.shape, soft)
        strokes = extract_ink(page) >= 0.3
        ink = extract_ink(1 - shaded if negative else shaded) >= 0.3
        assert (ink & strokes).sum() >= 0.95 * strokes.sum()
        assert (ink & ~strokes).sum() <= 0.05 * strokes.sum()


@pytest.mark.parametrize("negative", [False, True])
def test_a_lamp_s_spot_beside_a_digit_is_no_ink(mnist, negative):
    y, x = np.mgrid[0:1:112j, 0:1:112j]
    spot = np.exp(-(((x - 0.6) / 0.3) ** 2) - ((y - 0.4) / 0.4) ** 2)
    found = []
    for image in mnist[0].images[:100]:
        digit = cv2.resize(np.pad(image, 14), (112, 112)).astype(np.float32) / 255
        lit = ((1 - 0.7 * digit) * (0.6 + 0.35 * spot)).astype(np.float32)
        ink = extract_ink(1 - lit if negative else lit)
        found.append(np.abs(ink - digit).mean() < 0.05)
    assert np.mean(found) > 0.9


def test_paper_that_is_lit_evenly_stays_as_it_is(bundled):
    page = paper_with(bundled, 0)
    y, x = np.mgrid[:300, :560] / np.float32(560)
    for light in (page, page * (1 - 0.3 * x - 0.2 * y), 1 - page, page[:40]):
        light = np.asarray(light, np.float32)
        assert lit_evenly(light) is light


@pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
def test_paper_without_ink(value):
    assert not extract_ink(np.full((100, 200), np.float32(value))).any()
    assert find_components(extract_ink(value * shadow((200, 400), 3.0))) == []
