"""The lattice's sums and searches against all paths, one by one."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitwise.reading.splitting.lattice import HOPELESS_NATS, SKIP, Lattice

DIGITS = 3  # the others can't be, so that all paths can be counted


@st.composite
def lattices(draw):
    n = draw(st.integers(1, 4))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    arcs = [(i, j) for i in range(n) for j in range(i + 1, n + 1) if rng.random() < 0.8]
    arcs = arcs or [(0, n)]
    scores = np.full((len(arcs), SKIP + 1), -np.inf)
    scores[:, :DIGITS] = rng.normal(0, 4, (len(arcs), DIGITS))
    skips = rng.random(len(arcs)) < 0.4
    scores[skips, SKIP] = rng.normal(-1, 2, skips.sum())
    starts, ends = np.array(arcs).T
    lengths = rng.normal(0, 3, draw(st.integers(0, 4)))
    return Lattice(n, starts, ends, scores, tuple(lengths.tolist()))


def all_paths(lattice):
    """Every path: (score, [(arc, digit or SKIP), ...])."""
    for score, path in without_lengths(lattice):
        length = min(len(text_of(path)), len(lattice.lengths) - 1)
        yield score + (lattice.lengths[length] if lattice.lengths else 0.0), path


def without_lengths(lattice, node=0):
    """Every way from a node to the end, scored by its arcs alone."""
    if node == lattice.n:
        yield 0.0, []
        return
    for arc in np.flatnonzero(lattice.starts == node):
        for digit in np.flatnonzero(lattice.scores[arc] > -np.inf):
            for score, path in without_lengths(lattice, lattice.ends[arc]):
                yield score + lattice.scores[arc, digit], [(arc, digit), *path]


def text_of(path):
    return "".join(str(digit) for _, digit in path if digit != SKIP)


def fits(text, allowed, least):
    return least <= len(text) <= len(allowed) and all(
        allowed[i, int(c)] for i, c in enumerate(text)
    )


def log_sum(scores):
    return float(np.logaddexp.reduce(scores)) if scores else -np.inf


@st.composite
def questions(draw):
    lattice = draw(lattices())
    most = draw(st.integers(0, 4))
    allowed = np.array(
        draw(
            st.lists(
                st.lists(st.booleans(), min_size=10, max_size=10), min_size=most, max_size=most
            )
        ),
        bool,
    ).reshape(most, 10)
    return lattice, allowed, draw(st.integers(0, most))


@given(questions())
def test_sums_are_those_over_all_paths(question):
    lattice, allowed, least = question
    paths = [(s, p) for s, p in all_paths(lattice) if fits(text_of(p), allowed, least)]
    total = log_sum([s for s, _ in paths])
    assert lattice.total(allowed, least) == pytest.approx(total)
    posterior, found = lattice.posterior(allowed, least)
    assert found == pytest.approx(total)
    expected = np.zeros_like(posterior)
    for score, path in paths:
        for arc, digit in path:
            expected[arc, digit] += np.exp(score - total)
    np.testing.assert_allclose(posterior, expected, atol=1e-9)


@given(lattices())
def test_each_length_has_its_own_sum(lattice):
    allowed = np.ones((lattice.n, SKIP), bool)
    sums = lattice.forward(allowed)[lattice.n]
    for length in range(lattice.n + 1):
        paths = [s for s, p in without_lengths(lattice) if len(text_of(p)) == length]
        assert sums[length] == pytest.approx(log_sum(paths))


@given(lattices())
def test_the_sum_of_a_text_is_that_of_its_paths(lattice):
    for length in range(3):
        for text in map("".join, product("012", repeat=length)):
            paths = [s for s, p in all_paths(lattice) if text_of(p) == text]
            assert lattice.of_texts([text])[0] == pytest.approx(log_sum(paths))


@given(questions(), st.integers(1, 12))
def test_the_best_texts_are_those_of_the_best_paths(question, most):
    lattice, allowed, least = question
    best = {}
    for score, path in all_paths(lattice):
        text = text_of(path)
        if fits(text, allowed, least) and score > best.get(text, (-np.inf, None))[0]:
            best[text] = score, path
    likeliest = max((score for score, _ in best.values()), default=0.0)
    likely = [item for item in best.items() if item[1][0] > likeliest - HOPELESS_NATS]
    expected = sorted(likely, key=lambda item: -item[1][0])[:most]
    found = lattice.best(allowed, least, most)
    assert [text for text, _ in found] == [text for text, _ in expected]
    for (_, path), (_, (_, wanted)) in zip(found, expected, strict=True):
        assert path == [(arc, str(digit)) for arc, digit in wanted if digit != SKIP]
