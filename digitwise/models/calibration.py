"""Calibration: probabilities from a network's outputs, and thresholds for a given error rate."""

from dataclasses import asdict, dataclass
from functools import cached_property
from itertools import pairwise
from math import isqrt, lgamma, log, log1p
from typing import Any

import numpy as np
import numpy.typing as npt

from digitwise.errors import InputError
from digitwise.neurons import Floats, sigmoid

ASSURANCE = 0.9  # confidence level of the error rate's upper bound
MAX_DEVIATIONS = 50  # standard deviations: terms of the bound beyond them are left out
MOST_STEPS = 100  # of Newton's method, which takes about five
MOST_ROWS = 200  # of `Calibration.risk` for small errors, and as many for large ones
# Share of right answers that may have a confidence below one half. With half that share, 1 to 2%
# fewer halves are refused; with twice that share, 1% of the digits of some hands are lost.
DOUBTED = 0.003


def digit_probabilities(z: Floats, temperature: float = 1.0, bias: float = 0.0) -> Floats:
    """Return the probability of each digit from the outputs' weighted inputs: (n, 10) → (n, 10).

    Each output neuron gives the probability of its digit by itself, aⱼ = σ(zⱼ). Given that at most
    one of the ten is true, digit j has probability e^zⱼ / (1 + Σₖ e^zₖ); the 1 stands for "none
    of them", so rows sum to less than 1, and to little where no output fires.

    A `bias` above 0, added to all z, makes "none of them" less likely. The `temperature` divides
    the log odds of a digit with a probability above one half (after Guo et al. 2017): below 1, it
    makes the digit surer. The others share the rest. One half stays one half.
    """
    rows, top = np.arange(len(z)), z.argmax(axis=-1)
    others = z + z.dtype.type(bias)
    likeliest = others[rows, top]
    others[rows, top] = -np.inf
    most = np.maximum(others.max(axis=-1), 0)
    against = most + np.log(np.exp(-most) + np.exp(others - most[:, None]).sum(axis=-1))
    odds = likeliest - against
    odds = np.where(odds > 0, odds / z.dtype.type(temperature), odds)
    p = np.exp(others - against[:, None]) * sigmoid(-odds)[:, None]
    p[rows, top] = sigmoid(odds)
    return np.asarray(p)


@dataclass(frozen=True)
class Calibration:
    """Temperature, bias and error rates of a network, measured on held-out digits.

    Attributes
    ----------
    temperature, bias : float
        See `digit_probabilities`.
    source : str
        The held-out digits, for people.
    n : int
        Number of held-out answers.
    risk : tuple of (float, int, int)
        (threshold, accepted answers, wrong accepted answers), by rising threshold from 0 on.
    """

    temperature: float
    bias: float
    source: str
    n: int
    risk: tuple[tuple[float, int, int], ...]

    def threshold(self, max_error: float) -> float:
        """Return the confidence above which at most this share of answers is wrong.

        The share is a Clopper–Pearson upper bound at 90% confidence, for digits like the held-out
        ones.

        Raises
        ------
        InputError
            If there are too few held-out digits, or too many errors, for so small a bound.
        """
        if not 0 < max_error < 1:
            raise InputError(f"expected 0 < max_error < 1; found {max_error!r:.50}")
        for (confidence, *_), bound in zip(self.risk, self.bounds, strict=True):
            if bound <= max_error:
                return confidence
        raise InputError(
            f"an error of {max_error:g} is less than this network's {self.n:,} held-out answers "
            f"can vouch for: at best {self.least_error:.2g}"
        )

    @property
    def least_error(self) -> float:
        """The least `max_error` for which there is a threshold."""
        return min(self.bounds)

    @cached_property
    def bounds(self) -> tuple[float, ...]:
        """Upper bound of the error rate above each threshold of `risk`; each takes 0.1 ms."""
        return tuple(error_bound(wrong, accepted) for _, accepted, wrong in self.risk)

    def to_dict(self) -> dict[str, Any]:
        """Return the calibration as an object of a model file's header."""
        return asdict(self)

    @classmethod
    def from_dict(cls, saved: dict[str, Any]) -> "Calibration":
        """Restore a calibration from a result of `to_dict`, after a trip through JSON.

        Raises
        ------
        TypeError, ValueError, KeyError
            If `saved` is no calibration.
        """
        risk = tuple((float(c), int(accepted), int(wrong)) for c, accepted, wrong in saved["risk"])
        temperature, bias = float(saved["temperature"]), float(saved["bias"])
        calibration = cls(temperature, bias, str(saved["source"]), int(saved["n"]), risk)
        falling = all(a[0] <= b[0] and a[1] >= b[1] and a[2] >= b[2] for a, b in pairwise(risk))
        sound = all(0 <= c <= 1 and 0 <= wrong <= n <= calibration.n for c, n, wrong in risk)
        if not (0 < temperature < 1e6 and abs(bias) < 1e6 and risk and falling and sound):
            raise ValueError(f"{saved!r:.80} is no calibration")
        return calibration


def probabilities_of(z: Floats, calibration: Calibration | None) -> Floats:
    """Return `digit_probabilities` with a calibration's temperature and bias, if there is one."""
    if calibration is None:
        return digit_probabilities(z)
    return digit_probabilities(z, calibration.temperature, calibration.bias)


