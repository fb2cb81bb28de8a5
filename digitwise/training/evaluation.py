"""How good a network is on a set of digits."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from digitwise.costs import COSTS
from digitwise.data.digits import Digits, as_inputs
from digitwise.errors import InputError
from digitwise.network import Network, one_hot
from digitwise.neurons import Floats, sigmoid

BATCH = 1000  # examples at a time: bounds the memory


@dataclass(frozen=True)
class Evaluation:
    """Measured on n digits.

    Attributes
    ----------
    n, correct : int
    cost : float
        Mean of the network's cost function.
    confusion : int array of shape (10, 10)
        [true digit, answer].
    peaks : float array of shape (10,)
        The largest value of each output over the digits that it should fire for; NaN where
        there is no such digit.
    """

    n: int
    correct: int
    cost: float
    confusion: npt.NDArray[np.int64]
    peaks: Floats

    @property
    def accuracy(self) -> float:
        """Share of correct answers, 0 to 1."""
        return self.correct / self.n

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "n": self.n,
            "correct": self.correct,
            "accuracy": self.accuracy,
            "confusion": self.confusion.tolist(),
        }


def evaluate(network: Network, digits: Digits) -> Evaluation:
    """Classify every digit by the largest of the ten outputs (of equal ones, the first).

    Raises
    ------
    InputError
        If the network hasn't 784 inputs and 10 outputs, or there are no digits.
    """
    check_digit_network(network)
    if len(digits) == 0:
        raise InputError("there are no digits to evaluate on")
    confusion = np.zeros((10, 10), np.int64)
    peaks = np.full(10, np.nan)
    cost = 0.0
    for start in range(0, len(digits), BATCH):
        labels = digits.labels[start : start + BATCH]
        z = network.weighted_outputs(as_inputs(digits.images[start : start + BATCH], network.dtype))
        np.add.at(confusion, (labels, z.argmax(axis=1)), 1)
        cost += float(COSTS[network.cost].value(z, one_hot(labels, 10, z.dtype)).sum())
        own = sigmoid(z[np.arange(len(z)), labels])
        np.fmax.at(peaks, labels, own)
    correct = int(confusion.trace())
    return Evaluation(len(digits), correct, cost / len(digits), confusion, peaks)


def check_digit_network(network: Network) -> None:
    """Refuse a network that can't tell digits.

    Raises
    ------
    InputError
        If it hasn't 784 inputs and 10 outputs.
    """
    if network.sizes[0] != 784 or network.sizes[-1] != 10:
        raise InputError(
            f"digits need a network with 784 inputs and 10 outputs; this one has "
            f"{network.sizes[0]} and {network.sizes[-1]}"
        )
