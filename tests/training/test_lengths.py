from math import exp

import pytest

from digitwise.training.lengths import PRIOR, USUAL, learn_lengths


def test_frequent_lengths_score_more():
    nothing, one, two, three, four = learn_lengths(["123", "456", "78.9", "12"])
    assert three > two > 0 > one == four
    assert nothing == 0


def test_without_corrections_all_lengths_are_alike():
    assert learn_lengths([]) == (0.0, 0.0)


def test_scores_are_those_of_a_distribution():
    texts = ["12345"] * 30 + ["123"] * 5
    _, *scores = learn_lengths(texts)
    scores += scores[-1:] * (len(USUAL) - len(scores))
    frequencies = [exp(score) / len(USUAL) for score in scores]
    assert sum(frequencies) == pytest.approx(1, abs=1e-3)
    assert frequencies[4] == pytest.approx((30 + PRIOR / len(USUAL)) / (35 + PRIOR), abs=1e-4)
