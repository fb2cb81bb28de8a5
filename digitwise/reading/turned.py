"""Turn pages that lie on their side or upside down, where they are read better so."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from digitwise.imaging.components import Component
from digitwise.imaging.pictures import Picture
from digitwise.neurons import Floats
from digitwise.reading.number import Box, Number

MIN_SHARE_RIGHT = 0.8  # of a page's digits: below it, the page is tried turned
MAX_COMPONENTS = 200  # components that the network judges in all four rotations
MIN_PROBABILITY_RATIO = 1.05  # turned to as it lies, of the components' digit probabilities
MIN_DIGITS = 8  # components to judge a rotation by; right digits to accept it
MIN_SHARE_RIGHT_TURNED = 0.65  # of a turned page's digits, to accept the rotation
MIN_GAIN_DIGITS = 4  # increase of the score to accept the rotation
COST_OF_WRONG_DIGIT = 2  # right digits that a wrong one cancels in that score
UPSIDE_DOWN = 2  # quarter turns
MAX_CONFIDENCE_TO_TURN = 0.7  # of a page's only number, for it to be tried upside down
MIN_CONFIDENCE_TURNED = 0.98  # of a page's only number, for the page to be upside down
MIN_WIDTH_TURNED = 0.8  # of the number upside down, as a share of its width as it lies
MAX_PROBABILITY = 0.999  # bound of a reading's probability in Bayes' rule
PRIOR_TURNED = 0.02  # probability of a page upside down; none of 500 real ones is


def is_doubtful(found: Sequence[Number]) -> bool:
    """Whether a page is read so badly that it may lie on its side or upside down."""
    right, digits = _count_right(found)
    return right < MIN_SHARE_RIGHT * digits or not digits


def quarters_to_turn(
    components: Sequence[Component], judge: Callable[[list[Component]], Floats]
) -> int:
    """Return the rotation, in quarter turns counterclockwise, that makes most components digits.

    Parameters
    ----------
    components : sequence of Component
        Of the page as it lies.
    judge : callable
        Returns the probability of each digit, shape (n, 10), for n components.
    """
    # `judge` looks at the ink alone, so that the boxes need not be turned.
    some = components[:: -(-len(components) // MAX_COMPONENTS) or 1]
    if len(some) < MIN_DIGITS:
        return 0
    turned = [
        replace(c, ink=np.ascontiguousarray(np.rot90(c.ink, quarters)))
        for quarters in range(1, 4)
        for c in some
    ]
    like_digits = judge([*some, *turned]).max(axis=1).reshape(4, -1).sum(axis=1)
    quarters = int(like_digits.argmax())
    return quarters if like_digits[quarters] >= MIN_PROBABILITY_RATIO * like_digits[0] else 0


def reads_better(turned: Sequence[Number], found: Sequence[Number]) -> bool:
    """Whether the numbers of the turned page are read far better than those as it lies.

    Words lower the score of a page as it lies. Its right digits must not be more numerous.
    """
    right, digits = _count_right(turned)
    upright, _ = _count_right(found)
    gain = score(turned, COST_OF_WRONG_DIGIT) - score(found, COST_OF_WRONG_DIGIT)
    enough = right >= max(MIN_DIGITS, MIN_SHARE_RIGHT_TURNED * digits, upright)
    return enough and gain >= MIN_GAIN_DIGITS


def score(found: Sequence[Number], wrong: float) -> float:
    """Return the expected number of right digits, less `wrong` for each expected wrong one."""
    right, digits = _count_right(found)
    return right - wrong * (digits - right)


def _count_right(found: Sequence[Number]) -> tuple[float, int]:
    """Return the expected number of right digits, and the number of digits."""
    right = sum(len(number.without_signs) * number.confidence for number in found)
    return right, sum(len(number.without_signs) for number in found)


def is_upside_down(found: list[Number], turned: list[Number]) -> bool:
    """Whether a page's only number is sure when turned, and about as wide as before."""
    if not turned or turned[0].confidence < MIN_CONFIDENCE_TURNED:
        return False
    return not found or _width(turned[0]) >= MIN_WIDTH_TURNED * _width(found[0])


def _width(number: Number) -> int:
    return number.bbox[2] - number.bbox[0]


def probability_turned(upright: float, turned: Number) -> float:
    """Return the probability that the turned reading is right, given that one of the two is.

    Bayes' rule, with the prior `PRIOR_TURNED`.

    Parameters
    ----------
    upright : float
        Confidence of the reading as the page lies.
    """
    p = min(turned.confidence, MAX_PROBABILITY)
    is_turned, is_upright = PRIOR_TURNED * p * (1 - upright), (1 - PRIOR_TURNED) * upright * (1 - p)
    return is_turned / (is_turned + is_upright)


def turn(picture: Picture, quarters: int) -> Picture:
    """Turn a page counterclockwise by quarter turns."""
    grey = np.ascontiguousarray(np.rot90(picture.grey, quarters))
    size = picture.width, picture.height
    width, height = size[::-1] if quarters % 2 else size
    return Picture(grey, width, height, picture.page)


def turn_back(number: Number, quarters: int, page: Picture) -> Number:
    """Return a turned page's number with its boxes on the page as it lies."""

    def moved(box: Box) -> Box:
        x0, y0, x1, y1 = box
        if quarters == 1:
            return page.width - y1, x0, page.width - y0, x1
        if quarters == 2:
            return page.width - x1, page.height - y1, page.width - x0, page.height - y0
        return y0, page.height - x1, y1, page.height - x0

    return number.moved(moved, (page.width, page.height))
