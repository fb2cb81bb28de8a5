"""Circuits of perceptrons: gates, circuits, truth tables, adders.

A perceptron with weights -2, -2 and bias 3 is a NAND gate (Nielsen, chapter 1). NAND gates can
compute any Boolean function: `digitwise.expressions` builds the circuit.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from digitwise.errors import InputError
from digitwise.neurons import Floats, sigmoid

Bits = npt.NDArray[np.int64]

MAX_INPUTS = 16  # inputs of a truth table, which then has 65,536 rows


@dataclass(frozen=True)
class Gate:
    """A perceptron in a circuit.

    Attributes
    ----------
    name : str
    sources : tuple of str
        Names of inputs of the circuit or of other gates; a name given twice means two wires.
    weights : tuple of float
        One weight for each source.
    bias : float
    """

    name: str
    sources: tuple[str, ...]
    weights: tuple[float, ...]
    bias: float

    def merged(self) -> "Gate":
        """Return the same gate with one wire for each source; weights of double wires add up."""
        weights = dict.fromkeys(self.sources, 0.0)
        for source, weight in zip(self.sources, self.weights, strict=True):
            weights[source] += weight
        return replace(self, sources=tuple(weights), weights=tuple(weights.values()))


# Weights and bias of each gate.
AND = ((2.0, 2.0), -3.0)
OR = ((2.0, 2.0), -1.0)
NAND = ((-2.0, -2.0), 3.0)
NOT = ((-2.0,), 1.0)


class Circuit:
    """Perceptrons that feed one another, without a cycle.

    >>> adder = half_adder()
    >>> adder([1, 1])
    array([0, 1])

    Parameters
    ----------
    inputs : sequence of str
        Names of the given values; an input is drawn like a neuron, but is none.
    gates : iterable of Gate
        Gates in any order.
    outputs : sequence of str
        Names of inputs or gates.

    Raises
    ------
    InputError
        If a name is used twice or unknown, a gate's weights and sources differ in number, or the
        gates form a cycle.
    """

    def __init__(
        self, inputs: Sequence[str], gates: Iterable[Gate], outputs: Sequence[str]
    ) -> None:
        self.inputs, self.outputs = tuple(inputs), tuple(outputs)
        found = list(gates)
        names = [*self.inputs, *(gate.name for gate in found)]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise InputError(f"expected each input and gate to have a name of its own: {twice}")
        for user, sources in [*((g.name, g.sources) for g in found), ("outputs", self.outputs)]:
            unknown = sorted(set(sources) - set(names))
            if unknown:
                raise InputError(f"{user}: there is no input or gate {unknown}")
        for gate in found:
            if len(gate.sources) != len(gate.weights):
                raise InputError(
                    f"{gate.name}: expected a weight for each of {len(gate.sources)} sources; "
                    f"found {len(gate.weights)}"
                )
        self.gates = _in_order(self.inputs, found)

    def __call__(self, x: npt.ArrayLike) -> Bits:
        """Return the outputs, 0 or 1: (outputs,) for x of shape (inputs,), else (n, outputs).

        Raises
        ------
        InputError
            If x has another shape, or holds anything but 0 and 1.
        """
        known = self.signals(x)
        return np.stack([known[name] for name in self.outputs], axis=-1).astype(np.int64)

    def sigmoid(self, x: npt.ArrayLike, gain: float = 1.0) -> Floats:
        """Return the outputs, in [0, 1], with sigmoid neurons in place of perceptrons.

        All weights and biases are multiplied by `gain`. As it grows, the outputs approach the
        perceptrons', unless w·x + b of a neuron is 0 (an exercise of the chapter).

        Raises
        ------
        InputError
            If x has another shape, a value is outside [0, 1], or the gain isn't above 0.
        """
        known = self.signals(x, gain)
        return np.stack([known[name] for name in self.outputs], axis=-1)

    def signals(self, x: npt.ArrayLike, gain: float | None = None) -> dict[str, Floats]:
        """Return the value of every input and gate: shape () for x of shape (inputs,), else (n,).

        Gates are perceptrons without a gain, sigmoid neurons with one; see `sigmoid`.

        Raises
        ------
        InputError
            As `__call__` and `sigmoid` do.
        """
        values = self._checked(x)
        if gain is None:
            if not np.isin(values, (0, 1)).all():
                raise InputError("a circuit's inputs are 0 or 1; found other values")
        elif not 0 < gain < float("inf"):
            raise InputError(f"expected a finite gain above 0; found {gain!r:.50}")
        elif not ((values >= 0) & (values <= 1)).all():
            raise InputError("a sigmoid neuron's inputs lie in [0, 1]; found values outside")
        known: dict[str, Floats] = {name: values[..., k] for k, name in enumerate(self.inputs)}
        for gate in self.gates:
            z = np.full(values.shape[:-1], gate.bias)
            for source, weight in zip(gate.sources, gate.weights, strict=True):
                z = z + weight * known[source]
            known[gate.name] = np.asarray(z > 0, float) if gain is None else sigmoid(gain * z)
        return known

    def truth_table(self) -> tuple[Bits, Bits]:
        """Return all inputs, counting up from 0 ... 0, (2**n, n), and their outputs (2**n, ...).

        Raises
        ------
        InputError
            If there are more than 16 inputs.
        """
        if len(self.inputs) > MAX_INPUTS:
            raise InputError(
                f"each input doubles the rows of a truth table: expected at most "
                f"{MAX_INPUTS} inputs; found {len(self.inputs)}"
            )
        rows = np.array(list(product((0, 1), repeat=len(self.inputs))), np.int64)
        rows = rows.reshape(2 ** len(self.inputs), len(self.inputs))
        return rows, self(rows)

    def merged(self) -> "Circuit":
        """Return the same circuit with double wires merged into one."""
        return Circuit(self.inputs, [gate.merged() for gate in self.gates], self.outputs)

    def plot(self) -> Any:
        """Return a matplotlib figure: inputs at the left, then perceptrons with their biases."""
        from digitwise.display.circuit import plot

        return plot(self)

    def _repr_png_(self) -> bytes | None:
        from digitwise.display.circuit import draw

        return draw(self)

    def __repr__(self) -> str:
        """Return a line for the inputs, one for each gate with its weights, one for the outputs."""
        lines = [f"Circuit of {len(self.gates)} perceptrons: {', '.join(self.inputs)}"]
        for gate in self.gates:
            pairs = zip(gate.sources, gate.weights, strict=True)
            wires = ", ".join(f"{weight:+g} {source}" for source, weight in pairs)
            lines.append(f"  {gate.name}: {wires}, bias {gate.bias:+g}")
        return "\n".join([*lines, f"  → {', '.join(self.outputs)}"])

    def _checked(self, x: npt.ArrayLike) -> Floats:
        values = np.asarray(x, np.float64)
        n = len(self.inputs)
        if values.ndim not in (1, 2) or values.shape[-1] != n:
            raise InputError(
                f"this circuit has {n} inputs: expected shape ({n},) or (rows, {n}), found "
                f"{values.shape}"
            )
        return values


def _in_order(inputs: Sequence[str], gates: list[Gate]) -> tuple[Gate, ...]:
    """Return the gates in topological order: each after its sources."""
    known, ordered, left = set(inputs), [], gates
    while left:
        ready = [gate for gate in left if known.issuperset(gate.sources)]
        if not ready:
            raise InputError(
                f"gates {sorted(gate.name for gate in left)} feed one another: expected a circuit "
                "without a cycle, whose signals only go forward"
            )
        ordered += ready
        known.update(gate.name for gate in ready)
        left = [gate for gate in left if gate.name not in known]
    return tuple(ordered)


def nand(name: str, a: str, b: str) -> Gate:
    """Return a NAND gate of two sources, with weights -2, -2 and bias 3."""
    return Gate(name, (a, b), *NAND)


def half_adder() -> Circuit:
    """Return the chapter's half adder: five NAND gates for the sum, a xor b, and the carry.

    The gate "not both" feeds "carry" twice; `merged()` makes it one wire of weight -4.
    """
    gates = [
        nand("not both", "a", "b"),
        nand("only a", "a", "not both"),
        nand("only b", "not both", "b"),
        nand("sum", "only a", "only b"),
        nand("carry", "not both", "not both"),
    ]
    return Circuit(["a", "b"], gates, ["sum", "carry"])


def adder(bits: int) -> Circuit:
    """Return a circuit that adds two numbers of `bits` bits each, the highest bit first.

    Its inputs are a's bits, then b's; its outputs are the carry, then the bits of the sum.

    Raises
    ------
    InputError
        If `bits` is below 1.
    """
    if bits < 1:
        raise InputError(f"expected at least one bit; found {bits!r:.50}")
    names = [[f"{letter}{k}" for k in reversed(range(bits))] for letter in "ab"]
    gates, carry, sums = [], "", []
    for k in range(bits):
        found, outputs = _full_adder(f"a{k}", f"b{k}", carry, k)
        gates += found
        sums.append(outputs[0])
        carry = outputs[1]
    return Circuit([*names[0], *names[1]], gates, [carry, *reversed(sums)])


def _full_adder(a: str, b: str, carry: str, k: int) -> tuple[list[Gate], tuple[str, str]]:
    """Return the gates that add two bits and a carry, nine or (without carry) five; and outputs."""
    half = f"half {k}" if carry else f"sum {k}"
    first = [
        nand(f"not both {k}", a, b),
        nand(f"only a {k}", a, f"not both {k}"),
        nand(f"only b {k}", f"not both {k}", b),
        nand(half, f"only a {k}", f"only b {k}"),
    ]
    if not carry:
        return [*first, nand(f"carry {k}", f"not both {k}", f"not both {k}")], (half, f"carry {k}")
    second = [
        nand(f"not all {k}", half, carry),
        nand(f"only half {k}", half, f"not all {k}"),
        nand(f"only carry {k}", f"not all {k}", carry),
        nand(f"sum {k}", f"only half {k}", f"only carry {k}"),
        nand(f"carry {k}", f"not all {k}", f"not both {k}"),
    ]
    return [*first, *second], (f"sum {k}", f"carry {k}")
