"""A number's ink in fragments, from left to right: digits are one or several of them."""

from dataclasses import dataclass
from statistics import median

import numpy as np

from digitwise.imaging.components import SOLID, Component
from digitwise.imaging.cuts import find_cuts
from digitwise.imaging.ink import Light

SMALL = 0.4  # of the height of a digit: what is lower is none by itself


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
    small : bool
        Whether it is a whole component too small for a digit.
    """

    piece: Component
    component: int
    cut_before: float
    cut_after: float
    small: bool = False


def digit_height(components: list[Component]) -> float:
    """How high the digits of a number are, in pixels."""
    tallest = max(c.height for c in components)
    return float(median(c.height for c in components if c.height >= tallest / 2))


def break_up(components: list[Component], height: float) -> list[Fragment]:
    """Cut components wherever a digit might end; fragments from left to right.

    Those of a component stay together, though digits may lean over their neighbours. Only what is
    small, a speck or the bar of a 5, may come to lie among them: where the middle of its ink is.
    """
    small = [c.height < SMALL * height and c.width < height for c in components]
    fragments: list[Fragment] = []
    for number in sorted(range(len(components)), key=lambda n: _middle(components[n])):
        if not small[number]:
            fragments += _cut_up(components[number], number, height)
    for number, component in enumerate(components):
        if small[number]:
            middle = _middle(component)
            after = (k for k, f in enumerate(fragments) if _middle(f.piece) > middle)
            place = next(after, len(fragments))
            fragments.insert(place, Fragment(component, number, 0.0, 0.0, small=True))
    return fragments


def _cut_up(component: Component, number: int, height: float) -> list[Fragment]:
    cuts = find_cuts(component.ink, height)
    part = np.zeros(component.ink.shape, np.int32)
    columns = np.arange(component.width)[None]
    for cut, _ in cuts:
        part += columns >= cut[:, None]
    costs = [0.0, *(cost for _, cost in cuts), 0.0]
    fragments = []
    for k in range(len(cuts) + 1):
        ink = np.where(part == k, component.ink, 0)
        if (ink >= SOLID).any():
            piece = _cropped(component, ink)
            fragments.append(Fragment(piece, number, costs[k], costs[k + 1]))
    return fragments


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
