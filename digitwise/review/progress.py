"""Progress of a review, and the expected number of wrong ones among the undecided numbers."""

from collections.abc import Iterable
from dataclasses import dataclass

from digitwise.review.items import Item


@dataclass(frozen=True)
class Progress:
    """Progress of a review.

    Attributes
    ----------
    items, decided : int
    rejected : int
        Undecided items that the reader has rejected: they count as neither right nor wrong.
    wrong : float
        Expected number of wrong ones among the other undecided items, by calibrated confidence.
    error : float
        Expected share of wrong ones among all items but the rejected, if the review ended now.
    """

    items: int
    decided: int
    rejected: int
    wrong: float
    error: float


class Tally:
    """Running counts of undecided items, because a table may have a hundred thousand."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._open, self._rejected, self._wrong = 0, 0, 0.0
        for item in items:
            self.add(item, 1)

    def add(self, item: Item, times: int) -> None:
        """Add an undecided item (1), remove a decided one (-1), or change nothing (0)."""
        self._open += times
        if item.state == "rejected":
            self._rejected += times
        else:
            self._wrong += times * (1 - item.confidence)

    def progress(self, items: int) -> Progress:
        """Return the progress, given the number of all items."""
        wrong, counted = max(0.0, self._wrong), items - self._rejected
        error = wrong / counted if counted else 0.0
        return Progress(items, items - self._open, self._rejected, wrong, error)
