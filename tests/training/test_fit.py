import warnings

import numpy as np
import pytest

import digitwise as dw
from digitwise.costs import COSTS
from digitwise.data.deform import Deformation, deform
from digitwise.data.digits import NO_DIGIT, Digits
from digitwise.data.table import Table
from digitwise.descent import Variant
from digitwise.engines import choose_engine
from digitwise.engines.velocity import at_rest
from digitwise.errors import InputError, TrainingError
from digitwise.network import Network
from digitwise.neurons import ACTIVATIONS
from digitwise.training.feed import epoch_order
from digitwise.training.fit import fit
from digitwise.training.history import History
from digitwise.training.loop import dropout_source
from digitwise.training.schedules import make_schedule
from tests.conftest import FULL_ENGINES, random_digits, random_table


def same(a, b):
    pairs = zip([*a.weights, *a.biases], [*b.weights, *b.biases], strict=True)
    return all(np.array_equal(x, y) for x, y in pairs)


@pytest.mark.parametrize("cost", COSTS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_learns_the_bundled_digits(bundled, activation, cost):
    accuracies = []
    for seed in range(3):
        net = Network([784, 30, 10], activation=activation, cost=cost, init="scaled", rng=seed)
        rate = 0.5 if cost == "quadratic" else 0.1
        history = fit(net, *bundled, epochs=10, batch_size=10, learning_rate=rate, seed=seed)
        accuracies.append(history.best_test_accuracy)
    assert sorted(accuracies)[1] > 0.9


def test_learns_mnist_as_the_interface_has_it(mnist):
    train, test = mnist
    net = dw.Network([784, 30, 10], init="scaled", rng=0)
    history = dw.fit(net, train, test=test, epochs=2, batch_size=10, learning_rate=3.0)
    assert history.epochs[-1].test_accuracy > 0.91


def test_equal_seeds_give_equal_bits(bundled):
    nets = [Network([784, 20, 10], rng=1) for _ in range(3)]
    for net, seed in zip(nets, (5, 5, 6), strict=True):
        fit(net, bundled[0], epochs=2, seed=seed)
    assert same(nets[0], nets[1])
    assert not same(nets[0], nets[2])


def test_the_history_is_what_was_measured(bundled):
    train, test = bundled
    net = Network([784, 20, 10], init="scaled", rng=0)
    history = fit(net, train, test, epochs=3)
    assert [e.epoch for e in history.epochs] == [1, 2, 3]
    last = history.epochs[-1]
    assert last.cost == pytest.approx(net.costs(train.inputs(), train.labels).mean())
    assert last.train_accuracy == (net.predict(train.inputs()) == train.labels).mean()
    assert last.test_accuracy == dw.evaluate(net, test).accuracy
    assert all(e.seconds > 0 for e in history.epochs)
    assert fit(net, train, epochs=1).epochs[0].test_accuracy is None


def test_the_test_digits_are_never_learnt_from(bundled):
    nets = [Network([784, 20, 10], rng=0) for _ in range(2)]
    fit(nets[0], bundled[0], epochs=2)
    fit(nets[1], *bundled, epochs=2)
    assert same(*nets)


@pytest.mark.parametrize("stop_after", [1, 2, 3, 5])
@pytest.mark.parametrize(
    "variant",
    [
        {"engine": "reference"},
        {"engine": "fused"},
        {"engine": "dense"},
        {"engine": "fused", "momentum": 0.9, "nesterov": True, "weight_decay": 1e-3},
        {"engine": "dense", "momentum": 0.9, "dropout": 0.2},
        {"engine": "fused", "learning_rate": make_schedule("cosine", 3.0, 4)},
    ],
    ids=["reference", "fused", "dense", "nesterov", "dropout", "cosine"],
)
def test_stopping_anywhere_and_going_on_changes_nothing(bundled, chunks, stop_after, variant):
    train = bundled[0]
    whole, parts = Network([784, 20, 10], rng=0), Network([784, 20, 10], rng=0)
    # 7 divides neither the chunk nor the number of digits.
    settings = {"epochs": 4, "batch_size": 7, "seed": 3, **variant}
    expected = fit(whole, train, **settings)
    calls = 0

    def stop(history):
        nonlocal calls
        calls += 1
        return calls % stop_after == 0

    history = None
    while history is None or len(history.epochs) < 4:
        history = fit(parts, train, history=history, progress=stop, **settings)
    assert same(whole, parts)
    assert [e.cost for e in history.epochs] == [e.cost for e in expected.epochs]


def test_the_last_mini_batch_is_short_and_averages_over_what_it_has():
    digits = random_digits(3)
    net, by_hand = (Network([784, 5, 10], rng=0) for _ in range(2))
    fit(net, digits, epochs=1, batch_size=2, learning_rate=1.0)
    order = epoch_order(0, 0, 3)
    for batch in (order[:2], order[2:]):
        g = by_hand.gradient(digits.inputs(np.float64)[batch], digits.labels[batch])
        for p, nabla in zip(
            [*by_hand.weights, *by_hand.biases], [*g.weights, *g.biases], strict=True
        ):
            p -= nabla
    for a, b in zip(net.weights, by_hand.weights, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12)


@pytest.mark.parametrize("engine", FULL_ENGINES)
def test_mini_batches_go_on_across_chunks(bundled, chunks, engine):
    train = bundled[0]
    net, in_one_go = (Network([784, 5, 10], rng=0) for _ in range(2))
    fit(net, train, epochs=1, batch_size=7, learning_rate=3.0, engine=engine)
    order = epoch_order(0, 0, len(train))
    choose_engine(engine).run(in_one_go, train, order, 7, 3.0)
    assert same(net, in_one_go)


def test_the_learning_rate_may_change_from_epoch_to_epoch(bundled):
    train = bundled[0]
    net, by_hand = (Network([784, 5, 10], rng=0) for _ in range(2))
    fit(net, train, epochs=2, batch_size=7, learning_rate=lambda epoch: [1.0, 0.25][epoch])
    for epoch, rate in enumerate([1.0, 0.25]):
        order = epoch_order(0, epoch, len(train))
        choose_engine("fused").run(by_hand, train, order, 7, rate)
    assert same(net, by_hand)


def test_momentum_goes_on_from_epoch_to_epoch(bundled):
    train = bundled[0]
    net, by_hand = (Network([784, 5, 10], rng=0) for _ in range(2))
    history = fit(net, train, epochs=2, learning_rate=0.3, momentum=0.9)
    velocity = at_rest(by_hand)
    for epoch in range(2):
        order = epoch_order(0, epoch, len(train))
        choose_engine("fused").run(by_hand, train, order, 10, 0.3, Variant(momentum=0.9), velocity)
    assert same(net, by_hand)
    assert same(history.velocity, velocity)


@pytest.mark.parametrize(
    ("settings", "wanted"),
    [
        ({"momentum": 0.9, "learning_rate": 0.05}, 0.93),
        ({"momentum": 0.9, "nesterov": True, "learning_rate": 0.05}, 0.93),
        ({"dropout": 0.2, "learning_rate": 0.5}, 0.9),
        ({"weight_decay": 1e-4, "learning_rate": 0.5}, 0.93),
    ],
    ids=str,
)
def test_all_settings_of_learning_learn(bundled, settings, wanted):
    net = Network([784, 30, 10], cost="cross-entropy", init="scaled", rng=0)
    history = fit(net, *bundled, epochs=15, **settings)
    assert history.best_test_accuracy > wanted


def test_dropout_leaves_out_others_everywhere():
    places = [(seed, epoch, position) for seed in (0, 1) for epoch in (0, 1) for position in (0, 5)]
    assert len({dropout_source(*place).random() for place in places}) == 8


def test_weight_decay_keeps_weights_small(bundled):
    norms = []
    for decay in (0.0, 1e-3, 1e-2):
        net = Network([784, 20, 10], cost="cross-entropy", init="scaled", rng=0)
        fit(net, bundled[0], epochs=5, learning_rate=0.5, weight_decay=decay)
        norms.append(sum(np.square(w).sum() for w in net.weights))
    assert norms[0] > norms[1] > norms[2]


def test_divergence_stops_and_keeps_the_last_good_network(few):
    net = Network([784, 30, 10], activation="relu", cost="cross-entropy", rng=0, dtype=np.float32)
    fit(net, few, epochs=1, learning_rate=1e-3)
    good = Network([784, 30, 10], activation="relu", cost="cross-entropy", rng=0, dtype=np.float32)
    fit(good, few, epochs=1, learning_rate=1e-3)
    with pytest.raises(TrainingError, match=r"epoch 1: the learning rate, 1e\+30, is too large"):
        fit(net, few, epochs=5, learning_rate=1e30)
    assert same(net, good)


def test_a_dead_output_is_told(bundled):
    net = Network([784, 20, 10], init="scaled", rng=0)
    # Far in the flat of its sigmoid, an output under the quadratic cost has no gradient.
    net.biases[-1][8] = -1000
    history = fit(net, bundled[0], epochs=4)
    assert len(history.warnings) == 1
    assert "output 8 never fires" in history.warnings[0]
    assert "another seed" in history.warnings[0]


def test_a_digit_that_is_not_in_the_set_is_no_dead_output(bundled):
    train = bundled[0]
    without_eights = train[train.labels != 8]
    net = Network([784, 20, 10], init="scaled", rng=0)
    assert fit(net, without_eights, epochs=4).warnings == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"epochs": -1},
        {"batch_size": 0},
        {"learning_rate": 0.0},
        {"learning_rate": float("nan")},
        {"learning_rate": float("inf")},
        {"seed": -1},
        {"momentum": 1.0},
        {"momentum": -0.1},
        {"nesterov": True},
        {"weight_decay": -1},
        {"dropout": 1.0},
        {"dropout": "much"},
        {"weight_decay": 0.5},  # times the default learning rate: more than all of a weight
        {"test": "mnist"},
        {"learning_rate": lambda epoch: -epoch},
        {"engine": "fused", "dropout": 0.5},
        {"epochs": 1.5},
        {"batch_size": "10"},
        {"learning_rate": "3"},
        {"engine": "warp"},
    ],
)
def test_settings_out_of_range(few, wrong):
    with pytest.raises(InputError, match="expected|choose"):
        fit(Network([784, 10], rng=0), few, **wrong)


