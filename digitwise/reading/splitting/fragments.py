"""Fragments of a number's ink, from left to right: a digit is one or several of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

import numpy as np

from digitwise.imaging.components import Component, that_tell_size
from digitwise.imaging.framing import bounding_box
from digitwise.imaging.ink import SOLID
from digitwise.reading.segment import stacked
from digitwise.reading.splitting.cuts import Cut, find_cuts

MAX_SPECK_SHARE = 0.3  # of the largest component's size: smaller ones aren't measured
MAX_SMALL_HEIGHTS = 0.4  # digit heights: a lower component is no digit by itself


@dataclass(frozen=True, eq=False)
class Fragment:
    """Ink of a component between two candidate cuts, or a whole component.

    Attributes
    ----------
    component : Component
    number : int
        Index of the component.
    before, after : Cut or None
        Cuts on either side; None at the side of its component.
    cut_before, cut_after : float
        Ink cut through on either side, in digit heights; 0 if nothing was cut.
    small : bool
        Whether it is a whole component too small for a digit.
    """

    component: Component
    number: int
    before: Cut | None = None
    after: Cut | None = None
    cut_before: float = 0.0
    cut_after: float = 0.0
    small: bool = False


def digit_height(components: list[Component]) -> float:
    """Return the height of a number's digits, in pixels; broken digits count with all parts."""
    components = that_tell_size(components)
    largest = max(max(c.height, c.width) for c in components)
    clean = [c for c in components if max(c.height, c.width) >= MAX_SPECK_SHARE * largest]
    heights = [max(c.bottom for c in parts) - min(c.top for c in parts) for parts in stacked(clean)]
    return float(median(height for height in heights if height >= max(heights) / 2))


def break_up(components: list[Component], height: float, most: Sequence[int]) -> list[Fragment]:
    """Cut components wherever a digit might end; return fragments from left to right.

    Fragments of a component stay together, though digits may lean over their neighbours. Only
    small components, such as the bar of a 5, are put among them, by the middle of their ink.

    Parameters
    ----------
    height : float
        Height of a digit, in pixels.
    most : sequence of int
        Greatest number of cuts of each component.
    """
    small = [c.height < MAX_SMALL_HEIGHTS * height and c.width < height for c in components]
    fragments: list[Fragment] = []
    middles: list[float] = []
    for number in sorted(range(len(components)), key=lambda n: _middle(components[n])):
        if not small[number]:
            cut_up = _cut_up(components[number], number, height, most[number])
            fragments += cut_up
            middles += _middles(cut_up) if any(small) else []
    for number, component in enumerate(components):
        if small[number]:
            middle = _middle(component)
            place = next((k for k, other in enumerate(middles) if other > middle), len(fragments))
            fragments.insert(place, Fragment(component, number, small=True))
            middles.insert(place, middle)
    return fragments


def put_together(
    part: list[Fragment], between: Callable[[Fragment, Fragment], Component | None]
) -> list[Component]:
    """Return the ink of neighbouring fragments, one item a component: `between` the outer cuts.

    Cuts may cross, so that this may differ from the ink of the single fragments. Components
    without ink between the cuts are left out.
    """
    outer: dict[int, tuple[Fragment, Fragment]] = {}
    for fragment in part:
        first, _ = outer.get(fragment.number, (fragment, fragment))
        outer[fragment.number] = first, fragment
    pieces = (between(first, last) for first, last in outer.values())
    return [piece for piece in pieces if piece]


def _cut_up(component: Component, number: int, height: float, most: int) -> list[Fragment]:
    cuts: list[tuple[Cut | None, float]] = [(None, 0.0)]
    cuts += find_cuts(component.ink, height, most)
    cuts += [(None, 0.0)]
    return [
        Fragment(component, number, before, after, cut_before, cut_after)
        for (before, cut_before), (after, cut_after) in pairwise(cuts)
    ]


def piece_between(first: Fragment, last: Fragment) -> Component | None:
    """Return a component's ink from one fragment to another; None if no pixel of it is solid."""
    component, before, after = first.component, first.before, last.after
    if before is None and after is None:
        return component
    start = 0 if before is None else int(before.min())
    columns = np.arange(start, component.width if after is None else int(after.max()))
    ink = component.ink[:, start : start + len(columns)]
    if before is not None:
        ink = ink * (columns >= before[:, None])
    if after is not None:
        ink = ink * (columns < after[:, None])
    if ink.max(initial=0) < SOLID:
        return None
    down, across = bounding_box(ink)
    return Component(
        component.left + start + across.start,
        component.top + down.start,
        component.left + start + across.stop,
        component.top + down.stop,
        ink[down, across],
    )


def _middle(piece: Component) -> float:
    """Return the centre of mass of the ink, as a column of the page."""
    mass = piece.ink.sum(axis=0)
    return piece.left + float(mass @ np.arange(len(mass))) / float(mass.sum())


def _middles(fragments: list[Fragment]) -> list[float]:
    """Return the middle of each fragment of a component, at least that of the one before."""
    reached, found = -np.inf, []
    for fragment in fragments:
        piece = piece_between(fragment, fragment)
        if piece:
            reached = max(reached, _middle(piece))
        found.append(reached)
    return found
