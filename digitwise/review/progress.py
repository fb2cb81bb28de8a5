"""How far a review is, and how many wrong numbers are expected among what nobody has looked at."""

from collections.abc import Iterable
from dataclasses import dataclass

from digitwise.review.items import Item


@dataclass(frozen=True)
class Progress:
    """How far a review is.

    Attributes
    ----------
    items, decided : int
    rejected : int
        Of those that nobody has looked at, how many the reader has rejected: they aren't right,
        nor wrong.
    wrong : float
        How many of the others are expected to be wrong, by their calibrated confidence.
    error : float
        The expected share of wrong ones among all that are not rejected, if one stopped now.
    """

    items: int
    decided: int
    rejected: int
    wrong: float
    error: float


class Tally:
    """Items that are open, counted as they come and go: a table may have a hundred thousand."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._open, self._rejected, self._wrong = 0, 0, 0.0
        for item in items:
            self.add(item, 1)

    def add(self, item: Item, times: int) -> None:
        """Count an item that is open (1), that is no longer (-1), or of which nothing changed."""
        self._open += times
        if item.state == "rejected":
            self._rejected += times
        else:
            self._wrong += times * (1 - item.confidence)

    def progress(self, items: int) -> Progress:
        """Sum up, of so many items."""
        wrong, counted = max(0.0, self._wrong), items - self._rejected
        error = wrong / counted if counted else 0.0
        return Progress(items, items - self._open, self._rejected, wrong, error)
