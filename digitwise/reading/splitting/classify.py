"""What the network says of all candidates of some numbers."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from digitwise.data.digits import as_inputs
from digitwise.imaging.components import Component, frame_components
from digitwise.models.calibration import Calibration, probabilities_of
from digitwise.network import Network
from digitwise.neurons import Floats
from digitwise.reading.signs import describe, tell_kinds
from digitwise.reading.splitting.arcs import Arcs, find_arcs, nothing_of
from digitwise.reading.splitting.budget import Budget, BusyError
from digitwise.reading.splitting.cuts import MOST_CUTS

SURE = 0.998  # a component that is as probably one digit is not cut
NARROW, SURE_OF_NARROW = 0.65, 0.99  # nor one that is no wider, in its heights: two hardly fit in
LIKELY, FEW = 0.995, 2  # one that is as probably one is cut at so many places at most
NOTHING: Mapping[int, Floats] = MappingProxyType({})


class Asked(Protocol):
    """A `Network`, or a `Predictor` of one."""

    dtype: np.dtype[Any]

    def weighted_outputs(self, x: npt.ArrayLike) -> Floats:
        """Weighted inputs of the output layer, (n, 784) → (n, 10)."""


def find_candidates(
    numbers: Sequence[list[Component]],
    network: Asked,
    calibration: Calibration | None,
    signs: Network | None = None,
    budgets: Sequence[Budget] = (),
) -> list[tuple[Arcs, Floats]]:
    """Find the candidates of numbers, each given as components, and the digits they may be.

    The network is asked twice, each time for the whole page: which components are digits as they
    are; and, the others cut, what each other candidate is. The network that tells signs, if there
    is one, is asked once: what each component is in its place.

    Parameters
    ----------
    budgets : sequence of Budget, optional
        Of each number, its page's: a number past it has no candidates.

    Returns
    -------
    list of (Arcs, array of shape (arcs, 10))
    """
    if not numbers:
        return []
    budgets = budgets or [Budget() for _ in numbers]
    few = [budget.has_room(len(number)) for number, budget in zip(numbers, budgets, strict=True)]
    judged = [number for number, are_few in zip(numbers, few, strict=True) if are_few]
    whole = [component for number in judged for component in number]
    said = ask(network, calibration, whole)
    known = {id(component): row for component, row in zip(whole, said, strict=True)}
    most = iter([_most_cuts(*both) for both in zip(whole, said.max(axis=1).tolist(), strict=True)])
    kinds = tell_kinds(signs, list(map(describe, judged))) if signs else [None] * len(judged)
    of_each = iter(kinds)
    found = [
        _arcs_within(number, [next(most) for _ in number], next(of_each), budget)
        if are_few
        else nothing_of(number)
        for number, are_few, budget in zip(numbers, few, budgets, strict=True)
    ]
    return judge_candidates(found, network, calibration, known)


def _arcs_within(
    number: list[Component], most: list[int], kinds: Floats | None, budget: Budget
) -> Arcs:
    """A number's candidates; none if they are past the page's budget, which then says so."""
    try:
        return find_arcs(number, most, kinds, budget)
    except BusyError:
        return nothing_of(number)


def judge_candidates(
    found: Sequence[Arcs],
    network: Asked,
    calibration: Calibration | None,
    known: Mapping[int, Floats] = NOTHING,
) -> list[tuple[Arcs, Floats]]:
    """What the network says of each number's candidates, in one call: with (arcs, 10) each.

    Parameters
    ----------
    known : mapping of int to array (10,)
        What it has said of a piece already, by the piece's identity.
    """
    if not found:
        return []
    pieces = [piece for arcs in found for piece in arcs.pieces]
    new = [piece for piece in pieces if id(piece) not in known]
    rows = iter(ask(network, calibration, new))
    said = np.array([known[id(p)] if id(p) in known else next(rows) for p in pieces]).reshape(
        -1, 10
    )
    ends = np.cumsum([len(arcs.pieces) for arcs in found])
    return list(zip(found, np.split(said, ends[:-1]), strict=True))


def _most_cuts(component: Component, probability: float) -> int:
    """How often a component is cut that is so probably one digit."""
    narrow = component.width <= NARROW * component.height
    if probability >= (SURE_OF_NARROW if narrow else SURE):
        return 0
    return FEW if probability >= LIKELY else MOST_CUTS


def ask(network: Asked, calibration: Calibration | None, pieces: Sequence[Component]) -> Floats:
    """What the network says of each of n pieces: how probably it is each digit, shape (n, 10)."""
    frame_components(pieces)
    images = np.array([piece.frame for piece in pieces], np.uint8).reshape(-1, 28, 28)
    z = network.weighted_outputs(as_inputs(images, network.dtype))
    return probabilities_of(z, calibration)
