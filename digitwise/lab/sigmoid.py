"""Sigmoid neurons: Eq. 3 and 4, and two exercises on their likeness to perceptrons."""

import warnings
from dataclasses import dataclass
from itertools import cycle
from typing import TYPE_CHECKING, Annotated

import numpy as np

from digitwise.circuits import half_adder
from digitwise.lab.experiment import Array, Finding, Knob, Result
from digitwise.neurons import Perceptron, SigmoidNeuron, sigmoid

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CAPTIONS = {
    "curves": "σ(cz) comes to be a step",
    "limit": "the half-adder of sigmoid neurons, and the one input where it fails",
    "change": "effect of a small change on either neuron",
}
SHORT: dict[str, object] = {"trials": 2000}


@dataclass(frozen=True)
class Sigmoids(Result):
    """Outputs of perceptrons and sigmoid neurons.

    Attributes
    ----------
    asymmetry : float
        Largest |σ(-z) - (1 - σ(z))|.
    far : float array (2,)
        σ(-1000) and σ(1000), computed without a warning.
    beyond_bound : float
        Largest excess of |σ(z) - step(z)| over e^-|z|; at most 0 if the bound holds.
    steps, jumps, changes : float arrays
        Changes of one weight across a perceptron's boundary, and the resulting changes of the
        outputs of perceptron and sigmoid neuron.
    trials : int
    largest_ratio : float
        Largest |Δoutput| / (¼ ‖Δ‖ ‖(x, 1)‖) over random neurons and changes.
    gains, errors : float arrays
        c, and the largest difference of the half-adder's outputs from 0 and 1.
    at_zero : float array
        Output for each gain of a neuron with w·x + b = 0.
    """

    asymmetry: float
    far: Array
    beyond_bound: float
    steps: Array
    jumps: Array
    changes: Array
    trials: int
    largest_ratio: float
    gains: Array
    errors: Array
    at_zero: Array

    def findings(self) -> list[Finding]:
        """See `Result`."""
        shown = ", ".join(
            f"{e:.2g} at c = {c:g}" for c, e in zip(self.gains, self.errors, strict=True)
        )
        return [
            Finding(
                "σ is a smoothed step (Eq. 3): near 0 or 1 far out, σ(-z) = 1 - σ(z)",
                f"σ(-1000) = {self.far[0]:g}, σ(1000) = {self.far[1]:g}; asymmetry at most "
                f"{self.asymmetry:.1g}; no further from the step than e^-|z|",
                bool(
                    self.asymmetry < 1e-15 and self.beyond_bound <= 1e-15 and self.far[0] < 1e-300
                ),
            ),
            Finding(
                "A small change of a weight can flip a perceptron completely",
                f"a step of {self.steps.min():.0e} across the boundary changes its output by "
                f"{self.jumps[-1]:g}",
                bool((self.jumps == 1).all()),
            ),
            Finding(
                "A small change of a weight changes a sigmoid neuron's output a little",
                f"the same step: {self.changes[-1]:.1g}; over {self.trials:,} random changes at "
                f"most {self.largest_ratio:.2f} of the bound ‖Δ‖‖(x, 1)‖/4",
                bool(self.largest_ratio <= 1 and self.changes[-1] < self.steps[-1]),
            ),
            Finding(
                "As c → ∞ sigmoid neurons behave as perceptrons (an exercise)",
                f"half-adder, largest difference: {shown}",
                bool((np.diff(self.errors) < 0).all() and self.errors[-1] < 1e-4),
            ),
            Finding(
                "… except where some w·x + b = 0",
                f"there the output stays {self.at_zero[0]:g} for every c; a perceptron's is 0",
                bool((self.at_zero == 0.5).all()),
            ),
        ]


