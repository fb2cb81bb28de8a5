"""A committee: two networks that read numbers together."""

import pickle
from dataclasses import replace

import numpy as np
import pytest

from digitwise.errors import ModelError
from digitwise.models.calibration import Calibration
from digitwise.models.committee import (
    UNLIKELY,
    Committee,
    judge_of,
    networks_of,
    with_networks,
)
from digitwise.models.files import Model, as_stored, read_model, save
from digitwise.network import Network
from digitwise.typed_layers import parse_layers
from tests.models.test_weighing import WEIGHING

OUTPUTS = Calibration(1.25, 0.5, "digits", 10, ((0.0, 10, 1),))


def network(layout, seed):
    return Network(layout, activation="relu", cost="cross-entropy", rng=seed, dtype=np.float32)


def inputs(n):
    return np.random.default_rng(0).random((n, 784)).astype(np.float32)


@pytest.fixture
def model():
    second = network([784, *parse_layers("3x3x4p2"), 10], 1)
    weighing = replace(WEIGHING, second=second, outputs=OUTPUTS)
    return Model(network([784, 20, 10], 0), calibration=None, weighing=weighing)


def test_a_committee_answers_with_the_mean(model):
    x = inputs(5)
    judge, calibration = judge_of(model, compiled=False)
    first, second = networks_of(model)
    mean = (first.weighted_outputs(x) + second.weighted_outputs(x)) / 2
    likely = first.weighted_outputs(x).max(axis=1) > UNLIKELY
    expected = np.where(likely[:, None], mean, first.weighted_outputs(x))
    np.testing.assert_allclose(judge.weighted_outputs(x), expected, rtol=1e-6)
    assert calibration == OUTPUTS
    assert judge.dtype == np.float32
    assert list(judge.sizes) == [784, 20, 10]


def test_where_the_first_finds_no_digit_its_answer_stands(model):
    x = inputs(50)
    first, second = networks_of(model)
    shift(first, UNLIKELY - np.median(first.weighted_outputs(x).max(axis=1)))
    z = Committee((first, second)).weighted_outputs(x)
    alone = first.weighted_outputs(x)
    stands = alone.max(axis=1) <= UNLIKELY
    assert 0 < stands.sum() < 50  # half of them
    np.testing.assert_array_equal(z[stands], alone[stands])
    mean = (alone + second.weighted_outputs(x)) / 2
    np.testing.assert_allclose(z[~stands], mean[~stands], rtol=1e-5, atol=1e-5)
    shift(first, -1e4)
    np.testing.assert_array_equal(
        Committee((first, second)).weighted_outputs(x), first.weighted_outputs(x)
    )


def shift(network, by):
    network.biases[-1] += network.dtype.type(by)


def test_the_compiled_one_answers_alike_and_can_be_sent_to_a_process(model):
    pytest.importorskip("numba")
    x = inputs(70)
    compiled, plain = (judge_of(model, which)[0] for which in (True, False))
    z = compiled.weighted_outputs(x)
    np.testing.assert_allclose(z, plain.weighted_outputs(x), atol=0.01)  # half precision
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(compiled)).weighted_outputs(x), z)


def test_one_network_judges_alone(model):
    alone = replace(model, calibration=OUTPUTS, weighing=replace(model.weighing, second=None))
    judge, calibration = judge_of(alone, compiled=False)
    assert judge is alone.network
    assert calibration == OUTPUTS
    assert not isinstance(judge, Committee)
    assert networks_of(replace(alone, weighing=None)) == [alone.network]


@pytest.mark.parametrize("store", [None, "float16"])
def test_files_hold_the_second_network(model, store, tmp_path):
    model.store = store
    save(model, tmp_path / "a.safetensors")
    again = read_model(tmp_path / "a.safetensors")
    for before, after in zip(networks_of(model), networks_of(again), strict=True):
        assert before.layout == after.layout
        for a, b in zip(before.weights, after.weights, strict=True):
            np.testing.assert_array_equal(as_stored(a, store or "float32"), b)
    assert again.weighing == model.weighing
    save(again, tmp_path / "b.safetensors")
    assert (tmp_path / "a.safetensors").read_bytes() == (tmp_path / "b.safetensors").read_bytes()


def test_networks_are_replaced_in_their_order(model):
    first, second = network([784, 20, 10], 5), network([784, 7, 10], 6)
    assert networks_of(with_networks(model, [first, second])) == [first, second]
    alone = replace(model, weighing=None)
    assert networks_of(with_networks(alone, [first])) == [first]


def test_a_second_network_of_other_outputs_is_refused(model, tmp_path):
    weighing = replace(model.weighing, second=network([784, 11], 1))
    save(replace(model, weighing=weighing), tmp_path / "a.safetensors")
    with pytest.raises(ModelError, match="second network with 784 inputs and 10 outputs"):
        read_model(tmp_path / "a.safetensors")


def test_float16_is_rounded_to_the_nearest_of_eight_bits():
    exact = np.array([1, 1.5, 255, -254, 0, 2**-14], np.float32)
    np.testing.assert_array_equal(as_stored(exact, "float16"), exact)
    between = np.array([257, 259, 511.0, -0.1], np.float32)
    np.testing.assert_allclose(as_stored(between, "float16"), [256, 260, 512, -0.1], rtol=2**-8)
    once = as_stored(np.random.default_rng(0).normal(size=500), "float16")
    np.testing.assert_array_equal(as_stored(once, "float16"), once)
    assert as_stored(between, "float32") is between
