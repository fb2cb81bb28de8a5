import numpy as np
import pytest

import digitwise as dw
from digitwise.data.on_ground import draw_on_ground
from digitwise.imaging import learnt_ink
from digitwise.imaging.ink import SOLID, extract_ink, two_sides
from digitwise.imaging.learnt_ink import INPUTS, neighbourhoods, see_with
from digitwise.network import Network
from digitwise.reading.ink_network import ink_network, learnt_way


@pytest.fixture(scope="module")
def network():
    return Network([INPUTS, 5, 3, 1], activation="relu", init="he", rng=1, dtype=np.float32)


@pytest.fixture(scope="module")
def digits():
    return dw.load("digits")[1]


def test_every_pixel_is_judged_as_the_network_judges_its_neighbourhood(network, monkeypatch):
    rng = np.random.default_rng(0)
    light = rng.random((130, 150), np.float32)
    light[40:80, 30:120] *= 0.3
    monkeypatch.setattr(learnt_ink, "STRIP_PX", 33 * 150)  # several strips
    seen = see_with(network, light)
    # Beyond the picture's edge the small pictures continue in two ways.
    inside = rng.integers(48, [82, 102], size=(200, 2))
    inputs = neighbourhoods(light, *inside.T)
    assert inputs.shape == (200, INPUTS)
    expected = network.feedforward(inputs)[:, 0]
    assert expected.std() > 0.01
    np.testing.assert_allclose(seen[tuple(inside.T)], expected, atol=1e-4)


@pytest.mark.parametrize("shape", [(1, 100), (401, 90)])
def test_threads_see_the_same_ink(network, monkeypatch, shape):
    light = np.random.default_rng(3).random(shape, np.float32)
    alone = see_with(network, light)
    monkeypatch.setattr(learnt_ink, "STRIP_PX", 4 * shape[1])
    monkeypatch.setattr(learnt_ink, "FEW_STRIPS", 0)
    np.testing.assert_array_equal(see_with(network, light, threads=3), alone)


@pytest.mark.parametrize("shape", [(1, 1), (5, 200), (16, 16), (67, 3)])
def test_pictures_of_every_size_are_seen(network, shape):
    seen = see_with(network, np.full(shape, 0.5, np.float32))
    assert seen.shape == shape
    assert np.isfinite(seen).all()


def test_brighter_and_duller_pictures_are_seen_alike(digits):
    drawn = draw_on_ground(digits, 5, 3)
    seen = see_with(ink_network(), drawn.light)
    duller = see_with(ink_network(), 0.2 + 0.6 * drawn.light)
    assert np.abs(seen - duller).mean() < 0.03


def test_pixels_away_from_dark_ones_are_paper(digits, monkeypatch):
    lights = [draw_on_ground(digits, 5, index).light for index in range(20)]
    seen = [see_with(ink_network(), light) for light in lights]
    monkeypatch.setattr(learnt_ink, "MIN_CONTRAST", -10)  # judges all pixels
    every = [see_with(ink_network(), light) for light in lights]
    lost = [((a > SOLID) & (b == 0)).sum() for a, b in zip(every, seen, strict=True)]
    skipped = [(b == 0).mean() for b in seen]
    assert sum(lost) <= 0.001 * sum((a > SOLID).sum() for a in every)
    assert np.mean(skipped) > 0.4


def test_the_shipped_network_sees_ink_on_grounds_better_than_otsu(digits):
    wrong = {"learnt": [], "otsu": [], "usual": []}
    for index in range(40):
        drawn = draw_on_ground(digits, 9, index)
        solid = drawn.ink > 0.5
        wrong["learnt"].append((solid != (learnt_way(drawn.light)[0] > 0.5)).mean())
        wrong["usual"].append((solid != (extract_ink(drawn.light) > 0.5)).mean())
        wrong["otsu"].append((solid != (drawn.light < two_sides(drawn.light))).mean())
    learnt, otsu, usual = (np.mean(wrong[way]) for way in ("learnt", "otsu", "usual"))
    assert learnt < 0.5 * usual
    assert learnt < 0.3 * otsu


def test_bright_ink_is_seen_as_dark_ink_where_the_usual_way_sees_it(digits):
    alike = []
    for index in range(20):
        light = draw_on_ground(digits, 9, index).light
        if extract_ink(1 - light).any():
            (dark,), (bright,) = learnt_way(light), learnt_way(1 - light)
            alike.append(np.abs(dark - bright).mean() < 1e-3)
    assert len(alike) >= 8
    assert np.mean(alike) >= 0.9  # bright bars of a ground may look like ink


def test_an_even_picture_has_no_ink():
    for brightness in (0.0, 0.5, 1.0):
        (seen,) = learnt_way(np.full((60, 90), brightness, np.float32))
        assert not seen.any()


def test_large_pages_are_seen_alike_though_shrunk(digits, monkeypatch):
    light = draw_on_ground(digits, 9, 7).light
    large = np.kron(light, np.ones((2, 2), np.float32))
    (expected,) = learnt_way(light)
    monkeypatch.setattr("digitwise.reading.ink_network.MAX_PIXELS", light.size)
    (seen,) = learnt_way(large)
    assert seen.shape == large.shape
    assert expected.max() > 0.9
    np.testing.assert_allclose(seen[::2, ::2], expected, atol=0.5)
    assert np.abs(seen[::2, ::2] - expected).mean() < 0.05
