import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitwise.costs import COSTS
from digitwise.data.digits import Digits
from digitwise.data.table import Table
from digitwise.descent import PLAIN, Variant
from digitwise.engines import choose_engine
from digitwise.engines.dropout import dropout_masks
from digitwise.engines.velocity import at_rest
from digitwise.errors import InputError
from digitwise.network import Gradient, Network
from digitwise.neurons import ACTIVATIONS
from digitwise.training.feed import epoch_order
from tests.conftest import FULL_ENGINES, random_digits, random_table

COMPILED = sorted(set(FULL_ENGINES) - {"reference"})


def per_example_epoch(net, digits, order, batch_size, learning_rate):
    """Eq. 20 and 21 as written: one example at a time, gradients summed over the mini-batch.

    Shares nothing with the heart but the activation functions and their derivatives, which are
    tested on their own; sigmoid and costs are written out again.
    """
    f, f_prime = ACTIVATIONS[net.activation]

    def sigma(z):
        return 1 / (1 + np.exp(-z))

    weights = [w.copy() for w in net.weights]
    biases = [b.copy() for b in net.biases]
    layers = len(weights)
    for start in range(0, len(order), batch_size):
        batch = order[start : start + batch_size]
        m = len(batch)
        sum_w = [np.zeros_like(w) for w in weights]
        sum_b = [np.zeros_like(b) for b in biases]
        for index in batch:
            x = digits.images[index].reshape(784).astype(np.float64) / 255
            y = np.zeros(10)
            y[digits.labels[index]] = 1
            a, zs, activations = x, [], [x]
            for layer in range(layers):
                z = weights[layer] @ a + biases[layer]
                a = sigma(z) if layer == layers - 1 else f(z)
                zs.append(z)
                activations.append(a)
            delta = a - y
            if net.cost == "quadratic":
                delta = delta * a * (1 - a)
            for layer in reversed(range(layers)):
                sum_w[layer] += np.outer(delta, activations[layer])
                sum_b[layer] += delta
                if layer:
                    delta = (weights[layer].T @ delta) * f_prime(zs[layer - 1])
        for layer in range(layers):
            weights[layer] -= learning_rate / m * sum_w[layer]
            biases[layer] -= learning_rate / m * sum_b[layer]
    return weights, biases


@pytest.mark.parametrize("engine", FULL_ENGINES)
@pytest.mark.parametrize("hidden", [[], [12], [9, 7]])
@pytest.mark.parametrize("cost", COSTS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("batch_size", [1, 10, 64, 1000])
def test_an_epoch_equals_the_per_example_loop(engine, hidden, cost, activation, batch_size):
    digits = random_digits(173)
    net = Network([784, *hidden, 10], activation=activation, cost=cost, init="scaled", rng=4)
    order = epoch_order(seed=7, epoch=0, n=len(digits))
    weights, biases = per_example_epoch(net, digits, order, batch_size, 0.1)
    choose_engine(engine).run(net, digits, order, batch_size, 0.1)
    for ours, theirs in zip([*net.weights, *net.biases], [*weights, *biases], strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-10)


VARIANTS = {
    "plain": Variant(),
    "momentum": Variant(momentum=0.9),
    "nesterov": Variant(momentum=0.8, nesterov=True),
    "decay": Variant(weight_decay=0.05),
    "all": Variant(momentum=0.5, nesterov=True, weight_decay=0.05),
}


def everything(net, velocity=None):
    moving = velocity or Gradient([], [])
    return [*net.weights, *net.biases, *moving.weights, *moving.biases]


def one_epoch(engine, digits, sizes, batch_size, learning_rate, variant=PLAIN, **kwargs):
    """All that an engine leaves behind after an epoch from the same start in the same order."""
    net = Network(sizes, init="scaled", rng=4, **kwargs)
    velocity = at_rest(net) if variant.momentum else None
    order = epoch_order(seed=7, epoch=0, n=len(digits))
    rng = np.random.default_rng(3)
    choose_engine(engine).run(net, digits, order, batch_size, learning_rate, variant, velocity, rng)
    return everything(net, velocity)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("engine", COMPILED)
def test_variants_agree_with_the_reference(engine, variant, dtype):
    digits = random_digits(95)
    setting = (digits, [784, 21, 17, 10], 8, 0.05, VARIANTS[variant])
    ours = one_epoch(engine, *setting, dtype=dtype)
    theirs = one_epoch("reference", *setting, dtype=dtype)
    tolerance = 1e-5 if dtype == np.float32 else 1e-12
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=tolerance)
    plain = one_epoch("reference", *setting[:-1], dtype=dtype)
    assert variant == "plain" or abs(plain[0] - theirs[0]).max() > 100 * tolerance


@pytest.mark.parametrize("cost", COSTS)
@pytest.mark.parametrize(
    ("features", "hidden", "classes", "dtype"),
    [
        (13, [21, 17], 23, np.float32),
        (13, [21, 17], 23, np.float64),
        (1, [], 2, np.float32),
        (70_000, [3], 4, np.float64),
    ],
)
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("engine", COMPILED)
def test_tables_agree_with_the_reference(engine, weighted, features, hidden, classes, cost, dtype):
    """More classes than a digit has, four that are no bits, more inputs than 16 bits can count."""
    table = random_table(95, features, classes, weighted=weighted, dtype=dtype)
    setting = (table, [features, *hidden, classes], 8, 0.05, VARIANTS["all"])
    ours = one_epoch(engine, *setting, cost=cost, dtype=dtype)
    theirs = one_epoch("reference", *setting, cost=cost, dtype=dtype)
    tolerance = 2e-5 if dtype == np.float32 else 1e-12
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=tolerance)


