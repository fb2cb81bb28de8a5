"""Candidate digits of a number, and what can be told of them besides what the network says."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from math import log
from statistics import median

import numpy as np
import numpy.typing as npt

from digitwise.imaging.components import Component, join, that_tell_size
from digitwise.imaging.strokes import stroke_width
from digitwise.neurons import Floats
from digitwise.reading.signs import KINDS
from digitwise.reading.splitting.budget import Budget
from digitwise.reading.splitting.cuts import MOST_CUTS
from digitwise.reading.splitting.fragments import (
    Fragment,
    break_up,
    digit_height,
    piece_between,
    put_together,
)

MOST_FRAGMENTS = 16  # of one digit
MOST_COMPONENTS = 3  # of one digit, without small ones
MOST_SMALL = 20  # of one digit: more are a texture
WIDEST = 1.8  # digit heights
LOWEST, TALLEST = 0.4, 2.0  # digit heights
INK_CUT = 2  # column of features: 0 for what nothing was cut from


@dataclass(frozen=True)
class Arcs:
    """Candidates of one number: arc k takes fragments starts[k] to ends[k] - 1 for a digit.

    Attributes
    ----------
    n : int
        How many fragments.
    starts, ends : int arrays of shape (arcs,)
    pieces : list of Component
    features : float array of shape (arcs, 6)
        Logarithms of height and of width in digit heights; ink cut through at both ends, in widths
        of the pen; widest gap inside, in digit heights; components beyond the first; distance from
        the line, in digit heights.
    skipping : float array of shape (arcs, 3)
        Of arcs of one whole component, if it is no digit: its height, width and ink, in digit
        heights and their squares. NaN for others.
    without : list of lists
        Of each arc, those of what is small and lies among its fragments, but is left out of it.
    width : float
        Of all that has ink, without the gaps, in digit heights.
    components : int array of shape (n,)
        Of each fragment, which component it is of.
    alone : int array of shape (arcs,)
        Which component an arc takes whole, and nothing else; -1 for others.
    kinds : float array of shape (components, 7)
        How probable each of `KINDS` is of each component; certainly digits where nobody told.
    """

    n: int
    starts: npt.NDArray[np.intp]
    ends: npt.NDArray[np.intp]
    pieces: list[Component]
    features: Floats
    skipping: Floats
    without: list[list[int]]
    width: float
    components: npt.NDArray[np.intp]
    alone: npt.NDArray[np.intp]
    kinds: Floats


def find_arcs(
    components: list[Component],
    most: Sequence[int] = (),
    kinds: Floats | None = None,
    budget: Budget | None = None,
) -> Arcs:
    """Break a number's components up and take neighbouring fragments together, as far as likely.

    Parameters
    ----------
    most : sequence of int, optional
        Cuts of each component; as many as there are if not given. One of none is surely a digit.
    kinds : array of shape (components, 7), optional
        How probable each of `KINDS` is of each component.
    budget : Budget, optional
        Of the page.

    Raises
    ------
    BusyError
        If there are too many fragments for a number, or too many candidates for the page.
    """
    budget = budget or Budget()
    budget.check_fragments(len(components))
    height = digit_height(components)
    most = most or [MOST_CUTS] * len(components)
    fragments = break_up(components, height, most)
    budget.check_fragments(len(fragments))
    digits = {number for number, cuts in enumerate(most) if not cuts}
    telling = that_tell_size(components)
    line = _line(telling, height)
    largest = max(max(c.height, c.width) for c in telling)
    pen = median(stroke_width(c.ink) for c in telling if max(c.height, c.width) >= largest / 2)
    sizes = Counter(f.number for f in fragments)
    between = cache(piece_between)
    single: dict[int, int] = {}  # small fragment → its own arc
    found: list[Candidate] = []
    for start, first in enumerate(fragments):
        if first.small:
            single[start] = len(found)
        for end, large, small in _spans(fragments, start, sizes, height):
            part = fragments[start:end]
            variants: list[tuple[list[Fragment], list[int]]] = [(part, [])]
            if small and not (first.small or part[-1].small):
                # What is small may lie within the reach of a digit without being a part of it.
                variants.append((large, small))
            for taken, left_out in variants:
                pieces = put_together(taken, between)
                if _may_be_one(taken, large, pieces, sizes, digits, height):
                    budget.take(1, _pixels(pieces))
                    found.append(Candidate(start, end, taken, pieces, left_out))
    pieces = [c.pieces[0] if len(c.pieces) == 1 else join(c.pieces) for c in found]
    both = list(zip(found, pieces, strict=True))
    return Arcs(
        len(fragments),
        np.array([c.start for c in found]),
        np.array([c.end for c in found]),
        pieces,
        np.array([_features(*pair, height, pen, line) for pair in both]),
        np.array([_if_skipped(*pair, sizes, height) for pair in both]),
        [[single[k] for k in c.left_out] for c in found],
        _width(components) / height,
        np.array([f.number for f in fragments]),
        np.array([_alone(c, sizes) for c in found]),
        _surely_digits(len(components)) if kinds is None else kinds,
    )


def _surely_digits(n: int) -> Floats:
    """Return that each of n components certainly is a digit, as `Arcs.kinds` has it."""
    return np.eye(1, len(KINDS)).repeat(n, axis=0)


@dataclass(frozen=True)
class Candidate:
    """Fragments from `start` to `end` - 1, but for some small ones; of each component its piece."""

    start: int
    end: int
    part: list[Fragment]
    pieces: list[Component]
    left_out: list[int]


def _spans(
    fragments: list[Fragment], start: int, sizes: Counter[int], height: float
) -> Iterator[tuple[int, list[Fragment], list[int]]]:
    """Ends of what begins with this fragment and is not too much for a digit.

    Yields
    ------
    (end, fragments that are not small, places of the others)
    """
    large: list[Fragment] = []
    small: list[int] = []
    taken: Counter[int] = Counter()
    left, right = np.inf, -np.inf  # of whole components
    for place, last in enumerate(fragments[start:], start):
        if last.small:
            small.append(place)
            if len(small) > MOST_SMALL:
                return
        else:
            large.append(last)
            taken[last.number] += 1
            if taken[last.number] == sizes[last.number]:
                left = min(left, last.component.left)
                right = max(right, last.component.right)
            if len(taken) > 1 and right - left > WIDEST * height:
                return
        if len(large) > MOST_FRAGMENTS:
            if len(taken) > MOST_COMPONENTS:
                return
            if sum(sizes[number] for number in taken) > len(large):
                continue
        yield place + 1, large.copy(), small.copy()


def _may_be_one(
    part: list[Fragment],
    large: list[Fragment],
    pieces: list[Component],
    sizes: Counter[int],
    digits: set[int],
    height: float,
) -> bool:
    """Whether fragments are few and close enough for one digit, or are a whole component."""
    if not large:
        return len(part) == 1
    of = {f.number for f in large}
    whole = sum([sizes[number] for number in of]) == len(large)
    if whole and len(of) == 1:
        return True
    if len(pieces) < len({f.number for f in part}):
        return False  # cuts that cross left nothing of one
    wide = max([p.right for p in pieces]) - min([p.left for p in pieces])
    tall = max([p.bottom for p in pieces]) - min([p.top for p in pieces])
    if wide > tall and not digits.isdisjoint(of):
        return False  # a digit and something beside it
    few = len(large) <= MOST_FRAGMENTS or (whole and len(of) <= MOST_COMPONENTS)
    return few and wide <= WIDEST * height and LOWEST * height <= tall <= TALLEST * height


def nothing_of(components: list[Component]) -> Arcs:
    """No candidates: components that are too many for a number."""
    return replace(uncut([]), kinds=_surely_digits(len(components)))


def uncut(digits: list[Component]) -> Arcs:
    """Take each component for one digit, and nothing else."""
    n = len(digits)
    none = np.full((n, 6), np.nan)
    every = np.arange(n)
    return Arcs(
        n,
        every,
        every + 1,
        digits,
        none,
        none[:, :3],
        [[]] * n,
        np.nan,
        every,
        every,
        _surely_digits(n),
    )


def _pixels(pieces: list[Component]) -> int:
    """How many pixels the common box of some pieces has."""
    wide = max([p.right for p in pieces]) - min([p.left for p in pieces])
    return wide * (max([p.bottom for p in pieces]) - min([p.top for p in pieces]))


def _width(components: list[Component]) -> int:
    """How many columns components take, in pixels."""
    total, reach = 0, 0
    for c in sorted(components, key=lambda c: c.left):
        total += max(0, c.right - max(c.left, reach))
        reach = max(reach, c.right)
    return total


def _line(components: list[Component], height: float) -> tuple[float, float]:
    """Slope and offset of the line through the middles of a number's digits."""
    tall = [c for c in components if c.height >= height / 2] or components
    x = np.array([c.left + c.right for c in tall]) / 2
    y = np.array([c.top + c.bottom for c in tall]) / 2
    if len(tall) < 4:
        return 0.0, median(y.tolist())
    x_mean, y_mean = float(x.mean()), float(y.mean())
    off = x - x_mean
    slope = float(off @ y) / max(float(off @ off), 1.0)  # 1: digits above one another have none
    return slope, y_mean - slope * x_mean


