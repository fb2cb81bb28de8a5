import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitwise.convolution import Convolution
from digitwise.costs import COSTS
from digitwise.data.digits import Digits
from digitwise.data.table import Table
from digitwise.descent import PLAIN, Variant
from digitwise.engines import choose_engine
from digitwise.engines import conv as conv_engine
from digitwise.engines.choice import resolve_engine
from digitwise.engines.dropout import dropout_masks
from digitwise.engines.predictor import Predictor
from digitwise.engines.velocity import at_rest
from digitwise.errors import InputError
from digitwise.network import Network
from digitwise.neurons import ACTIVATIONS
from digitwise.typed_layers import parse_layers
from tests.conftest import random_digits, random_table

ALL = Variant(weight_decay=1e-3, momentum=0.9, nesterov=True)
LAYERS = [784, Convolution(16, pool=2), Convolution(20, 5, pool=2), Convolution(7), 12, 10]


def one_epoch(engine, examples, layers, batch_size, rate=0.05, variant=PLAIN, **kwargs):
    net = Network(layers, init="scaled", rng=1, **kwargs)
    velocity = at_rest(net) if variant.momentum else None
    order = np.random.default_rng(0).permutation(len(examples))
    rng = np.random.default_rng(2)
    choose_engine(engine).run(net, examples, order, batch_size, rate, variant, velocity, rng)
    return [*net.weights, *net.biases, *(velocity.weights if velocity else [])]


