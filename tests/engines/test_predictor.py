import copy
import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitwise.engines.predictor import AT_ONCE, THREADED_IMAGES, Predictor
from digitwise.errors import InputError
from digitwise.network import Network
from digitwise.neurons import ACTIVATIONS
from tests.conftest import random_digits


@settings(max_examples=35)
@given(
    hidden=st.lists(st.integers(1, 150), max_size=3),
    inputs=st.integers(1, 100) | st.just(784),
    outputs=st.integers(1, 20),
    n=st.integers(0, 3) | st.sampled_from([AT_ONCE - 1, AT_ONCE, AT_ONCE + 1, 200]),
    activation=st.sampled_from(sorted(ACTIVATIONS)),
    dtype=st.sampled_from([np.float32, np.float64]),
    density=st.sampled_from([0, 0.05, 0.5, 1]),
    stored=st.sampled_from([None, np.float16]),
    seed=st.integers(0, 99),
)
def test_outputs_are_those_of_the_network(
    hidden, inputs, outputs, n, activation, dtype, density, stored, seed
):
    net = Network(
        [inputs, *hidden, outputs], activation=activation, init="scaled", rng=seed, dtype=dtype
    )
    if stored:  # as models are that are to be small
        net.weights = [w.astype(stored).astype(dtype) for w in net.weights]
        net.biases = [b.astype(stored).astype(dtype) for b in net.biases]
    rng = np.random.default_rng(seed)
    x = (rng.normal(size=(n, inputs)) * (rng.random((n, inputs)) < density)).astype(dtype)
    predictor = Predictor(net)
    tolerance = 2e-5 if dtype == np.float32 else 1e-12
    np.testing.assert_allclose(predictor(x), net.feedforward(x), rtol=0, atol=tolerance)
    z, ours = net.weighted_outputs(x), predictor.weighted_outputs(x)
    np.testing.assert_allclose(ours, z, rtol=0, atol=tolerance * (1 + abs(z).max(initial=0)))
    for one in x[:2]:
        # Alone or among others: the same bits.
        assert np.array_equal(predictor(one), predictor(x)[(x == one).all(axis=1)][0])


@pytest.mark.parametrize("threads", [2, 3])
def test_threads_change_nothing(threads):
    net = Network([784, 20, 10], rng=0, dtype=np.float32)
    x = random_digits(THREADED_IMAGES + 7).inputs()
    assert np.array_equal(Predictor(net, threads)(x), Predictor(net)(x))


def test_any_number_of_threads_may_ask():
    predictor = Predictor(Network([784, 200, 10], rng=0, dtype=np.float32), threads=2)
    x = random_digits(THREADED_IMAGES).inputs()
    expected = predictor(x)
    with ThreadPoolExecutor(8) as pool:
        for answer in pool.map(predictor, [x] * 16):
            assert np.array_equal(answer, expected)
        for row, answer in enumerate(pool.map(predictor, x)):
            assert np.array_equal(answer, expected[row])


def test_images_are_taken_as_they_are():
    digits = random_digits(5)
    predictor = Predictor(Network([784, 20, 10], rng=0, dtype=np.float32))
    expected = predictor(digits.inputs())
    assert np.array_equal(predictor(digits.images), expected)
    assert np.array_equal(predictor(digits.images[0]), expected[0])
    assert np.array_equal(predictor(digits.images.reshape(5, 784)), expected)
    assert predictor(digits.images[:0]).shape == (0, 10)
    assert np.array_equal(predictor.predict(digits.images), expected.argmax(axis=1))
    assert predictor.predict(digits.images[0]) == expected[0].argmax()


def test_any_layout_of_memory_and_any_type():
    net = Network([30, 7, 4], rng=0, dtype=np.float32)
    predictor = Predictor(net)
    x = np.random.default_rng(0).random((6, 30)).astype(np.float32)
    expected = predictor(x)
    assert np.array_equal(predictor(np.asfortranarray(x)), expected)
    assert np.array_equal(predictor(x[::2]), expected[::2])
    assert np.array_equal(predictor(x.astype(np.float64)), expected)
    assert np.array_equal(predictor(x.tolist()), expected)
    x.setflags(write=False)
    assert np.array_equal(predictor(x), expected)


def test_what_is_no_number_is_not_passed_over():
    x = np.zeros(784, np.float32)
    x[400] = np.nan
    assert np.isnan(Predictor(Network([784, 20, 10], rng=0, dtype=np.float32))(x)).all()


def test_the_answer_is_the_callers_own():
    predictor = Predictor(Network([4, 3, 2], rng=0))
    first = predictor(np.ones(4))
    kept = first.copy()
    predictor(np.zeros(4))
    assert np.array_equal(first, kept)


def test_the_network_is_copied():
    net = Network([4, 3, 2], rng=0)
    predictor = Predictor(net)
    before = predictor(np.ones(4))
    net.weights[0][...] = 0
    assert np.array_equal(predictor(np.ones(4)), before)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("sizes", [[30, 20], [30, 300, 40, 7]])
@pytest.mark.parametrize("halved", [False, True])
def test_it_pickles_and_copies_as_its_network(sizes, activation, dtype, halved):
    net = Network(sizes, activation=activation, cost="quadratic", init="scaled", rng=2, dtype=dtype)
    for p in (*net.weights, *net.biases):
        p[...] = p.astype(np.float16) if halved else p
    predictor = Predictor(net, threads=2)
    x = np.random.default_rng(0).random((70, 30)).astype(dtype)
    _, (network, threads) = predictor.__reduce__()
    assert (network.sizes, network.dtype, threads) == (net.sizes, net.dtype, 2)
    for ours, theirs in zip(
        (*net.weights, *net.biases), (*network.weights, *network.biases), strict=True
    ):
        assert np.array_equal(ours, theirs)
    for again in (pickle.loads(pickle.dumps(predictor)), copy.deepcopy(predictor)):
        assert np.array_equal(again.weighted_outputs(x), predictor.weighted_outputs(x))


def test_nothing_is_compiled_when_it_is_asked():
    from digitwise.engines.predictor_kernel import outputs

    net = Network([784, 20, 10], rng=0, dtype=np.float32)
    predictor = Predictor(net, threads=2)
    known = len(outputs.signatures)
    x = random_digits(THREADED_IMAGES).inputs()
    predictor(x)
    predictor(x[0])
    predictor(x[:3])
    assert len(outputs.signatures) == known


@pytest.mark.parametrize("wrong", [np.zeros(783), np.zeros((2, 2, 784)), np.zeros((28, 28)), 3.0])
def test_shapes_that_do_not_fit(wrong):
    with pytest.raises(InputError, match=r"takes inputs of shape \(n, 784\) or \(784,\)"):
        Predictor(Network([784, 10], rng=0))(wrong)


@pytest.mark.parametrize("threads", [0, 1.5, "2"])
def test_threads_below_one(threads):
    with pytest.raises(InputError, match="at least one thread; found"):
        Predictor(Network([784, 10], rng=0), threads=threads)


def test_a_predictor_takes_only_networks():
    with pytest.raises(InputError, match="expected a Network; found str"):
        Predictor("net.safetensors")
