"""How a network's word on candidate digits is weighed against geometry, when numbers are read."""

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
EARLIER = {"digit": (9, 13), "none": (5,), "number": (3,)}
"""How many there are in files from before others were weighed."""


@dataclass(frozen=True)
class Weighing:
    """Weights that were learnt from drawn numbers: see `digitwise.reading.splitting.scoring`.

    Attributes
    ----------
    digit, none, number : tuple of float
        Of the terms of a candidate that is taken for a digit; of ink that is passed over; and of
        what may be no number at all, but letters.
    sizes : tuple of ten (height, its deviation, width, its deviation)
        Of each digit: logarithms, in heights of a number's digits.
    numbers : Calibration
        What the confidence of whole numbers is worth.
    signs : Network or None
        Tells what each component is, in its place: see `digitwise.reading.signs`. None in files
        from before there was one. Model files hold it as tensors.
    """

    digit: tuple[float, ...]
    none: tuple[float, ...]
    number: tuple[float, ...]
    sizes: tuple[tuple[float, float, float, float], ...]
    numbers: Calibration
    signs: Network | None = field(default=None, compare=False)

    def to_dict(self) -> dict[str, Any]:
        """As the headers of model files have it: without the network."""
        saved = asdict(replace(self, signs=None))
        del saved["signs"]
        return saved

    @classmethod
    def from_dict(cls, saved: dict[str, Any]) -> "Weighing":
        """Restore what `to_dict` gave, after a trip through JSON.

        Raises
        ------
        TypeError, ValueError, KeyError
            If it isn't that.
        """
        terms = {"digit": DIGIT_TERMS, "none": NONE_TERMS, "number": NUMBER_TERMS}
        digit, none, number = (_weights(saved[k], len(of), EARLIER[k]) for k, of in terms.items())
        sizes = []
        for height, tall, width, wide in saved["sizes"]:
            sizes.append((float(height), float(tall), float(width), float(wide)))
        finite = all(isfinite(v) for values in (digit, none, number, *sizes) for v in values)
        positive = all(size[1] > 0 and size[3] > 0 for size in sizes)
        lengths = [len(values) for values in (digit, none, number, sizes)]
        wanted = [*map(len, (DIGIT_TERMS, NONE_TERMS, NUMBER_TERMS)), 10]
        if lengths != wanted or not (finite and positive):
            raise ValueError(f"{saved!r:.80} doesn't say how to weigh")
        return cls(digit, none, number, tuple(sizes), Calibration.from_dict(saved["numbers"]))


def _weights(saved: list[Any], count: int, earlier: tuple[int, ...]) -> tuple[float, ...]:
    weights = tuple(float(w) for w in saved)
    return (*weights, *[0.0] * (count - len(weights))) if len(weights) in earlier else weights
