"""Evaluation of a network on a set of digits or on a table: accuracy, cost, confusion."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from digitwise.costs import COSTS
from digitwise.data.answers import as_ten, desired_outputs
from digitwise.data.digits import NO_DIGIT, Digits
from digitwise.data.table import Examples, Table, check_network
from digitwise.engines import Engine, choose_engine
from digitwise.errors import InputError
from digitwise.models.calibration import (
    Calibration,
    calibration_error,
    class_probabilities,
    probabilities_of,
)
from digitwise.network import Network
from digitwise.neurons import Floats, sigmoid


@dataclass(frozen=True)
class Evaluation:
    """The result of an evaluation on n examples.

    Attributes
    ----------
    n, correct : int
        Number of examples, number of correct answers.
    cost : float
        Mean of the network's cost; a weighted mean if the examples have weights.
    confusion : int array of shape (10, 10), or (classes, classes)
        Counts, indexed [true digit, answer].
    peaks : float array of shape (10,), or (classes,)
        Largest value of each output over the examples for which it should fire; NaN without one.
    confidence : float array of shape (n,)
        Probability of each answer.
    right : bool array of shape (n,)
        Whether each answer is right.
    """

    n: int
    correct: int
    cost: float
    confusion: npt.NDArray[np.int64]
    peaks: Floats
    confidence: Floats
    right: npt.NDArray[np.bool_]

    @property
    def calibration_error(self) -> float:
        """Calibration error of the confidences; see `digitwise.models.calibration`."""
        return calibration_error(self.confidence, self.right)

    def error_among_surest(self, rejected: float) -> float:
        """Return the share of wrong answers, 0 to 1, when the least sure are rejected.

        `rejected` is the share of rejected answers, 0 to 1.
        """
        surest = np.argsort(-self.confidence, kind="stable")[: round((1 - rejected) * self.n)]
        return float(1 - self.right[surest].mean()) if surest.size else 0.0

    @property
    def accuracy(self) -> float:
        """Share of correct answers, 0 to 1."""
        return self.correct / self.n

    def to_dict(self) -> dict[str, Any]:
        """Return the measures in JSON's types."""
        return {
            "n": self.n,
            "correct": self.correct,
            "accuracy": self.accuracy,
            "confusion": self.confusion.tolist(),
            "calibration_error": self.calibration_error,
            "error_at_1_percent_rejected": self.error_among_surest(0.01),
        }


@np.errstate(over="ignore", invalid="ignore")  # weights may be huge after a divergence
def evaluate(
    network: Network | Sequence[Network],
    digits: Examples,
    engine: Engine | None = None,
    calibration: Calibration | None = None,
) -> Evaluation:
    """Classify every example by the largest output, the first of equal ones, and measure.

    A network with four outputs answers with the most probable of the ten codes; see `as_ten`.
    Several networks form a committee, which answers with the mean of their weighted outputs: see
    `digitwise.models.committee`.

    Parameters
    ----------
    network : Network or sequence of Network
    digits : Digits or Table
    engine : Engine, optional
        Computes the outputs; by default the reference.
    calibration : Calibration, optional
        Turns the outputs for digits into probabilities.

    Raises
    ------
    InputError
        If a network doesn't fit the examples (784 inputs and 10 or 4 outputs for digits), there
        are no examples, or some are non-digits.
    """
    networks = [network] if isinstance(network, Network) else list(network)
    if not networks:
        raise InputError("there is no network to evaluate")
    if not isinstance(digits, Examples):
        found = type(digits).__name__
        raise InputError(f"expected Digits or a Table to evaluate on; found {found}")
    for member in networks:
        check_network(member, digits)
    if len(digits) == 0:
        raise InputError("there are no digits to evaluate on")
    classes = NO_DIGIT if isinstance(digits, Digits) else digits.classes
    if digits.labels.max() >= classes:
        raise InputError(
            f"expected labels 0 to {classes - 1} to evaluate on; found {digits.labels.max()}"
        )
    engine = engine or choose_engine("reference")
    z = engine.weighted_outputs(networks[0], digits)
    if len(networks) > 1:
        others = [engine.weighted_outputs(member, digits) for member in networks[1:]]
        z = np.mean([_a_class_each(one, digits) for one in (z, *others)], axis=0)
    costs = COSTS[networks[0].cost].value(z, desired_outputs(digits, z.shape[1], z.dtype))
    if isinstance(digits, Table) and digits.weights is not None:
        cost = float(np.average(costs, weights=digits.weights))
    else:
        cost = float(costs.sum(dtype=np.float64)) / len(digits)
    z = _a_class_each(z, digits)
    labels = digits.labels.astype(np.intp)
    confusion = np.bincount(classes * labels + z.argmax(axis=1), minlength=classes**2)
    confusion = confusion.reshape(classes, classes)
    own = sigmoid(z[np.arange(len(z)), labels])
    peaks = np.array([own[labels == digit].max(initial=-1) for digit in range(classes)])
    peaks[peaks < 0] = np.nan
    correct = int(confusion.trace())
    p = class_probabilities(z) if isinstance(digits, Table) else probabilities_of(z, calibration)
    right = z.argmax(axis=1) == labels
    return Evaluation(len(digits), correct, cost, confusion, peaks, p.max(axis=1), right)


def _a_class_each(z: Floats, examples: Examples) -> Floats:
    """Return z of one output for each class, also for a network whose outputs are four bits."""
    return as_ten(z) if isinstance(examples, Digits) else z