def test_networks_and_sets_that_do_not_fit(few):
    with pytest.raises(InputError, match="784 inputs and 10 outputs; this one has 64 and 10"):
        fit(Network([64, 10], rng=0), few)
    with pytest.raises(InputError, match="found Network and tuple"):
        fit(Network([784, 10], rng=0), (few.images, few.labels))
    with pytest.raises(InputError, match="no digits to train on"):
        fit(Network([784, 10], rng=0), few[:0])


def test_a_network_that_is_broken_already(few):
    net = Network([784, 10], rng=0)
    net.weights[0][3, 5] = np.nan
    with pytest.raises(InputError, match="not finite numbers"):
        fit(net, few)


def test_no_epochs_is_no_training(few):
    net = Network([784, 10], rng=0)
    assert fit(net, few, epochs=0).epochs == []
    assert same(net, Network([784, 10], rng=0))


def test_a_batch_larger_than_the_set_is_gradient_descent():
    digits = random_digits(5)
    one, other = Network([784, 4, 10], rng=0), Network([784, 4, 10], rng=0)
    fit(one, digits, epochs=1, batch_size=5)
    fit(other, Digits(digits.images, digits.labels), epochs=1, batch_size=10**6)
    assert same(one, other)


ELASTIC = Deformation(rotation=10, elastic=1.5)


