import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitwise.imaging.ink import extract_ink

SHAPE = (80, 120)


def drawing():
    """Where the ink is: a bar, a ring and a dot, on 80×120."""
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]]
    ring = np.abs(np.hypot(y - 40, x - 70) - 18) < 2.5
    return (np.abs(x - 25) < 3) & (y > 15) & (y < 65) | ring


def page(paper, ink, seed=0, noise=0.0, gradient=0.0):
    y, x = np.linspace(-1, 1, SHAPE[0])[:, None], np.linspace(-1, 1, SHAPE[1])
    light = np.where(drawing(), ink, paper) + gradient * (x + 0.5 * y)
    light = light + noise * np.random.default_rng(seed).standard_normal(SHAPE)
    return light.clip(0, 1).astype(np.float32)


def assert_found(ink):
    found = ink > 0.5
    assert (found & drawing()).sum() > 0.97 * drawing().sum()
    assert (found & ~drawing()).sum() < 0.03 * drawing().sum()


@pytest.mark.parametrize(
    "light",
    [
        page(1, 0),
        page(0, 1),
        page(0.9, 0.2),
        page(0.2, 0.8),
        page(0.6, 0.4),
        page(0.7, 0.2, noise=0.03, gradient=0.15),
        page(0.3, 0.8, noise=0.03, gradient=0.15),
    ],
    ids=["scan", "inverted", "grey", "chalk", "pencil", "photo", "dark photo"],
)
def test_ink_is_found_on_any_paper(light):
    assert_found(extract_ink(light))


@given(st.integers(0, 200), st.floats(0.001, 0.04))
def test_an_empty_page_has_no_ink(seed, noise):
    light = 0.8 + noise * np.random.default_rng(seed).standard_normal(SHAPE)
    light = (light + 0.1 * np.linspace(-1, 1, SHAPE[1])).clip(0, 1).astype(np.float32)
    assert not extract_ink(light).any()


@pytest.mark.parametrize("level", [0, 0.5, 1])
def test_a_blank_page_has_no_ink(level):
    assert not extract_ink(np.full(SHAPE, level, np.float32)).any()


def test_a_faint_stain_is_not_ink():
    assert not extract_ink(page(0.8, 0.77)).any()


def test_a_dark_edge_between_two_sampled_rows_is_not_ink():
    grey = np.full((270, 373), 0.91)
    grey[267:, 44:] = 0.8
    noisy = grey + np.random.default_rng(0).normal(0, 0.003, grey.shape)
    assert not extract_ink(noisy.astype(np.float32)).any()


def test_a_dark_margin_is_not_ink():
    light = page(0.9, 0.1)
    light[:, 110:] = 0.2
    ink = extract_ink(light)
    assert not ink[:, 112:].any()
    assert_found(np.where(np.arange(SHAPE[1]) < 108, ink, 0))


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (50, 1), (3, 3), (5, 200)])
def test_ink_has_the_shape_of_the_light(shape):
    light = np.random.default_rng(0).random(shape).astype(np.float32)
    assert extract_ink(light).shape == shape


def test_mnist_is_taken_as_it_is(mnist):
    for image in mnist[0].images[:50]:
        for light in (image / 255, 1 - image / 255):
            ink = extract_ink(light.astype(np.float32))
            assert np.abs(ink - image / 255).max() < 0.02


@pytest.mark.parametrize("shape", [(9, 100_000), (3000, 7), (1000, 999)])
def test_any_shape_can_be_sampled(shape):
    light = np.full(shape, 0.9, np.float32)
    light[: shape[0] // 2, 2:5] = 0.1
    assert (extract_ink(light) > 0.5).sum() == 3 * (shape[0] // 2)


def test_ink_that_fills_the_picture(mnist):
    """Digits cut out along their own box: up to 60% of the pixels are ink."""
    found = total = 0
    for image in mnist[0].images[:300]:
        rows, columns = image.any(axis=1), image.any(axis=0)
        cut = image[rows][:, columns].astype(np.float32) / 255
        if (cut > 0.5).mean() < 0.5:
            total += 1
            found += np.abs(extract_ink(1 - cut) - cut).mean() < 0.05
    assert total > 200
    assert found / total > 0.97


@pytest.mark.parametrize("falls", [0.1, 0.2, 0.3])
def test_paper_that_is_darker_all_around(mnist, falls):
    """A digit in the middle of a photograph with dark corners: its even rim is not all paper."""
    rng, found = np.random.default_rng(0), []
    y, x = np.mgrid[-1:1:84j, -1:1:84j]
    for image in mnist[0].images[:100]:
        ink = cv2.resize(np.pad(image, 14), (84, 84)).astype(np.float32) / 255
        light = 0.9 * (1 - 0.7 * ink) * (1 - falls * (x**2 + y**2)) + rng.normal(0, 0.01, ink.shape)
        found.append(np.abs(extract_ink(light.clip(0, 1).astype(np.float32)) - ink).mean() < 0.05)
    assert np.mean(found) > 0.97


@pytest.mark.parametrize("inverted", [False, True])
def test_ink_that_fills_a_photograph(mnist, inverted):
    """Cut out along their strokes of paper that is lit from one side, and noisy."""
    rng, found = np.random.default_rng(0), []
    for image in mnist[0].images[:200]:
        cut = image[image.any(axis=1)][:, image.any(axis=0)].astype(np.float32) / 255
        ink = cv2.resize(cut, None, fx=3, fy=3)
        falling = np.linspace(0.9, 0.7, ink.shape[1])
        light = falling * (1 - 0.7 * ink) + rng.normal(0, 0.015, ink.shape)
        light = (1 - light if inverted else light).clip(0, 1).astype(np.float32)
        found.append(np.abs(extract_ink(light) - ink).mean() < 0.08)
    assert np.mean(found) > 0.95


@pytest.mark.parametrize("margin", [1, 3])
def test_the_cut_out_of_one_digit_with_a_narrow_margin(mnist, margin):
    """Enlarged fourfold, as forms cut into cells have them: much ink, little paper around it."""
    found = []
    for image in mnist[0].images[:200]:
        cut = image[image.any(axis=1)][:, image.any(axis=0)].astype(np.float32) / 255
        large = np.pad(cut.repeat(4, axis=0).repeat(4, axis=1), margin)
        found.append(np.abs(extract_ink(1 - large) - large).mean() < 0.05)
    assert np.mean(found) > 0.98


@pytest.mark.parametrize("inverted", [False, True])
def test_a_tiny_picture_that_ink_fills(inverted):
    """An 8 in 8×8 pixels, cut out along its strokes: most of it is ink."""
    strokes = np.array(
        [
            [0, 3, 9, 9, 9, 9, 3, 0],
            [3, 9, 9, 7, 7, 9, 9, 3],
            [3, 9, 8, 1, 1, 8, 9, 3],
            [1, 7, 9, 9, 9, 9, 7, 1],
            [1, 8, 9, 8, 8, 9, 8, 1],
            [3, 9, 8, 1, 1, 8, 9, 3],
            [3, 9, 9, 7, 7, 9, 9, 3],
            [0, 3, 9, 9, 9, 9, 3, 0],
        ]
    )
    light = strokes / 9 if inverted else 1 - strokes / 9
    found = extract_ink(light.astype(np.float32))
    assert np.allclose(found, strokes / 9, atol=0.05)


def test_a_strip_has_no_shadows_to_look_for():
    rng = np.random.default_rng(0)
    strip = np.where(rng.random((50_000, 64)) < 0.05, 0, 1).astype(np.float32)
    assert extract_ink(strip).shape == strip.shape
