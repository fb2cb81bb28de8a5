"""Circuits of NAND perceptrons that add: the chapter's two bits, then any number of bits."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import numpy as np

from digitwise.circuits import Bits, Circuit, Gate, adder, half_adder
from digitwise.lab.experiment import Array, Finding, Knob, Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CAPTIONS = {
    "half-adder": "the half-adder, with two wires and with one",
    "adder": "numbers added bit by bit",
}
DRAWN = 4  # bits of the largest adder that is drawn
SHORT: dict[str, object] = {"bits": 3}


@dataclass(frozen=True)
class Adder(Result):
    """The sums of the half-adder and of a larger adder.

    Attributes
    ----------
    table : int array (4, 4)
        Rows of a, b, sum, carry of the half-adder.
    merged_agrees : bool
        Whether one wire of weight -4 gives the same outputs as two wires of weight -2.
    merged_weight : float
    bits, perceptrons : int
        Size of the larger adder.
    additions, right : int
        Number of all pairs of numbers, and number of right sums.
    factors : float array
        Factors of all weights and biases.
    changed : int
        Number of outputs that the factors changed.
    """

    table: Bits
    merged_agrees: bool
    merged_weight: float
    bits: int
    perceptrons: int
    additions: int
    right: int
    factors: Array
    changed: int

    def findings(self) -> list[Finding]:
        """See `Result`."""
        a, b, total, carry = self.table.T
        good = bool((total == (a ^ b)).all() and (carry == a * b).all())
        return [
            Finding(
                "Five NAND perceptrons add two bits: sum a xor b, carry a and b",
                f"{int(((total == (a ^ b)) & (carry == a * b)).sum())} of 4 rows",
                good,
            ),
            Finding(
                "Two wires of weight -2 from the same perceptron are one of weight -4",
                f"merged weight {self.merged_weight:g}; outputs "
                f"{'agree' if self.merged_agrees else 'differ'} on all inputs",
                self.merged_agrees and self.merged_weight == -4,
            ),
            Finding(
                f"Chained, they add numbers of {self.bits} bits",
                f"{self.right:,} of {self.additions:,} sums right, with {self.perceptrons} "
                "perceptrons",
                self.right == self.additions,
            ),
            Finding(
                "Multiplying all weights and biases by c > 0 changes nothing (an exercise)",
                f"{self.changed} outputs changed, for c from {self.factors.min():g} to "
                f"{self.factors.max():g}",
                self.changed == 0,
            ),
        ]


def run(bits: Annotated[int, Knob("of each number", 1, 8)] = 4) -> Adder:
    """Add every pair of numbers."""
    half = half_adder()
    rows, outputs = half.truth_table()
    merged = half.merged()
    chained = adder(bits)
    pairs, sums = chained.truth_table()
    powers = 2 ** np.arange(bits, -1, -1)
    wanted = pairs[:, :bits] @ powers[1:] + pairs[:, bits:] @ powers[1:]
    factors = np.array([1e-6, 0.1, 0.5, 2, 10, 1e6])
    changed = sum(int((scaled(chained, c)(pairs) != sums).sum()) for c in factors)
    return Adder(
        np.hstack([rows, outputs]),
        bool((merged(rows) == outputs).all()),
        min(weight for gate in merged.gates for weight in gate.weights),
        bits,
        len(chained.gates),
        len(pairs),
        int((sums @ powers == wanted).sum()),
        factors,
        changed,
    )


def scaled(circuit: Circuit, factor: float) -> Circuit:
    """Return the circuit with all weights and biases multiplied by a factor."""
    gates = [
        Gate(g.name, g.sources, tuple(factor * w for w in g.weights), factor * g.bias)
        for g in circuit.gates
    ]
    return Circuit(circuit.inputs, gates, circuit.outputs)


def draw(result: Adder) -> "dict[str, Figure]":
    """Draw the half-adder with two wires, the half-adder with one wire, and the adder."""
    from digitwise.lab.circuit_picture import draw_circuit
    from digitwise.lab.figures import new_figure

    figure, (double, single) = new_figure(8, 5.4, 2, 1)
    draw_circuit(half_adder(), double)
    double.set_title("adds two bits: the carry is fed twice by the same perceptron")
    draw_circuit(half_adder().merged(), single)
    single.set_title("the same with one wire; biases stand in the perceptrons")
    bits = min(result.bits, DRAWN)
    shown = adder(bits).merged()
    chain, axes = new_figure(10, 4.5)
    draw_circuit(shown, axes)
    of_more = f", as for {result.bits}" if result.bits > bits else ""
    axes.set_title(f"adds numbers of {bits} bits: {len(shown.gates)} perceptrons{of_more}")
    return {"half-adder": figure, "adder": chain}