def test_deformed_digits_are_drawn_from_the_endless_set(bundled, chunks):
    """What an engine gets is example epoch·n + position of the set that the seed names."""
    train, seen = bundled[0][:1000], []

    class Spy(choose_engine("fused").__class__):
        def run(self, network, digits, order, *rest):
            seen.append(digits[order])
            super().run(network, digits, order, *rest)

    net = Network([784, 10, 10], rng=0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("digitwise.training.loop.choose_engine", lambda name: Spy())
        patch.setattr("digitwise.training.loop.warm_up", lambda *_: None)
        fit(net, train, epochs=2, batch_size=50, deformation=ELASTIC, non_digits=0.2, seed=4)
    assert len(seen) == 2 * 4  # chunks of 300
    for epoch in range(2):
        whole = deform(train, epoch_order(4, epoch, 1000), ELASTIC, 0.2, 4, 1000 * epoch)
        parts = seen[4 * epoch : 4 * epoch + 4]
        np.testing.assert_array_equal(np.concatenate([p.images for p in parts]), whole.images)
        np.testing.assert_array_equal(np.concatenate([p.labels for p in parts]), whole.labels)


def test_the_last_epochs_may_be_plain(bundled):
    # Trained on digits as they are from the first epoch on: as if there were no deformation.
    nets = [Network([784, 10, 10], rng=0) for _ in range(2)]
    fit(nets[0], bundled[0], epochs=2, seed=1)
    fit(nets[1], bundled[0], epochs=2, seed=1, deformation=ELASTIC, plain_epochs=2)
    assert same(*nets)
    fit(nets[1], bundled[0], epochs=2, seed=1, deformation=ELASTIC, plain_epochs=1)
    assert not same(*nets)


@pytest.mark.parametrize("engine", FULL_ENGINES)
def test_no_output_fires_for_what_is_no_digit(bundled, engine):
    train = bundled[0]
    none = deform(train, np.arange(400), Deformation(), 0.999, seed=8)
    none = none[none.labels == NO_DIGIT]
    peaks = []
    for share in (0.0, 0.4):
        net = Network([784, 60, 10], cost="cross-entropy", init="scaled", rng=0, dtype=np.float32)
        fit(net, train, epochs=12, learning_rate=0.3, non_digits=share, engine=engine)
        assert dw.evaluate(net, bundled[1]).accuracy > 0.85
        peaks.append(np.median(net.feedforward(none.inputs()).max(axis=1)))
    assert peaks[0] > 0.5
    assert peaks[1] < 0.25


@pytest.mark.parametrize("engine", ["fused", "dense"])
@pytest.mark.parametrize("label", [3, NO_DIGIT])
def test_engines_learn_no_digit_as_the_reference_does(engine, label):
    digits = random_digits(40)
    digits.labels[::2] = label
    nets = [Network([784, 12, 10], init="scaled", rng=0) for _ in range(2)]
    for net, name in zip(nets, ("reference", engine), strict=True):
        choose_engine(name).run(net, digits, np.arange(40), 8, 0.5)
    for a, b in zip(
        nets[0].weights + nets[0].biases, nets[1].weights + nets[1].biases, strict=True
    ):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12)


