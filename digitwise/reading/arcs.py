"""Candidate digits of a number, and what can be told of them besides what the network says."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from digitwise.imaging.components import Component, join
from digitwise.imaging.digit import frame_digit
from digitwise.neurons import Floats
from digitwise.reading.fragments import Fragment, break_up, digit_height

MOST_FRAGMENTS = 6  # of one digit
MOST_COMPONENTS = 3  # of one digit, without small ones
WIDEST = 1.8  # digit heights
LOWEST, TALLEST = 0.4, 2.0  # digit heights


@dataclass(frozen=True)
class Arcs:
    """Candidates of one number: arc k takes fragments starts[k] to ends[k] - 1 for a digit.

    Attributes
    ----------
    n : int
        How many fragments.
    starts, ends : int arrays of shape (arcs,)
    pieces : list of Component
    frames : uint8 array of shape (arcs, 28, 28)
        What the network sees.
    features : float array of shape (arcs, 6)
        Logarithms of height and of width in digit heights; ink cut through at both ends, widest
        gap inside, components beyond the first, distance from the line: in digit heights.
    skipping : float array of shape (arcs, 2)
        Of arcs of one whole component, if it is no digit: its height and ink. NaN for others.
    without : list of lists
        Of each arc, those of what is small and lies among its fragments, but is left out of it.
    """

    n: int
    starts: npt.NDArray[np.intp]
    ends: npt.NDArray[np.intp]
    pieces: list[Component]
    frames: npt.NDArray[np.uint8]
    features: Floats
    skipping: Floats
    without: list[list[int]]


def find_arcs(components: list[Component]) -> Arcs:
    """Break a number's components up and take neighbouring fragments together, as far as likely."""
    height = digit_height(components)
    fragments = break_up(components, height)
    line = _line(components, height)
    sizes = Counter(f.component for f in fragments)
    single: dict[int, int] = {}  # small fragment → its own arc
    found: list[tuple[int, int, list[Fragment]]] = []
    for start, first in enumerate(fragments):
        if first.small:
            single[start] = len(found)
        for end in range(start + 1, len(fragments) + 1):
            part = fragments[start:end]
            variants = [part]
            if not (first.small or part[-1].small):
                # What is small may lie within the reach of a digit without being a part of it.
                variants += [bare] if len(bare := _large(part)) < len(part) else []
            found += [
                (start, end, variant) for variant in variants if _may_be_one(variant, sizes, height)
            ]
    without = [
        [
            single[k]
            for k in range(start, end)
            if fragments[k].small and all(f is not fragments[k] for f in part)
        ]
        for start, end, part in found
    ]
    pieces = [join([f.piece for f in part]) for _, _, part in found]
    parts = [part for _, _, part in found]
    return Arcs(
        len(fragments),
        np.array([start for start, _, _ in found]),
        np.array([end for _, end, _ in found]),
        pieces,
        np.stack([frame_digit(piece.ink) for piece in pieces]),
        np.array([_features(*both, height, line) for both in zip(parts, pieces, strict=True)]),
        np.array([_if_skipped(*both, sizes, height) for both in zip(parts, pieces, strict=True)]),
        without,
    )


def _large(part: list[Fragment]) -> list[Fragment]:
    return [f for f in part if not f.small]


def _may_be_one(part: list[Fragment], sizes: Counter[int], height: float) -> bool:
    """Whether fragments are few and close enough for one digit, or are a whole component."""
    large = _large(part)
    if not large:
        return len(part) == 1
    of = Counter(f.component for f in large)
    whole = all(sizes[component] == n for component, n in of.items())
    if whole and len(of) == 1:
        return True
    left, right = min(f.piece.left for f in part), max(f.piece.right for f in part)
    tall = max(f.piece.bottom for f in part) - min(f.piece.top for f in part)
    few = len(large) <= MOST_FRAGMENTS or (whole and len(of) <= MOST_COMPONENTS)
    return few and right - left <= WIDEST * height and LOWEST * height <= tall <= TALLEST * height


def uncut(digits: list[Component]) -> Arcs:
    """Take each component for one digit, and nothing else."""
    n = len(digits)
    frames = np.stack([frame_digit(digit.ink) for digit in digits])
    none = np.full((n, 6), np.nan)
    return Arcs(n, np.arange(n), np.arange(n) + 1, digits, frames, none, none[:, :2], [[]] * n)


def _line(components: list[Component], height: float) -> tuple[float, float]:
    """Slope and offset of the line through the middles of a number's digits."""
    tall = [c for c in components if c.height >= height / 2]
    x = np.array([c.left + c.right for c in tall]) / 2
    y = np.array([c.top + c.bottom for c in tall]) / 2
    if len(tall) < 4:
        return 0.0, float(np.median(y))
    slope, offset = np.polyfit(x, y, 1)
    return float(slope), float(offset)


def _features(
    part: list[Fragment], piece: Component, height: float, line: tuple[float, float]
) -> list[float]:
    # Cuts that are not undone inside.
    cuts = _outer_cuts(part)
    spans = sorted((f.piece.left, f.piece.right) for f in part)
    gap, reach = 0, spans[0][1]
    for left, right in spans[1:]:
        gap, reach = max(gap, left - reach), max(reach, right)
    off = (piece.top + piece.bottom) / 2 - line[0] * (piece.left + piece.right) / 2 - line[1]
    return [
        float(np.log(piece.height / height)),
        float(np.log(piece.width / height)),
        cuts,
        gap / height,
        float(len({f.component for f in part}) - 1),
        abs(off) / height,
    ]


def _outer_cuts(part: list[Fragment]) -> float:
    """Ink cut through to take these fragments from the rest."""
    total = 0.0
    for component in {f.component for f in part}:
        own = [f for f in part if f.component == component]
        total += own[0].cut_before + own[-1].cut_after
    return total


def _if_skipped(
    part: list[Fragment], piece: Component, sizes: Counter[int], height: float
) -> list[float]:
    """What is told of a whole component that is passed over; NaN for any other part."""
    component = part[0].component
    if any(f.component != component for f in part) or len(part) != sizes[component]:
        return [np.nan] * 2
    return [
        min(piece.height, 2 * height) / height,
        min(float(piece.ink.sum()) / height**2, 2.0),
    ]
