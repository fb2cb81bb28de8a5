"""Merge two readings of one page, whose ink was seen in two ways: the likelier of each place."""

from collections.abc import Sequence
from math import prod
from statistics import fmean

from digitwise.reading.how import How
from digitwise.reading.number import Box, Number
from digitwise.reading.results import less_sure
from digitwise.reading.turned import score

# Mean confidence of a page's numbers, below which its ink is seen in a second way. Numbers with
# this confidence aren't read again, which halves the time of the second reading.
MIN_CONFIDENCE = 0.9
COST_OF_WRONG_DIGIT = 0.5  # right digits that a wrong one cancels
MIN_ALONE = 0.9  # confidence of a number that only the second way sees; waves may look like digits
MIN_PROBABILITY = 0.02  # least probability of a text that one way has not among its alternatives
MIN_OVERLAP = 0.25  # of the smaller box, for two readings to be of the same place


def is_unsure(found: Sequence[Number], how: How) -> bool:
    """Whether a page with these numbers is worth being seen a second time, which takes longer."""
    confidences = [number.confidence for number in found] or [0.0]
    return how.weighing is not None and fmean(confidences) < MIN_CONFIDENCE


def is_worth_again(box: Box, found: Sequence[Number]) -> bool:
    """Whether a box holds an unsure number, or ink that is part of no number that was found."""
    there = [number.confidence for number in found if _overlap(number.bbox, box)]
    return min(there, default=0.0) < MIN_CONFIDENCE


def merge(first: Sequence[Number], second: Sequence[Number], how: How) -> list[Number]:
    """Return the readings of `first`, replaced or completed by those of `second`.

    Readings of the same place compete. A number that only the second side has must be very sure;
    one that only the first side has, more right than wrong.
    """
    of_second = [_same_place(first, number) for number in second]
    groups: list[tuple[set[int], list[Number]]] = []  # readings of `second`, and what is kept
    placed: set[int] = set()
    for k in range(len(first)):
        if k not in placed:
            ours, theirs = _competing(k, of_second)
            placed |= ours
            one, other = [first[i] for i in sorted(ours)], [second[j] for j in sorted(theirs)]
            groups.append((theirs, likelier(one, other, how)))
    for j, number in enumerate(second):
        if not of_second[j] and number.confidence > max(how.number_threshold, MIN_ALONE):
            before = [g for g, (theirs, _) in enumerate(groups) if min(theirs, default=j) < j]
            groups.insert(before[-1] + 1 if before else 0, ({j}, [number]))
    return [number for _, kept in groups for number in kept] or list(first)


def likelier(first: Sequence[Number], second: Sequence[Number], how: How) -> list[Number]:
    """Choose between two readings of one place.

    Of two texts the one is chosen that both ways together find more probable. Of several numbers,
    or of none, the side with the higher score of right digits is chosen: unsure readings of ink
    that the other way doesn't see are dropped. A second reading that differs from the first is
    less sure: one side is right at most, so that by Bayes' rule the probability p of a side that
    the other contradicts with a probability of q is p (1 - q) / (1 - p q). The confidence of first
    readings is calibrated as it is.
    """
    if [_digits(one.text) for one in first] == [_digits(one.text) for one in second]:
        return list(second if _least_sure(second) > _least_sure(first) else first)
    if len(first) == len(second) == 1:
        one, other = (_product(side[0].text, first, second) for side in (first, second))
    else:
        one, other = (score(side, COST_OF_WRONG_DIGIT) for side in (first, second))
    if one >= other:
        return list(first)
    p, q = _least_sure(second), _least_sure(first)
    factor = (1 - q) / (1 - p * q) if p * q < 1 else 0.5
    return [less_sure(number, factor, how) for number in second]


def _product(text: str, *sides: Sequence[Number]) -> float:
    """Return the product of the probabilities that both sides give to a text, none of them 0."""
    return prod(_probability(text, number) + MIN_PROBABILITY for (number,) in sides)


def _probability(text: str, number: Number) -> float:
    return sum(p for other, p in number.alternatives if _digits(other) == _digits(text))


def _digits(text: str) -> str:
    """Return a text without its signs, so that `signs="none"` gives the same digits."""
    return "".join(filter(str.isdigit, text))


def _least_sure(numbers: Sequence[Number]) -> float:
    return min((number.confidence for number in numbers), default=1.0)


def _same_place(numbers: Sequence[Number], number: Number) -> set[int]:
    """Return the indices of the numbers whose boxes overlap a number's box."""
    return {k for k, other in enumerate(numbers) if _overlap(other.bbox, number.bbox)}


def _competing(k: int, of_second: Sequence[set[int]]) -> tuple[set[int], set[int]]:
    """Return the readings that share places with number k: indices in both sequences."""
    ours, theirs = {k}, set[int]()
    while True:
        more = {j for j, places in enumerate(of_second) if places & ours}
        if more == theirs:
            return ours, theirs
        theirs = more
        ours = ours.union(*(of_second[j] for j in theirs))


def _overlap(one: Box, other: Box) -> bool:
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return False
    areas = ((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return width * height >= MIN_OVERLAP * min(areas)