def test_the_average_is_that_of_the_latest_epochs(bundled):
    train = bundled[0]
    steps = []
    net = Network([784, 10, 10], init="scaled", rng=0)
    # One chunk an epoch, so that there is one update an epoch.
    fit(net, train, epochs=6, progress=lambda h: steps.append(net.weights[0].copy()))
    expected = steps[0].copy()
    for number, weights in enumerate(steps[1:], 2):
        expected += (weights - expected) / min(3, number)
    averaged = Network([784, 10, 10], init="scaled", rng=0)
    history = fit(averaged, train, epochs=6, average=3)
    np.testing.assert_allclose(averaged.weights[0], expected, rtol=1e-9, atol=1e-12)
    assert history.average is None
    # What is measured is the average.
    assert history.epochs[-1].train_accuracy == dw.evaluate(averaged, train).accuracy


def test_averaging_and_deformation_go_on_where_they_stopped(bundled, chunks):
    train = bundled[0]
    arguments = {
        "epochs": 3, "batch_size": 20, "deformation": ELASTIC, "plain_epochs": 1,
        "non_digits": 0.1, "average": 0.7, "momentum": 0.5, "learning_rate": 0.5,
    }  # fmt: skip
    whole = Network([784, 10, 10], init="scaled", rng=0)
    fit(whole, train, **arguments)
    broken = Network([784, 10, 10], init="scaled", rng=0)
    history, stops = History(), 0
    while True:
        fit(broken, train, **arguments, history=history, progress=lambda h: True)
        stops += 1
        if len(history.epochs) == 3:
            break
        assert history.average is not None
    assert stops == 3 * 5
    assert same(whole, broken)


