"""What may be a number, judged: what it says, how probably, and whether that was expected."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from digitwise.data.signs import SIGNS
from digitwise.imaging.components import Component
from digitwise.models.calibration import Calibration
from digitwise.models.weighing import Weighing
from digitwise.neurons import Floats
from digitwise.reading.expected import Expected
from digitwise.reading.forms.slashes import trust
from digitwise.reading.pattern import MOST_DIGITS, Way, anything
from digitwise.reading.signs import KINDS
from digitwise.reading.splitting.arcs import Arcs, nothing_of, uncut
from digitwise.reading.splitting.budget import WAYS_OF_ONE, Budget, BusyError
from digitwise.reading.splitting.classify import Asked, find_candidates, judge_candidates
from digitwise.reading.splitting.decide import ALTERNATIVES, Decision, decide
from digitwise.reading.splitting.lattice import HOPELESS, Lattice
from digitwise.reading.splitting.scoring import make_lattice, number_probability

UNLIKELY = -4.6  # logarithm of the probability that a number is as was expected: it is not


@dataclass(frozen=True)
class Judged:
    """What may be a number, what it says, and whether that is what was expected."""

    components: list[Component]
    arcs: Arcs
    decision: Decision | None
    fits: bool

    @property
    def confidence(self) -> float:
        """Probability that it is a number, one that was expected, and read right."""
        return self._probabilities[0]

    @property
    def any_number(self) -> float:
        """Probability that it is a number, one that was expected, right or wrong."""
        return sum(self._probabilities)

    @property
    def signs(self) -> list[Component]:
        """Components that probably are signs, whatever was read."""
        kinds = self.arcs.kinds.argmax(axis=1)
        return [c for c, k in zip(self.components, kinds, strict=True) if KINDS[k] in SIGNS]

    @property
    def _probabilities(self) -> list[float]:
        """Of its texts, the most probable first."""
        if not (self.decision and self.decision.digits and self.fits):
            return [0.0]
        return [p for _, p in self.decision.alternatives]


def judge_numbers(
    numbers: list[list[Component]],
    network: Asked,
    calibration: Calibration | None,
    weighing: Weighing | None,
    expected: Expected,
    known: bool,
    budgets: Sequence[Budget] = (),
    alternatives: int = ALTERNATIVES,
    chosen: int = 0,
) -> list[Judged]:
    """Judge what may be numbers, or what is `known` to be; each is given as its components.

    Without `weighing`, each component is a digit. `budgets` are those of the numbers' pages, one
    a number: what is past them is read as nothing.
    """
    budgets = budgets or [Budget() for _ in numbers]
    if weighing:
        candidates = find_candidates(numbers, network, calibration, weighing.signs, budgets)
    else:
        few = [b.has_room(len(number)) for number, b in zip(numbers, budgets, strict=True)]
        arcs_of = [
            uncut(number) if are_few else nothing_of(number)
            for number, are_few in zip(numbers, few, strict=True)
        ]
        candidates = judge_candidates(arcs_of, network, calibration)
    found = []
    for number, (arcs, probabilities), budget in zip(numbers, candidates, budgets, strict=True):
        lattice = make_lattice(arcs, probabilities, weighing)
        is_number = None
        if weighing:
            is_number = partial(number_probability, arcs, weighing=weighing, known=known)
        by_slashes = partial(trust, arcs) if weighing and weighing.signs else _as_much
        way = partial(decide, alternatives=alternatives, chosen=chosen)
        decided = _decide(lattice, expected, is_number, known, by_slashes, way, budget)
        found.append(Judged(number, arcs, *decided))
    return found


def _as_much(*_: object) -> float:
    """Trust every way to read a number."""
    return 1.0


def _decide(
    lattice: Lattice,
    expected: Expected,
    is_number: Callable[[Floats, float], float] | None,
    known: bool,
    trusted: Callable[[Way, list[tuple[int, str]]], float],
    decide: Callable[..., Decision | None],
    budget: Budget,
) -> tuple[Decision | None, bool]:
    """What a number says, and whether that is what was expected."""
    # No number has more digits than a pattern may; places times arcs are what there is to add up.
    n = lattice.n if is_number is None else min(lattice.n, MOST_DIGITS)
    ways, whatever = expected.ways(n), anything(n)
    try:
        budget.take((len(ways) - 1) * len(lattice.ends) // WAYS_OF_ONE)
    except BusyError:
        return None, False
    if is_number is None:
        # Each component is a digit, or a slash. A pattern chooses among its alternatives, no more.
        fitting = [replace(way, least=n) for way in ways if way.least <= n <= len(way.allowed)]
        bounded = expected.pattern is not None and bool(fitting)
        return decide(lattice, fitting or [replace(whatever, least=n)], bounded), bool(fitting)
    if not expected.nothing:
        totals = [lattice.total(way.allowed, way.least) for way in ways]
        if np.logaddexp.reduce(totals) - lattice.total(whatever.allowed) > UNLIKELY:
            least = max(totals) - HOPELESS
            likely = [way for way, total in zip(ways, totals, strict=True) if total > least]
            return decide(lattice, likely, bounded=True, trust=trusted), True
    return decide(lattice, [whatever], False, is_number, known), expected.nothing
