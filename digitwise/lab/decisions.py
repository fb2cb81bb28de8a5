"""A perceptron weighs evidence: Eq. 1 and 2, on the chapter's cheese festival."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import numpy as np

from digitwise.circuits import Bits, Circuit, Gate
from digitwise.errors import InputError
from digitwise.lab.experiment import Array, Finding, Knob, Result
from digitwise.neurons import Perceptron

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FESTIVAL = (6.0, 2.0, 2.0)
EVIDENCE = ("weather", "partner", "transit")
CAPTIONS = {
    "decisions": "evidence and thresholds",
    "bias": "how the bias makes firing easier",
}
SHORT: dict[str, object] = {"trials": 200}


@dataclass(frozen=True)
class Decisions(Result):
    """The decisions of perceptrons.

    Attributes
    ----------
    rows : int array (8, 3)
        All possible evidence: good weather, the partner comes, public transport is near.
    sums : float array (8,)
        w·x of each row.
    goes : dict of threshold -> int array (8,)
        Decisions with the given weights and thresholds.
    festival : dict of threshold -> int array (8,)
        Decisions with the chapter's weights 6, 2, 2 and thresholds 5 and 3.
    at_threshold : int
        Output where w·x equals the threshold.
    disagreements : int
        Number of rows, over random perceptrons, where threshold and bias form differ.
    trials : int
    biases, firing : float arrays
        Bias, and share of inputs for which a perceptron with ten random weights fires.
    layered, nested : int arrays (32,)
        Decisions of a network of three layers, and of the same network as nested functions.
    alone : dict of bias -> int
        Outputs of perceptrons without an input.
    """

    rows: Bits
    sums: Array
    goes: dict[float, Bits]
    festival: dict[float, Bits]
    at_threshold: int
    disagreements: int
    trials: int
    biases: Array
    firing: Array
    layered: Bits
    nested: Bits
    alone: dict[float, int]

    @property
    def text(self) -> str:
        """Decisions of each threshold, one line each."""
        lines = []
        for threshold, goes in self.goes.items():
            rows = [_words(row) for row, fires in zip(self.rows, goes, strict=True) if fires]
            lines.append(f"threshold {threshold:g}: goes for {', '.join(rows) or 'nothing at all'}")
        return "\n".join(lines)

    def findings(self) -> list[Finding]:
        """See `Result`."""
        weather, partner, transit = self.rows.T
        either = weather | (partner & transit)
        strict, easy = self.festival[5.0] == weather, self.festival[3.0] == either
        same = int((self.layered == self.nested).sum())
        return [
            Finding(
                "Weights 6, 2, 2 and threshold 5: goes if and only if the weather is good",
                f"{int(strict.sum())} of 8 rows",
                bool(strict.all()),
            ),
            Finding(
                "Threshold 3: goes if the weather is good, or if the partner comes and public "
                "transport is near",
                f"{int(easy.sum())} of 8 rows",
                bool(easy.all()),
            ),
            Finding(
                "Evidence that just reaches the threshold is not enough (Eq. 1)",
                f"w·x = threshold gives {self.at_threshold}",
                self.at_threshold == 0,
            ),
            Finding(
                "A bias of minus the threshold says the same (Eq. 2)",
                f"{self.disagreements} differences in {8 * self.trials:,} decisions of random "
                "perceptrons",
                self.disagreements == 0,
            ),
            Finding(
                "The bias says how easily a perceptron fires",
                f"fires for {100 * self.firing[0]:.0f}% of inputs at bias {self.biases[0]:g}, for "
                f"{100 * self.firing[-1]:.0f}% at {self.biases[-1]:g}, and never for fewer as the "
                "bias grows",
                bool((np.diff(self.firing) >= 0).all() and self.firing[-1] > self.firing[0]),
            ),
            Finding(
                "Layers decide about decisions; an output that feeds several perceptrons is still "
                "one value",
                f"three layers agree with nested functions on {same} of {len(self.nested)} inputs",
                same == len(self.nested),
            ),
            Finding(
                "A perceptron without inputs is a constant: 1 if its bias is above 0",
                ", ".join(f"b = {b:g} gives {out}" for b, out in self.alone.items()),
                all(out == (b > 0) for b, out in self.alone.items()),
            ),
        ]


def run(
    weights: Annotated[tuple[float, ...], Knob("of weather, partner, transit", -1e6, 1e6)] = (
        6.0,
        2.0,
        2.0,
    ),
    thresholds: Annotated[tuple[float, ...], Knob("up to four", -1e6, 1e6, several=(1, 4))] = (
        5.0,
        3.0,
    ),
    trials: Annotated[int, Knob("random perceptrons", 1, 100_000)] = 2000,
    seed: Annotated[int, Knob("of the random ones", 0)] = 0,
) -> Decisions:
    """Decide about the festival for all evidence; compare threshold and bias form."""
    if len(weights) != 3:
        raise InputError(f"expected three weights; found {len(weights)}")
    rows = Circuit(EVIDENCE, [], EVIDENCE).truth_table()[0]
    goes = {t: np.asarray(Perceptron(weights, threshold=t)(rows)) for t in thresholds}
    festival = {t: np.asarray(Perceptron(FESTIVAL, threshold=t)(rows)) for t in (5.0, 3.0)}
    rng = np.random.default_rng(seed)
    disagreements = 0
    for _ in range(trials):
        # Whole numbers, so that sums often just reach the threshold.
        w, threshold = rng.integers(-4, 5, 3), int(rng.integers(-4, 5))
        by_threshold = rows @ w > threshold
        disagreements += int((Perceptron(w, bias=-threshold)(rows) != by_threshold).sum())
    many = rng.integers(0, 2, (2000, 10))
    ten = rng.standard_normal(10)
    biases = np.linspace(-8, 8, 65)
    firing = np.array([Perceptron(ten, bias=b)(many).mean() for b in biases])
    network, nested = _layers()
    inputs, layered = network.truth_table()
    return Decisions(
        rows,
        rows @ np.array(weights),
        goes,
        festival,
        int(Perceptron(FESTIVAL, threshold=sum(FESTIVAL))([1, 1, 1])),
        disagreements,
        trials,
        biases,
        firing,
        layered[:, 0],
        nested(inputs),
        {b: int(Circuit([], [Gate("on", (), (), b)], ["on"])([])[0]) for b in (-1.0, 0.0, 1.0)},
    )


def _layers() -> tuple[Circuit, "Nested"]:
    """Return a network 5-3-2-1 of perceptrons, and the same decisions as nested functions."""
    first = [((3, 2, 1, 0, 0), -2.5), ((0, 1, -2, 2, 0), -0.5), ((0, 0, 1, 1, 2), -1.5)]
    second = [((2, -1, 1), -0.5), ((-1, 2, 2), -1.5)]
    last = ((1, 1), -1.5)
    layers: Sequence[Sequence[tuple[tuple[int, ...], float]]] = (first, second, [last])
    names = [f"x{k}" for k in range(5)]
    gates, sources = [], names
    for number, layer in enumerate(layers, 1):
        made = [
            Gate(f"{number}.{k}", tuple(sources), tuple(map(float, weights)), bias)
            for k, (weights, bias) in enumerate(layer)
        ]
        gates += made
        sources = [gate.name for gate in made]
    return Circuit(names, gates, sources), Nested(layers)


@dataclass(frozen=True)
class Nested:
    """The decisions of a network as nested functions, each computed anew at every use."""

    layers: Sequence[Sequence[tuple[tuple[int, ...], float]]]

    def __call__(self, inputs: Bits) -> Bits:
        """Return the decision for each row."""
        return np.array([self._fires(row, 2, 0) for row in inputs])

    def _fires(self, row: Bits, layer: int, k: int) -> int:
        if layer < 0:
            return int(row[k])
        weights, bias = self.layers[layer][k]
        heard = [w * self._fires(row, layer - 1, j) for j, w in enumerate(weights)]
        return int(sum(heard) + bias > 0)


def _words(row: Bits) -> str:
    return " + ".join(n for n, bit in zip(EVIDENCE, row, strict=True) if bit) or "nothing"


def draw(result: Decisions) -> "dict[str, Figure]":
    """Draw the decisions, and the share of inputs that fire against the bias."""
    from digitwise.lab.figures import ACCENT, INK, PALE, new_figure

    table, axes = new_figure(7, 3.6)
    names = [_words(row) for row in result.rows]
    order = np.argsort(result.sums, kind="stable")
    fires = np.sum(list(result.goes.values()), axis=0)[order]
    colours = [(PALE, "#6b8ba4", INK)[min(2, int(n))] for n in fires]
    axes.barh(range(8), result.sums[order], color=colours, height=0.7)
    for style, (threshold, goes) in zip(("--", ":", "-.", "-"), result.goes.items(), strict=False):
        label = f"threshold {threshold:g}: {int(goes.sum())} of 8 go"
        axes.axvline(threshold, color=ACCENT, linestyle=style, label=label)
    axes.set_yticks(range(8), [names[k] for k in order])
    axes.set(xlabel="weighted evidence w·x; goes if it is above the threshold")
    axes.grid(axis="y", visible=False)
    axes.legend(loc="lower right")

    bias, axes = new_figure(7, 3)
    axes.plot(result.biases, 100 * result.firing, color=INK)
    axes.set(xlabel="bias", ylabel="inputs it fires for, %", ylim=(-3, 103))
    axes.set_title("a perceptron of ten random weights")
    return {"decisions": table, "bias": bias}
