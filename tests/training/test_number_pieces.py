import numpy as np
import pytest

from digitwise.data.digits import NO_DIGIT
from digitwise.data.strings import Hand, draw_number
from digitwise.imaging.components import Component, find_components
from digitwise.imaging.ink import extract_ink
from digitwise.reading.splitting.arcs import find_arcs, uncut
from digitwise.training.number_pieces import NEITHER, draw_examples, judge


@pytest.fixture(scope="module")
def some(bundled):
    return bundled[0][:300]


def components_of(drawn):
    return find_components(extract_ink(drawn.image.astype(np.float32) / np.float32(255)))


def test_digits_that_stand_apart_are_what_they_are(some):
    hand = Hand(count=(3, 3), gap=(0.4, 0.5), specks=0.0, size=(40.0, 60.0))
    right = total = 0
    for index in range(20):
        drawn = draw_number(some, hand, 1, index)
        digits = sorted(components_of(drawn), key=lambda c: c.left)
        if len(digits) == 3:  # none is broken
            total += 3
            right += sum(judge(drawn, uncut(digits)) == [int(char) for char in drawn.text])
    assert total >= 30
    assert right >= 0.95 * total


def test_two_digits_together_are_none(some):
    drawn = draw_number(some, Hand(count=(2, 2), touching=1.0, specks=0.0), 1, 0)
    (both,) = components_of(drawn)
    assert judge(drawn, uncut([both])).tolist() == [NO_DIGIT]


@pytest.mark.parametrize(("share", "verdict"), [(0.95, 0), (0.75, 1), (0.5, 2)])
def test_parts_of_a_digit(some, share, verdict):
    hand = Hand(count=(1, 1), specks=0.0, size=(60.0, 60.0), paper=False)
    drawn = draw_number(some, hand, 1, 3)
    (whole,) = components_of(drawn)
    left_of = np.cumsum(whole.ink.sum(axis=0)) / whole.ink.sum()
    width = int(np.searchsorted(left_of, share)) + 1
    part = Component(
        whole.left, whole.top, whole.left + width, whole.bottom, whole.ink[:, :width].copy()
    )
    wanted = (int(drawn.text), NEITHER, NO_DIGIT)[verdict]
    assert judge(drawn, uncut([part])).tolist() == [wanted]


def test_examples_are_a_function_of_the_seed(some):
    few, more = draw_examples(some, 20, 5, jobs=1), draw_examples(some, 30, 5, jobs=1)
    np.testing.assert_array_equal(more.images[: len(few)], few.images)
    np.testing.assert_array_equal(more.labels[: len(few)], few.labels)
    assert draw_examples(some, 20, 6, jobs=1).sha256() != few.sha256()


def test_several_processes_draw_the_same(some):
    assert draw_examples(some, 150, 5, 2).sha256() == draw_examples(some, 150, 5, 1).sha256()


def test_there_are_digits_of_all_kinds_and_about_as_many_that_are_none(some):
    found = draw_examples(some, 120, 5, jobs=1)
    counts = np.bincount(found.labels, minlength=11)
    assert (counts[:10] > 0).all()
    assert 0.8 <= counts[NO_DIGIT] / counts[:10].sum() <= 1.3
    # Framed like all that a network sees.
    assert (found.images.max(axis=(1, 2)) > 200).all()


def test_nothing_to_draw_with(some):
    assert len(draw_examples(some[:0], 10, 0)) == 0
    assert len(draw_examples(some, 0, 0)) == 0


def test_judged_are_all_candidates(some):
    drawn = draw_number(some, Hand(count=(2, 2), touching=1.0), 1, 5)
    arcs = find_arcs(components_of(drawn))
    assert len(judge(drawn, arcs)) == len(arcs.starts)
