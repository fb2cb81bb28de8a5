"""Numbers that stand beside words: a label, a unit, the town behind its postal code."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate
from statistics import median

from digitwise.imaging.components import Component
from digitwise.reading.judged import Judged
from digitwise.reading.splitting.fragments import digit_height

SURE = 0.75  # what is more probably one number than this, is
CLEAR = 0.95  # what is less probably one, beside a word, is a word, too
GAP = 0.2  # of the height of most: a gap between words has at least so much, and is
WIDER = 2.0  # times as wide as any that is none
LOWER = 0.75  # times as high is what was printed in smaller letters
FAR = 0.5  # of the height of the higher side has a clear gap, at least, the lower side being
UNLIKE = 0.82  # times as high, at most
MOST = 2  # words beside a number
LONGEST = 40  # pieces of ink on a line: more are a texture


@dataclass(frozen=True)
class Gap:
    """A gap that may be one between words.

    Attributes
    ----------
    left, right : list of Component
        What lies on either side.
    clear : bool
        Whether it is one: it is wide, and what lies on either side is not of the same height.
    """

    left: list[Component]
    right: list[Component]
    clear: bool


def part_from_words(
    found: Judged, judge: Callable[[list[list[Component]]], list[Judged]]
) -> list[Judged]:
    """Part a number from the words that stand on its line, if there are any.

    Where no number is sure, but a gap is so wide that a word may end there, or what lies on either
    side of one is of different heights, both sides are read by themselves. They stay apart if it is
    more probable that one of them is a number and the other is none than that all is one; and if
    there is a clear gap, whatever they look like, so that the taller one surely is a number: print
    is lower than what is written beside it. Words may well look like numbers: of the parts, what is
    not quite sure to be one is left out.

    Parameters
    ----------
    found : Judged
    judge : callable
        Judges what may be numbers, each by itself.
    """
    parts = _part(found, judge)
    return [part for part in parts if part.confidence >= CLEAR] or [found]


def _part(found: Judged, judge: Callable[[list[list[Component]]], list[Judged]]) -> list[Judged]:
    for gap in _word_gaps(found.components):
        if not gap.clear and (found.confidence >= SURE or _at_sign(gap, found)):
            continue
        left, right = judge([gap.left, gap.right])
        of_both = max(_beside(left, right), _beside(right, left))
        taller = max(left, right, key=lambda part: digit_height(part.components))
        if of_both > found.any_number or (gap.clear and taller.confidence >= CLEAR):
            return _part(left, judge) + _part(right, judge)
    return [found]


def _at_sign(gap: Gap, found: Judged) -> bool:
    """Whether a sign stands at a gap: a point between thousands, say, with room about it."""
    ends = (max(gap.left, key=lambda c: c.left), min(gap.right, key=lambda c: c.left))
    return any(end is sign for end in ends for sign in found.signs)


def _beside(number: Judged, word: Judged) -> float:
    """Probability that one is a number and the other none.

    What is as high as a single digit may well be more digits, though hard to read.
    """
    low = digit_height(word.components) <= LOWER * digit_height(number.components)
    if len(number.components) == 1 and not low:
        return 0.0
    return number.confidence * (1 - word.any_number)


def _word_gaps(components: list[Component]) -> list[Gap]:
    """Find the gaps that may be between words, the widest first."""
    if not 1 < len(components) <= LONGEST:
        return []
    ordered = sorted(components, key=lambda c: c.left)
    height = median(c.height for c in ordered)
    reached = accumulate((c.right for c in ordered), max)
    gaps = [c.left - right for c, right in zip(ordered[1:], reached, strict=False)]
    widest = sorted(range(len(gaps)), key=lambda k: -gaps[k])
    # Digits touch, letters hardly do: less than half of the least gap tells nothing.
    nothing = GAP * height / WIDER
    others = [max(gaps[k], nothing) for k in widest[1:]] or [nothing]
    wider = [gaps[k] >= WIDER * other for k, other in zip(widest, others, strict=False)]
    found = []
    for rank, k in enumerate(widest[:MOST]):
        stands_out = any(wider[rank:MOST])
        if not stands_out and gaps[k] < GAP * height:
            continue  # as most gaps between digits: their heights tell nothing
        left, right = ordered[: k + 1], ordered[k + 1 :]
        low, high = sorted([digit_height(left), digit_height(right)])
        if stands_out or low <= LOWER * high:
            clear = stands_out and gaps[k] >= FAR * high and low <= UNLIKE * high
            found.append(Gap(left, right, clear))
    return found
