"""Geometry of a number's candidates: sizes, gaps and cuts, from which the lattice scores them."""

from collections import Counter
from dataclasses import dataclass
from math import log
from statistics import median

import numpy as np

from digitwise.imaging.components import Component
from digitwise.reading.splitting.fragments import Fragment

INK_CUT = 2  # column of features with the ink cut through; 0 if nothing was cut
MIN_TALL_COMPONENTS = 4  # from which a line may slope


@dataclass(frozen=True)
class Candidate:
    """Fragments from `start` to `end` - 1 without those left out, and the ink of each component.

    Attributes
    ----------
    start, end : int
    part : list of Fragment
    pieces : list of Component
        The ink of `part`, one item a component.
    left_out : list of int
        Indices of small fragments.
    """

    start: int
    end: int
    part: list[Fragment]
    pieces: list[Component]
    left_out: list[int]


def covered_columns(components: list[Component]) -> int:
    """Return the number of columns that components cover."""
    total, reach = 0, 0
    for c in sorted(components, key=lambda c: c.left):
        total += max(0, c.right - max(c.left, reach))
        reach = max(reach, c.right)
    return total


def line_through(components: list[Component], height: float) -> tuple[float, float]:
    """Return slope and offset, in pixels, of the line through the middles of a number's digits."""
    tall = [c for c in components if c.height >= height / 2] or components
    x = np.array([c.left + c.right for c in tall]) / 2
    y = np.array([c.top + c.bottom for c in tall]) / 2
    if len(tall) < MIN_TALL_COMPONENTS:
        return 0.0, median(y.tolist())
    x_mean, y_mean = float(x.mean()), float(y.mean())
    off = x - x_mean
    slope = float(off @ y) / max(float(off @ off), 1.0)  # 1.0: digits above one another
    return slope, y_mean - slope * x_mean


def features_of(
    candidate: Candidate,
    piece: Component,
    height: float,
    pen: float,
    line: tuple[float, float],
) -> list[float]:
    """Return a candidate's row of `Arcs.features`."""
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
    """Return the ink cut through to take these fragments from the rest, in digit heights."""
    total = 0.0
    for number in {f.number for f in part}:
        own = [f for f in part if f.number == number]
        total += own[0].cut_before + own[-1].cut_after
    return total


def component_of(candidate: Candidate, sizes: Counter[int]) -> int:
    """Return the index of the component that a candidate consists of; -1 if there is none."""
    part = candidate.part
    number = part[0].number
    alone = len(part) == sizes[number] and all(f.number == number for f in part)
    return number if alone else -1


def skipping_of(
    candidate: Candidate, piece: Component, sizes: Counter[int], height: float
) -> list[float]:
    """Return a candidate's row of `Arcs.skipping`; NaN unless it is a whole component."""
    if component_of(candidate, sizes) < 0:
        return [np.nan] * 3
    return [
        min(piece.height, 2 * height) / height,
        min(piece.width, 4 * height) / height,
        min(float(piece.ink.sum()) / height**2, 2.0),
    ]
