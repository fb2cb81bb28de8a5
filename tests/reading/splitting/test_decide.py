import numpy as np
import pytest

from digitwise.reading.pattern import Pattern, Way, anything
from digitwise.reading.splitting.decide import MAX_PROBABILITY_OF_NONE, decide
from digitwise.reading.splitting.lattice import SKIP, Lattice

ANY = anything(2)


def known(least, most):
    return Way(np.ones((most, SKIP), bool), least)


def one_component(digit_3, digit_5, skip):
    """One component, a 3, a 5 or no digit, with the given probabilities."""
    scores = np.full((1, SKIP + 1), -30.0)
    scores[0, [3, 5, SKIP]] = np.log([digit_3, digit_5, skip])
    return Lattice(1, np.array([0]), np.array([1]), scores)


def test_the_likelier_text_first():
    decision = decide(one_component(0.2, 0.7, 0.1), [ANY], bounded=False)
    assert [text for text, _ in decision.alternatives[:2]] == ["5", "3"]
    assert [p for _, p in decision.alternatives[:2]] == pytest.approx([0.7, 0.2], abs=1e-6)
    ((arc, char, p),) = decision.digits
    assert (arc, char) == (0, "5")
    assert p == pytest.approx(0.7, abs=1e-6)


@pytest.mark.parametrize(("skip", "read"), [(0.5, True), (0.94, True), (0.97, False)])
def test_a_text_is_given_unless_there_is_almost_surely_none(skip, read):
    decision = decide(one_component(1e-9, 1 - skip, skip), [ANY], bounded=False)
    assert bool(decision.digits) == read
    text, p = decision.alternatives[0]
    assert text == ("5" if read else "")
    assert p == pytest.approx(1 - skip if read else skip, abs=1e-6)


def test_what_may_be_letters_is_less_probable():
    lattice = one_component(0.2, 0.7, 0.1)
    half = decide(lattice, [ANY], False, lambda *_: 0.5)
    assert [p for _, p in half.alternatives[:2]] == pytest.approx([0.35, 0.1], abs=1e-6)
    assert half.digits[0][2] == pytest.approx(0.35, abs=1e-6)
    hardly = decide(lattice, [ANY], False, lambda *_: 0.9 * (1 - MAX_PROBABILITY_OF_NONE))
    assert hardly.alternatives[0][0] == ""
    some = decide(lattice, [ANY], False, lambda *_: 0.01, expected=True)
    assert some.alternatives[0] == ("5", pytest.approx(0.007, abs=1e-6))
    seen = []
    decide(lattice, [ANY], False, lambda _, total: seen.append(total) or 1.0)
    assert seen == [pytest.approx(0.0, abs=1e-6)]  # all paths together: probability 1


def test_where_a_digit_is_known_to_be_there_is_no_doubt_of_that():
    decision = decide(one_component(0.02, 0.03, 0.95), [known(1, 1)], True, lambda *_: 0.0)
    assert decision.alternatives[0][0] == "5"
    assert decision.alternatives[0][1] == pytest.approx(0.6, abs=1e-6)


def test_no_path_has_so_many_digits():
    assert decide(one_component(0.5, 0.4, 0.1), [known(2, 2)], bounded=True) is None
    assert decide(one_component(0.5, 0.4, 0.1), [known(3, 2)], bounded=True) is None


def test_texts_that_differ_in_what_is_no_digit_are_one():
    """A 3 or a 5; a slash as a 1 or a 7, which it is depends on the digit."""
    scores = np.full((4, SKIP + 1), -30.0)
    scores[0, 3], scores[1, 5] = np.log([0.4, 0.6])
    scores[2, 1] = 0.0
    scores[3, [1, 7]] = np.log([0.5, 0.5])
    lattice = Lattice(3, np.array([0, 0, 1, 2]), np.array([1, 2, 3, 3]), scores)
    # 31 takes the arcs 0, 2; 51 and 57 the arcs 1, 3.
    slash = Way(np.ones((2, SKIP), bool), 2, slashes=(1,), between=("", "/"))
    decision = decide(lattice, [slash], True)
    assert [text for text, _ in decision.alternatives] == ["5/", "3/"]
    assert [p for _, p in decision.alternatives] == pytest.approx([0.6, 0.4], abs=1e-6)
    assert [(arc, char) for arc, char, _ in decision.digits] == [(1, "5")]
    whole = decide(lattice, [known(2, 2)], True)
    assert [text for text, _ in whole.alternatives] == ["31", "51", "57"]


def two_digits_or_three(two):
    """Three components: 123, or with the given probability 9 and 3."""
    scores = np.full((4, SKIP + 1), -np.inf)
    scores[0, 1], scores[1, 9] = np.log([1 - two, two])
    scores[2, 2] = scores[3, 3] = 0.0
    return Lattice(3, np.array([0, 0, 1, 2]), np.array([1, 2, 2, 3]), scores)


@pytest.mark.parametrize("two", [0.3, 0.6])
def test_ways_to_write_are_weighed_against_each_other(two):
    decision = decide(two_digits_or_three(two), Pattern.parse("D{1-2}.D").ways, bounded=True)
    found = {"12.3": pytest.approx(1 - two, abs=1e-6), "9.3": pytest.approx(two, abs=1e-6)}
    assert dict(decision.alternatives) == found
    assert decision.alternatives[0][0] == ("9.3" if two > 0.5 else "12.3")
    path = [(1, "9"), (3, "3")] if two > 0.5 else [(0, "1"), (2, "2"), (3, "3")]
    assert [(arc, char) for arc, char, _ in decision.digits] == path
    assert decision.digits[0][2] == pytest.approx(max(two, 1 - two), abs=1e-6)


def test_where_a_point_stands_may_be_open():
    decision = decide(two_digits_or_three(0.2), Pattern.parse("D{1-2}.D{1-2}").ways, True)
    # The three digits can be written in two ways; of two digits each is before and after the point.
    chances = {"12.3": 0.8 / 1.8, "1.23": 0.8 / 1.8, "9.3": 0.2 / 1.8}
    assert dict(decision.alternatives) == pytest.approx(chances, abs=1e-6)