@pytest.mark.parametrize("engine", FULL_ENGINES)
def test_an_example_of_weight_two_counts_as_two(engine):
    table = random_table(40)
    twice = np.arange(40) < 10
    weighted = Table(table.values, table.labels, 5, 1.0 + twice)
    repeated = table[np.concatenate([np.arange(40), np.flatnonzero(twice)])]
    ours = one_epoch(engine, weighted, [13, 6, 5], 100, 0.5)
    theirs = one_epoch(engine, repeated, [13, 6, 5], 100, 0.5)
    unweighted = one_epoch(engine, table, [13, 6, 5], 100, 0.5)
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-14)
    assert abs(ours[0] - unweighted[0]).max() > 1e-4


@settings(max_examples=35)
@given(
    engine=st.sampled_from(COMPILED),
    hidden=st.lists(st.integers(1, 150), max_size=3),
    n=st.integers(1, 70),
    batch_size=st.integers(1, 80) | st.just(1) | st.just(70),
    activation=st.sampled_from(sorted(ACTIVATIONS)),
    cost=st.sampled_from(sorted(COSTS)),
    variant=st.sampled_from(sorted(VARIANTS)),
    ink=st.sampled_from(["all zero", "one pixel", "sparse", "dense"]),
    dtype=st.sampled_from([np.float32, np.float64]),
    seed=st.integers(0, 1000),
)
def test_compiled_engines_agree_with_the_reference(
    engine, hidden, n, batch_size, activation, cost, variant, ink, dtype, seed
):
    """Whatever the sizes: no multiple of a register, batches that don't divide n, m = n, no ink."""
    if activation == "relu" and dtype == np.float32:
        # The slope jumps at z = 0, and over many steps some z comes within a rounding of it.
        batch_size = n
    digits = random_digits(n, seed)
    keep = {"all zero": 0, "one pixel": 1 / 784, "sparse": 0.2, "dense": 1}[ink]
    kept = np.random.default_rng(seed).random(digits.images.shape) < keep
    digits = Digits(digits.images * kept, digits.labels)
    setting = (digits, [784, *hidden, 10], batch_size, 0.05, VARIANTS[variant])
    kwargs = {"activation": activation, "cost": cost, "dtype": dtype}
    ours = one_epoch(engine, *setting, **kwargs)
    theirs = one_epoch("reference", *setting, **kwargs)
    tolerance = 1e-4 if dtype == np.float32 else 1e-10
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("engine", COMPILED)
def test_an_epoch_of_mnist_agrees_with_the_reference(engine, mnist):
    setting = (mnist[0], [784, 30, 10], 10, 0.5)
    nets = [one_epoch(name, *setting, dtype=np.float32) for name in (engine, "reference")]
    for a, b in zip(*nets, strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-4)


def test_dropout_leaves_out_the_same_neurons_in_both_engines_that_have_it():
    setting = (random_digits(95), [784, 40, 30, 10], 8, 0.05)
    variant = Variant(dropout=0.3, momentum=0.5)
    ours, theirs = (one_epoch(name, *setting, variant) for name in ("dense", "reference"))
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-12)
    without = one_epoch("dense", *setting, Variant(momentum=0.5))
    assert abs(without[0] - ours[0]).max() > 1e-4


def test_dropout_keeps_its_share_and_the_mean():
    net = Network([784, 1000, 500, 10])
    masks = dropout_masks(np.random.default_rng(0), net, 50, 0.2)
    assert [mask.shape for mask in masks] == [(50, 1000), (50, 500)]
    for mask in masks:
        assert set(np.unique(mask)) == {0, 1.25}
        assert mask.mean() == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("engine", FULL_ENGINES)
def test_equal_runs_give_equal_bits(engine):
    setting = (random_digits(200), [784, 33, 10], 10, 0.1, VARIANTS["all"])
    runs = [one_epoch(engine, *setting, dtype=np.float32) for _ in range(3)]
    for other in runs[1:]:
        assert all(np.array_equal(a, b) for a, b in zip(runs[0], other, strict=True))


@pytest.mark.parametrize("engine", FULL_ENGINES)
@pytest.mark.parametrize("hidden", [[], [12], [150, 9]])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_weighted_outputs_are_the_networks(engine, hidden, activation):
    digits = random_digits(131)
    net = Network([784, *hidden, 10], activation=activation, init="scaled", rng=1)
    z = choose_engine(engine).weighted_outputs(net, digits)
    expected = net.weighted_outputs(digits.inputs(np.float64))
    np.testing.assert_allclose(z, expected, rtol=0, atol=1e-11)


@pytest.mark.parametrize("engine", FULL_ENGINES)
def test_weighted_outputs_of_a_table(engine):
    table = random_table(131, dtype=np.float32)
    net = Network([13, 12, 5], activation="tanh", init="scaled", rng=1)
    z = choose_engine(engine).weighted_outputs(net, table)
    expected = net.weighted_outputs(table.values.astype(np.float64))
    np.testing.assert_allclose(z, expected, rtol=0, atol=1e-13)


@given(st.integers(1, 200), st.integers(0, 2**40), st.integers(0, 1000))
def test_an_epoch_uses_every_digit_once(n, seed, epoch):
    order = epoch_order(seed, epoch, n)
    assert sorted(order) == list(range(n))
    assert (order == epoch_order(seed, epoch, n)).all()


def test_orders_differ_between_epochs_and_seeds():
    orders = {epoch_order(seed, epoch, 50).tobytes() for seed in range(5) for epoch in range(5)}
    assert len(orders) == 25


def test_unknown_engines_are_refused():
    with pytest.raises(InputError, match="expected one of: reference, fused, dense"):
        choose_engine("warp")
