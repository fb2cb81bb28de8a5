"""Learning rates on digits: too small, right, too large."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np

from digitwise.lab.digits import learning_digits, of_seeds
from digitwise.lab.experiment import Array, Finding, Knob, Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CAPTIONS = {
    "rates": "accuracy by learning rate",
}
SHORT: dict[str, object] = {"seeds": 2, "rates": (0.001, 3.0, 100.0), "digits": 1200}


@dataclass(frozen=True)
class LearningRates(Result):
    """Accuracies in percent.

    Attributes
    ----------
    rates : tuple of float
    accuracies : float array (rates, seeds)
    epochs, n : int
        Number of epochs, and of training digits.
    """

    rates: tuple[float, ...]
    accuracies: Array
    epochs: int
    n: int

    def findings(self) -> list[Finding]:
        """See `Result`."""
        medians = np.median(self.accuracies, axis=1)
        best = int(medians.argmax())
        said = ", ".join(f"η = {r:g}: {m:.1f}%" for r, m in zip(self.rates, medians, strict=True))
        return [
            Finding(
                "The learning rate must be neither too small nor too large",
                f"median of {self.accuracies.shape[1]} seeds after {self.epochs} epochs of "
                f"{self.n:,} digits: {said}",
                0 < best < len(medians) - 1,
            ),
            Finding(
                "Far too small a rate hardly learns, far too large a one never does",
                f"η = {self.rates[0]:g}: {medians[0]:.1f}%; η = {self.rates[-1]:g}: "
                f"{medians[-1]:.1f}%; best {medians[best]:.1f}%, and guessing 10%",
                bool(max(medians[0], medians[-1]) < medians[best] - 20 and medians[-1] < 20),
            ),
        ]


def run(
    rates: Annotated[tuple[float, ...], Knob("η: three or more", 1e-9, 1e6, several=(3, 30))] = (
        0.001,
        0.01,
        0.1,
        0.5,
        1.0,
        3.0,
        10.0,
        30.0,
        100.0,
    ),
    seeds: Annotated[int, Knob("networks for each", 1, 100)] = 3,
    epochs: Annotated[int, Knob("of training", 1, 100)] = 5,
    digits: Annotated[int, Knob("to learn from", 100, 60_000)] = 10_000,
) -> LearningRates:
    """Train the chapter's network, from its start, at each rate."""
    train, judged = learning_digits(digits)
    rates = tuple(sorted(rates))
    accuracies = []
    for rate in rates:
        settings: dict[str, Any] = {"epochs": epochs, "batch_size": 10, "learning_rate": rate}
        accuracies.append(of_seeds([784, 30, 10], train, judged, range(seeds), settings)[1])
    return LearningRates(rates, np.array(accuracies), epochs, len(train))


def draw(result: LearningRates) -> "dict[str, Figure]":
    """Draw accuracy against η."""
    from digitwise.lab.figures import ACCENT, draw_seeds, new_figure

    figure, axes = new_figure(7, 3.4)
    draw_seeds(axes, result.rates, result.accuracies, label="median")
    axes.axhline(10, color=ACCENT, ls="--", lw=1, label="guessing")
    axes.set(xlabel="learning rate η", ylabel="accuracy, %", ylim=(0, 100))
    axes.set_title(f"784-30-10, {result.epochs} epochs of {result.n:,} digits")
    axes.legend()
    return {"rates": figure}
