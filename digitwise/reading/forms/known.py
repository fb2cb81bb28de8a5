"""Choose between readings of a form's fields by checks, ranges and sum rules."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from digitwise.reading.forms.checks import CHECKS, passes
from digitwise.reading.forms.description import Form
from digitwise.reading.forms.entries import Field
from digitwise.reading.forms.together import Choice, choose_together
from digitwise.reading.how import How
from digitwise.reading.number import Number, values_of
from digitwise.reading.results import with_confidence

MOST_READINGS = 40  # readings of a field with a check, a range or a sum rule
WRONG_IN_RANGE = 0.1  # share of wrong readings that are in a range

Read = Callable[[str, How], Number | None]
"""Reads the field of a name; returns None if it is empty."""


@dataclass(frozen=True)
class Readings:
    """A field's readings that pass its own check and range.

    Attributes
    ----------
    number : Number or None
        The number with its most probable reading; None if the field is empty.
    places : list of int
        Indices of these readings among the number's alternatives.
    chances : list of float
        Their probabilities, given that check and range hold.
    """

    number: Number | None
    places: list[int]
    chances: list[float]


def choose(form: Form, read: Read, how: How) -> dict[str, Number | None]:
    """Read all fields of a form, so that checks, ranges and sum rules hold where possible.

    A field that fails keeps its most probable reading, with a reason for its rejection.
    """
    ruled = {name for rule in form.rules for name in (*rule.sum, rule.equals)}
    found: dict[str, Readings] = {}
    for field in form.fields:
        known = field.name in ruled or field.check or field.range
        number = read(field.name, replace(how, alternatives=MOST_READINGS) if known else how)
        found[field.name] = _possible(field, number) if known else Readings(number, [0], [])
    choices = {name: _choices(found[name]) for name in ruled}
    unseen = {name for name in ruled if _unread(found[name].number)}
    rules = [rule for rule in form.rules if unseen.isdisjoint((*rule.sum, rule.equals))]
    together = choose_together(choices, rules)
    reasons = {
        name: f"{rule} doesn't hold"
        for rule in reversed(together.failed)
        for name in (*rule.sum, rule.equals)
    }
    result: dict[str, Number | None] = {}
    for name, readings in found.items():
        pick = together.chosen.get(name, 0)
        chances = together.chances.get(name, readings.chances)
        number = readings.number
        if number is not None and chances and readings.places:
            number = _chosen(name, readings, pick, chances, read, how)
        if number is not None and name in reasons and not number.reason:
            number = replace(number, reason=reasons[name])
        result[name] = number
    return result


def _unread(number: Number | None) -> bool:
    return number is not None and not number.text


def _possible(field: Field, number: Number | None) -> Readings:
    """Return the readings of a number that pass the field's check and are in its range."""
    if number is None or not number.text:
        return Readings(number, [], [])
    missing = max(0.0, 1 - sum(p for _, p in number.alternatives))
    places = list(range(len(number.alternatives)))
    if field.check:
        places = [k for k in places if passes(number.alternatives[k][0], field.check)]
        missing *= CHECKS[field.check].chance
    if field.range:
        least, most = field.range
        values = {k: _value(number, k) for k in places}
        places = [k for k, value in values.items() if value is not None and least <= value <= most]
        missing *= WRONG_IN_RANGE
    if not places:
        what = [f"check = {field.check}"] if field.check else []
        what += [f"range = {list(field.range)}"] if field.range else []
        reason = f"no likely reading satisfies {', '.join(what)}"
        return Readings(replace(number, reason=number.reason or reason), [0], [])
    total = sum(number.alternatives[k][1] for k in places) + missing
    return Readings(number, places, [number.alternatives[k][1] / total for k in places])


def _value(number: Number, place: int) -> float | None:
    values = values_of(number.alternatives[place][0], number.cross, number.decimal)
    return values[0] if values else None


def _choices(readings: Readings) -> list[Choice]:
    """Return probabilities and values of a field's readings; an empty field has the value 0."""
    number = readings.number
    if number is None or not readings.places:
        return [(1.0, 0.0)]
    chances = readings.chances or [number.confidence]
    return [(p, _value_in_sum(number, k)) for k, p in zip(readings.places, chances, strict=True)]


def _value_in_sum(number: Number, place: int) -> float | None:
    """Return the value of a reading in a sum; crosses alone have the value 0."""
    text = number.alternatives[place][0] if number.alternatives else number.text
    return _value(number, place) if text.strip("×") else 0.0


def _chosen(
    name: str, readings: Readings, pick: int, chances: list[float], read: Read, how: How
) -> Number | None:
    """Return a field's number with the chosen reading first among its alternatives."""
    place = readings.places[pick]
    number = readings.number
    if place:
        number = read(name, replace(how, alternatives=MOST_READINGS, chosen=place))
    if number is None:
        return None
    known = readings.number
    texts = [known.alternatives[k][0] for k in readings.places] if known else []
    ranked = sorted(zip(texts, chances, strict=True), key=lambda choice: -choice[1])
    first = (texts[pick], chances[pick])
    others = [choice for choice in ranked if choice[0] != first[0]]
    number = replace(number, alternatives=[first, *others][: how.alternatives])
    return with_confidence(number, min(1.0, chances[pick]), how)
