import numpy as np
import pytest

from digitwise.data.table import Table
from digitwise.errors import InputError
from digitwise.network import Network
from digitwise.training.evaluation import evaluate
from digitwise.training.fit import fit
from tests.conftest import random_table

VALUES, LABELS = np.ones((3, 2)), np.array([0, 1, 1])


def test_slices_and_arrays_take_rows():
    table = random_table(20, weighted=True)
    for index in (slice(3, 9), np.array([5, 2, 2]), np.arange(20) % 3 == 0):
        part = table[index]
        assert np.array_equal(part.values, table.values[index])
        assert np.array_equal(part.labels, table.labels[index])
        assert np.array_equal(part.weights, table.weights[index])
        assert len(part) == len(part.labels)
        assert part.classes == table.classes
    with pytest.raises(InputError, match=r"one row is table.values\[i\]"):
        table[0]


def test_inputs_are_the_values_in_the_type_asked_for():
    table = random_table(5)
    assert table.inputs(np.float64) is table.values
    assert table.inputs().dtype == np.float32


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"values": [[1.0, 2.0]] * 3}, "NumPy arrays"),
        ({"values": np.ones((3, 2), int)}, "float32 or float64 of shape"),
        ({"values": np.ones(3)}, r"found float64 \(3,\)"),
        ({"values": np.ones((3, 0))}, "features >= 1"),
        ({"values": np.array([[1, np.nan]] * 3)}, "finite; found NaN"),
        ({"labels": np.array([0, 1])}, r"integers of shape \(3,\)"),
        ({"labels": np.array([0.0, 1.0, 1.0])}, "found float64"),
        ({"labels": np.array([0, 1, 3])}, r"0\.\.1, for 2 classes, or be 2 for none.*found 0\.\.3"),
        ({"labels": np.array([-1, 1, 1])}, r"found -1\.\.1"),
        ({"weights": np.ones(2)}, "weights must be an array"),
        ({"weights": np.array([1, 0, 1.0])}, "above 0: leave out"),
        ({"weights": np.array([1, np.inf, 1.0])}, "finite and above 0"),
    ],
)
def test_tables_that_cannot_be(wrong, message):
    with pytest.raises(InputError, match=message):
        Table(**{"values": VALUES, "labels": LABELS, "classes": 2} | wrong)


@pytest.mark.parametrize("engine", ["reference", "fused", "dense"])
def test_a_row_may_be_of_no_class(engine):
    """One output learns to fire for its class, and not for rows without a class."""
    rng = np.random.default_rng(0)
    values = rng.normal(size=(300, 5))
    labels = np.where(values[:, 0] > 0, 0, 1)  # the class, or none
    network = Network([5, 4, 1], rng=0)
    fit(network, Table(values, labels, 1), epochs=20, learning_rate=1.0, engine=engine)
    fires = network.feedforward(values)[:, 0] > 0.5
    assert (fires == (labels == 0)).mean() > 0.97
    with pytest.raises(InputError, match="expected labels 0 to 0 to evaluate on; found 1"):
        evaluate(network, Table(values, labels, 1))
