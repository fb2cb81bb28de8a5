"""Sums or means: leaving out 1/m only rescales the learning rate. Eq. 20, 21, and epochs."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import numpy as np

from digitwise.descent import step
from digitwise.lab.digits import learning_digits
from digitwise.lab.experiment import Array, Finding, Knob, Result
from digitwise.network import Network
from digitwise.training.feed import epoch_order

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CAPTIONS = {
    "difference": "how far the two runs are apart",
}
SHORT: dict[str, object] = {"digits": 105}


@dataclass(frozen=True)
class Scaling(Result):
    """Two runs, one by means over mini-batches, one by sums.

    Attributes
    ----------
    batch_size, short : int
        m, and the number of digits in the last mini-batch.
    differences : float array (steps,)
        Largest difference between weights of the two runs, after each step.
    costs : float array (steps,)
        Costs of the run by means.
    before_short, after_short : float
        Largest differences before and after the first short mini-batch.
    repeated : int
        Number of digits that an epoch uses more than once, or not at all.
    whole : float
        Difference between a step with m = n and gradient descent (Eq. 16).
    """

    batch_size: int
    short: int
    differences: Array
    costs: Array
    before_short: float
    after_short: float
    repeated: int
    whole: float

    def findings(self) -> list[Finding]:
        """See `Result`."""
        found = [
            Finding(
                "Leaving out 1/m is the same as another learning rate",
                f"means with η and sums with η/m differ by {self.before_short:.1g} while "
                f"mini-batches are full",
                self.before_short < 1e-10,
            ),
            Finding(
                "An epoch uses every training digit once",
                f"{self.repeated} used twice or not at all",
                self.repeated == 0,
            ),
            Finding(
                "With m = n it is gradient descent",
                f"a step differs by {self.whole:.1g}",
                self.whole < 1e-12,
            ),
        ]
        if self.short < self.batch_size:
            found.insert(
                1,
                Finding(
                    "… up to a short last mini-batch, where sums take a smaller step",
                    f"after one of {self.short} instead of {self.batch_size} digits weights differ "
                    f"by {self.after_short:.1g}",
                    self.after_short > 1e-6,
                ),
            )
        return found


def run(
    digits: Annotated[int, Knob("n", 10, 60_000)] = 1005,
    batch_size: Annotated[int, Knob("m", 1, 60_000)] = 10,
    learning_rate: Annotated[float, Knob("η of the means", 1e-3, 10)] = 3.0,
    seed: Annotated[int, Knob("of network and order", 0)] = 0,
) -> Scaling:
    """Take two epochs both ways, from the same start and in the same order."""
    train, _ = learning_digits(digits)
    x, y = train.inputs(np.float64), train.labels.astype(np.intp)
    n, m = len(y), min(batch_size, len(y))
    means, sums = (Network([784, 10, 10], rng=seed, init="scaled") for _ in range(2))
    differences, costs, used = [], [], []
    for epoch in range(2):
        order = epoch_order(seed, epoch, n)
        for start in range(0, n, m):
            batch = order[start : start + m]
            used.append(batch)
            take_step(means, x[batch], y[batch], learning_rate)
            # The sum of gradients is len(batch) times their mean.
            take_step(sums, x[batch], y[batch], learning_rate / m * len(batch))
            pairs = zip(means.weights, sums.weights, strict=True)
            differences.append(max(float(np.abs(a - b).max()) for a, b in pairs))
            costs.append(float(means.costs(x[batch], y[batch]).mean()))
    whole, plain = (Network([784, 10, 10], init="gaussian", rng=seed) for _ in range(2))
    order = epoch_order(seed, 0, n)
    take_step(whole, x[order], y[order], learning_rate)
    gradient = plain.gradient(x, y)
    off = [
        float(np.abs(w - learning_rate * slopes - moved).max())
        for w, slopes, moved in zip(plain.weights, gradient.weights, whole.weights, strict=True)
    ]
    full = n // m if n % m else len(differences)
    counts = np.bincount(np.concatenate(used), minlength=n)
    return Scaling(
        m,
        n % m or m,
        np.array(differences),
        np.array(costs),
        max(differences[:full]),
        max(differences[full:], default=0.0),
        int((counts != 2).sum()),
        max(off),
    )


def take_step(network: Network, x: Array, y: Array, learning_rate: float) -> None:
    """Apply Eq. 20 and 21 to one mini-batch, in place."""
    gradient = network.gradient(x, y)
    parameters = (*network.weights, *network.biases)
    for parameter, slopes in zip(parameters, (*gradient.weights, *gradient.biases), strict=True):
        step(parameter, slopes, learning_rate)


def draw(result: Scaling) -> "dict[str, Figure]":
    """Draw the difference between the two runs, step by step."""
    from digitwise.lab.figures import ACCENT, INK, above_0, new_figure

    figure, axes = new_figure(7, 3.4)
    steps = np.arange(1, len(result.differences) + 1)
    axes.semilogy(steps, above_0(result.differences), color=INK)
    if result.short < result.batch_size:
        axes.axvline(len(steps) / 2, color=ACCENT, ls="--", lw=1.2)
        label = f"first short mini-batch: {result.short} digits"
        axes.text(
            len(steps) / 2, 0.5, f"{label} ", color=ACCENT, ha="right",
            transform=axes.get_xaxis_transform(),
        )  # fmt: skip
    axes.set(xlabel="step", ylabel="largest difference of a weight", xlim=(0, len(steps)))
    axes.set_title("means with η against sums with η/m: no line where they are equal")
    return {"difference": figure}
