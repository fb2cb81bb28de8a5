"""Your own Boolean expression as a network of NAND perceptrons, then of sigmoid neurons."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

import numpy as np

from digitwise.circuits import Bits, Circuit
from digitwise.expressions import compile_expression, compile_table
from digitwise.lab.experiment import Array, Finding, Knob, Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CLOSE = 1e-3
CAPTIONS = {
    "network": "the expression as a network",
    "gains": "sigmoid neurons come to agree with perceptrons",
}
SHORT: dict[str, object] = {}


@dataclass(frozen=True)
class Compiled(Result):
    """A network compiled from an expression.

    Attributes
    ----------
    expression : str
    circuit : Circuit
    description : str
        Inputs, and each perceptron's sources, weights and bias.
    rows, outputs : int arrays (2**n, n), (2**n,)
    from_table : int
        Number of perceptrons of a circuit compiled from the truth table instead.
    tables_agree : bool
        Whether that circuit has the same table.
    gain : float
        Factor c of all weights and biases.
    error : float
        Largest difference of the sigmoid network's output, over all inputs.
    gains, errors : float arrays
        The same for other gains.
    """

    expression: str
    circuit: Circuit = field(repr=False)
    description: str
    rows: Bits
    outputs: Bits
    from_table: int
    tables_agree: bool
    gain: float
    error: float
    gains: Array
    errors: Array

    @property
    def text(self) -> str:
        """The network, weight by weight."""
        return self.description

    def findings(self) -> list[Finding]:
        """See `Result`."""
        return [
            Finding(
                "Networks of NAND perceptrons compute any function",
                f"{self.expression}: {len(self.circuit.gates)} perceptrons; the one made from its "
                f"truth table has {self.from_table}, and "
                f"{'the same' if self.tables_agree else 'another'} truth table",
                self.tables_agree,
            ),
            Finding(
                f"With sigmoid neurons and c = {self.gain:g} the outputs are nearly the same",
                f"largest difference {self.error:.2g}; at most {CLOSE:g} is asked for",
                self.error <= CLOSE,
            ),
        ]


def run(
    expression: Annotated[
        str, Knob("of up to 10 names with not, and, or, xor (~ & | ^), 0, 1 and brackets")
    ] = "(a xor b) and not c",
    gain: Annotated[float, Knob("c: all weights and biases times this", 1e-3, 1e3)] = 10.0,
) -> Compiled:
    """Compile an expression, compare it with a circuit of its truth table, and make it smooth."""
    circuit = compile_expression(expression)
    rows, table = circuit.truth_table()
    outputs = table[:, 0]
    other = compile_table(circuit.inputs, outputs.tolist())

    gains = np.geomspace(min(0.25, gain / 2), max(20, 2 * gain), 60)

    def error(c: float) -> float:
        return float(np.abs(circuit.sigmoid(rows, c) - table).max())

    return Compiled(
        expression,
        circuit,
        repr(circuit),
        rows,
        outputs,
        len(other.gates),
        bool((other.truth_table()[1] == table).all()),
        gain,
        error(gain),
        gains,
        np.array([error(c) for c in gains]),
    )


def draw(result: Compiled) -> "dict[str, Figure]":
    """Draw the network, and the error of sigmoid neurons against the gain."""
    from digitwise.lab.circuit_picture import draw_circuit
    from digitwise.lab.figures import ACCENT, INK, above_0, new_figure
    from digitwise.wording import shortened

    network, axes = new_figure(9, 4.2)
    names = {result.circuit.outputs[0]: "output"}
    draw_circuit(result.circuit, axes, names=names)
    many = f"{len(result.circuit.gates)} perceptrons"
    axes.set_title(f"{shortened(result.expression, 70)}: {many}")

    gains, axes = new_figure(7, 3.2)
    axes.loglog(result.gains, above_0(result.errors), color=INK)
    axes.plot(result.gain, above_0(result.error), "o", color=ACCENT, label=f"c = {result.gain:g}")
    axes.axhline(CLOSE, color="#7a8b99", linestyle="--", linewidth=1, label=f"{CLOSE:g}")
    axes.legend()
    axes.set(xlabel="c, by which all weights and biases are multiplied")
    axes.set(ylabel="largest difference")
    axes.set_title("sigmoid neurons against perceptrons")
    return {"network": network, "gains": gains}
