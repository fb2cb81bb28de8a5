"""The weighing: weights of the network's output and of geometry in a candidate's score."""

from dataclasses import asdict, dataclass, field, replace
from math import isfinite
from typing import Any

from digitwise.models.calibration import Calibration
from digitwise.network import Network

DIGIT_TERMS = (
    "log p", "log none", "bias", "height", "width", "cut", "gap", "parts", "off line",
    "too high", "too wide", "cut at all", "cut far", "in place",
)  # fmt: skip
NONE_TERMS = ("bias", "log none", "height", "width", "ink", "out of place")
NUMBER_TERMS = ("bias", "total", "width", "cut out")
MOST_LENGTHS = 201  # of 0 to 200 digits, as many as a pattern may have
EARLIER = {"digit": (9, 13), "none": (5,), "number": (3,)}
"""Numbers of weights in older files, in which the last terms are missing."""


@dataclass(frozen=True)
class Weighing:
    """Weights learnt from drawn numbers: see `digitwise.reading.splitting.scoring`.

    Attributes
    ----------
    digit, none, number : tuple of float
        Weights of DIGIT_TERMS for a candidate taken for a digit, of NONE_TERMS for ink that is
        skipped, and of NUMBER_TERMS, which tell numbers from letters.
    sizes : tuple of ten (height, its deviation, width, its deviation)
        Mean and standard deviation of each digit's log height and log width, in digit heights.
    numbers : Calibration
        Calibration of the confidence of whole numbers.
    signs : Network or None
        Network for the kinds of components: see `digitwise.reading.signs`. None in older files.
        Model files hold it as tensors.
    second : Network or None
        Network that judges candidates together with the model's own: see
        `digitwise.models.committee`. Model files hold it as tensors.
    outputs : Calibration or None
        Calibration of both networks' mean; None without a second network.
    lengths : tuple of float
        Log of the factor by which numbers of 0, 1, 2, ... digits are more frequent among corrected
        numbers than if all lengths were equally frequent: see `digitwise.training.lengths`. Empty
        where it is unknown.
    """

    digit: tuple[float, ...]
    none: tuple[float, ...]
    number: tuple[float, ...]
    sizes: tuple[tuple[float, float, float, float], ...]
    numbers: Calibration
    signs: Network | None = field(default=None, compare=False)
    second: Network | None = field(default=None, compare=False)
    outputs: Calibration | None = None
    lengths: tuple[float, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the weighing as an object of a model file's header, without the networks."""
        saved = asdict(replace(self, signs=None, second=None))
        del saved["signs"], saved["second"]
        return saved

    @classmethod
    def from_dict(cls, saved: dict[str, Any]) -> "Weighing":
        """Restore a weighing from a result of `to_dict`, after a trip through JSON.

        Raises
        ------
        TypeError, ValueError, KeyError
            If `saved` is no weighing.
        """
        terms = {"digit": DIGIT_TERMS, "none": NONE_TERMS, "number": NUMBER_TERMS}
        digit, none, number = (_weights(saved[k], len(of), EARLIER[k]) for k, of in terms.items())
        sizes = []
        for height, tall, width, wide in saved["sizes"]:
            sizes.append((float(height), float(tall), float(width), float(wide)))
        per_length = tuple(float(v) for v in saved.get("lengths", ()))
        known = (digit, none, number, per_length, *sizes)
        finite = all(isfinite(v) for values in known for v in values)
        positive = all(size[1] > 0 and size[3] > 0 for size in sizes)
        lengths = [len(values) for values in (digit, none, number, sizes)]
        wanted = [*map(len, (DIGIT_TERMS, NONE_TERMS, NUMBER_TERMS)), 10]
        if lengths != wanted or len(per_length) > MOST_LENGTHS or not (finite and positive):
            raise ValueError(f"{saved!r:.80} is no weighing")
        numbers, of_outputs = Calibration.from_dict(saved["numbers"]), saved.get("outputs")
        outputs = None if of_outputs is None else Calibration.from_dict(of_outputs)
        return cls(digit, none, number, tuple(sizes), numbers, outputs=outputs, lengths=per_length)


def _weights(saved: list[Any], count: int, earlier: tuple[int, ...]) -> tuple[float, ...]:
    weights = tuple(float(w) for w in saved)
    return (*weights, *[0.0] * (count - len(weights))) if len(weights) in earlier else weights