def class_probabilities(z: Floats) -> Floats:
    """Return the probability of each class where exactly one is true, shape (n, classes).

    Each output aⱼ = σ(zⱼ) is trained to be the probability of its class, so their sum is about 1;
    each is divided by it. Computed from z, so that rows sum to 1 even where all outputs round to 0.
    """
    log_a = -np.logaddexp(0, -z)
    a = np.exp(log_a - log_a.max(axis=-1, keepdims=True))
    return np.asarray(a / a.sum(axis=-1, keepdims=True))


def calibration_error(confidence: Floats, right: npt.NDArray[np.bool_], bins: int = 15) -> float:
    """Return the expected calibration error (Guo et al. 2017), 0 to 1.

    It is |confidence - accuracy| of the answers in each of equally wide bins of confidence,
    averaged over bins by their number of answers. Both arrays have shape (n,).
    """
    if len(confidence) == 0:
        return 0.0
    place = np.minimum((confidence * bins).astype(np.intp), bins - 1)
    surplus = np.bincount(place, weights=confidence - right, minlength=bins)
    return float(np.abs(surplus).sum() / len(confidence))


def error_bound(wrong: int, accepted: int) -> float:
    """Return the one-sided upper bound of the error rate at level ASSURANCE (Clopper–Pearson 1934).

    It is the rate p with P(X ≤ wrong) = 1 - ASSURANCE for binomial X, found by Newton's method on
    the probability's logarithm, a concave function of p.
    """
    if wrong >= accepted:
        return 1.0
    right = accepted - wrong
    # P(X ≤ wrong) = P(X = wrong) times a sum: each term is its predecessor times a ratio below 1.
    fewer = np.arange(
        wrong, max(0, wrong - MAX_DEVIATIONS * (1 + isqrt(wrong))), -1, dtype=np.float64
    )
    ratios = fewer / (accepted - fewer + 1)
    ways = lgamma(accepted + 1) - lgamma(wrong + 1) - lgamma(right + 1)
    p = (wrong + 1) / (accepted + 1)
    for _ in range(MOST_STEPS):
        total = 1 + float(np.cumprod(ratios * ((1 - p) / p)).sum())
        log_chance = ways + wrong * log(p) + right * log1p(-p) + log(total)
        step = (log_chance - log(1 - ASSURANCE)) * (1 - p) * total / right
        p = min(p + step, (1 + p) / 2)
        if abs(step) <= 1e-14 * p:
            break
    return p


def calibrate(z: Floats, labels: npt.NDArray[np.uint8], source: str) -> Calibration:
    """Find bias, temperature and error rates from held-out digits.

    Parameters
    ----------
    z : array of shape (n, 10)
        Weighted inputs of the ten outputs.
    labels : uint8 array of shape (n,)
        0 to 9.
    source : str
        The held-out digits, for people.
    """
    z = np.asarray(z, np.float64)
    wrong = z.argmax(axis=1) != labels
    bias = _bias(z, wrong)
    sure = digit_probabilities(z, 1.0, bias).max(axis=1).clip(1e-15, 1 - 1e-15)
    odds = np.log(sure) - np.log1p(-sure)

    temperature = round(_temperature(np.where(wrong, odds, -odds)[odds > 0]), 4)
    confidence = digit_probabilities(z, temperature, bias).max(axis=1)
    return Calibration(temperature, bias, source, len(z), risk_of(confidence, wrong))


def _temperature(against: Floats) -> float:
    """Find the temperature T, e⁻² to e³, with the least mean negative log-likelihood.

    The negative log-likelihood of an answer is log(1 + e^(o/T)) for the log odds o against it,
    `against` of shape (n,). It is convex in 1/T: bisection finds the zero of its slope.
    """
    low, high = -2.0, 3.0
    for _ in range(50):
        middle = (low + high) / 2
        if float(against @ sigmoid(against * np.exp(-middle))) > 0:
            low = middle  # the answers are too sure
        else:
            high = middle
    return float(np.exp((low + high) / 2))


def _bias(z: Floats, wrong: npt.NDArray[np.bool_]) -> float:
    """Find the least bias from 0 on for which at most DOUBTED of the digits seem to be none.

    Only right answers count: no bias helps wrong ones.
    """
    others = np.sort(np.exp(z[~wrong]), axis=1)
    lead = others[:, -1] - others[:, :-1].sum(axis=1)
    # From this bias on, often below 0, a digit has more than half of the probability. A digit that
    # is in doubt between two labels never has.
    needed = np.sort(-np.log(lead[lead > 0]))[::-1]
    allowed = int(DOUBTED * len(z))
    return round(float(max(0.0, needed[allowed])), 4) if allowed < len(needed) else 0.0


def risk_of(confidence: Floats, wrong: npt.NDArray[np.bool_]) -> tuple[tuple[float, int, int], ...]:
    """Return the rows of `Calibration.risk`: thresholds 0 and the confidence of wrong answers."""
    limits = [0.0, *np.sort(confidence[wrong])]
    # Small errors depend on the surest wrong answers; a sample of the others is enough.
    others, surest = limits[:-MOST_ROWS], limits[-MOST_ROWS:]
    limits = [*others[:: -(-len(others) // MOST_ROWS) or 1], *surest]
    rows = []
    for limit in limits:
        accepted = confidence > limit
        rows.append((float(limit), int(accepted.sum()), int(wrong[accepted].sum())))
    return tuple(rows)
