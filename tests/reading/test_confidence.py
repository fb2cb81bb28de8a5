import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from digitwise.models.calibration import digit_probabilities
from digitwise.neurons import sigmoid
from digitwise.reading.confidence import best_strings


@given(arrays(np.float64, (3, 10), elements=st.floats(-6, 6)))
def test_probabilities_are_those_given_that_at_most_one_output_is_true(z):
    a = sigmoid(z)
    for row, found in zip(a, digit_probabilities(z), strict=True):
        none = np.prod(1 - row)
        only = [row[j] * np.prod(np.delete(1 - row, j)) for j in range(10)]
        np.testing.assert_allclose(found, only / (none + np.sum(only)), rtol=1e-9)


def test_nothing_fires_nothing_is_likely():
    p = digit_probabilities(np.full((1, 10), -1000.0))
    assert p.max() == 0
    sure = digit_probabilities(np.array([[900.0] + [-900.0] * 9]))
    assert sure[0, 0] == 1


@given(st.integers(0, 10_000))
def test_the_best_strings_are_those_of_brute_force(seed):
    p = np.random.default_rng(seed).dirichlet(np.ones(10) / 3, 3)
    every = sorted(
        (float(np.prod([p[i, d] for i, d in enumerate(digits)])) for digits in
         itertools.product(range(10), repeat=3)),
        reverse=True,
    )  # fmt: skip
    found = best_strings(p, 12)
    np.testing.assert_allclose([probability for _, probability in found], every[:12], rtol=1e-12)
    assert len({text for text, _ in found}) == 12
    for text, probability in found:
        product = np.prod([p[i, int(char)] for i, char in enumerate(text)])
        np.testing.assert_allclose(probability, product)


def test_no_more_strings_than_there_are():
    assert len(best_strings(np.full((1, 10), 0.1), 99)) == 10
