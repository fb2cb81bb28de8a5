import numpy as np
import pytest

from digitwise.imaging.connected import MOST_SHORT, connected


def test_parts_that_touch_at_a_corner_are_one():
    mask = np.array([[1, 0, 0, 1], [0, 1, 0, 0], [0, 0, 0, 1]], bool)
    labels, stats = connected(mask)
    assert len(stats) == 4
    assert labels[0, 0] == labels[1, 1] > 0
    assert (labels > 0).tolist() == mask.tolist()
    assert stats[labels[0, 0]].tolist() == [0, 0, 2, 2, 2]


@pytest.mark.parametrize("side", [510, 514])  # with fewer and more parts than short numbers count
def test_no_part_is_lost_where_there_are_as_many_as_can_be(side):
    mask = np.zeros((side, side), bool)
    mask[::2, ::2] = True
    assert (mask.size < MOST_SHORT) == (side == 510)
    labels, stats = connected(mask)
    assert len(stats) - 1 == mask.sum() == labels.max()
    assert (stats[1:, 4] == 1).all()