def _features(
    candidate: Candidate,
    piece: Component,
    height: float,
    pen: float,
    line: tuple[float, float],
) -> list[float]:
    spans = sorted((p.left, p.right) for p in candidate.pieces)
    gap, reach = 0, spans[0][1]
    for left, right in spans[1:]:
        gap, reach = max(gap, left - reach), max(reach, right)
    off = (piece.top + piece.bottom) / 2 - line[0] * (piece.left + piece.right) / 2 - line[1]
    return [
        log(piece.height / height),
        log(piece.width / height),
        _ink_cut(candidate.part) * height / max(1.0, pen),
        gap / height,
        float(len(spans) - 1),
        abs(off) / height,
    ]


def _ink_cut(part: list[Fragment]) -> float:
    """Ink cut through to take these fragments from the rest, in digit heights."""
    total = 0.0
    for number in {f.number for f in part}:
        own = [f for f in part if f.number == number]
        total += own[0].cut_before + own[-1].cut_after
    return total


def _alone(candidate: Candidate, sizes: Counter[int]) -> int:
    """Which component a candidate takes whole, and nothing else; -1 if it isn't so."""
    part = candidate.part
    number = part[0].number
    alone = len(part) == sizes[number] and all(f.number == number for f in part)
    return number if alone else -1


def _if_skipped(
    candidate: Candidate, piece: Component, sizes: Counter[int], height: float
) -> list[float]:
    """What is told of a whole component that is passed over; NaN for any other part."""
    if _alone(candidate, sizes) < 0:
        return [np.nan] * 3
    return [
        min(piece.height, 2 * height) / height,
        min(piece.width, 4 * height) / height,
        min(float(piece.ink.sum()) / height**2, 2.0),
    ]
