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
from digitwise.reading.splitting.arcs import MIN_HEIGHT, has_digit_size
from digitwise.reading.splitting.cuts import MAX_WIDTH_HEIGHTS
from digitwise.reading.splitting.fragments import break_up, digit_height, piece_between

MIN_CHAIN_WIDTH = 1.2  # digit heights: narrowest component that may be several characters
MIN_CHAINS = 4  # chains of a page: fewer may be the touching digits of one number
MOST_CUTS = 24  # of a chain, the cheapest
# Mean probability of the likeliest digit, at ends of chains and of single characters. It is 0.68
# and more for drawn numbers of which half of the digits touch, below 0.65 for nine lines of ten.
MIN_MEAN_OF_NUMBER = 0.65
MIN_MEAN_OF_PART = 0.8  # the same for a part of a line of text
MAX_MEAN_OF_WORD = 0.5  # the same for a word beside a number, as a town behind its postal code
MIN_OF_NUMBER = 2  # characters of a part: a lone one among words is a letter, such as I or O
MIN_OF_WORD = 3  # characters of a word beside a number: fewer may be digits that are hard to read
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
    heights = [digit_height(number) for number in numbers]
    chains = [_count_chains(*pair) for pair in zip(numbers, heights, strict=True)]
    if sum(chains) < MIN_CHAINS:
        return list(numbers)
    looked_at = [
        _characters(number, height) if count else []
        for number, height, count in zip(numbers, heights, chains, strict=True)
    ]
    pieces = [p for number in looked_at for one in number for end in one.ends for p in end]
    likeliest = iter(classify(pieces).max(axis=1).tolist()) if pieces else iter(())
    found: list[list[Component]] = []
    for number, height, characters in zip(numbers, heights, looked_at, strict=True):
        seen = {
            id(one.component): [
                max((next(likeliest) for _ in end), default=0.0) for end in one.ends
            ]
            for one in characters
        }
        found += [number] if not characters else _numbers_among(number, height, seen)
    return found


def _numbers_among(
    number: list[Component], height: float, seen: dict[int, list[float]]
) -> Iterator[list[Component]]:
    """Yield the whole number, or the parts of a line of text that look like numbers."""

    def mean(part: list[Component]) -> float:
        return fmean([p for component in part for p in seen.get(id(component), [])] or [0.0])

    def characters(part: list[Component]) -> int:
        return sum(id(component) in seen for component in part)

    words = _words(number, MIN_WORD_GAP_HEIGHTS * height)
    beside = any(mean(w) < MAX_MEAN_OF_WORD and characters(w) >= MIN_OF_WORD for w in words)
    if mean(number) >= MIN_MEAN_OF_NUMBER and not beside:
        yield number
        return
    for part in words:
        if characters(part) >= MIN_OF_NUMBER and mean(part) >= MIN_MEAN_OF_PART:
            yield part


def _words(number: list[Component], widest: float) -> list[list[Component]]:
    """Part a line at its gaps wider than this, in pixels."""
    ordered = sorted(number, key=lambda c: c.left)
    reached = accumulate((c.right for c in ordered), max)
    words = [[ordered[0]]]
    for component, right in zip(ordered[1:], reached, strict=False):
        if component.left - right > widest:
            words.append([])
        words[-1].append(component)
    return words


def _count_chains(number: list[Component], height: float) -> int:
    return sum(c.width >= MIN_CHAIN_WIDTH * height for c in _tall(number, height))


def _tall(number: list[Component], height: float) -> list[Component]:
    return [c for c in number if c.height >= MIN_HEIGHT * height]


def _characters(number: list[Component], height: float) -> list[Character]:
    return [Character(c, _ends(c, height)) for c in _tall(number, height)]


def _ends(component: Component, height: float) -> list[list[Component]]:
    """Return the candidate digits at both ends of a chain, or the component alone."""
    if component.width < MIN_CHAIN_WIDTH * height:
        return [[component]]
    if component.width > MAX_WIDTH_HEIGHTS * height:
        return [[]]
    fragments = break_up([component], height, [MOST_CUTS])
    first, last = fragments[0], fragments[-1]
    left = (piece_between(first, fragment) for fragment in fragments)
    right = (piece_between(fragment, last) for fragment in fragments)
    return [
        [p for p in end if p and has_digit_size(p.width, p.height, height)] for end in (left, right)
    ]
