"""Numbers that stand beside words: a label, a unit, the town behind its postal code."""

from collections.abc import Callable
from itertools import accumulate
from statistics import median

from digitwise.imaging.components import Component
from digitwise.reading.judged import Judged

SURE = 0.75  # what is more probably one number than this, is
CLEAR = 0.95  # what is less probably one, beside a word, is a word, too
GAP = 0.2  # of the height of most: a gap between words has at least so much, and is
WIDER = 2.0  # times as wide as any that is none
LOWER = 0.75  # times as high is what was printed in smaller letters
MOST = 2  # words beside a number
LONGEST = 40  # pieces of ink on a line: more are a texture


def part_from_words(
    found: Judged, judge: Callable[[list[list[Component]]], list[Judged]]
) -> list[Judged]:
    """Part a number from the words that stand on its line, if there are any.

    Where no number is sure, but a gap is so wide that a word may end there, or what lies on either
    side of one is of different heights, both sides are read by themselves. They stay apart if it is
    more probable that one of them is a number and the other is none than that all is one. Words may
    well look like numbers: of the parts, what is not quite sure to be one is left out.

    Parameters
    ----------
    found : Judged
    judge : callable
        Judges what may be numbers, each by itself.
    """
    parts = _part(found, judge)
    return [part for part in parts if part.confidence >= CLEAR] or [found]


def _part(found: Judged, judge: Callable[[list[list[Component]]], list[Judged]]) -> list[Judged]:
    for both in _at_word_gaps(found.components) if found.confidence < SURE else []:
        left, right = judge(both)
        if max(_beside(left, right), _beside(right, left)) > found.confidence:
            return _part(left, judge) + _part(right, judge)
    return [found]


def _beside(number: Judged, word: Judged) -> float:
    """Probability that one is a number and the other none.

    What is as high as a single digit may well be more digits, though hard to read.
    """
    low = _height(word.components) <= LOWER * _height(number.components)
    if len(number.components) == 1 and not low:
        return 0.0
    return number.confidence * (1 - word.confidence)


def _at_word_gaps(components: list[Component]) -> list[list[list[Component]]]:
    """Both sides of each gap that may be one between words, the widest first."""
    if len(components) > LONGEST:
        return []
    ordered = sorted(components, key=lambda c: c.left)
    least = GAP * _height(ordered)
    reached = accumulate((c.right for c in ordered), max)
    gaps = [c.left - right for c, right in zip(ordered[1:], reached, strict=False)]
    widest = sorted(range(len(gaps)), key=lambda k: -gaps[k])
    # Digits touch, letters hardly do: less than half of the least gap tells nothing.
    others = [max(gaps[k], least / WIDER) for k in widest[1:]] or [least / WIDER]
    wider = [gaps[k] >= WIDER * other for k, other in zip(widest, others, strict=False)]
    found = []
    for rank, k in enumerate(widest[:MOST]):
        left, right = ordered[: k + 1], ordered[k + 1 :]
        low, high = sorted([_height(left), _height(right)])
        if any(wider[rank:MOST]) or (gaps[k] >= least and low <= LOWER * high):
            found.append([left, right])
    return found


def _height(components: list[Component]) -> float:
    return median(c.height for c in components)
