"""Finding a learning rate: let it rise from step to step, and see where the cost is least.

L. N. Smith 2017, "Cyclical learning rates for training neural networks", section 3.3.
"""

import io
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from digitwise.data.digits import Digits
from digitwise.errors import TrainingError
from digitwise.network import Network
from digitwise.neurons import Floats
from digitwise.settings import DEFAULTS, Settings
from digitwise.training.callback import Callback
from digitwise.training.evaluation import evaluate
from digitwise.training.loop import Training

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LEAST, MOST = 1e-4, 1e3  # learning rates between which the search goes
STEPS_A_DECADE = 40  # learning rates; one mini-batch each
MEASURED = 1000  # training digits that the cost is measured on after each step
SMOOTHED = STEPS_A_DECADE // 4  # costs whose mean is looked at
# Of the rate at which the cost was least. Nine networks (of other costs, starts, activations,
# depths and mini-batches) were trained for four epochs on MNIST with eight rates each: half of
# it was within 1.5 points of the best for all nine, the rate itself for eight.
SHARE = 0.5
RISEN = 2.0  # the search ends when the cost is so many times that of the start


@dataclass(frozen=True)
class RateSearch:
    """What learning rates have done.

    Attributes
    ----------
    rates, costs : float arrays of shape (steps,)
        η of each step, and the cost after it.
    learning_rate : float
        A good one, to two digits.
    """

    rates: Floats
    costs: Floats
    learning_rate: float

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "learning_rate": self.learning_rate,
            "rates": self.rates.tolist(),
            "costs": self.costs.tolist(),
        }

    def plot(self) -> "Figure":
        """Draw the cost against the learning rate."""
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        figure = Figure(figsize=(7, 4), dpi=120, layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.subplots()
        axes.semilogx(self.rates, self.costs, color="#1b4965")
        axes.axvline(self.learning_rate, color="#c8553d", linestyle="--")
        axes.set(
            xlabel="learning rate, one step each",
            ylabel=f"cost of {MEASURED:,} training digits",
            ylim=(0, 1.1 * float(self.costs[0])),
            title=f"A good learning rate: {self.learning_rate:g}",
        )
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(alpha=0.25)
        return figure

    def draw(self, image_format: str = "png") -> bytes:
        """Return the picture as the content of a file: png, svg or pdf."""
        content = io.BytesIO()
        self.plot().savefig(content, format=image_format)
        return content.getvalue()


class _Rising(Callback):
    """Gives each step its own learning rate, and measures the cost after it."""

    def __init__(self, rates: Floats) -> None:
        self.rates, self.costs = rates, list[float]()

    def begin_run(self, training: Training) -> None:
        training.step_size = training.settings.batch_size
        self.sample = training.measured[:MEASURED]
        self.start = self._cost(training)

    def begin_step(self, training: Training) -> None:
        training.learning_rate = float(self.rates[len(self.costs)])

    def end_step(self, training: Training) -> bool:
        self.costs.append(self._cost(training))
        risen = self.costs[-1] > RISEN * self.start
        return risen or len(self.costs) == len(self.rates)

    def _cost(self, training: Training) -> float:
        return evaluate(training.network, self.sample, training.engine).cost


def find_learning_rate(
    network: Network, train: Digits, settings: Settings = DEFAULTS, **changes: Any
) -> RateSearch:
    """Try learning rates from 0.0001 on, each for one mini-batch, until the cost rises.

    Parameters
    ----------
    network : Network
        Not changed: a copy learns.
    train : Digits
    settings, **changes
        As `fit` has them; the learning rate and its schedule don't count.

    Raises
    ------
    InputError
        If network and digits don't fit, or a setting is outside its range.
    """
    decades = np.log10(MOST / LEAST)
    rates = np.geomspace(LEAST, MOST, round(STEPS_A_DECADE * decades) + 1)
    rising = _Rising(rates)
    settings = replace(
        settings.changed(changes),
        epochs=len(rates),  # enough, however few digits there are
        schedule="constant",
        average=0.0,
        patience=None,
        keep_best=False,
        weight_decay=0.0,
    )
    training = Training(deepcopy(network), train, settings, callbacks=[rising])
    with suppress(TrainingError):  # the cost has left the finite numbers: that was the last rate
        training.run()
    costs = np.array(rising.costs)
    return RateSearch(rates[: len(costs)], costs, _choose(rates[: len(costs)], costs))


def _choose(rates: Floats, costs: Floats) -> float:
    """A share of the rate after which the smoothed cost is least."""
    if len(costs) < SMOOTHED:
        return float(f"{rates[0]:.2g}")
    smooth = np.convolve(costs, np.ones(SMOOTHED) / SMOOTHED, "valid")
    least = int(np.argmin(smooth)) + SMOOTHED // 2
    return float(f"{SHARE * rates[least]:.2g}")