def test_patience_stops_early(bundled):
    train, test = bundled
    net = Network([784, 10, 10], init="scaled", rng=0)
    history = fit(net, train, epochs=200, patience=3, validation=test, learning_rate=0.5)
    accuracies = [e.validation_accuracy for e in history.epochs]
    assert 4 <= len(accuracies) < 200
    assert max(accuracies[-3:]) <= max(accuracies[:-3])
    assert all(
        max(accuracies[end - 3 : end]) > max(accuracies[: end - 3])
        for end in range(4, len(accuracies))
    )
    assert all(e.test_accuracy is None for e in history.epochs)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"deformation": "wild"}, "expected a Deformation, or None"),
        ({"non_digits": 1.0}, "non_digits to be a number from 0 to below 1"),
        ({"average": -1}, "average to be a finite number, 0 or above"),
        ({"plain_epochs": -1}, "plain_epochs to be a whole number from 0"),
        ({"patience": 0}, "patience to be a whole number, 1 or above"),
        ({"patience": 2}, "patience needs validation digits"),
        ({"validation": 3}, "expected Digits"),
    ],
)
def test_streams_that_cant_be(bundled, arguments, message):
    with pytest.raises(InputError, match=message):
        fit(Network([784, 10, 10]), bundled[0], **arguments)


def test_what_diverges_on_several_threads_is_no_warning(bundled, monkeypatch):
    monkeypatch.setattr("digitwise.engines.dense.thread_count", lambda: 2)
    network = dw.Network(
        [784, 300, 200, 10],
        activation="relu",
        cost="cross-entropy",
        init="gaussian",
        rng=0,
        dtype="float32",
    )
    how = {"epochs": 3, "batch_size": 100, "learning_rate": 1e4, "momentum": 0.9}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(TrainingError, match="stopped being finite"):
            dw.fit(network, bundled[0], **how, engine="dense")


@pytest.mark.parametrize("engine", FULL_ENGINES)
@pytest.mark.parametrize("classes", [2, 4, 23])
def test_learns_a_table(engine, classes):
    """Of more classes than digits have, too: label 10 is a class as any other."""
    rng = np.random.default_rng(0)
    centres = rng.standard_normal((classes, 6)) * 4
    labels = np.sort(rng.integers(0, classes, 600))
    table = Table(centres[labels] + rng.standard_normal((600, 6)), labels, classes)
    rows = rng.permutation(600)
    train, test = table[rows[:400]], table[rows[400:]]
    net = dw.Network([6, 30, classes], cost="cross-entropy", init="scaled", rng=0)
    settings = {"epochs": 40, "batch_size": 10, "learning_rate": 0.5, "engine": engine}
    history = dw.fit(net, train, test, **settings)
    assert history.epochs[-1].test_accuracy > 0.9
    assert history.epochs[-1].cost == pytest.approx(dw.evaluate(net, train).cost, rel=1e-9)


@pytest.mark.parametrize(
    "drawn", [{"deformation": Deformation()}, {"non_digits": 0.1}, {"plain_epochs": 1}]
)
def test_a_table_is_not_drawn_anew(drawn):
    settings = {"epochs": 1, "batch_size": 10, "learning_rate": 0.5}
    with pytest.raises(InputError, match="only images of digits can be deformed"):
        dw.fit(dw.Network([13, 5]), random_table(10), **settings, **drawn)
    with pytest.raises(InputError, match="13 features and 5 classes"):
        dw.fit(dw.Network([13, 4]), random_table(10), **settings)


def test_a_table_is_measured_on_rows_spread_over_it():
    rng = np.random.default_rng(0)
    table = Table(rng.standard_normal((4_500, 3)), np.sort(rng.integers(0, 3, 4_500)), 3)
    net = dw.Network([3, 5, 3], rng=0)
    history = dw.fit(net, table, epochs=1, batch_size=10, learning_rate=0.5)
    measured = dw.evaluate(net, table[::3])
    assert history.epochs[-1].cost == pytest.approx(measured.cost, rel=1e-12)
    assert history.epochs[-1].train_accuracy == measured.accuracy
