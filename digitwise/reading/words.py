"""Part numbers from words on their line: a label, a unit, the town behind its postal code."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate
from statistics import median

from digitwise.imaging.components import Component
from digitwise.reading.judged import Judged
from digitwise.reading.splitting.fragments import digit_height

SURE = 0.75  # confidence from which on a number is not parted
MIN_CONFIDENCE_OF_PART = 0.95  # a part below it is a word
MIN_GAP_HEIGHTS = 0.2  # median component heights: narrowest gap between words
MIN_GAP_RATIO = 2.0  # of a gap between words to the next narrower gap
MAX_HEIGHT_OF_PRINT = 0.75  # of the lower side, as a share of the higher side's height
MIN_CLEAR_GAP_HEIGHTS = 0.5  # heights of the higher side: narrowest clear gap
MAX_CONFIDENCE_OF_PRINT = 0.7  # of a clear gap's lower side; in 5 real numbers it is at most 0.61
MAX_LOW_SIDE = 0.82  # height of a clear gap's lower side, as a share of the higher side's
MOST_GAPS = 2  # of a line that are tried, the widest first
MAX_COMPONENTS = 40  # on a line: more are a texture


@dataclass(frozen=True)
class Gap:
    """A possible gap between words.

    Attributes
    ----------
    left, right : list of Component
        Components on either side.
    clear : bool
        Whether the gap is wide and its sides differ in height.
    """

    left: list[Component]
    right: list[Component]
    clear: bool


def part_from_words(
    found: Judged, judge: Callable[[list[list[Component]]], list[Judged]]
) -> list[Judged]:
    """Part a number from the words that stand on its line, if there are any.

    Unless the whole is sure, both sides of a possible gap are read alone. They stay apart if "one
    side is a number, the other a word" is more probable than "one number". They also stay apart at
    a clear gap if the taller side is surely a number and the lower one is not: print is lower than
    the writing beside it.
    Words may look like numbers: only very sure parts are kept.

    Parameters
    ----------
    found : Judged
    judge : callable
        Judges possible numbers, each by itself.

    Returns
    -------
    list of Judged
        The parts that are numbers, or `found` alone. A part is as probable as its text is, times
        the probability that it is parted rightly.
    """
    return _parts(found, judge, 1.0) or [found]


def _parts(
    found: Judged, judge: Callable[[list[list[Component]]], list[Judged]], probability: float
) -> list[Judged]:
    """Return the very sure parts of a number that is parted rightly with this probability."""
    for gap in _word_gaps(found.components) if found.confidence < SURE else []:
        if not gap.clear and _at_sign(gap, found):
            continue
        left, right = judge([gap.left, gap.right])
        of_both = max(_number_beside_word(left, right), _number_beside_word(right, left))
        lower, taller = sorted((left, right), key=lambda part: digit_height(part.components))
        is_print = lower.confidence <= MAX_CONFIDENCE_OF_PRINT
        if gap.clear and is_print and taller.confidence >= MIN_CONFIDENCE_OF_PART:
            of_gap = 1.0
        elif of_both > found.any_number:
            of_gap = of_both
        else:
            continue
        return [
            part for side in (left, right) for part in _parts(side, judge, of_gap * probability)
        ]
    return [found.less_probable(probability)] if found.confidence >= MIN_CONFIDENCE_OF_PART else []


def _at_sign(gap: Gap, found: Judged) -> bool:
    """Whether a sign stands at a gap, such as a point between thousands with room about it."""
    ends = (max(gap.left, key=lambda c: c.left), min(gap.right, key=lambda c: c.left))
    return any(end is sign for end in ends for sign in found.signs)


def _number_beside_word(number: Judged, word: Judged) -> float:
    """Return the probability that one side is a number and the other a word.

    It is 0 beside a single digit of the same height: the other side may be digits that are hard
    to read.
    """
    low = digit_height(word.components) <= MAX_HEIGHT_OF_PRINT * digit_height(number.components)
    if len(number.components) == 1 and not low:
        return 0.0
    return number.confidence * (1 - word.any_number)


def _word_gaps(components: list[Component]) -> list[Gap]:
    """Find the possible gaps between words, the widest first."""
    if not 1 < len(components) <= MAX_COMPONENTS:
        return []
    ordered = sorted(components, key=lambda c: c.left)
    height = median(c.height for c in ordered)
    reached = accumulate((c.right for c in ordered), max)
    gaps = [c.left - right for c, right in zip(ordered[1:], reached, strict=False)]
    widest = sorted(range(len(gaps)), key=lambda k: -gaps[k])
    # Digits touch, letters hardly do: a gap below half of the minimum tells nothing.
    nothing = MIN_GAP_HEIGHTS * height / MIN_GAP_RATIO
    others = [max(gaps[k], nothing) for k in widest[1:]] or [nothing]
    wider = [gaps[k] >= MIN_GAP_RATIO * other for k, other in zip(widest, others, strict=False)]
    found = []
    for rank, k in enumerate(widest[:MOST_GAPS]):
        stands_out = any(wider[rank:MOST_GAPS])
        if not stands_out and gaps[k] < MIN_GAP_HEIGHTS * height:
            continue  # an ordinary gap between digits: heights tell nothing
        left, right = ordered[: k + 1], ordered[k + 1 :]
        low, high = sorted([digit_height(left), digit_height(right)])
        if stands_out or low <= MAX_HEIGHT_OF_PRINT * high:
            clear = (
                stands_out
                and gaps[k] >= MIN_CLEAR_GAP_HEIGHTS * high
                and low <= MAX_LOW_SIDE * high
            )
            found.append(Gap(left, right, clear))
    return found
