"""Perceptrons as gates; NAND gates alone compute every Boolean function."""

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Annotated

import numpy as np

from digitwise.circuits import AND, NAND, OR, Bits, Circuit, Gate
from digitwise.errors import InputError
from digitwise.expressions import compile_table
from digitwise.lab.experiment import Array, Finding, Knob, Result
from digitwise.neurons import Perceptron

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ROWS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
GATES = {"AND": (AND, (0, 0, 0, 1)), "OR": (OR, (0, 1, 1, 1)), "NAND": (NAND, (1, 1, 1, 0))}
CAPTIONS = {
    "gates": "where each gate decides",
    "sizes": "number of perceptrons that a function needs",
}
SHORT: dict[str, object] = {}


@dataclass(frozen=True)
class Gates(Result):
    """Truth tables of gates, and circuits of all functions.

    Attributes
    ----------
    tables : dict of gate -> int array (4,)
        Outputs for 00, 01, 10, 11.
    nand_sums : float array (4,)
        w·x + b of the NAND perceptron.
    functions, right : dicts of number of inputs -> int
        Number of functions, and number of circuits with exactly the function's table.
    sizes : dict of number of inputs -> list of int
        Number of NAND perceptrons of each circuit.
    cycle : str
        Message of the error about two gates that feed each other.
    """

    tables: dict[str, Bits]
    nand_sums: Array
    functions: dict[int, int]
    right: dict[int, int]
    sizes: dict[int, list[int]]
    cycle: str

    def findings(self) -> list[Finding]:
        """See `Result`."""
        exact = [name for name, (_, wanted) in GATES.items() if (self.tables[name] == wanted).all()]
        return [
            Finding(
                "Single perceptrons compute AND, OR and NAND",
                f"exact tables: {', '.join(exact)}",
                len(exact) == 3,
            ),
            Finding(
                "NAND is weights -2, -2 and bias 3: w·x + b is 3, 1, 1, -1",
                ", ".join(f"{z:g}" for z in self.nand_sums),
                bool((self.nand_sums == [3, 1, 1, -1]).all()),
            ),
            Finding(
                "NAND perceptrons compute every function",
                "; ".join(
                    f"{self.right[n]:,} of {self.functions[n]:,} functions of {n} inputs exact, "
                    f"with at most {max(self.sizes[n])} perceptrons"
                    for n in self.functions
                ),
                self.right == self.functions,
            ),
            Finding(
                "A feedforward network has no loops: a circle of gates is refused",
                self.cycle or "it was accepted",
                bool(self.cycle),
            ),
        ]


def run(
    most_inputs: Annotated[int, Knob("functions of 2 inputs up to this many", 2, 3)] = 3,
) -> Gates:
    """Try every gate on every input, and compile every function of two and three inputs."""
    tables = {
        name: np.asarray(Perceptron(weights, bias)(ROWS))
        for name, ((weights, bias), _) in GATES.items()
    }
    functions, right, sizes = {}, {}, {}
    for n in range(2, most_inputs + 1):
        names = "abc"[:n]
        outputs = list(product((0, 1), repeat=2**n))
        circuits = [compile_table(names, output) for output in outputs]
        functions[n] = len(outputs)
        right[n] = sum(
            tuple(circuit.truth_table()[1][:, 0]) == output
            for circuit, output in zip(circuits, outputs, strict=True)
        )
        sizes[n] = [len(circuit.gates) for circuit in circuits]
    cycle = ""
    try:
        loop = [Gate("p", ("a", "q"), *NAND), Gate("q", ("p", "p"), *NAND)]
        Circuit(["a"], loop, ["p"])
    except InputError as error:
        cycle = str(error)
    sums = ROWS @ np.array(NAND[0]) + NAND[1]
    return Gates(tables, sums, functions, right, sizes, cycle)


def draw(result: Gates) -> "dict[str, Figure]":
    """Draw the decision boundary of each gate, and the sizes of all circuits."""
    from digitwise.lab.figures import ACCENT, INK, PALE, new_figure

    gates, plots = new_figure(8, 3.2, 1, 3, sharey=True)
    for axes, (name, ((weights, bias), _)) in zip(plots, GATES.items(), strict=True):
        x = np.linspace(-0.5, 1.5, 2)
        line = -(weights[0] * x + bias) / weights[1]
        side = 1.6 if weights[1] > 0 else -0.6
        axes.fill_between(x, line, side, color=PALE, alpha=0.5, linewidth=0, label="fires")
        axes.plot(x, line, color=ACCENT)
        for (a, b), fires in zip(ROWS, result.tables[name], strict=True):
            fill = INK if fires else "white"
            axes.plot(a, b, "o", ms=11, mfc=fill, mec=INK, mew=1.6, zorder=3)
        axes.set(xlim=(-0.5, 1.5), ylim=(-0.5, 1.5), xticks=(0, 1), yticks=(0, 1), aspect="equal")
        axes.set(xlabel="first input")
        axes.set_title(f"{name}: weights {weights[0]:g}, {weights[1]:g}, bias {bias:g}", fontsize=9)
    plots[0].set_ylabel("second input")

    sizes, axes = new_figure(7, 3.2)
    largest = max(result.sizes)
    counts = np.bincount(result.sizes[largest])
    axes.bar(range(len(counts)), counts, color=INK)
    axes.set(xlabel="NAND perceptrons", ylabel="functions")
    axes.set_title(f"all {result.functions[largest]} functions of {largest} inputs")
    return {"gates": gates, "sizes": sizes}
