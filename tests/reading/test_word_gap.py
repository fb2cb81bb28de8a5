import numpy as np
import pytest

from digitwise.reading.word_gap import MAX_INSIDE_GAP_HEIGHTS, widest_gap

HEIGHT = 30
SAME = (0.3, 0.5)


def boxes_of(gaps, lines=10):
    """Components of lines, all with these gaps between them, in heights."""
    lefts = np.cumsum([0, *(20 + HEIGHT * gap for gap in gaps)]).astype(int)
    tops = 2 * HEIGHT * np.arange(lines)
    left, top = (places.ravel() for places in np.meshgrid(lefts, tops))
    return np.array([left, top, left + 20, top + HEIGHT])


def test_gaps_of_a_table_part_its_numbers():
    table = boxes_of([0.2, 0.3, 1.2, 0.4, 1.8, 0.1, 2.0])
    assert 0.4 < widest_gap(table, *SAME) < 1.2


@pytest.mark.parametrize(
    "gaps",
    [
        [0.2, 0.3, 0.7, 0.4, 0.7, 0.1, 0.8],  # words: no gap is wide
        [0.2, 0.5, 0.7, 0.9, 1.1, 1.3, 1.6],  # all widths are as frequent
        [0.2, 5.0, 0.2],  # a table with wide cells
    ],
)
def test_other_pages_keep_the_usual_gap(gaps):
    assert widest_gap(boxes_of(gaps), *SAME) == MAX_INSIDE_GAP_HEIGHTS


def test_few_gaps_tell_nothing():
    assert widest_gap(boxes_of([0.2, 1.2, 0.2, 2.0], lines=3), *SAME) == MAX_INSIDE_GAP_HEIGHTS
    assert widest_gap(np.zeros((4, 0), np.intp), *SAME) == MAX_INSIDE_GAP_HEIGHTS
