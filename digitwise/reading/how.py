"""How pages are read: what is asked, what is expected, how sure a reading has to be."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from digitwise.imaging.components import Component
from digitwise.models.calibration import Calibration
from digitwise.models.weighing import Weighing
from digitwise.reading.expected import Expected
from digitwise.reading.forms.description import Form
from digitwise.reading.judged import Judged, judge_numbers
from digitwise.reading.pattern import Pattern
from digitwise.reading.splitting.budget import Budget
from digitwise.reading.splitting.classify import Asked
from digitwise.reading.splitting.decide import ALTERNATIVES


class Options(TypedDict, total=False):
    """What `Reader.read` is asked beside the picture: see there."""

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
    network, calibration
        What is asked, and what its outputs mean.
    weighing : Weighing or None
        Of candidates; None if each component is a digit.
    layout : {"auto", "number", "digit"}
    expected : Expected
    threshold : float
        Confidence that numbers, or without `weighing` digits, must be above, or they are rejected.
    sure_above : float
        Confidence that they must be above to be sure.
    signs : bool
        Whether signs are a part of the text.
    decimal : {",", "."} or None
        Which sign parts units from tenths, where that is known.
    budget : Budget or None
        Of the page that is read, once it is known which.
    alternatives : int
        How many readings of a number are told.
    chosen : int
        Which of them is the one that is given, the most probable being 0.
    """

    network: Asked
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
    def with_signs(self) -> bool:
        """Whether signs are looked for: a pattern says itself what stands between digits."""
        return self.signs and self.weighing is not None and self.expected.pattern is None

    def judge(self, numbers: list[list[Component]], budgets: Sequence[Budget] = ()) -> list[Judged]:
        """Judge what may be numbers, each given as components, in one call of the network.

        Of several pages, each number comes with the budget of its own.
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
