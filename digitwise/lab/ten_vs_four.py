"""Ten output neurons against four: the chapter says that ten learn better, and guesses why."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import numpy as np

from digitwise.bitwise import BITS, number_of
from digitwise.lab.digits import CHAPTER, learning_digits, of_seeds, spread
from digitwise.lab.experiment import Array, Finding, Knob, Result
from digitwise.network import Network

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CAPTIONS = {
    "seeds": "accuracy of every seed",
}
SHORT: dict[str, object] = {"seeds": 8, "epochs": 15, "digits": 1200}


@dataclass(frozen=True)
class TenVsFour(Result):
    """Accuracies in percent, of each seed.

    Attributes
    ----------
    ten : float array (seeds,)
        Accuracy of networks with ten outputs; the largest output answers.
    four : float array (seeds,)
        Accuracy of networks with four outputs, each a bit that is 1 above one half.
    invalid : float array (seeds,)
        Percentage of digits with a code from 10 to 15.
    likeliest : float array (seeds,)
        Accuracy of the same networks if the most probable of the ten codes is the answer.
    tie : int
        Answer if two of ten outputs are equally large.
    n : int
        Number of training digits.
    """

    ten: Array
    four: Array
    invalid: Array
    likeliest: Array
    tie: int
    n: int

    def findings(self) -> list[Finding]:
        """See `Result`."""
        better = int((self.ten[:, None] > self.four[None, :]).sum())
        pairs = self.ten.size * self.four.size
        return [
            Finding(
                "Ten outputs learn to recognise digits better than four",
                f"of {self.ten.size} seeds each, {self.n:,} digits to learn from, median (least to "
                f"most): ten {spread(self.ten)}, four {spread(self.four)} percent; ten is better "
                f"in {better} of {pairs} pairs",
                bool(np.median(self.ten) > np.median(self.four) and better > 0.5 * pairs),
            ),
            Finding(
                "Four bits can also write 10 to 15, which are no digits",
                f"codes 10 to 15 for {spread(self.invalid)}% of digits; taking the likeliest of "
                f"the ten codes instead gives {spread(self.likeliest)}",
                bool(self.invalid.max() > 0),
            ),
            Finding(
                "The highest of ten outputs is the answer; of equal outputs the first one",
                f"outputs 3 and 7 equal: {self.tie}",
                self.tie == 3,
            ),
        ]


def run(
    seeds: Annotated[int, Knob("networks of each kind", 2, 100)] = 8,
    hidden: Annotated[int, Knob("hidden neurons", 1, 300)] = 30,
    epochs: Annotated[int, Knob("of training", 1, 100)] = 15,
    digits: Annotated[int, Knob("to learn from", 100, 60_000)] = 50_000,
) -> TenVsFour:
    """Train networks of both kinds with the chapter's start and settings."""
    train, judged = learning_digits(digits)
    settings = {"epochs": epochs, **CHAPTER}
    accuracies = {}
    for outputs in (10, BITS):
        networks, accuracies[outputs] = of_seeds(
            [784, hidden, outputs], train, judged, range(seeds), settings, init="gaussian"
        )
    codes = np.array([number_of(network.feedforward(judged.inputs())) for network in networks])
    tied = Network([1, 10])
    tied.weights[0][...], tied.biases[0][...] = 0, 0
    tied.biases[0][[3, 7]] = 5
    return TenVsFour(
        accuracies[10],
        100 * (codes == judged.labels).mean(axis=1),
        100 * (codes > 9).mean(axis=1),
        accuracies[BITS],
        int(tied.predict([[0.0]])[0]),
        len(train),
    )


def draw(result: TenVsFour) -> "dict[str, Figure]":
    """Draw every seed's accuracy, with medians."""
    from digitwise.lab.figures import ACCENT, INK, new_figure

    figure, axes = new_figure(7, 3)
    rows = {
        "ten outputs": result.ten,
        "four, above one half": result.four,
        "four, likeliest code": result.likeliest,
    }
    for row, values in enumerate(rows.values()):
        axes.plot(values, np.full(len(values), -row), "o", color=INK, ms=6, alpha=0.6)
        axes.plot([np.median(values)] * 2, [-row - 0.28, -row + 0.28], color=ACCENT, lw=2.5)
    axes.set_yticks([0, -1, -2], list(rows))
    axes.set(xlabel="accuracy, %", ylim=(-2.6, 0.6))
    axes.set_title(f"{len(result.ten)} seeds each; bars are medians")
    return {"seeds": figure}
