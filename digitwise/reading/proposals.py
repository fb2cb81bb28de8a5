"""Proposals: each way to see a page's ink and to group it into possible numbers."""

from dataclasses import dataclass

from digitwise.imaging.components import Component, that_tell_size
from digitwise.imaging.rules import Mask, part_rules
from digitwise.imaging.sheet import See, usual_ways, ways_to_see
from digitwise.imaging.surface import Light
from digitwise.reading.segment import all_numbers, groups_of, written

MOST_GROUPS = 5  # groups with the most ink, each tried as a page's only number


@dataclass(frozen=True)
class Proposal:
    """One way to see a page's ink and to group it into possible numbers.

    Attributes
    ----------
    numbers : list of list of Component
        In reading order.
    share : float in [0, 1]
        Share of the visible ink that belongs to the numbers.
    """

    numbers: list[list[Component]]
    share: float = 1.0


def find_numbers(grey: Light, layout: str, see: See = usual_ways) -> list[Proposal]:
    """Find the possible numbers of a page, in each way to see its ink.

    Parameters
    ----------
    grey : float32 array of shape (h, w)
        Light, 0 black to 1 white.
    layout : {"auto", "number"}
        With "auto", a proposal holds every number, in reading order. With "number", it holds one:
        all ink, or one group of it; the rest may be dirt, frames and cut-off remains.
    see : callable
        Returns one or more ways to see the ink.
    """
    ways = [part_rules(ink) for ink in ways_to_see(grey, see)]
    if layout == "auto":
        return [Proposal(all_numbers(ink, lines)) for ink, lines in ways]
    return [proposal for ink, lines in ways for proposal in _whole_and_groups(ink, lines)]


def _whole_and_groups(ink: Light, lines: Mask) -> list[Proposal]:
    components = written(ink)
    if not components:
        return [Proposal([])]
    groups = groups_of(components, lines)
    if len(groups) == 1 and len(groups[0]) == len(components):
        groups = []
    # Rules, frames and gutters don't count as ink left over.
    all_ink = _amount(that_tell_size(components))
    groups = sorted(groups, key=_amount, reverse=True)[:MOST_GROUPS]
    return [
        Proposal([components]),
        *(Proposal([group], min(1.0, _amount(group) / all_ink)) for group in groups),
    ]


def _amount(components: list[Component]) -> float:
    """Return the amount of ink, in pixels of solid ink."""
    return sum(float(component.ink.sum()) for component in components)
