"""Classify the candidates of numbers: probability of each digit for each candidate."""

from collections.abc import Mapping, Sequence
from statistics import fmean
from types import MappingProxyType

import numpy as np

from digitwise.data.digits import as_inputs
from digitwise.imaging.components import Component, frame_components
from digitwise.models.calibration import Calibration, probabilities_of
from digitwise.models.committee import Judge
from digitwise.network import Network
from digitwise.neurons import Floats
from digitwise.reading.signs import describe, tell_kinds
from digitwise.reading.splitting.arcs import Arcs, find_arcs, nothing_of
from digitwise.reading.splitting.budget import Budget, BusyError
from digitwise.reading.splitting.cuts import MOST_CUTS

SURE_DIGIT = 0.998  # probability of one digit from which on a component is not cut
SURE_OF_NARROW = 0.99  # the same for a narrow component, which two digits hardly fit into
MAX_NARROW_ASPECT = 0.65  # width to height of a narrow component, at most
LIKELY_DIGIT = 0.995  # probability of one digit: from it on, a component gets FEW_CUTS at most
FEW_CUTS = 2  # cuts
MIN_LETTER_HEIGHT = 0.3  # of the tallest component; smaller ones are dots and specks
# Text: more components than this, with a lower mean probability of the likeliest digit. The mean is
# 0.37 to 0.78 on printed lines. It is 0.82 and more on drawn numbers whose digits don't touch, and
# 0.57 and more if half of them touch.
TEXTS = ((24, 0.8), (8, 0.45))
NOTHING: Mapping[int, Floats] = MappingProxyType({})


def find_candidates(
    numbers: Sequence[list[Component]],
    network: Judge,
    calibration: Calibration | None,
    signs: Network | None = None,
    budgets: Sequence[Budget] = (),
    may_be_text: bool = True,
) -> list[tuple[Arcs, Floats]]:
    """Find the candidates of numbers, each given as components, and their digit probabilities.

    The network is called twice for all numbers: for whole components, to find out which ones to
    cut; and for the other candidates. The network of signs, if there is one, is called once.

    Parameters
    ----------
    budgets : sequence of Budget, optional
        The budget of each number's page; a number past it has no candidates.
    may_be_text : bool
        Whether a line whose components look like no digits is text, and has no candidates.

    Returns
    -------
    list of (Arcs, array of shape (arcs, 10))
        Candidates, and the probability of each digit.
    """
    if not numbers:
        return []
    budgets = budgets or [Budget() for _ in numbers]
    few = [budget.has_room(len(number)) for number, budget in zip(numbers, budgets, strict=True)]
    judged = [number for number, are_few in zip(numbers, few, strict=True) if are_few]
    whole = [component for number in judged for component in number]
    probabilities = classify(network, calibration, whole)
    known = {id(component): row for component, row in zip(whole, probabilities, strict=True)}
    likely = iter(probabilities.max(axis=1).tolist())
    kinds = iter(tell_kinds(signs, list(map(describe, judged))) if signs else [None] * len(judged))
    found = [
        _arcs_within(number, [next(likely) for _ in number], next(kinds), budget, may_be_text)
        if are_few
        else nothing_of(number)
        for number, are_few, budget in zip(numbers, few, budgets, strict=True)
    ]
    return judge_candidates(found, network, calibration, known)


def _arcs_within(
    number: list[Component],
    likely: list[float],
    kinds: Floats | None,
    budget: Budget,
    may_be_text: bool,
) -> Arcs:
    """Return a number's candidates; none of a line of text, or past the page's budget.

    Parameters
    ----------
    likely : list of float
        Probability of the likeliest digit for each component.
    """
    if may_be_text and _is_text(number, likely):
        return nothing_of(number)
    most = [_most_cuts(*both) for both in zip(number, likely, strict=True)]
    try:
        return find_arcs(number, most, kinds, budget)
    except BusyError:  # the budget keeps why
        return nothing_of(number)


def _is_text(number: list[Component], likely: list[float]) -> bool:
    """Whether so many components of a line are no digits that it is text, and not cut."""
    least = MIN_LETTER_HEIGHT * max(component.height for component in number)
    tall = [p for component, p in zip(number, likely, strict=True) if component.height >= least]
    return any(len(tall) > count and fmean(tall) < mean for count, mean in TEXTS)


def judge_candidates(
    found: Sequence[Arcs],
    network: Judge,
    calibration: Calibration | None,
    known: Mapping[int, Floats] = NOTHING,
) -> list[tuple[Arcs, Floats]]:
    """Classify each number's candidates in one call of the network.

    Parameters
    ----------
    known : mapping of int to array of shape (10,), optional
        Probabilities of the pieces classified before, by the identity of a piece.

    Returns
    -------
    list of (Arcs, array of shape (arcs, 10))
    """
    if not found:
        return []
    pieces = [piece for arcs in found for piece in arcs.pieces]
    new = [piece for piece in pieces if id(piece) not in known]
    rows = iter(classify(network, calibration, new))
    probabilities = np.array(
        [known[id(p)] if id(p) in known else next(rows) for p in pieces]
    ).reshape(-1, 10)
    ends = np.cumsum([len(arcs.pieces) for arcs in found])
    return list(zip(found, np.split(probabilities, ends[:-1]), strict=True))


def _most_cuts(component: Component, probability: float) -> int:
    """Return the greatest number of cuts of a component with this probability of one digit."""
    narrow = component.width <= MAX_NARROW_ASPECT * component.height
    if probability >= (SURE_OF_NARROW if narrow else SURE_DIGIT):
        return 0
    return FEW_CUTS if probability >= LIKELY_DIGIT else MOST_CUTS


def classify(
    network: Judge, calibration: Calibration | None, pieces: Sequence[Component]
) -> Floats:
    """Return the probability of each digit for each of n pieces, shape (n, 10)."""
    frame_components(pieces)
    images = np.array([piece.frame for piece in pieces], np.uint8).reshape(-1, 28, 28)
    z = network.weighted_outputs(as_inputs(images, network.dtype))
    return probabilities_of(z, calibration)
