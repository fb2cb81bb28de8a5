"""Judge possible numbers: their text, its probability, and whether it was expected."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from digitwise.data.signs import SIGNS
from digitwise.imaging.components import Component
from digitwise.models.calibration import Calibration
from digitwise.models.committee import Judge
from digitwise.models.weighing import Weighing
from digitwise.neurons import Floats
from digitwise.reading import slashed
from digitwise.reading.expected import Expected
from digitwise.reading.forms.slashes import trust
from digitwise.reading.pattern import MOST_DIGITS, Way, anything
from digitwise.reading.signs import KINDS
from digitwise.reading.splitting.arcs import Arcs, nothing_of, uncut
from digitwise.reading.splitting.budget import WAYS_OF_ONE, Budget, BusyError
from digitwise.reading.splitting.classify import find_candidates, judge_candidates
from digitwise.reading.splitting.decide import ALTERNATIVES, Decision, decide
from digitwise.reading.splitting.lattice import HOPELESS_NATS, Lattice
from digitwise.reading.splitting.scoring import make_lattice, number_probability

MIN_LOG_EXPECTED = -4.6  # log probability of the expected ways; below it a number doesn't fit


@dataclass(frozen=True)
class Judged:
    """A possible number, its text, and whether that was expected.

    Attributes
    ----------
    components : list of Component
    arcs : Arcs
    decision : Decision or None
        None if no path has the expected number of digits, or the budget was spent.
    fits : bool
        Whether the number has the expected count or pattern.
    """

    components: list[Component]
    arcs: Arcs
    decision: Decision | None
    fits: bool

    @property
    def confidence(self) -> float:
        """Probability that it is a number, as expected, and read right."""
        return self._probabilities[0]

    @property
    def any_number(self) -> float:
        """Probability that it is a number, as expected, whether read right or wrong."""
        return sum(self._probabilities)

    def less_probable(self, factor: float) -> "Judged":
        """Return it with the probabilities of its texts times a factor."""
        if not self.decision:
            return self
        alternatives = [(text, factor * p) for text, p in self.decision.alternatives]
        return replace(self, decision=replace(self.decision, alternatives=alternatives))

    @property
    def signs(self) -> list[Component]:
        """Components that probably are signs, whatever the text."""
        kinds = self.arcs.kinds.argmax(axis=1)
        return [c for c, k in zip(self.components, kinds, strict=True) if KINDS[k] in SIGNS]

    @property
    def _probabilities(self) -> list[float]:
        """Probabilities of its texts, in order; [0.0] if it is no number or doesn't fit."""
        if not (self.decision and self.decision.digits and self.fits):
            return [0.0]
        return [p for _, p in self.decision.alternatives]


def judge_numbers(
    numbers: list[list[Component]],
    network: Judge,
    calibration: Calibration | None,
    weighing: Weighing | None,
    expected: Expected,
    known: bool,
    budgets: Sequence[Budget] = (),
    alternatives: int = ALTERNATIVES,
    chosen: int = 0,
) -> list[Judged]:
    """Judge possible numbers, each given as its components.

    Parameters
    ----------
    weighing : Weighing or None
        None if each component is a digit.
    known : bool
        Whether they are known to be numbers.
    budgets : sequence of Budget, optional
        The budget of each number's page; a number past it has no text.
    alternatives, chosen : int
        See `decide`.
    """
    budgets = budgets or [Budget() for _ in numbers]
    if weighing:
        candidates = find_candidates(numbers, network, calibration, weighing.signs, budgets)
    else:
        arcs_of = [
            uncut(number) if budget.has_room(len(number)) else nothing_of(number)
            for number, budget in zip(numbers, budgets, strict=True)
        ]
        candidates = judge_candidates(arcs_of, network, calibration)
    choose = partial(decide, alternatives=alternatives, chosen=chosen)

    def judge(
        components: list[Component], arcs: Arcs, probabilities: Floats, budget: Budget
    ) -> tuple[Decision | None, bool]:
        """Return a number's decision, and whether it was expected."""
        lattice = make_lattice(arcs, probabilities, weighing)
        # The cost of the sums is digits times arcs: digits are bounded as in patterns.
        n = min(lattice.n, MOST_DIGITS) if weighing else lattice.n
        ways = expected.ways(n)
        try:
            budget.take((len(ways) - 1) * len(lattice.ends) // WAYS_OF_ONE)
        except BusyError:
            return None, False
        if weighing is None:
            # Each component is a digit or a slash. A pattern may only choose among readings.
            fitting = [replace(way, least=n) for way in ways if way.least <= n <= len(way.allowed)]
            bounded = expected.pattern is not None and bool(fitting)
            whatever = replace(anything(n), least=n)
            return choose(lattice, fitting or [whatever], bounded), bool(fitting)
        if not expected.allows_any and (likely := _likely_ways(lattice, ways, anything(n))):
            by_slashes = partial(trust, arcs) if weighing.signs else _trust_all
            return choose(lattice, likely, bounded=True, trust=by_slashes), True
        is_number = partial(number_probability, arcs, weighing=weighing, known=known)
        if expected.allows_any and weighing.signs and slashed.may_have_slash(arcs):
            likelier = partial(slashed.trust, components, arcs)
            found = choose(
                lattice,
                [anything(n)],
                False,
                is_number,
                known,
                likelier,
                tried=slashed.MOST_TEXTS_TRIED,
            )
            return found, True
        return choose(lattice, [anything(n)], False, is_number, known), expected.allows_any

    every = zip(numbers, candidates, budgets, strict=True)
    return [
        Judged(number, candidate[0], *judge(number, *candidate, budget))
        for number, candidate, budget in every
    ]


def _trust_all(*_: object) -> float:
    """Trust every path of every way."""
    return 1.0


def _likely_ways(lattice: Lattice, ways: Sequence[Way], whatever: Way) -> list[Way]:
    """Return the most probable of the expected ways; none if all together are improbable.

    Parameters
    ----------
    whatever : Way
        The way to write any number, for comparison.
    """
    totals = [lattice.total(way.allowed, way.least) for way in ways]
    if not np.logaddexp.reduce(totals) - lattice.total(whatever.allowed) > MIN_LOG_EXPECTED:
        return []
    least = max(totals) - HOPELESS_NATS
    return [way for way, total in zip(ways, totals, strict=True) if total > least]
