"""How good a network is on a set of digits."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from digitwise.bitwise import BITS
from digitwise.costs import COSTS
from digitwise.data.answers import as_ten, desired_outputs
from digitwise.data.digits import NO_DIGIT, Digits, check_digit_network
from digitwise.engines import Engine, choose_engine
from digitwise.errors import InputError
from digitwise.models.calibration import Calibration, calibration_error, probabilities_of
from digitwise.network import Network
from digitwise.neurons import Floats, sigmoid


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
    confidence : float array of shape (n,)
        Probability of each answer.
    right : bool array of shape (n,)
        Whether it is right.
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
        """How far confidence is from the truth: see `calibration_error`."""
        return calibration_error(self.confidence, self.right)

    def error_among_surest(self, rejected: float) -> float:
        """Share of wrong answers, 0 to 1, when this share, the least sure, is rejected."""
        surest = np.argsort(-self.confidence, kind="stable")[: round((1 - rejected) * self.n)]
        return float(1 - self.right[surest].mean()) if surest.size else 0.0

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
            "calibration_error": self.calibration_error,
            "error_at_1_percent_rejected": self.error_among_surest(0.01),
        }


def evaluate(
    network: Network | Sequence[Network],
    digits: Digits,
    engine: Engine | None = None,
    calibration: Calibration | None = None,
) -> Evaluation:
    """Classify every digit by the largest of the ten outputs (of equal ones, the first).

    Where there are four outputs instead, by the likeliest of the ten codes: see `as_ten`.

    Several networks are a committee: its outputs are the means of theirs (Cireşan et al. 2011).
    `engine` computes the outputs, by default the reference; `calibration` says what they mean.

    Raises
    ------
    InputError
        If a network hasn't 784 inputs and 10 outputs, or 4, there are no digits, or some are none.
    """
    networks = [network] if isinstance(network, Network) else list(network)
    if not networks:
        raise InputError("there is no network to evaluate")
    for member in networks:
        check_digit_network(member, BITS)
    if len(digits) == 0:
        raise InputError("there are no digits to evaluate on")
    if digits.labels.max() >= NO_DIGIT:
        raise InputError(f"expected labels 0 to 9 to evaluate on; found {digits.labels.max()}")
    engine = engine or choose_engine("reference")
    z = engine.weighted_outputs(networks[0], digits)
    if len(networks) > 1:
        others = [engine.weighted_outputs(member, digits) for member in networks[1:]]
        every = [sigmoid(as_ten(one).astype(np.float64)) for one in (z, *others)]
        z = _inverse_sigmoid(np.mean(every, axis=0))
    y = desired_outputs(digits.labels, z.shape[1], z.dtype)
    cost = float(COSTS[networks[0].cost].value(z, y).sum(dtype=np.float64))
    z = as_ten(z)
    labels = digits.labels.astype(np.intp)
    confusion = np.bincount(10 * labels + z.argmax(axis=1), minlength=100).reshape(10, 10)
    own = sigmoid(z[np.arange(len(z)), labels])
    peaks = np.array([own[labels == digit].max(initial=-1) for digit in range(10)])
    peaks[peaks < 0] = np.nan
    correct = int(confusion.trace())
    p = probabilities_of(z, calibration)
    right = z.argmax(axis=1) == labels
    return Evaluation(
        len(digits), correct, cost / len(digits), confusion, peaks, p.max(axis=1), right
    )


def _inverse_sigmoid(a: Floats) -> Floats:
    """z of outputs a = σ(z), in float64; 0 and 1 count as what is next to them."""
    tiny = np.finfo(a.dtype).eps
    a = a.clip(tiny, 1 - tiny)
    return np.asarray(np.log(a) - np.log1p(-a))
