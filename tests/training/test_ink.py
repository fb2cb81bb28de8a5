import numpy as np
import pytest

import digitwise as dw
from digitwise.imaging.learnt_ink import INPUTS
from digitwise.training import ink


@pytest.fixture(autouse=True)
def one_process(monkeypatch):
    monkeypatch.setattr(ink, "in_parts", lambda work, count: [work(range(count))])
    monkeypatch.setattr(ink, "EPOCHS", 3)


@pytest.fixture(scope="module")
def digits():
    return dw.load("digits")[0]


def test_pixels_are_labelled_by_the_ink_that_covers_them(digits):
    pixels = ink.draw_pixels(digits, 30, seed=4)
    assert pixels.values.shape == (30 * ink.PIXELS, INPUTS)
    is_ink = pixels.labels == 0
    assert 0.2 < is_ink.mean() < 0.7
    middle = pixels.values[:, INPUTS // 5 // 2]  # the pixel itself; dark is positive
    assert middle[is_ink].mean() > middle[~is_ink].mean() + 0.5


def test_a_network_learns_to_tell_ink_from_paper_and_repeats(digits):
    network, again = (ink.learn_ink(digits, pictures=80, seed=1) for _ in range(2))
    for one, other in zip(network.weights, again.weights, strict=True):
        np.testing.assert_array_equal(one, other)
    unseen = ink.draw_pixels(digits, 20, seed=5)
    right = (network.feedforward(unseen.values)[:, 0] > 0.5) == (unseen.labels == 0)
    assert right.mean() > 0.75
