"""Search for a learning rate: a range test, in which it rises from step to step, then short trials.

The range test is from L. N. Smith 2017, "Cyclical learning rates for training neural networks",
section 3.3. It shows where learning begins and where it diverges, but one mini-batch at each rate
can't show which rate is best. Trials on more examples decide that.
"""

import math
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from digitwise.data.table import Examples
from digitwise.errors import TrainingError
from digitwise.network import Network
from digitwise.neurons import Floats
from digitwise.settings import DEFAULTS, Settings
from digitwise.training.callback import Callback
from digitwise.training.evaluation import evaluate
from digitwise.training.fit import settings_of
from digitwise.training.loop import Training

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MIN_RATE = 1e-4  # first learning rate of the range test
MAX_RATE = 1e3  # last learning rate of the range test
STEPS_PER_DECADE = 40  # learning rates of the range test, one mini-batch each
COST_EXAMPLES = 1000  # training examples on which the cost is measured after each step
SMOOTHED_COSTS = STEPS_PER_DECADE // 4  # costs of the moving average whose minimum is taken
TRIAL_FACTORS = (2, 1, 1 / 2, 1 / 4, 1 / 8, 1 / 16)  # × the rate with the least smoothed cost
TRIAL_EXAMPLES = 10_000  # examples that a trial learns from
MAX_COST_RATIO = 2.0  # the range test ends when the cost is this many times the first cost


@dataclass(frozen=True)
class RateSearch:
    """The result of a search for a learning rate.

    Attributes
    ----------
    rates, costs : float arrays of shape (steps,)
        η of each step of the range test, and the cost after the step.
    tried, ends : float arrays of shape (trials,)
        η of each trial, and the cost after its 10,000 examples; infinite if it diverged.
    """

    rates: Floats
    costs: Floats
    tried: Floats
    ends: Floats

    @property
    def learning_rate(self) -> float:
        """Learning rate of the best trial, rounded to two digits."""
        return float(self.tried[self.ends.argmin()])

    def to_dict(self) -> dict[str, Any]:
        """Return the search in JSON's types; the cost of a trial that diverged is null."""
        return {
            "learning_rate": self.learning_rate,
            "rates": self.rates.tolist(),
            "costs": self.costs.tolist(),
            "trials": [
                {"learning_rate": rate, "cost": cost if np.isfinite(cost) else None}
                for rate, cost in zip(self.tried.tolist(), self.ends.tolist(), strict=True)
            ],
        }

    def plot(self) -> "Figure":
        """Return a matplotlib figure of the cost against the learning rate."""
        from digitwise.training.figures import new_figure

        figure = new_figure(7, 4)
        axes = figure.subplots()
        axes.semilogx(self.rates, self.costs, color="#1b4965", label="while it rises, a step each")
        axes.semilogx(self.tried, self.ends, "o", color="#c8553d", label="trials")
        axes.axvline(self.learning_rate, color="#c8553d", linestyle="--")
        axes.set(
            xlabel="learning rate",
            ylabel=f"cost of {COST_EXAMPLES:,} training digits",
            ylim=(0, 1.1 * float(self.costs[0])),
            title=f"A good learning rate: {self.learning_rate:g}",
        )
        axes.legend(frameon=False)
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(alpha=0.25)
        return figure

    def draw(self, image_format: str = "png") -> bytes:
        """Return the picture as the content of a file: png, svg or pdf."""
        from digitwise.training.figures import content_of

        return content_of(self.plot(), image_format)


class _Rising(Callback):
    """The range test: gives each step its own learning rate, and measures the cost after it."""

    def __init__(self, rates: Floats) -> None:
        self.rates, self.costs = rates, list[float]()

    def begin_run(self, training: Training) -> None:
        training.step_size = training.settings.batch_size
        self.sample = training.measured[:COST_EXAMPLES]
        self.start = self._cost(training)

    def begin_step(self, training: Training) -> None:
        training.learning_rate = float(self.rates[len(self.costs)])

    def end_step(self, training: Training) -> bool:
        self.costs.append(self._cost(training))
        risen = self.costs[-1] > MAX_COST_RATIO * self.start
        return risen or len(self.costs) == len(self.rates)

    def _cost(self, training: Training) -> float:
        return evaluate(training.network, self.sample, training.engine).cost


def find_learning_rate(
    network: Network, train: Examples, settings: Settings = DEFAULTS, **changes: Any
) -> RateSearch:
    """Find a learning rate for a network, and return the search.

    The range test takes one mini-batch at each rate, from 0.0001 on, until the cost doubles. Six
    trials follow around the rate with the least cost, each at half the rate of the one before. The
    best trial after 10,000 examples gives the result's `learning_rate`.

    Parameters
    ----------
    network : Network
        Network to train; it isn't changed, since a copy learns.
    train : Digits or Table
    settings, **changes
        As in `fit`; the learning rate and its schedule are ignored.

    Raises
    ------
    InputError
        If network and digits don't fit, or a setting is outside its range.
    """
    settings = replace(
        settings_of(network, settings, changes),
        schedule="constant",
        average=0.0,
        patience=None,
        keep_best=False,
        weight_decay=0.0,
        plain_epochs=0,
    )
    decades = np.log10(MAX_RATE / MIN_RATE)
    rising = _Rising(np.geomspace(MIN_RATE, MAX_RATE, round(STEPS_PER_DECADE * decades) + 1))
    _learn(network, train, replace(settings, epochs=len(rising.rates)), rising)
    costs = np.array(rising.costs)
    rates = rising.rates[: len(costs)]
    least, some = _least(rates, costs), train[:TRIAL_EXAMPLES]
    tried = np.array([float(f"{factor * least:.2g}") for factor in TRIAL_FACTORS])
    ends = np.array([_try(network, some, replace(settings, learning_rate=r)) for r in tried])
    return RateSearch(rates, costs, tried, ends)


def _least(rates: Floats, costs: Floats) -> float:
    """Return the rate with the least smoothed cost."""
    if len(costs) < SMOOTHED_COSTS:
        return float(rates[0])
    smooth = np.convolve(costs, np.ones(SMOOTHED_COSTS) / SMOOTHED_COSTS, "valid")
    return float(rates[int(np.argmin(smooth)) + SMOOTHED_COSTS // 2])


def _try(network: Network, train: Examples, settings: Settings) -> float:
    """Return the cost after one trial; infinity if it diverges."""
    epochs = max(1, TRIAL_EXAMPLES // len(train))
    training = _learn(network, train, replace(settings, epochs=epochs))
    return math.inf if training.error else training.history.epochs[-1].cost


def _learn(network: Network, train: Examples, settings: Settings, *callbacks: Callback) -> Training:
    """Train a copy of the network to the end, or until it diverges; return the training."""
    training = Training(deepcopy(network), train, settings, callbacks=callbacks)
    with suppress(TrainingError):
        training.run()
    return training
