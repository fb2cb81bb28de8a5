"""Pages that lie on their side or upside down: how they lie is seen by how well they are read."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from digitwise.imaging.components import Component
from digitwise.imaging.pictures import Picture
from digitwise.neurons import Floats
from digitwise.reading.number import Box, Number

DOUBTFUL = 0.8  # share of a page's digits that are read right, as they lie; it is looked at turned
PIECES = 200  # that are looked at
LIKELIER = 1.05  # times as probably digits are they if the page is turned right
ENOUGH = 8  # digits that are read right: by fewer it can't be told
CLEAR = 0.65  # share of a page's digits that are, if it is turned right; and
MORE = 4  # so many more, each that is wrong taken off
WRONG = 2  # times


def is_doubtful(found: Sequence[Number]) -> bool:
    """Whether a page is read so badly that it may lie on its side or upside down."""
    right, digits = _read_right(found)
    return right < DOUBTFUL * digits or not digits


def quarters_to_turn(
    components: Sequence[Component], judge: Callable[[list[Component]], Floats]
) -> int:
    """By how many quarters, counterclockwise, a page has to be turned for most pieces to be digits.

    Parameters
    ----------
    components : sequence of Component
        Of the page as it lies.
    judge : callable
        Probability of each digit, shape (n, 10), for each of n pieces.
    """
    # Only what is seen of them is asked for, not where they are.
    some = components[:: -(-len(components) // PIECES) or 1]
    if len(some) < ENOUGH:
        return 0
    turned = [
        replace(c, ink=np.ascontiguousarray(np.rot90(c.ink, quarters)))
        for quarters in range(1, 4)
        for c in some
    ]
    like_digits = judge([*some, *turned]).max(axis=1).reshape(4, -1).sum(axis=1)
    quarters = int(like_digits.argmax())
    return quarters if like_digits[quarters] >= LIKELIER * like_digits[0] else 0


def reads_better(turned: Sequence[Number], found: Sequence[Number]) -> bool:
    """Whether a page is read far better turned than as it lies."""
    right, digits = _read_right(turned)
    gain = score(turned, WRONG) - score(found, WRONG)
    return right >= max(ENOUGH, CLEAR * digits) and gain >= MORE


def score(found: Sequence[Number], wrong: float) -> float:
    """How many digits probably are read right, `wrong` taken off for each that is not."""
    right, digits = _read_right(found)
    return right - wrong * (digits - right)


def _read_right(found: Sequence[Number]) -> tuple[float, int]:
    """How many digits probably are read right, and how many digits there are."""
    right = sum(len(number.without_signs) * number.confidence for number in found)
    return right, sum(len(number.without_signs) for number in found)


def turn(picture: Picture, quarters: int) -> Picture:
    """Turn a page counterclockwise."""
    grey = np.ascontiguousarray(np.rot90(picture.grey, quarters))
    size = picture.width, picture.height
    width, height = size[::-1] if quarters % 2 else size
    return Picture(grey, width, height, picture.page)


def turn_back(number: Number, quarters: int, page: Picture) -> Number:
    """A number of a page that was turned, its boxes on the page as it lies."""

    def moved(box: Box) -> Box:
        x0, y0, x1, y1 = box
        if quarters == 1:
            return page.width - y1, x0, page.width - y0, x1
        if quarters == 2:
            return page.width - x1, page.height - y1, page.width - x0, page.height - y0
        return y0, page.height - x1, y1, page.height - x0

    return number.moved(moved, (page.width, page.height))