def assert_close(ours, theirs, tolerance):
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("variant", [PLAIN, ALL, Variant(momentum=0.5, dropout=0.3)])
@pytest.mark.parametrize("cost", COSTS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_an_epoch_agrees_with_the_reference(activation, cost, variant, dtype):
    setting = (random_digits(70), LAYERS, 20, 0.02, variant)
    kwargs = {"activation": activation, "cost": cost, "dtype": dtype}
    ours, theirs = (one_epoch(name, *setting, **kwargs) for name in ("conv", "reference"))
    assert_close(ours, theirs, 2e-5 if dtype == np.float32 else 1e-10)


@settings(max_examples=30)
@given(
    stack=st.lists(
        st.builds(
            Convolution,
            maps=st.integers(1, 8) | st.integers(9, 16),  # one register, two: few kernels
            patch=st.sampled_from([3, 5]),
            pool=st.integers(1, 3),
        ),
        min_size=1,
        max_size=3,
    ),
    hidden=st.lists(st.integers(1, 40), max_size=2),
    side=st.integers(1, 17),
    n=st.integers(1, 30),
    batch_size=st.integers(1, 35),
    seed=st.integers(0, 1000),
)
def test_whatever_the_shapes_it_agrees_with_the_reference(stack, hidden, side, n, batch_size, seed):
    """No multiple of a register or of a block, rows that are not pooled, tables, weights."""
    table = random_table(n, side * side, 4, weighted=True, seed=seed)
    layers = [side * side, *stack, *hidden, 4]
    try:
        Network(layers)
    except InputError:
        return  # pooled to nothing
    setting = (table, layers, batch_size, 0.05, ALL)
    ours, theirs = (
        one_epoch(name, *setting, activation="tanh", dtype=np.float64)
        for name in ("conv", "reference")
    )
    assert_close(ours, theirs, 1e-9)


@pytest.mark.parametrize("threads", [1, 3, 8])
def test_threads_change_no_bit(threads, monkeypatch):
    setting = (random_digits(200), LAYERS, 64, 0.05, ALL)
    before = one_epoch("conv", *setting, activation="relu", dtype=np.float32)
    for module in (conv_engine, __import__("digitwise.engines.dense", fromlist=["dense"])):
        monkeypatch.setattr(module, "thread_count", lambda: threads)
    after = one_epoch("conv", *setting, activation="relu", dtype=np.float32)
    shared = range(len(LAYERS) - 3)  # the rest is up to BLAS, whose products differ in a last bit
    assert all(np.allclose(before[k], after[k], rtol=0, atol=1e-6) for k in shared)


def test_equal_runs_give_equal_bits():
    setting = (random_digits(200), LAYERS, 10, 0.05, ALL)
    runs = [one_epoch("conv", *setting, activation="relu", dtype=np.float32) for _ in range(3)]
    for other in runs[1:]:
        assert all(np.array_equal(a, b) for a, b in zip(runs[0], other, strict=True))


def test_the_conv_engine_learns_digits(mnist):
    train, test = mnist
    net = Network(
        [784, Convolution(16, pool=2), Convolution(16, pool=2), 10],
        activation="relu", cost="cross-entropy", init="he", dtype=np.float32,
    )  # fmt: skip
    order = np.random.default_rng(0).permutation(10_000)
    choose_engine("conv").run(net, train, order, 20, 0.02, Variant(momentum=0.9), at_rest(net))
    z = choose_engine("conv").weighted_outputs(net, test[:2000])
    assert (z.argmax(axis=1) == test.labels[:2000]).mean() > 0.94  # full layers: 0.91


@pytest.mark.parametrize("n", [1, 255, 700])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_weighted_outputs_are_the_networks(activation, n):
    digits = random_digits(n)
    net = Network(LAYERS, activation=activation, init="scaled", rng=1)
    z = choose_engine("conv").weighted_outputs(net, digits)
    expected = net.weighted_outputs(digits.inputs(np.float64))
    np.testing.assert_allclose(z, expected, rtol=0, atol=1e-11)


def test_one_pixel_patches_and_wide_ones():
    setting = (random_digits(30), [784, Convolution(3, 7, pool=4), Convolution(4, 1), 10], 10)
    ours, theirs = (one_epoch(name, *setting) for name in ("conv", "reference"))
    assert_close(ours, theirs, 1e-11)


def test_dropout_leaves_shared_weights_alone():
    masks = dropout_masks(np.random.default_rng(0), Network(LAYERS), 50, 0.2)
    assert [None if mask is None else mask.shape for mask in masks] == [None] * 3 + [(50, 12)]


def test_auto_means_it_and_others_are_refused():
    plain = [784, 30, 10]
    assert resolve_engine("auto", LAYERS, 10, PLAIN) == "conv"
    assert resolve_engine("reference", LAYERS, 10, PLAIN) == "reference"
    for name in ("fused", "dense"):
        with pytest.raises(InputError, match="without layers of shared weights: choose auto"):
            resolve_engine(name, LAYERS, 10, PLAIN)
    with pytest.raises(InputError, match="with layers of shared weights: choose auto"):
        resolve_engine("conv", plain, 10, PLAIN)
    with pytest.raises(InputError, match="begin with layers of shared weights"):
        choose_engine("conv").weighted_outputs(Network(plain), random_digits(2))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("layers", ["3x3x16p2,3x3x16p2", "5x5x5p3,3x3x3", "3x3x100"])
def test_a_predictor_agrees_with_the_network(layers, activation, dtype):
    net = Network(
        [784, *parse_layers(layers), 15, 10], activation=activation, init="scaled", dtype=dtype
    )
    x = random_digits(150).inputs(dtype)
    predictor = Predictor(net, threads=2)
    expected = net.weighted_outputs(x)
    z = predictor.weighted_outputs(x)
    np.testing.assert_allclose(z, expected, rtol=0, atol=1e-5 if dtype == np.float32 else 1e-12)
    assert np.array_equal(predictor.weighted_outputs(x[3]), z[3])
    other = pickle.loads(pickle.dumps(predictor))
    assert np.array_equal(other.weighted_outputs(x), z)


def test_a_predictor_is_a_copy():
    net = Network(LAYERS, dtype=np.float32)
    x, predictor = random_digits(5).inputs(), Predictor(net)
    before = predictor(x)
    for w in net.weights:
        w[:] = 0
    assert np.array_equal(predictor(x), before)
    assert abs(before - 0.5).max() > 0.01


def test_threads_may_ask_one_predictor_at_a_time():
    predictor = Predictor(Network(LAYERS, dtype=np.float32), threads=2)
    x = random_digits(1100).inputs()
    expected = predictor(x)
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(lambda part: predictor(x[part::7]), range(7)):
            assert found.shape[1] == 10
        answers = list(pool.map(predictor, [x] * 6))
    assert all(np.array_equal(answer, expected) for answer in answers)


def test_a_blank_table_of_one_row_is_learnt_from():
    table = Table(np.zeros((1, 9)), np.zeros(1, np.intp), 2)
    found = one_epoch("conv", table, [9, Convolution(1), 2], 1, activation="relu", dtype=np.float64)
    assert all(np.isfinite(a).all() for a in found)


def test_digits_and_their_pixels_are_the_same():
    digits = random_digits(40)
    table = Table(digits.inputs(np.float64), digits.labels.astype(np.intp), 10)
    setting = {"batch_size": 10, "layers": LAYERS, "dtype": np.float64}
    of_digits = one_epoch("conv", Digits(digits.images, digits.labels), **setting)
    of_table = one_epoch("conv", table, **setting)
    assert all(np.array_equal(a, b) for a, b in zip(of_digits, of_table, strict=True))