def run(
    gains: Annotated[tuple[float, ...], Knob("c: two or more", 1e-3, 500, several=(2, 8))] = (
        1.0,
        2.0,
        5.0,
        10.0,
    ),
    trials: Annotated[int, Knob("random neurons and changes", 1, 10**6)] = 20_000,
    seed: Annotated[int, Knob("of the random ones", 0)] = 0,
) -> Sigmoids:
    """Compare the neurons at their boundary, far from it, and in a circuit."""
    rng = np.random.default_rng(seed)
    z = np.linspace(-40, 40, 20_001)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        far = sigmoid(np.array([-1000.0, 1000.0]))
    beyond = np.abs(sigmoid(z) - (z >= 0)) - np.exp(-np.abs(z))
    steps = 10.0 ** -np.arange(1, 13)
    jumps, changes = [], []
    for step in steps:
        before, after = (1.0 - step / 2, 1.0 + step / 2)
        jumps.append(Perceptron([after], -1.0)([1]) - Perceptron([before], -1.0)([1]))
        changes.append(SigmoidNeuron([after], -1.0)([1]) - SigmoidNeuron([before], -1.0)([1]))
    circuit = half_adder()
    rows, table = circuit.truth_table()
    gains = tuple(sorted(gains))
    errors = [np.abs(circuit.sigmoid(rows, c) - table).max() for c in gains]
    at_zero = [SigmoidNeuron([c, -c], 0.0)([1.0, 1.0]) for c in gains]
    return Sigmoids(
        float(np.abs(sigmoid(-z) - (1 - sigmoid(z))).max()),
        far,
        float(beyond.max()),
        steps,
        np.array(jumps, float),
        np.array(changes),
        trials,
        _largest_ratio(rng, trials),
        np.array(gains),
        np.array(errors),
        np.array(at_zero),
    )


def _largest_ratio(rng: np.random.Generator, trials: int) -> float:
    """Return the largest |Δσ|, divided by its Lipschitz bound; σ′ is at most ¼."""
    n = 5
    x = np.hstack([rng.random((trials, n)), np.ones((trials, 1))])
    w = rng.standard_normal((trials, n + 1))
    delta = rng.standard_normal((trials, n + 1)) * 10 ** rng.uniform(-4, 1, (trials, 1))
    change = np.abs(sigmoid((x * (w + delta)).sum(1)) - sigmoid((x * w).sum(1)))
    bound = np.linalg.norm(delta, axis=1) * np.linalg.norm(x, axis=1) / 4
    return float((change / bound).max())


def draw(result: Sigmoids) -> "dict[str, Figure]":
    """Draw σ for several gains, errors against the gain, and effects of small changes."""
    from digitwise.lab.figures import ACCENT, INK, LINES, MIDDLE, new_figure

    curves, axes = new_figure(7, 3.6)
    z = np.linspace(-6, 6, 1201)
    shades = (MIDDLE, "#4c7a99", INK, "black")
    for c, line, colour in zip(result.gains, cycle(LINES), cycle(shades), strict=False):
        axes.plot(z, sigmoid(c * z), linestyle=line, color=colour, label=f"σ(cz), c = {c:g}")
    axes.step([-6, 0, 6], [0, 1, 1], where="post", color=ACCENT, linewidth=1.2, label="step")
    axes.plot(0, 0, "o", color=ACCENT, mfc="white")
    axes.plot(0, 0.5, "o", color=INK)
    axes.set(xlabel="z = w·x + b", ylabel="output")
    axes.legend()

    limit, axes = new_figure(7, 3.2)
    axes.semilogy(result.gains, result.errors, "o-", color=INK, label="half-adder")
    axes.semilogy(
        result.gains, result.at_zero, "s--", color=ACCENT, label="a neuron with w·x + b = 0"
    )
    axes.set(xlabel="c", ylabel="largest difference from 0 and 1")
    axes.legend()

    change, axes = new_figure(7, 3.2)
    axes.loglog(result.steps, result.jumps, "s--", color=ACCENT, label="perceptron")
    axes.loglog(result.steps, np.abs(result.changes), "o-", color=INK, label="sigmoid neuron")
    axes.set(xlabel="change of one weight, across the boundary", ylabel="change of the output")
    axes.legend()
    return {"curves": curves, "limit": limit, "change": change}
