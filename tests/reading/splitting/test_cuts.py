import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitwise.data.strings import HANDS, draw_number
from digitwise.imaging.components import find_components
from digitwise.imaging.ink import extract_ink
from digitwise.reading.splitting.cuts import LEAST_COST, STIFFNESS, _bending, _severed, find_cuts


def two_rings(overlap):
    """Two rings of 40 pixels height, side by side."""
    y, x = np.mgrid[:40, :90].astype(np.float32)
    rings = [np.hypot(y - 19.5, x - centre) for centre in (20, 60 - overlap)]
    return np.max([(np.abs(r - 16) < 3).astype(np.float32) for r in rings], axis=0)


@pytest.mark.parametrize("overlap", [1, 3, 5])
def test_rings_that_touch_are_cut_where_they_touch(overlap):
    cuts = find_cuts(two_rings(overlap), 38)
    middle = 40 - overlap / 2
    assert any(np.abs(cut[14:26] - middle).max() <= 3 for cut, _ in cuts)
    best = min(cuts, key=lambda found: abs(float(found[0].mean()) - middle))
    assert best[1] < 0.5


def test_cuts_lie_within_from_left_to_right(bundled):
    for index in range(40):
        drawn = draw_number(bundled[0], HANDS["half-touching-5"], 3, index)
        ink = extract_ink(drawn.image.astype(np.float32) / np.float32(255))
        for component in find_components(ink):
            cuts = find_cuts(component.ink, 30.0)
            for cut, cost in cuts:
                assert cut.shape == (component.height,)
                assert 0 <= cut.min() <= cut.max() <= component.width
                assert cost >= 0
            for (before, _), (after, _) in itertools.pairwise(cuts):
                assert before.mean() <= after.mean() + 0.5


@pytest.mark.parametrize("height", [1, 2, 3, 4, 5])
def test_what_is_very_low(height):
    ink = np.random.default_rng(0).random((height, 60)).astype(np.float32)
    for cut, cost in find_cuts(ink, 20.0):
        assert cut.shape == (height,)
        assert cost >= 0


@pytest.mark.parametrize("lean", [-0.5, 0.0, 0.5])
def test_leaning_strokes_that_meet_at_the_foot_are_parted(lean):
    y, x = np.mgrid[:60, :90].astype(np.float32)
    middle = x - 45 - lean * (30 - y)
    left, right = np.abs(middle + 11) < 3, np.abs(middle - 11) < 3
    foot = (np.abs(middle) < 11) & (y > 54)
    cuts = find_cuts((left | right | foot).astype(np.float32), 60.0)
    parted = [(left & (x < cut[:, None])).sum() + (right & (x >= cut[:, None])).sum()
              for cut, _ in cuts]  # fmt: skip
    assert max(parted) >= 0.97 * (left | right).sum()


def test_of_so_many_cuts_at_most_the_cheapest_are_found():
    rings = two_rings(3)
    every = find_cuts(rings, 38)
    few = find_cuts(rings, 38, 2)
    assert len(few) == 2 < len(every)
    assert sorted(cost for _, cost in few) == sorted(cost for _, cost in every)[:2]
    assert few[0][0].mean() <= few[1][0].mean()
    assert find_cuts(rings, 38, 0) == []


def test_what_is_narrow_is_not_cut():
    assert find_cuts(np.ones((40, 12), np.float32), 40.0) == []


def test_a_solid_block_is_not_cut_for_little():
    assert all(cost > 0.5 for _, cost in find_cuts(np.ones((40, 60), np.float32), 40.0))


@given(
    height=st.integers(2, 6),
    width=st.integers(3, 5),
    seed=st.integers(0, 10_000),
)
def test_a_bending_cut_is_the_cheapest_through_its_place_at_half_height(height, width, seed):
    ink = np.random.default_rng(seed).random((height, width)).astype(np.float32)
    severed = _severed(ink)
    through = severed.astype(np.float64) + LEAST_COST
    paths = np.array(
        [
            path
            for path in itertools.product(range(width + 1), repeat=height)
            if all(abs(a - b) <= 1 for a, b in itertools.pairwise(path))
        ]
    )
    inked = through[np.arange(height), paths].sum(axis=1)
    steps = np.abs(np.diff(paths, axis=1)).sum(axis=1)
    cuts = _bending(severed, 1.0)
    assert len(cuts)
    for cut in cuts:
        same_place = paths[:, height // 2] == cut[height // 2]
        (this,) = np.flatnonzero((paths == cut).all(axis=1))  # it is connected
        costs = [inked + stiffness * steps for stiffness in STIFFNESS.flat]
        assert any(cost[this] <= cost[same_place].min() + 1e-9 for cost in costs)
