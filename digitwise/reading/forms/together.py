"""Choose the readings of fields together: the most probable combination that satisfies the sums.

Fields usually add up, but not always. The rules hold with the probability RULE_PROBABILITY. If they
do, combinations that satisfy them are equally likely; else all combinations are. By chance, a
combination satisfies a rule with the probability 10⁻ⁿ, n digits of the total. So a combination that
satisfies it is far likelier than its readings alone (Bayes' rule).
"""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import exp, isfinite, log, log1p

from digitwise.reading.forms.description import Rule

RULE_PROBABILITY = 0.95  # probability that the true values satisfy a rule
MOST_STEPS = 60_000  # heap entries of the search, which is exact for small rules
MOST_FOUND = 200  # combinations that satisfy all rules
MIN_PROBABILITY = 1e-9  # lower bound of a reading's probability
HOPELESS_NATS = 14.0  # nats below the best combination, from which on none is tried
TOLERANCE = 1e-6  # of a value
MIN_POSITIVE = 1e-300  # a probability of 0 has a logarithm, too

Choice = tuple[float, float | None]
"""(probability, value) of a reading."""


@dataclass(frozen=True)
class Together:
    """Result of choosing fields together.

    Attributes
    ----------
    chosen : dict of str to int
        Index of each field's chosen reading.
    chances : dict of str to list of float
        Probabilities of each field's readings, given the rules.
    failed : list of Rule
        Rules that the readings don't satisfy.
    """

    chosen: dict[str, int] = field(default_factory=dict)
    chances: dict[str, list[float]] = field(default_factory=dict)
    failed: list[Rule] = field(default_factory=list)


def choose_together(readings: dict[str, list[Choice]], rules: Sequence[Rule]) -> Together:
    """Choose a reading of each field that a rule names, so that rules are satisfied if possible.

    Parameters
    ----------
    readings : dict of str to list of (probability, value)
        Readings of each field, the most probable first; the value is None if it is no number.
    rules : sequence of Rule
    """
    together = Together()
    for group in _connected(rules):
        _choose(readings, group, together)
    return together


def _connected(rules: Sequence[Rule]) -> list[list[Rule]]:
    """Group rules that share fields."""
    groups: list[tuple[set[str], list[Rule]]] = []
    for rule in rules:
        names, own = {*rule.sum, rule.equals}, [rule]
        apart = []
        for others, group in groups:
            if names.isdisjoint(others):
                apart.append((others, group))
            else:
                names, own = names | others, group + own
        groups = [*apart, (names, own)]
    return [group for _, group in groups]


def _choose(readings: dict[str, list[Choice]], rules: Sequence[Rule], together: Together) -> None:
    order = list(dict.fromkeys(name for rule in rules for name in (*rule.sum, rule.equals)))
    found = _satisfying(readings, rules, order)
    # A random combination satisfies a rule once in as many times as its total has values.
    likelier = sum(_digits(readings[rule.equals][0][1]) for rule in rules) * log(10)
    hold = len(rules) * log(RULE_PROBABILITY)
    logarithms = [hold + likelier + p for p, _ in found]
    # Of many rules the numbers themselves are too large, or too small, for a float.
    fails = log1p(-exp(hold))
    most = max([*logarithms, fails])
    weights = [exp(one - most) for one in logarithms]
    fail = exp(fails - most)
    total = sum(weights) + fail
    for place, name in enumerate(order):
        chances = [fail * p / total for p, _ in readings[name]]
        for weight, (_, picks) in zip(weights, found, strict=True):
            chances[picks[place]] += weight / total
        together.chances[name] = chances
    satisfied = bool(found) and sum(weights) > total / 2
    for place, name in enumerate(order):
        together.chosen[name] = found[0][1][place] if satisfied else 0
    if not satisfied:
        first = dict.fromkeys(order, 0)
        together.failed.extend(rule for rule in rules if not _holds(rule, readings, first))


def _digits(value: float | None) -> int:
    """Number of a total's digits before its decimal sign, at least 1."""
    return len(str(abs(int(value)))) if value is not None and isfinite(value) else 1


def _satisfying(
    readings: dict[str, list[Choice]], rules: Sequence[Rule], order: list[str]
) -> list[tuple[float, tuple[int, ...]]]:
    """Find combinations that satisfy all rules, the most probable first (A*).

    Returns
    -------
    list of (logarithm of the probability, number of each field's reading)
    """
    costs = [[-log(max(p, MIN_PROBABILITY)) for p, _ in readings[name]] for name in order]
    ahead = [0.0] * (len(order) + 1)  # least cost of the fields from each place on
    for place in range(len(order) - 1, -1, -1):
        ahead[place] = ahead[place + 1] + min(costs[place])
    at = {name: place for place, name in enumerate(order)}
    decided: list[list[Rule]] = [[] for _ in order]
    for rule in rules:
        decided[max(at[name] for name in (*rule.sum, rule.equals))].append(rule)
    heap: list[tuple[float, int, tuple[int, ...]]] = [(ahead[0], 0, ())]
    found: list[tuple[float, tuple[int, ...]]] = []
    steps, limit = 0, ahead[0] + HOPELESS_NATS
    while heap and steps < MOST_STEPS and len(found) < MOST_FOUND:
        cost, _, picks = heapq.heappop(heap)
        place = len(picks)
        if place == len(order):
            chosen = zip(order, picks, strict=True)
            chances = (readings[name][pick][0] for name, pick in chosen)
            found.append((sum(log(max(p, MIN_POSITIVE)) for p in chances), picks))
            limit = min(limit, cost + HOPELESS_NATS / 2)
            continue
        spent = cost - ahead[place]
        for pick, own in enumerate(costs[place]):
            after = spent + own + ahead[place + 1]
            if after > limit:
                continue
            steps += 1
            longer = (*picks, pick)
            if decided[place]:
                by_name = dict(zip(order, longer, strict=False))
                if not all(_holds(rule, readings, by_name) for rule in decided[place]):
                    continue
            # Of equal ones the longest first.
            heapq.heappush(heap, (after, -place, longer))
    return found


def _holds(rule: Rule, readings: dict[str, list[Choice]], picks: dict[str, int]) -> bool:
    parts = [readings[name][picks[name]][1] for name in rule.sum]
    total = readings[rule.equals][picks[rule.equals]][1]
    if total is None or any(part is None for part in parts):
        return False
    return abs(sum(part for part in parts if part is not None) - total) < TOLERANCE
