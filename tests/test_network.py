import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitwise.costs import COSTS, one_hot
from digitwise.errors import InputError
from digitwise.network import INITS, Network
from digitwise.neurons import ACTIVATIONS, sigmoid

DEPTHS = {1: [5, 3], 2: [5, 4, 3], 3: [5, 6, 4, 3], 4: [5, 4, 6, 4, 3]}


def example(sizes, m=7, seed=1):
    rng = np.random.default_rng(seed)
    return rng.random((m, sizes[0])), rng.random((m, sizes[-1]))


def relative_difference(a, b):
    return np.abs(a - b).max() / max(np.abs(a).max(), np.abs(b).max(), 1e-12)


@pytest.mark.parametrize("init", INITS)
@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("cost", COSTS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("weights", [None, [1, 2, 3, 0.1, 5, 6, 7]])
def test_backpropagation_equals_central_differences(activation, cost, depth, init, weights):
    net = Network(DEPTHS[depth], activation=activation, cost=cost, init=init, rng=depth)
    if init == "he":  # begins in relu's kink, which has no derivative
        for b in net.biases:
            b += 0.01 * np.arange(1, b.size + 1)
    x, y = example(net.sizes)
    gradient, h = net.gradient(x, y, weights=weights), 1e-5
    parameters = [*net.weights, *net.biases]
    for parameter, stated in zip(parameters, [*gradient.weights, *gradient.biases], strict=True):
        numerical = np.empty_like(parameter)
        for index in np.ndindex(parameter.shape):
            kept = parameter[index]
            parameter[index] = kept + h
            up = np.average(net.costs(x, y), weights=weights)
            parameter[index] = kept - h
            down = np.average(net.costs(x, y), weights=weights)
            parameter[index] = kept
            numerical[index] = (up - down) / (2 * h)
        assert relative_difference(stated, numerical) < 1e-7


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_feedforward_is_the_equation_layer_by_layer(activation):
    net = Network([4, 3, 2], activation=activation, rng=3)
    x, _ = example(net.sizes, m=5)
    f = ACTIVATIONS[activation].function
    for row, output in zip(x, net.feedforward(x), strict=True):
        hidden = [f(np.dot(w, row) + b) for w, b in zip(net.weights[0], net.biases[0], strict=True)]
        expected = [
            sigmoid(np.dot(w, hidden) + b)
            for w, b in zip(net.weights[1], net.biases[1], strict=True)
        ]
        np.testing.assert_allclose(output, expected, rtol=1e-12)


@given(st.integers(1, 9), st.integers(0, 5))
def test_the_gradient_is_the_mean_over_examples(m, seed):
    net = Network([4, 3, 2], rng=seed)
    x, y = example(net.sizes, m, seed)
    whole = net.gradient(x, y)
    single = [net.gradient(x[i : i + 1], y[i : i + 1]) for i in range(m)]
    for part in ("weights", "biases"):
        for layer in range(2):
            mean = np.mean([getattr(g, part)[layer] for g in single], axis=0)
            np.testing.assert_allclose(getattr(whole, part)[layer], mean, rtol=1e-10, atol=1e-14)


def test_one_input_or_many():
    net = Network([4, 3, 2], rng=0)
    x, _ = example(net.sizes)
    assert net.feedforward(x).shape == (7, 2)
    assert net.feedforward(x[0]).shape == (2,)
    np.testing.assert_allclose(net.feedforward(x)[0], net.feedforward(x[0]), rtol=1e-12)


def test_labels_stand_for_one_hot():
    net = Network([4, 3, 10], rng=0)
    x, _ = example([4, 10])
    labels = np.arange(7, dtype=np.uint8)
    for by_label, by_vector in zip(
        itertools.chain(*net.gradient(x, labels)),
        itertools.chain(*net.gradient(x, one_hot(labels, 10))),
        strict=True,
    ):
        assert (by_label == by_vector).all()


def test_predict_is_the_index_of_the_largest_output_the_first_of_equals():
    net = Network([2, 3], rng=0)
    net.weights[0][:] = [[0, 0], [1, 0], [1, 0]]
    net.biases[0][:] = 0
    assert net.predict([[1, 0], [0, 1], [-1, 0]]).tolist() == [1, 0, 0]


def test_the_start_repeats_with_the_seed_and_has_the_stated_spread():
    one, same, other = (Network([400, 300, 10], init="gaussian", rng=seed) for seed in (1, 1, 2))
    assert all((a == b).all() for a, b in zip(one.weights, same.weights, strict=True))
    assert (one.weights[0] != other.weights[0]).any()
    assert one.weights[0].std() == pytest.approx(1, abs=0.02)
    scaled = Network([400, 300, 10], init="scaled", rng=1)
    assert scaled.weights[0].std() == pytest.approx(1 / 20, abs=0.001)
    assert one.biases[0].std() == pytest.approx(1, abs=0.15)


@pytest.mark.parametrize("cost", COSTS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_float32_agrees_with_float64(activation, cost):
    wide, narrow = (
        Network([30, 20, 10], activation=activation, cost=cost, init="scaled", rng=5, dtype=dtype)
        for dtype in (np.float64, np.float32)
    )
    x, y = example([30, 10], m=20)
    assert narrow.feedforward(x).dtype == np.float32
    for a, b in zip(
        itertools.chain(*wide.gradient(x, y)),
        itertools.chain(*narrow.gradient(x, y)),
        strict=True,
    ):
        assert b.dtype == np.float32
        assert relative_difference(a, b) < 1e-5


@pytest.mark.parametrize(
    "arguments",
    [
        {"sizes": [784]},
        {"sizes": [784, 0, 10]},
        {"sizes": [4, 2], "activation": "softsign"},
        {"sizes": [4, 2], "cost": "absolute"},
        {"sizes": [4, 2], "init": "zeros"},
        {"sizes": [4, 2], "dtype": np.int32},
        {"sizes": "784"},
        {"sizes": [4, 2.5]},
        {"sizes": None},
        {"sizes": [4, 2], "rng": -1},
        {"sizes": [4, 2], "dtype": "many"},
        {"sizes": [4, 2], "cost": ["quadratic"]},
    ],
)
def test_networks_that_cannot_be(arguments):
    with pytest.raises(InputError, match="found|expected"):
        Network(**arguments)


def test_wrong_shapes_say_what_was_expected():
    net = Network([784, 10], rng=0)
    with pytest.raises(InputError, match=r"\(n, 784\).*found \(3, 28, 28\).*digits.inputs"):
        net.feedforward(np.zeros((3, 28, 28)))
    with pytest.raises(InputError, match=r"3 integer labels .*\(3, 10\); found float64 .*\(2,\)"):
        net.gradient(np.zeros((3, 784)), np.zeros(2))
    with pytest.raises(InputError, match=r"0\.\.10; found 0\.\.11"):
        net.gradient(np.zeros((2, 784)), np.array([0, 11]))
    with pytest.raises(InputError, match="empty"):
        net.gradient(np.zeros((0, 784)), np.zeros((0, 10)))
