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
WIDEST = 1.8  # digit heights
TALLEST = 2.0


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
    skipping : float array of shape (arcs, 3)
        Of arcs of one fragment, if it is no digit: its height, ink and cuts. NaN for others.
    """

    n: int
    starts: npt.NDArray[np.intp]
    ends: npt.NDArray[np.intp]
    pieces: list[Component]
    frames: npt.NDArray[np.uint8]
    features: Floats
    skipping: Floats


def find_arcs(components: list[Component]) -> Arcs:
    """Break a number's components up and take neighbouring fragments together, as far as likely."""
    height = digit_height(components)
    fragments = break_up(components, height)
    middle = _line(components, height)
    starts, ends, pieces, features, skipping = [], [], [], [], []
    apart = _interleaved(fragments)
    parts_of = Counter(f.component for f in fragments)
    for start in range(len(fragments)):
        for end in range(start + 1, len(fragments) + 1):
            part = fragments[start:end]
            one = len({f.component for f in part}) == 1
            whole = one and len(part) == parts_of[part[0].component]
            if len(part) > MOST_FRAGMENTS and not whole:
                continue
            left, right = min(f.piece.left for f in part), max(f.piece.right for f in part)
            tall = max(f.piece.bottom for f in part) - min(f.piece.top for f in part)
            too_large = right - left > WIDEST * height or tall > TALLEST * height
            if too_large and not whole and len(part) > 1:
                continue
            piece = part[0].piece if len(part) == 1 else join([f.piece for f in part])
            starts.append(start)
            ends.append(end)
            pieces.append(piece)
            features.append(_features(part, piece, height, middle))
            can_skip = whole or (len(part) == 1 and apart[part[0].component])
            skipping.append(_if_skipped(piece, part, height) if can_skip else [np.nan] * 3)
    return Arcs(
        len(fragments),
        np.array(starts),
        np.array(ends),
        pieces,
        np.stack([frame_digit(piece.ink) for piece in pieces]),
        np.array(features),
        np.array(skipping),
    )


def uncut(digits: list[Component]) -> Arcs:
    """Take each component for one digit, and nothing else."""
    n = len(digits)
    frames = np.stack([frame_digit(digit.ink) for digit in digits])
    none = np.full((n, 6), np.nan)
    return Arcs(n, np.arange(n), np.arange(n) + 1, digits, frames, none, none[:, :3])


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


def _interleaved(fragments: list[Fragment]) -> dict[int, bool]:
    """Of each component: whether others' fragments lie between its own."""
    order = [f.component for f in fragments]
    return {c: len(order) - order[::-1].index(c) - order.index(c) > order.count(c) for c in order}


def _if_skipped(piece: Component, part: list[Fragment], height: float) -> list[float]:
    return [
        min(piece.height, 2 * height) / height,
        min(float(piece.ink.sum()) / height**2, 2.0),
        _outer_cuts(part),
    ]
