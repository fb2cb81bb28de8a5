import numpy as np
import pytest

from digitwise.errors import InputError
from digitwise.network import Network
from digitwise.neurons import sigmoid
from digitwise.training.evaluation import evaluate
from tests.conftest import random_digits, random_table


def test_counts_agree_with_predict():
    digits = random_digits(2345)
    net = Network([784, 15, 10], init="scaled", rng=0)
    result = evaluate(net, digits)
    answers = net.predict(digits.inputs(np.float64))
    assert result.n == 2345
    assert result.correct == (answers == digits.labels).sum()
    for true in range(10):
        for answer in range(10):
            count = ((digits.labels == true) & (answers == answer)).sum()
            assert result.confusion[true, answer] == count
    cost = net.costs(digits.inputs(np.float64), digits.labels).mean()
    assert result.cost == pytest.approx(cost)
    outputs = net.feedforward(digits.inputs(np.float64))
    expected = [outputs[digits.labels == d, d].max() for d in range(10)]
    np.testing.assert_allclose(result.peaks, expected, rtol=1e-12)


def test_a_network_that_has_diverged_is_measured_without_warnings():
    net = Network([784, 15, 10], activation="relu", rng=0, dtype=np.float32)
    for weights in net.weights:
        weights *= np.float32(1e30)
    assert evaluate(net, random_digits(50)).n == 50


def test_json_has_what_the_interface_says():
    result = evaluate(Network([784, 10], rng=0), random_digits(20)).to_dict()
    assert {"n", "correct", "accuracy", "confusion"} <= set(result)
    assert sum(map(sum, result["confusion"])) == 20


def test_nothing_to_evaluate():
    with pytest.raises(InputError, match="no digits"):
        evaluate(Network([784, 10], rng=0), random_digits(0))
    with pytest.raises(InputError, match="784 inputs"):
        evaluate(Network([784, 9], rng=0), random_digits(3))


def test_a_committee_answers_by_the_mean_of_its_weighted_outputs():
    digits = random_digits(200)
    networks = [Network([784, 20, 10], rng=seed) for seed in range(3)]
    x = digits.inputs(np.float64)
    mean = sigmoid(np.mean([net.weighted_outputs(x) for net in networks], axis=0))
    result = evaluate(networks, digits)
    assert result.correct == (mean.argmax(axis=1) == digits.labels).sum()
    np.testing.assert_allclose(
        result.peaks, [mean[digits.labels == d, d].max() for d in range(10)], rtol=1e-9
    )
    assert evaluate(networks[:1], digits).to_dict() == evaluate(networks[0], digits).to_dict()
    with pytest.raises(InputError, match="no network"):
        evaluate([], digits)


def test_a_table_is_evaluated_by_all_of_its_classes():
    table = random_table(500, classes=23, weighted=True)
    net = Network([13, 8, 23], init="scaled", rng=0)
    result = evaluate(net, table)
    answers = net.predict(table.values)
    assert result.accuracy == np.mean(answers == table.labels)
    assert result.confusion.shape == (23, 23)
    for true, answer in zip(table.labels, answers, strict=True):
        result.confusion[true, answer] -= 1
    assert not result.confusion.any()
    costs = net.costs(table.values, table.labels)
    assert result.cost == pytest.approx(np.average(costs, weights=table.weights))
    outputs = net.feedforward(table.values)
    np.testing.assert_allclose(result.confidence, (outputs.T / outputs.sum(axis=1)).max(axis=0))
    with pytest.raises(InputError, match="13 features and 23 classes needs a network with"):
        evaluate(Network([13, 22]), table)


def test_what_is_no_set_of_digits(few):
    with pytest.raises(InputError, match="expected Digits or a Table .*; found ndarray"):
        evaluate(Network([784, 10]), few.images)
