"""Confidence to be trusted: what a network's outputs mean, and from where on it is sure enough."""

from dataclasses import asdict, dataclass
from itertools import pairwise
from math import isqrt, lgamma, log, log1p
from typing import Any

import numpy as np
import numpy.typing as npt

from digitwise.errors import InputError
from digitwise.neurons import Floats, sigmoid

ASSURANCE = 0.9  # of the bound on the error of what is accepted
FARTHEST = 50  # standard deviations of the terms that count in the bound
MOST_STEPS = 100  # of Newton's method, which takes some five
MOST_ROWS = 200  # for small errors, and as many for large ones
# Share of digits that are told rightly and may yet have a confidence below one half. Half as many
# cost 1 to 2% of the halves that are refused, twice as many 1% of the digits of some hands.
DOUBTED = 0.003


def digit_probabilities(z: Floats, temperature: float = 1.0, bias: float = 0.0) -> Floats:
    """Probability of each digit, from the weighted inputs of the ten outputs: (n, 10) → (n, 10).

    Each output neuron says on its own how likely its digit is, aⱼ = σ(zⱼ). Given that at most
    one of the ten is true, digit j has probability e^zⱼ / (1 + Σₖ e^zₖ); the 1 stands for "none
    of them", so rows sum to less than 1, and to little where no output fires.

    A `bias` above 0, added to all z, makes "none of them" less likely. A digit that is likelier
    than all else together, a `temperature` below 1 makes surer still: it divides the logarithm of
    its odds (after Guo et al. 2017); the others share what is left. One half stays one half.
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
    """What held-out digits say of a network's confidence: it holds for digits like them.

    Attributes
    ----------
    temperature, bias : float
        See `digit_probabilities`.
    source : str
        Which digits.
    n : int
        How many.
    risk : tuple of (float, int, int)
        For confidences above which an answer could be accepted, from 0 on: how many of the n
        answers are more confident, and how many of these are wrong.
    """

    temperature: float
    bias: float
    source: str
    n: int
    risk: tuple[tuple[float, int, int], ...]

    def threshold(self, max_error: float) -> float:
        """Confidence that an answer must be above, for at most this share of them to be wrong.

        It holds with 90% assurance (the bound of Clopper & Pearson), for digits like those that it
        was found on.

        Raises
        ------
        InputError
            If the digits are too few, or the network not good enough, to vouch for so little.
        """
        if not 0 < max_error < 1:
            raise InputError(f"expected 0 < max_error < 1; found {max_error!r:.50}")
        for confidence, accepted, wrong in self.risk:
            if error_bound(wrong, accepted) <= max_error:
                return confidence
        raise InputError(
            f"an error of {max_error:g} is less than this network's {self.n:,} held-out answers "
            f"can vouch for: at best {self.least_error:.2g}"
        )

    @property
    def least_error(self) -> float:
        """The least share of wrong answers that can be asked of `threshold`."""
        return min(error_bound(wrong, accepted) for _, accepted, wrong in self.risk)

    def to_dict(self) -> dict[str, Any]:
        """As model files have it."""
        return asdict(self)

    @classmethod
    def from_dict(cls, saved: dict[str, Any]) -> "Calibration":
        """Restore what `to_dict` gave, after a trip through JSON.

        Raises
        ------
        TypeError, ValueError, KeyError
            If it isn't that.
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
    """`digit_probabilities`, as far as a network's outputs have been calibrated."""
    if calibration is None:
        return digit_probabilities(z)
    return digit_probabilities(z, calibration.temperature, calibration.bias)


def class_probabilities(z: Floats) -> Floats:
    """Probability of each class where exactly one is true: outputs over their sum, (n, classes).

    Each output aⱼ = σ(zⱼ) is trained to be the probability of its class, so their sum is about 1.
    From z, so that rows sum to 1 even where all outputs round to 0.
    """
    log_a = -np.logaddexp(0, -z)
    a = np.exp(log_a - log_a.max(axis=-1, keepdims=True))
    return np.asarray(a / a.sum(axis=-1, keepdims=True))


def calibration_error(confidence: Floats, right: npt.NDArray[np.bool_], bins: int = 15) -> float:
    """Expected calibration error (Guo et al. 2017): |confidence - accuracy|, 0 to 1.

    Of the answers, (n,), in each of so many bins of confidence, equally wide; averaged over them by
    the number of answers.
    """
    if len(confidence) == 0:
        return 0.0
    place = np.minimum((confidence * bins).astype(np.intp), bins - 1)
    surplus = np.bincount(place, weights=confidence - right, minlength=bins)
    return float(np.abs(surplus).sum() / len(confidence))


def error_bound(wrong: int, accepted: int) -> float:
    """One-sided upper bound of the error rate, with ASSURANCE (Clopper & Pearson 1934).

    It is the rate p at which so few wrong answers have the probability P(X ≤ wrong) =
    1 - ASSURANCE, found by Newton's method on its logarithm, a concave function of p.
    """
    if wrong >= accepted:
        return 1.0
    right = accepted - wrong
    # P(X ≤ wrong) = P(X = wrong) times a sum: each term is its predecessor times a ratio below 1.
    fewer = np.arange(wrong, max(0, wrong - FARTHEST * (1 + isqrt(wrong))), -1, dtype=np.float64)
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
    """Find the bias and temperature that suit held-out digits, and what can be accepted when.

    Parameters
    ----------
    z : array of shape (n, 10)
        Weighted inputs of the ten outputs.
    labels : uint8 array of shape (n,)
        0 to 9.
    source : str
        Which digits, for people.
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
    """Find the temperature T, e⁻² to e³, under which the answers are least surprising.

    Their mean surprise, log(1 + e^(o/T)) for the logarithm `against` of the odds o against each,
    (n,), is convex in 1/T: where its slope changes sign is found by halving.
    """
    low, high = -2.0, 3.0
    for _ in range(50):
        middle = (low + high) / 2
        if float(against @ sigmoid(against * np.exp(-middle))) > 0:
            low = middle  # they are too sure
        else:
            high = middle
    return float(np.exp((low + high) / 2))


def _bias(z: Floats, wrong: npt.NDArray[np.bool_]) -> float:
    """Find the least bias, 0 or above, for which at most DOUBTED seem likelier to be none.

    Of the digits that are told rightly: no bias helps the others.
    """
    others = np.sort(np.exp(z[~wrong]), axis=1)
    lead = others[:, -1] - others[:, :-1].sum(axis=1)
    # A digit is likelier than all else together from this bias on, often below 0; those in doubt
    # between two digits are never.
    needed = np.sort(-np.log(lead[lead > 0]))[::-1]
    allowed = int(DOUBTED * len(z))
    return round(float(max(0.0, needed[allowed])), 4) if allowed < len(needed) else 0.0


def risk_of(confidence: Floats, wrong: npt.NDArray[np.bool_]) -> tuple[tuple[float, int, int], ...]:
    """Rows of `Calibration.risk`: above 0, and above the confidence of each wrong answer."""
    limits = [0.0, *np.sort(confidence[wrong])]
    # The surest wrong answers decide about small errors; of the others, some will do.
    others, surest = limits[:-MOST_ROWS], limits[-MOST_ROWS:]
    limits = [*others[:: -(-len(others) // MOST_ROWS) or 1], *surest]
    rows = []
    for limit in limits:
        accepted = confidence > limit
        rows.append((float(limit), int(accepted.sum()), int(wrong[accepted].sum())))
    return tuple(rows)
