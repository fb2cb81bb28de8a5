"""Finding a learning rate: let it rise from step to step, then try some around the best.

The rising is from L. N. Smith 2017, "Cyclical learning rates for training neural networks",
section 3.3. A single mini-batch at each rate says where learning begins and where it breaks down,
but not which rate is best: that is left to short trials.
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

LEAST, MOST = 1e-4, 1e3  # learning rates between which the search goes
STEPS_A_DECADE = 40  # learning rates; one mini-batch each
MEASURED = 1000  # training digits that the cost is measured on after each step
SMOOTHED = STEPS_A_DECADE // 4  # costs whose mean is looked at
TRIALS = (2, 1, 1 / 2, 1 / 4, 1 / 8, 1 / 16)  # of the rate after which the cost was least
TRIED = 10_000  # examples that a trial learns from, in all
RISEN = 2.0  # the search ends when the cost is so many times that of the start


@dataclass(frozen=True)
class RateSearch:
    """What learning rates have done.

    Attributes
    ----------
    rates, costs : float arrays of shape (steps,)
        η of each step, and the cost after it.
    tried, ends : float arrays of shape (trials,)
        η of each trial, and the cost after its 10,000 examples; infinite if it diverged.
    """

    rates: Floats
    costs: Floats
    tried: Floats
    ends: Floats

    @property
    def learning_rate(self) -> float:
        """The rate of the best trial, to two digits."""
        return float(self.tried[self.ends.argmin()])

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""
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
        """Draw the cost against the learning rate."""
        from digitwise.training.figures import new_figure

        figure = new_figure(7, 4)
        axes = figure.subplots()
        axes.semilogx(self.rates, self.costs, color="#1b4965", label="while it rises, a step each")
        axes.semilogx(self.tried, self.ends, "o", color="#c8553d", label="trials")
        axes.axvline(self.learning_rate, color="#c8553d", linestyle="--")
        axes.set(
            xlabel="learning rate",
            ylabel=f"cost of {MEASURED:,} training digits",
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
    network: Network, train: Examples, settings: Settings = DEFAULTS, **changes: Any
) -> RateSearch:
    """Try learning rates from 0.0001 on, each for one mini-batch, until the cost rises; then six.

    The six, each half of the one before, lie around that after which the cost was least. The best
    of them after 10,000 examples is the `learning_rate` of what is returned.

    Parameters
    ----------
    network : Network
        Not changed: a copy learns.
    train : Digits or Table
    settings, **changes
        As `fit` has them; the learning rate and its schedule don't count.

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
    decades = np.log10(MOST / LEAST)
    rising = _Rising(np.geomspace(LEAST, MOST, round(STEPS_A_DECADE * decades) + 1))
    _learn(network, train, replace(settings, epochs=len(rising.rates)), rising)
    costs = np.array(rising.costs)
    rates = rising.rates[: len(costs)]
    least, some = _least(rates, costs), train[:TRIED]
    tried = np.array([float(f"{share * least:.2g}") for share in TRIALS])
    ends = np.array([_try(network, some, replace(settings, learning_rate=r)) for r in tried])
    return RateSearch(rates, costs, tried, ends)


def _least(rates: Floats, costs: Floats) -> float:
    """Return the rate after which the smoothed cost is least."""
    if len(costs) < SMOOTHED:
        return float(rates[0])
    smooth = np.convolve(costs, np.ones(SMOOTHED) / SMOOTHED, "valid")
    return float(rates[int(np.argmin(smooth)) + SMOOTHED // 2])


def _try(network: Network, train: Examples, settings: Settings) -> float:
    """Return the cost after some epochs at one rate; infinity if it diverges."""
    epochs = max(1, TRIED // len(train))
    training = _learn(network, train, replace(settings, epochs=epochs))
    return math.inf if training.error else training.history.epochs[-1].cost


def _learn(network: Network, train: Examples, settings: Settings, *callbacks: Callback) -> Training:
    """Let a copy of the network learn, as far as numbers stay finite."""
    training = Training(deepcopy(network), train, settings, callbacks=callbacks)
    with suppress(TrainingError):
        training.run()
    return training
