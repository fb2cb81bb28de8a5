"""How pages are read: network, expectations, thresholds."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from digitwise.imaging.components import Component
from digitwise.models.calibration import Calibration
from digitwise.models.committee import Judge
from digitwise.models.weighing import Weighing
from digitwise.reading.expected import Expected
from digitwise.reading.forms.description import Form
from digitwise.reading.judged import Judged, judge_numbers
from digitwise.reading.pattern import Pattern
from digitwise.reading.splitting.budget import Budget
from digitwise.reading.splitting.decide import ALTERNATIVES

# Of the 500 real numbers that the weighing was learnt from, 11% above 0.5 were wrong, 9% above 0.6,
# 6% above 0.7.
MIN_CONFIDENCE = 0.7  # up to it, a number is rejected even without `max_error`


class Options(TypedDict, total=False):
    """Arguments of `Reader.read` beside the picture."""

    layout: str
    count: int | tuple[int, int] | None
    max_error: float | None
    pattern: str | Pattern | None
    form: Form | str | Path | None
    signs: str
    decimal: str | None


@dataclass(frozen=True)
class How:
    """How pages are read.

    Attributes
    ----------
    network : Judge
    calibration : Calibration or None
    weighing : Weighing or None
        Weights of candidates; None if each component is a digit.
    layout : {"auto", "number", "digit"}
    expected : Expected
    threshold : float
        Confidence up to which a number, or without `weighing` a digit, is rejected.
    sure_above : float
        Confidence above which it is sure.
    signs : bool
        Whether signs are a part of the text.
    decimal : {",", "."} or None
        Decimal sign, where it is known.
    budget : Budget or None
        Budget of the page, if a single page is read.
    alternatives : int
        Number of readings to return for each number.
    chosen : int
        Rank of the reading that becomes the text; 0 is the most probable.
    """

    network: Judge
    calibration: Calibration | None
    weighing: Weighing | None
    layout: str
    expected: Expected
    threshold: float
    sure_above: float = 1.0
    signs: bool = True
    decimal: str | None = None
    budget: Budget | None = None
    alternatives: int = ALTERNATIVES
    chosen: int = 0

    @property
    def number_threshold(self) -> float:
        """Confidence up to which a number is rejected, 0 to 1."""
        return max(self.threshold, MIN_CONFIDENCE)

    @property
    def with_signs(self) -> bool:
        """Whether to look for signs; a pattern has its own."""
        return self.signs and self.weighing is not None and self.expected.pattern is None

    def judge(self, numbers: list[list[Component]], budgets: Sequence[Budget] = ()) -> list[Judged]:
        """Judge possible numbers, each given as components, together.

        Parameters
        ----------
        budgets : sequence of Budget, optional
            The budget of each number's page; `self.budget` if not given.
        """
        known = self.layout != "auto"
        if self.budget and not budgets:
            budgets = [self.budget] * len(numbers)
        return judge_numbers(
            numbers,
            self.network,
            self.calibration,
            self.weighing,
            self.expected,
            known,
            budgets,
            self.alternatives,
            self.chosen,
        )
