import itertools

import numpy as np
import pytest

from digitwise.imaging.components import find_components
from digitwise.reading.splitting.arcs import find_arcs, uncut
from digitwise.reading.splitting.cuts import MOST_CUTS
from digitwise.reading.splitting.fragments import (
    break_up,
    digit_height,
    piece_between,
    put_together,
)


def ink_of(boxes, shape=(120, 400)):
    """Ink with a filled box for each (x, y, width, height)."""
    ink = np.zeros(shape, np.float32)
    for x, y, width, height in boxes:
        ink[y : y + height, x : x + width] = 1
    return ink


def components(*boxes):
    return find_components(ink_of(boxes))


BARS = [(20, 40, 8, 40), (60, 40, 8, 40), (100, 40, 8, 40)]


def spans(arcs):
    return set(zip(arcs.starts.tolist(), arcs.ends.tolist(), strict=True))


def test_digits_that_stand_apart_are_arcs_of_one_fragment():
    arcs = find_arcs(components(*BARS))
    assert arcs.n == 3
    # Neighbours are too far apart to be one digit, but for two of them.
    assert {(0, 1), (1, 2), (2, 3)} <= spans(arcs)
    assert (0, 3) not in spans(arcs)
    assert {piece.frame.shape for piece in arcs.pieces} == {(28, 28)}
    alone = arcs.ends - arcs.starts == 1
    assert not np.isnan(arcs.skipping[alone]).any()
    assert np.isnan(arcs.skipping[~alone]).all()
    np.testing.assert_allclose(arcs.features[alone, 0], 0, atol=0.06)  # as high as the others
    np.testing.assert_allclose(arcs.features[alone, 2:], 0, atol=0.02)


def test_what_is_wide_is_cut_and_its_parts_lie_side_by_side():
    ink = np.zeros((60, 120), np.float32)
    ink[10:50, 10:16] = ink[10:50, 50:56] = 1
    ink[28:32, 10:56] = 1  # an H, which might be two 1s
    (component,) = find_components(ink)
    fragments = break_up([component], 42.0, [MOST_CUTS])
    assert len(fragments) > 1
    # Whatever is cut off on the left, the rest lies on the right.
    for k in range(1, len(fragments)):
        ends = (fragments[:k], fragments[k:])
        parts = [piece for part in ends for piece in put_together(part, piece_between)]
        assert len(parts) == 2
        total = sum(float(part.ink.sum()) for part in parts)
        assert total == pytest.approx(float(component.ink.sum()), rel=0.02)
        assert parts[0].left + parts[0].right < parts[1].left + parts[1].right
    assert fragments[0].cut_before == fragments[-1].cut_after == 0
    for before, after in itertools.pairwise(fragments):
        assert before.cut_after == after.cut_before > 0
    assert len(break_up([component], 42.0, [0])) == 1  # what is surely a digit is not cut
    arcs = find_arcs([component])
    whole = (arcs.starts == 0) & (arcs.ends == arcs.n)
    assert whole.sum() == 1
    assert arcs.features[whole, 2] == 0
    assert (arcs.features[~whole, 2] > 0).all()
    assert np.isnan(arcs.skipping[:, 0]).tolist() == (~whole).tolist()


def test_a_speck_within_a_digits_reach_may_belong_to_it_or_not():
    bar, speck = (20, 40, 12, 40), (22, 26, 5, 5)
    other = (60, 40, 8, 40)
    arcs = find_arcs(components(bar, speck, other))
    assert arcs.n == 3
    heights = sorted(
        round(float(np.exp(arcs.features[k, 0])), 1)
        for k in range(len(arcs.starts))
        if (arcs.starts[k], arcs.ends[k]) in ((0, 2), (1, 3))
    )
    assert heights  # with the speck: higher than the digits
    assert heights[-1] > 1.2


def test_a_speck_amid_a_cut_digit_can_be_left_out():
    ring = np.zeros((80, 120), np.float32)
    y, x = np.mgrid[:80, :120]
    ring[np.abs(np.hypot((y - 40) / 1.2, x - 40) - 16) < 2.5] = 1
    ring[37:44, 37:44] = 1  # a dot in the middle
    ring[20:60, 80:85] = 1
    arcs = find_arcs(find_components(ring))
    without = [k for k, left_out in enumerate(arcs.without) if left_out]
    assert without
    for k in without:
        for small in arcs.without[k]:
            assert arcs.starts[k] <= arcs.starts[small] < arcs.ends[k]
            assert arcs.ends[small] - arcs.starts[small] == 1
            assert not np.isnan(arcs.skipping[small]).any()
    # The whole ring without its dot is one of them.
    assert any(arcs.features[k, 2] == 0 and arcs.features[k, 4] == 0 for k in without)


def test_there_is_always_a_path_that_takes_all_ink():
    rng = np.random.default_rng(0)
    for _ in range(20):
        boxes = [
            (int(x), int(y), int(w), int(h))
            for x, y, w, h in zip(
                rng.integers(0, 300, 6), rng.integers(0, 60, 6),
                rng.integers(3, 60, 6), rng.integers(3, 50, 6), strict=True,
            )
        ]  # fmt: skip
        arcs = find_arcs(find_components(ink_of(boxes)))
        reached = {0}
        for start, end in sorted(spans(arcs)):
            if start in reached:
                reached.add(end)
        assert arcs.n in reached


def test_the_halves_of_a_broken_digit_are_one_candidate_however_often_they_are_cut():
    y, x = np.mgrid[:100, :160].astype(np.float32)
    # Two flat curls above each other, wide enough to be cut again and again.
    upper = (np.abs(np.hypot((x - 60) / 2, y - 45) - 14) < 4) & (y < 44)
    lower = (np.abs(np.hypot((x - 60) / 2, y - 50) - 14) < 4) & (y > 52)
    found = find_components((upper | lower).astype(np.float32))
    assert len(found) == 2
    arcs = find_arcs(found)
    assert arcs.n > 12
    assert (0, arcs.n) in spans(arcs)


def test_height_of_a_digit_is_that_of_most():
    found = components(*BARS, (140, 70, 6, 8))
    assert digit_height(found) == pytest.approx(42, abs=1)


def test_uncut_has_one_path():
    arcs = uncut(components(*BARS))
    assert arcs.starts.tolist() == [0, 1, 2]
    assert arcs.ends.tolist() == [1, 2, 3]
    assert len(arcs.pieces) == 3


def test_a_texture_has_few_candidates():
    ink = np.zeros((300, 300), np.float32)
    ink[:, 145:155] = 1
    for y in range(5, 270, 40):
        for x in [*range(2, 130, 36), *range(165, 280, 36)]:
            ink[y : y + 36, x : x + 30] = 1
    found = find_components(ink)
    assert len(found) > 50
    arcs = find_arcs(found)
    assert len(arcs.starts) < 10 * arcs.n


def test_what_is_surely_a_digit_is_no_part_of_a_wider_one():
    near = components((20, 40, 8, 40), (44, 40, 8, 40))  # together as wide as a 0 may be
    far = components((20, 40, 8, 40), (56, 40, 8, 40))  # wider than high
    for both, sure, may_be_one in (
        (near, [0, 0], True),
        (far, [0, MOST_CUTS], False),
        (far, [MOST_CUTS, MOST_CUTS], True),
    ):
        assert ((0, 2) in spans(find_arcs(both, sure))) == may_be_one
