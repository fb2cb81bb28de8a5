import numpy as np
import pytest

from digitwise.errors import InputError
from digitwise.models.classes import classes_of
from digitwise.models.files import read_model, save, to_bytes
from digitwise.training.callback import Callback
from digitwise.training.evaluation import evaluate
from digitwise.training.teaching import EPOCHS, MAX_EXAMPLES, Symbol, split, teach
from tests.symbols import NAMES, images


class Stop(Callback):
    """Stops after the given number of epochs."""

    def __init__(self, epochs):
        self.left = epochs

    def end_epoch(self, _training):
        self.left -= 1
        return self.left == 0


def drawn(count, rng, names=NAMES):
    return [Symbol(name, images(name, count, rng)) for name in names]


def test_twenty_examples_of_each_are_enough(tmp_path):
    rng = np.random.default_rng(1)
    model = teach(drawn(20, rng))
    save(model, tmp_path / "net.safetensors")
    again = read_model(tmp_path / "net.safetensors")
    assert classes_of(again) == NAMES
    assert again.results["test_n"] == 12
    assert "circle, triangle, star" in repr(again)
    others = split(drawn(40, rng))[0]
    assert evaluate(again.network, others).accuracy >= 0.95


def test_the_same_examples_and_seed_give_the_same_network():
    symbols = drawn(3, np.random.default_rng(1))
    first, second, other = (to_bytes(teach(symbols, seed, [Stop(2)])) for seed in (0, 0, 1))
    assert first == second != other


def test_every_fifth_example_is_held_back():
    symbols = [Symbol("a", np.full((11, 28, 28), 1, np.uint8)), *drawn(4, np.random.default_rng(1))]
    symbols[0].images[:, 0, 0] = np.arange(11)
    train, test = split(symbols)
    assert test.images[:, 0, 0].tolist() == [4, 9]
    assert (len(train), test.labels.tolist()) == (9 + 12, [0, 0])
    assert split(symbols[1:])[1] is None


@pytest.mark.parametrize(
    ("counts", "names", "message"),
    [
        ((3,), "a", "expected 2 to 10 classes; found 1: add some"),
        ((3,) * 11, "abcdefghijk", "found 11: remove some"),
        ((3, 0), "ab", "b: expected 3 examples or more; found 0"),
        ((3, 3), ["a", "a"], "two classes are named 'a'"),
        ((3, 3), ["a", "e\u0301/"], "can't name a folder"),
        ((3, 3), ["a", " "], "1 to 30 letters"),
        ((MAX_EXAMPLES, 3), "ab", "expected 2,000 examples or fewer in all; found 2,003"),
    ],
)
def test_what_can_not_be_learnt(counts, names, message):
    symbols = [
        Symbol(name, np.ones((n, 28, 28), np.uint8)) for name, n in zip(names, counts, strict=True)
    ]
    with pytest.raises(InputError, match=message.replace("(", r"\(")):
        split(symbols)


def test_an_empty_example_is_refused():
    blank = np.zeros((3, 28, 28), np.uint8)
    with pytest.raises(InputError, match="no ink"):
        split([Symbol("a", blank + 1), Symbol("b", blank)])


def test_names_are_composed_and_trimmed():
    symbols = drawn(3, np.random.default_rng(1), NAMES[:2])
    symbols = [
        one._replace(name=name) for one, name in zip(symbols, [" e\u0301", "b"], strict=True)
    ]
    assert classes_of(teach(symbols, callbacks=[Stop(1)])) == ("\u00e9", "b")


@pytest.mark.parametrize("seed", [8, 11])
def test_the_cost_of_few_examples_is_low_at_the_end(seed):
    """At a constant rate it ended at 0.23 and 0.72."""
    rng = np.random.default_rng(500 + seed)
    costs = []

    class Costs(Callback):
        def end_epoch(self, training):
            costs.append(training.history.epochs[-1].cost)

    teach(drawn(3, rng), seed, [Costs()])
    assert len(costs) == EPOCHS
    assert costs[-1] < 0.05
