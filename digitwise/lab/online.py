"""Online learning, m = 1, against larger mini-batches, by updates and by seconds."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import numpy as np

from digitwise.lab.digits import learning_digits, spread
from digitwise.lab.experiment import Array, Finding, Knob, Result
from digitwise.lab.vectors import estimates, flat
from digitwise.network import Network
from digitwise.training.fit import fit
from digitwise.training.many import Job, fit_many

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CAPTIONS = {
    "online": "accuracy by epochs and by seconds",
}
SHORT: dict[str, object] = {"seeds": 3, "epochs": 3, "digits": 1200}


@dataclass(frozen=True)
class Online(Result):
    """Networks trained with the same learning rate and different sizes of mini-batches.

    Attributes
    ----------
    sizes : tuple of int
        Sizes m of mini-batches.
    updates : int array (k,)
        Number of steps in an epoch.
    accuracies : float array (k, seeds, epochs)
        In percent.
    seconds : float array (k,)
        Duration of an epoch, median over seeds and epochs.
    noise : float array (k,)
        Mean ‖step / η - ∇C‖² / ‖∇C‖² of mini-batches, for a network after one epoch.
    n : int
        Number of training digits.
    """

    sizes: tuple[int, ...]
    updates: Array
    accuracies: Array
    seconds: Array
    noise: Array
    n: int

    def findings(self) -> list[Finding]:
        """See `Result`."""
        one, many = self.sizes[0], self.sizes[-1]
        first = self.accuracies[:, :, 0]
        return [
            Finding(
                f"With m = {one} the weights are updated {many / one:g} times as often as with "
                f"m = {many}",
                f"{self.updates[0]:,} against {self.updates[-1]:,} updates an epoch",
                bool(abs(self.updates[0] * one / self.updates[-1] / many - 1) < 0.05),
            ),
            Finding(
                "… so it learns more in an epoch, at first",
                f"after one epoch: m = {one} {spread(first[0])}, m = {many} {spread(first[-1])} "
                "percent",
                bool(np.median(first[0]) > np.median(first[-1])),
            ),
            Finding(
                "… each step pointing less well",
                f"error of a step, of ‖∇C‖²: {self.noise[0]:.3g} against {self.noise[-1]:.3g}",
                bool(self.noise[0] > self.noise[-1]),
            ),
            Finding(
                "… and an epoch takes longer, as less is computed at once",
                f"{self.seconds[0]:.3g} s against {self.seconds[-1]:.3g} s",
                bool(self.seconds[0] > self.seconds[-1]),
            ),
        ]


def run(
    sizes: Annotated[tuple[int, ...], Knob("m: two or more", 1, 10_000, several=(2, 4))] = (
        1,
        5,
        20,
    ),
    learning_rate: Annotated[float, Knob("η", 1e-6, 100)] = 0.5,
    seeds: Annotated[int, Knob("networks for each", 1, 100)] = 4,
    epochs: Annotated[int, Knob("of training", 1, 100)] = 5,
    digits: Annotated[int, Knob("to learn from", 100, 60_000)] = 20_000,
) -> Online:
    """Train networks with each size of mini-batch."""
    train, judged = learning_digits(digits)
    sizes = tuple(sorted(sizes))
    accuracies, seconds = [], []
    for m in sizes:
        jobs = [
            Job(
                Network([784, 30, 10], rng=seed, dtype=np.float32, init="scaled"),
                {
                    "epochs": epochs, "batch_size": m, "learning_rate": learning_rate,
                    "seed": seed, "engine": "fused",
                },
            )
            for seed in range(seeds)
        ]  # fmt: skip
        histories = fit_many(jobs, train, judged)
        accuracies.append([[100 * (e.test_accuracy or 0) for e in h.epochs] for h in histories])
        seconds.append(np.median([e.seconds or 0 for h in histories for e in h.epochs]))
    return Online(
        sizes,
        np.array([-(-len(train) // m) for m in sizes]),
        np.array(accuracies),
        np.array(seconds),
        _noise(sizes, learning_rate),
        len(train),
    )


def _noise(sizes: tuple[int, ...], learning_rate: float) -> Array:
    train, _ = learning_digits(2000)
    network = Network([784, 30, 10], rng=0, init="scaled")
    fit(network, train, epochs=1, batch_size=10, learning_rate=learning_rate, engine="reference")
    x, y = train.inputs(np.float64), train.labels.astype(np.intp)
    whole = flat(network.gradient(x, y))
    rng = np.random.default_rng(0)
    found = []
    for m in sizes:
        off = [((e - whole) ** 2).sum() for e in estimates(network, x, y, m, 100, rng)]
        found.append(np.mean(off) / (whole @ whole))
    return np.array(found)


def draw(result: Online) -> "dict[str, Figure]":
    """Draw accuracy against epochs and against seconds."""
    from digitwise.lab.figures import ACCENT, INK, LINES, MARKS, MIDDLE, new_figure

    figure, plots = new_figure(9, 3.6, 1, 2, sharey=True)
    epochs = np.arange(1, result.accuracies.shape[2] + 1)
    looks = zip(result.sizes, (INK, ACCENT, MIDDLE, "black"), LINES, MARKS, strict=False)
    for k, (m, colour, line, mark) in enumerate(looks):
        middle = np.median(result.accuracies[k], axis=0)
        low, high = result.accuracies[k].min(axis=0), result.accuracies[k].max(axis=0)
        for axes, x in zip(plots, (epochs, epochs * result.seconds[k]), strict=True):
            axes.plot(x, middle, line, marker=mark, color=colour, label=f"m = {m}")
            axes.fill_between(x, low, high, color=colour, alpha=0.15, linewidth=0)
    plots[0].set(xlabel="epochs", ylabel="accuracy, %", xticks=epochs)
    plots[1].set(xlabel="seconds of training")
    plots[0].legend()
    return {"online": figure}
