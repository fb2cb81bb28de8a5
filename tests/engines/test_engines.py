import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitwise.costs import COSTS
from digitwise.engines import ENGINES, choose_engine
from digitwise.errors import InputError
from digitwise.network import Network
from digitwise.neurons import ACTIVATIONS
from digitwise.training.fit import epoch_order
from tests.conftest import random_digits


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


@pytest.mark.parametrize("engine", ENGINES)
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


@given(st.integers(1, 200), st.integers(0, 2**40), st.integers(0, 1000))
def test_an_epoch_uses_every_digit_once(n, seed, epoch):
    order = epoch_order(seed, epoch, n)
    assert sorted(order) == list(range(n))
    assert (order == epoch_order(seed, epoch, n)).all()


def test_orders_differ_between_epochs_and_seeds():
    orders = {epoch_order(seed, epoch, 50).tobytes() for seed in range(5) for epoch in range(5)}
    assert len(orders) == 25


def test_unknown_engine():
    with pytest.raises(InputError, match="expected one of: auto, reference"):
        choose_engine("warp")
