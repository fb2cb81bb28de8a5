"""The endless set far out: example 1,000,000,000, and a run that begins there."""

import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import digitwise as dw
from digitwise.data.deform import DEFORMATIONS, deform
from digitwise.engines import choose_engine
from digitwise.settings import Settings
from digitwise.training.feed import epoch_order
from digitwise.training.history import Epoch, History

FAR = 10**9
HOW = (DEFORMATIONS["wild"], 0.2, 3)  # deformation, share of non-digits, seed


def test_workers_that_draw_halves_agree_with_one(bundled):
    order = np.arange(400)
    whole = deform(bundled[0], order, *HOW, FAR)
    with ThreadPoolExecutor(2) as pool:
        halves = pool.map(
            lambda at: deform(bundled[0], order[at : at + 200], *HOW, FAR + at), [0, 200]
        )
        first, second = halves
    assert (first + second).sha256() == whole.sha256()
    assert whole.sha256() != deform(bundled[0], order, *HOW, 0).sha256()


def test_memory_is_that_of_the_first_examples(bundled):
    def peak(first):
        tracemalloc.start()
        try:
            deform(bundled[0], np.arange(200), *HOW, first)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(0)  # what is prepared once
    assert peak(FAR) <= 1.01 * peak(0)


@pytest.mark.parametrize("engine", ["reference", "fused"])
def test_a_run_that_begins_there_learns_from_those_examples(bundled, engine):
    train = bundled[0]
    epochs, position = divmod(FAR, len(train))
    settings = Settings(
        data="digits", hidden=(8,), epochs=epochs + 1, learning_rate=0.5, seed=3, engine=engine,
        deform="wild", non_digits=0.2,
    )  # fmt: skip
    run, wanted = (dw.Network([784, 8, 10], rng=1, dtype="float32") for _ in range(2))
    # The rows of earlier epochs don't matter; they are one object here.
    history = History([Epoch(1, 1.0, 0.5)] * epochs, position)
    dw.fit(run, train, settings=settings, history=history)
    assert len(history.epochs) == epochs + 1

    order = epoch_order(3, epochs, len(train))[position:]
    drawn = deform(train, order, *HOW, FAR)
    choose_engine(engine).run(
        wanted, drawn, np.arange(len(drawn)), settings.batch_size, 0.5, settings.variant, None, None
    )
    for one, other in zip(
        (*run.weights, *run.biases), (*wanted.weights, *wanted.biases), strict=True
    ):
        np.testing.assert_array_equal(one, other)
