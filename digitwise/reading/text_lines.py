"""Leave lines of text out of a page's possible numbers, and keep the numbers among their words.

Joined letters could be cut into hundreds of candidate digits. Whatever the cuts inside a chain of
touching digits are, a digit stands at each end of it. The ends of words are seldom digits, so that
a few candidates at the ends tell words from numbers before anything else is cut.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from statistics import fmean

from digitwise.imaging.components import Component
from digitwise.neurons import Floats
from digitwise.reading.splitting.arcs import MAX_HEIGHT, MAX_WIDTH, MIN_HEIGHT
from digitwise.reading.splitting.cuts import WIDEST
from digitwise.reading.splitting.fragments import break_up, digit_height, piece_between

MIN_CHAIN_ASPECT = 1.2  # width to height: a component from which on it may be several characters
MIN_CHAINS = 8  # chains of a page: cutting fewer takes little time
MOST_CUTS = 24  # of a chain, the cheapest
# Mean probability of the likeliest digit, at ends of chains and of single characters. It is 0.68
# and more for drawn numbers of which half of the digits touch, below 0.65 for nine lines of ten.
MIN_MEAN_OF_NUMBER = 0.65
MIN_MEAN_OF_PART = 0.8  # the same for a part of a line of text
MIN_CHARACTERS = 2  # of such a part: a lone character among words is a letter, such as I or O
MIN_WORD_GAP_HEIGHTS = 0.5  # digit heights: narrowest gap between a number and a word

Classify = Callable[[Sequence[Component]], Floats]
"""Return the probability of each digit for each of n pieces, shape (n, 10)."""


@dataclass(frozen=True)
class Character:
    """A component that is high enough for a digit, and the pieces of it that tell what it is.

    Attributes
    ----------
    ends : list of lists of Component
        The component itself, or candidate digits at the left and the right end of a chain.
    """

    component: Component
    ends: list[list[Component]]


def without_text(numbers: Sequence[list[Component]], classify: Classify) -> list[list[Component]]:
    """Leave out the words of a page's possible numbers.

    Parameters
    ----------
    numbers : sequence of lists of Component
        The possible numbers of a page.
    classify : callable

    Returns
    -------
    list of lists of Component
        All numbers of a page with few chains; else those that look like numbers, and such parts of
        the others.
    """
    if sum(map(_may_be_chain, (c for number in numbers for c in number))) < MIN_CHAINS:
        return list(numbers)
    looked_at = [_characters(n) if any(map(_may_be_chain, n)) else [] for n in numbers]
    pieces = [p for number in looked_at for one in number for end in one.ends for p in end]
    likeliest = iter(classify(pieces).max(axis=1).tolist()) if pieces else iter(())
    found: list[list[Component]] = []
    for number, characters in zip(numbers, looked_at, strict=True):
        seen = {
            id(one.component): [
                max((next(likeliest) for _ in end), default=0.0) for end in one.ends
            ]
            for one in characters
        }
        found += [number] if not characters else _numbers_among(number, seen)
    return found


def _numbers_among(
    number: list[Component], seen: dict[int, list[float]]
) -> Iterator[list[Component]]:
    """Yield the whole number, or the parts of a line of text that look like numbers."""

    def looks_like(part: list[Component], least: float) -> bool:
        told = [p for component in part for p in seen.get(id(component), [])]
        return bool(told) and fmean(told) >= least

    if looks_like(number, MIN_MEAN_OF_NUMBER):
        yield number
        return
    for part in _words(number):
        characters = sum(id(component) in seen for component in part)
        if characters >= MIN_CHARACTERS and looks_like(part, MIN_MEAN_OF_PART):
            yield part


def _words(number: list[Component]) -> list[list[Component]]:
    """Part a line at its wide gaps."""
    widest = MIN_WORD_GAP_HEIGHTS * digit_height(number)
    ordered = sorted(number, key=lambda c: c.left)
    reached = accumulate((c.right for c in ordered), max)
    words = [[ordered[0]]]
    for component, right in zip(ordered[1:], reached, strict=False):
        if component.left - right > widest:
            words.append([])
        words[-1].append(component)
    return words


def _may_be_chain(component: Component) -> bool:
    return component.width >= MIN_CHAIN_ASPECT * component.height


def _characters(number: list[Component]) -> list[Character]:
    height = digit_height(number)
    return [Character(c, _ends(c, height)) for c in number if c.height >= MIN_HEIGHT * height]


def _ends(component: Component, height: float) -> list[list[Component]]:
    """Return the candidate digits at both ends of a chain, or the component alone."""
    if component.width < MIN_CHAIN_ASPECT * height:
        return [[component]]
    if component.width > WIDEST * height:
        return [[]]
    fragments = break_up([component], height, [MOST_CUTS])
    first, last = fragments[0], fragments[-1]
    left = (piece_between(first, fragment) for fragment in fragments)
    right = (piece_between(fragment, last) for fragment in fragments)
    return [[p for p in end if p and _may_be_digit(p, height)] for end in (left, right)]


def _may_be_digit(piece: Component, height: float) -> bool:
    low, tall = MIN_HEIGHT * height, MAX_HEIGHT * height
    return piece.width <= MAX_WIDTH * height and low <= piece.height <= tall
