import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitwise.circuits import AND, NAND, NOT, OR, Circuit, Gate, adder, half_adder, nand
from digitwise.errors import InputError
from digitwise.neurons import Perceptron


def one(weights, bias):
    inputs = [f"x{k}" for k in range(len(weights))]
    return Circuit(inputs, [Gate("gate", tuple(inputs), weights, bias)], ["gate"])


@pytest.mark.parametrize(
    ("gate", "table"),
    [(AND, [0, 0, 0, 1]), (OR, [0, 1, 1, 1]), (NAND, [1, 1, 1, 0]), (NOT, [1, 0])],
)
def test_gates_have_their_truth_tables(gate, table):
    rows, outputs = one(*gate).truth_table()
    assert outputs[:, 0].tolist() == table
    assert Perceptron(gate[0], bias=gate[1])(rows).tolist() == table


def test_weighted_inputs_of_nand():
    rows, _ = one(*NAND).truth_table()
    assert (rows @ np.array(NAND[0]) + NAND[1]).tolist() == [3, 1, 1, -1]


def test_five_nands_add_two_bits():
    circuit = half_adder()
    assert len(circuit.gates) == 5
    assert all(set(gate.weights) == {-2} and gate.bias == 3 for gate in circuit.gates)
    rows, outputs = circuit.truth_table()
    assert (outputs[:, 0] == rows[:, 0] ^ rows[:, 1]).all()
    assert (outputs[:, 1] == rows[:, 0] & rows[:, 1]).all()


def test_merging_a_double_wire():
    merged = half_adder().merged()
    carry = next(gate for gate in merged.gates if gate.name == "carry")
    assert (carry.sources, carry.weights, carry.bias) == (("not both",), (-4,), 3)
    np.testing.assert_array_equal(merged.truth_table()[1], half_adder().truth_table()[1])


@pytest.mark.parametrize("bits", [1, 2, 3, 5])
def test_adders_add(bits):
    circuit = adder(bits)
    rows, outputs = circuit.truth_table()
    powers = 1 << np.arange(bits + 1)[::-1]
    sums = rows[:, :bits] @ powers[1:] + rows[:, bits:] @ powers[1:]
    np.testing.assert_array_equal(outputs @ powers, sums)


@given(st.integers(0, 2**12 - 1), st.integers(0, 2**12 - 1))
def test_adders_of_twelve_bits_add(a, b):
    bits = [int(bit) for number in (a, b) for bit in f"{number:012b}"]
    assert int("".join(map(str, adder(12)(bits))), 2) == a + b


@pytest.mark.parametrize(("gain", "error"), [(1, 0.63), (5, 0.008), (10, 5e-5)])
def test_sigmoid_neurons_come_to_be_perceptrons(gain, error):
    circuit = half_adder()
    rows, outputs = circuit.truth_table()
    assert np.abs(circuit.sigmoid(rows, gain) - outputs).max() == pytest.approx(error, rel=0.1)


def test_where_a_weighted_input_is_0_they_never_do():
    circuit = one((1.0, 1.0), -1.0)
    assert circuit([1, 0]).tolist() == [0]
    assert circuit.sigmoid([1, 0], 1e6).tolist() == [0.5]


def test_gates_in_any_order():
    gates = half_adder().gates
    backwards = Circuit(["a", "b"], gates[::-1], ["sum", "carry"])
    np.testing.assert_array_equal(backwards.truth_table()[1], half_adder().truth_table()[1])


def test_an_input_can_be_an_output():
    assert Circuit(["a", "b"], [], ["b", "a"])([[1, 0]]).tolist() == [[0, 1]]


@pytest.mark.parametrize(
    ("gates", "outputs", "message"),
    [
        ([nand("x", "a", "y"), nand("y", "x", "a")], ["y"], r"\['x', 'y'\] feed one another"),
        ([nand("x", "x", "a")], ["x"], "without a cycle"),
        ([nand("x", "a", "c")], ["x"], r"x: there is no input or gate \['c'\]"),
        ([], ["z"], "outputs: there is no input or gate"),
        ([nand("a", "a", "a")], ["a"], "a name of its own"),
        ([Gate("x", ("a",), (1.0, 2.0), 0.0)], ["x"], "a weight for each of 1 sources; found 2"),
    ],
)
def test_what_is_no_circuit_is_refused(gates, outputs, message):
    with pytest.raises(InputError, match=message):
        Circuit(["a"], gates, outputs)


@pytest.mark.parametrize("x", [[0.5, 1], [2, 0], [0, 1, 1], [[0], [1]]])
def test_what_are_no_bits_is_refused(x):
    with pytest.raises(InputError):
        half_adder()(x)


@pytest.mark.parametrize("gain", [0, -1, float("inf"), float("nan")])
def test_what_is_no_gain_is_refused(gain):
    with pytest.raises(InputError, match="gain above 0"):
        half_adder().sigmoid([0, 1], gain)


def test_too_many_rows():
    with pytest.raises(InputError, match="at most 16 inputs; found 18"):
        adder(9).truth_table()


def test_it_shows_its_weights():
    shown = repr(half_adder().merged())
    assert "carry: -4 not both, bias +3" in shown
    assert shown.splitlines()[0] == "Circuit of 5 perceptrons: a, b"
