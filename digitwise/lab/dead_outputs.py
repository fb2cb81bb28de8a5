"""How the start decides: from N(0, 1) an output sometimes never learns to fire."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import numpy as np

from digitwise.lab.digits import CHAPTER, learning_digits, of_seeds, spread
from digitwise.lab.experiment import Array, Finding, Knob, Result
from digitwise.training.evaluation import evaluate

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STARTS = ("gaussian", "scaled")
CAPTIONS = {
    "peaks": "the largest value of every output",
}
SHORT: dict[str, object] = {"seeds": 3, "epochs": 5, "digits": 1200}


@dataclass(frozen=True)
class DeadOutputs(Result):
    """The trained networks of each start.

    Attributes
    ----------
    accuracies : dict of start -> float array (seeds,)
        In percent.
    peaks : dict of start -> float array (seeds, 10)
        Largest value of each output over its own digits.
    epochs : int
    """

    accuracies: dict[str, Array]
    peaks: dict[str, Array]
    epochs: int

    def dead(self, start: str) -> int:
        """Count the networks with an output that never fires."""
        return int((self.peaks[start] < 0.5).any(axis=1).sum())

    def findings(self) -> list[Finding]:
        """See `Result`."""
        chapters, scaled = self.accuracies["gaussian"], self.accuracies["scaled"]
        return [
            Finding(
                "Some starts from N(0, 1) leave an output that never fires",
                f"{self.dead('gaussian')} of {len(chapters)} after {self.epochs} epochs; accuracies"
                f" {spread(chapters)}",
                self.dead("gaussian") > 0,
            ),
            Finding(
                "Weights divided by the root of the number of inputs don't",
                f"{self.dead('scaled')} of {len(scaled)}; accuracies {spread(scaled)}",
                self.dead("scaled") == 0,
            ),
        ]


def run(
    seeds: Annotated[int, Knob("networks of each start", 2, 200)] = 16,
    epochs: Annotated[int, Knob("of training", 1, 100)] = 10,
    digits: Annotated[int, Knob("to learn from", 100, 60_000)] = 50_000,
) -> DeadOutputs:
    """Train the chapter's network from both starts, with its settings."""
    train, judged = learning_digits(digits)
    settings = {"epochs": epochs, **CHAPTER}
    accuracies, peaks = {}, {}
    for start in STARTS:
        networks, accuracies[start] = of_seeds(
            [784, 30, 10], train, judged, range(seeds), settings, init=start
        )
        peaks[start] = np.array([evaluate(network, judged).peaks for network in networks])
    return DeadOutputs(accuracies, peaks, epochs)


def draw(result: DeadOutputs) -> "dict[str, Figure]":
    """Draw the largest value of every output."""
    from matplotlib.ticker import MaxNLocator

    from digitwise.lab.figures import new_figure

    figure, plots = new_figure(9, 3.8, 1, 2, sharey=True)
    names = {"gaussian": "N(0, 1)", "scaled": "N(0, 1) / √inputs"}
    for axes, start in zip(plots, STARTS, strict=True):
        image = axes.imshow(result.peaks[start], vmin=0, vmax=1, aspect="auto")
        for seed, output in zip(*np.nonzero(result.peaks[start] < 0.5), strict=True):
            axes.text(output, seed, "dead", ha="center", va="center", color="white", fontsize=8)
        axes.grid(False)
        axes.set_xticks(range(10))
        axes.set(xlabel="output")
        axes.set_title(f"start from {names[start]}")
    plots[0].set_ylabel("seed")
    plots[0].yaxis.set_major_locator(MaxNLocator(integer=True))
    figure.colorbar(image, ax=plots, label="largest value for its own digits")
    return {"peaks": figure}
