import numpy as np
import pytest

import digitwise as dw
from digitwise.data.grounds import GROUNDS
from digitwise.data.on_ground import draw_on_ground
from digitwise.data.print_and_stamps import large_print, rules, small_print, stamp
from digitwise.errors import InputError


@pytest.fixture(scope="module")
def digits():
    return dw.load("digits")[0]


@pytest.mark.parametrize("draw", dict.fromkeys([*GROUNDS, small_print, large_print, rules, stamp]))
@pytest.mark.parametrize("shape", [(1, 1), (3, 90), (70, 41)])
def test_grounds_and_print_are_shares_of_light(draw, shape):
    for seed in range(8):
        drawn = draw(*shape, np.random.default_rng(seed))
        assert drawn.shape == shape
        assert drawn.min() >= 0
        assert drawn.max() <= 1


@pytest.mark.parametrize("draw", dict.fromkeys(GROUNDS))
def test_a_ground_differs_from_seed_to_seed_and_repeats(draw):
    first, again, other = (draw(40, 120, np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_a_picture_is_a_function_of_seed_and_index(digits):
    one, again, other = (draw_on_ground(digits, 3, index) for index in (7, 7, 8))
    np.testing.assert_array_equal(one.light, again.light)
    np.testing.assert_array_equal(one.ink, again.ink)
    assert one.light.shape != other.light.shape or (one.light != other.light).any()


def test_light_and_ink_are_in_range_and_ink_is_darker_than_what_is_around_it(digits):
    darker = []
    for index in range(60):
        drawn = draw_on_ground(digits, 0, index)
        assert drawn.light.dtype == drawn.ink.dtype == np.float32
        assert drawn.light.shape == drawn.ink.shape
        for values in (drawn.light, drawn.ink):
            assert values.min() >= 0
            assert values.max() <= 1
        solid = drawn.ink > 0.8
        if solid.any():
            darker.append(drawn.light[solid].mean() < drawn.light[drawn.ink < 0.1].mean())
    assert len(darker) > 50
    assert np.mean(darker) > 0.9  # printed bars may be darker than a pale pen


def test_without_digits_there_is_nothing_to_draw(digits):
    with pytest.raises(InputError, match="expected some digits"):
        draw_on_ground(digits[:0], 0, 0)
