"""A number's ink in fragments, from left to right: digits are one or several of them."""

from dataclasses import dataclass
from statistics import median

import numpy as np

from digitwise.imaging.components import SOLID, Component
from digitwise.imaging.cuts import find_cuts
from digitwise.imaging.ink import Light


@dataclass(frozen=True)
class Fragment:
    """Ink between two candidate cuts, or a whole component.

    Attributes
    ----------
    piece : Component
    component : int
        Which one it is of.
    cut_before, cut_after : float
        Ink that was cut through on either side, in digit heights; 0 where nothing was.
    """

    piece: Component
    component: int
    cut_before: float
    cut_after: float


def digit_height(components: list[Component]) -> float:
    """How high the digits of a number are, in pixels."""
    tallest = max(c.height for c in components)
    return float(median(c.height for c in components if c.height >= tallest / 2))


def break_up(components: list[Component], height: float) -> list[Fragment]:
    """Cut components wherever a digit might end; fragments ordered by the middle of their ink."""
    fragments: list[Fragment] = []
    for number, component in enumerate(components):
        cuts = find_cuts(component.ink, height)
        part = np.zeros(component.ink.shape, np.int32)
        columns = np.arange(component.width)[None]
        for cut, _ in cuts:
            part += columns >= cut[:, None]
        costs = [0.0, *(cost for _, cost in cuts), 0.0]
        for k in range(len(cuts) + 1):
            ink = np.where(part == k, component.ink, 0)
            if not (ink >= SOLID).any():
                continue
            piece = _cropped(component, ink)
            fragments.append(Fragment(piece, number, costs[k] if k else 0.0, costs[k + 1]))
    return sorted(fragments, key=lambda f: _middle(f.piece))


def _middle(piece: Component) -> float:
    mass = piece.ink.sum(axis=0)
    return piece.left + float(mass @ np.arange(len(mass))) / float(mass.sum())


def _cropped(component: Component, ink: Light) -> Component:
    columns = np.flatnonzero(ink.any(axis=0))
    rows = np.flatnonzero(ink.any(axis=1))
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    return Component(
        component.left + int(left),
        component.top + int(top),
        component.left + int(right),
        component.top + int(bottom),
        ink[top:bottom, left:right],
    )
