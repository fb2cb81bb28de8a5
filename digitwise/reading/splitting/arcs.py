"""Candidate digits of a number: neighbouring fragments taken together."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
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
from digitwise.reading.splitting.geometry import (
    Candidate,
    component_of,
    covered_columns,
    features_of,
    line_through,
    skipping_of,
)

MOST_FRAGMENTS = 16  # of a digit
MOST_COMPONENTS = 3  # of a digit, small ones not counted
MOST_SMALL = 20  # small components of a digit: more are a texture
MAX_WIDTH = 1.8  # digit heights: widest candidate
MIN_HEIGHT = 0.4  # digit heights: lowest candidate
MAX_HEIGHT = 2.0  # digit heights: tallest candidate


@dataclass(frozen=True)
class Arcs:
    """Candidates of one number: arc k takes fragments starts[k] to ends[k] - 1 for a digit.

    Attributes
    ----------
    n : int
        Number of fragments.
    starts, ends : int arrays of shape (arcs,)
    pieces : list of Component
        The ink of each arc.
    features : float array of shape (arcs, 6)
        Log height and log width in digit heights; ink cut through at both ends, in pen widths;
        widest gap inside, in digit heights; components beyond the first; distance from the line,
        in digit heights.
    skipping : float array of shape (arcs, 3)
        Height, width and ink of an arc of one whole component, in digit heights and their squares,
        for skipping it as no digit. NaN for other arcs.
    without : list of lists of int
        For each arc, the arcs of the small components that lie among its fragments but are left
        out.
    width : float
        Width of all columns with components, in digit heights.
    components : int array of shape (n,)
        Index of each fragment's component.
    alone : int array of shape (arcs,)
        Index of the component that an arc consists of; -1 for other arcs.
    kinds : float array of shape (components, 7)
        Probability of each of `KINDS`; all components are digits without a network of signs.
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
    """Find a number's candidates: break its components up and join neighbouring fragments.

    Parameters
    ----------
    most : sequence of int, optional
        Greatest number of cuts of each component; unbounded if not given. With 0, the component
        is surely a digit.
    kinds : array of shape (components, 7), optional
        Probability of each of `KINDS` for each component.
    budget : Budget, optional
        Budget of the page.

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
    line = line_through(telling, height)
    largest = max(max(c.height, c.width) for c in telling)
    pen = median(stroke_width(c.ink) for c in telling if max(c.height, c.width) >= largest / 2)
    sizes = Counter(f.number for f in fragments)
    between = cache(piece_between)
    single: dict[int, int] = {}  # index of a small fragment → index of its own arc
    found: list[Candidate] = []
    for start, first in enumerate(fragments):
        if first.small:
            single[start] = len(found)
        for end, large, small in _spans(fragments, start, sizes, height):
            part = fragments[start:end]
            variants: list[tuple[list[Fragment], list[int]]] = [(part, [])]
            if small and not (first.small or part[-1].small):
                # Small components may lie within a digit's width without being a part of it.
                variants.append((large, small))
            for taken, left_out in variants:
                pieces = put_together(taken, between)
                if _may_be_digit(taken, large, pieces, sizes, digits, height):
                    budget.take(1, _pixels(pieces))
                    found.append(Candidate(start, end, taken, pieces, left_out))
    pieces = [c.pieces[0] if len(c.pieces) == 1 else join(c.pieces) for c in found]
    both = list(zip(found, pieces, strict=True))
    return Arcs(
        len(fragments),
        np.array([c.start for c in found]),
        np.array([c.end for c in found]),
        pieces,
        np.array([features_of(*pair, height, pen, line) for pair in both]),
        np.array([skipping_of(*pair, sizes, height) for pair in both]),
        [[single[k] for k in c.left_out] for c in found],
        covered_columns(components) / height,
        np.array([f.number for f in fragments]),
        np.array([component_of(c, sizes) for c in found]),
        _surely_digits(len(components)) if kinds is None else kinds,
    )


def _surely_digits(n: int) -> Floats:
    """Return `Arcs.kinds` of n components that are digits with probability 1."""
    return np.eye(1, len(KINDS)).repeat(n, axis=0)


def _spans(
    fragments: list[Fragment], start: int, sizes: Counter[int], height: float
) -> Iterator[tuple[int, list[Fragment], list[int]]]:
    """Find the possible ends of a digit that begins with this fragment.

    Yields
    ------
    (end, large fragments, indices of the small fragments)
    """
    large: list[Fragment] = []
    small: list[int] = []
    taken: Counter[int] = Counter()
    left, right = np.inf, -np.inf  # of the components taken whole
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
            if len(taken) > 1 and right - left > MAX_WIDTH * height:
                return
        if len(large) > MOST_FRAGMENTS:
            if len(taken) > MOST_COMPONENTS:
                return
            if sum(sizes[number] for number in taken) > len(large):
                continue
        yield place + 1, large.copy(), small.copy()


def _may_be_digit(
    part: list[Fragment],
    large: list[Fragment],
    pieces: list[Component],
    sizes: Counter[int],
    digits: set[int],
    height: float,
) -> bool:
    """Whether fragments are a whole component, or few and close enough for one digit."""
    if not large:
        return len(part) == 1
    of = {f.number for f in large}
    whole = sum([sizes[number] for number in of]) == len(large)
    if whole and len(of) == 1:
        return True
    if len(pieces) < len({f.number for f in part}):
        return False  # crossing cuts have left a component without ink
    wide = max([p.right for p in pieces]) - min([p.left for p in pieces])
    tall = max([p.bottom for p in pieces]) - min([p.top for p in pieces])
    if wide > tall and not digits.isdisjoint(of):
        return False  # a digit and something beside it
    few = len(large) <= MOST_FRAGMENTS or (whole and len(of) <= MOST_COMPONENTS)
    return few and has_digit_size(wide, tall, height)


def has_digit_size(wide: int, tall: int, height: float) -> bool:
    """Whether ink is narrow and tall enough for a digit, and not too tall, all in pixels."""
    return wide <= MAX_WIDTH * height and MIN_HEIGHT * height <= tall <= MAX_HEIGHT * height


def nothing_of(components: list[Component]) -> Arcs:
    """Return arcs without candidates, for components that are too many for a number."""
    return replace(uncut([]), kinds=_surely_digits(len(components)))


def uncut(digits: list[Component]) -> Arcs:
    """Return arcs that take each component for one digit."""
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
    """Return the number of pixels in the common box of pieces."""
    wide = max([p.right for p in pieces]) - min([p.left for p in pieces])
    return wide * (max([p.bottom for p in pieces]) - min([p.top for p in pieces]))
