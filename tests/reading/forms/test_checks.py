"""Checks, ranges and sums of fields."""

from itertools import pairwise, product

import numpy as np
import pytest

from digitwise.errors import InputError
from digitwise.reading.forms.checks import is_date, luhn, mod11, mod97
from digitwise.reading.forms.description import (
    Form,
    Rule,
    find_faults,
    load_form,
    parse_description,
)
from digitwise.reading.forms.entries import Field
from digitwise.reading.forms.known import choose
from digitwise.reading.forms.together import RULE_PROBABILITY, choose_together
from digitwise.reading.number import Number, ReadDigit

IMAGE = np.zeros((28, 28), np.uint8)


def test_check_digits_catch_any_wrong_digit():
    assert luhn("79927398713")  # of Luhn's patent
    assert not luhn("79927398710")
    assert mod11("0306406152")  # an ISBN
    assert not mod11("0306406153")
    assert mod97("3214282912345698765432161182")  # an IBAN, its letters and check digits moved
    assert not mod97("3214282912345698765432161128")
    for check, of in ((luhn, "4539578763621486"), (mod11, "0306406152")):
        for place, digit in product(range(len(of)), "0123456789"):
            changed = of[:place] + digit + of[place + 1 :]
            assert check(changed) == (changed == of)  # every wrong digit is found


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("29/02/2024", True), ("29/02/2023", False), ("02.29.2024", True), ("2024-02-29", True),
        ("31/04/1999", False), ("310499", False), ("300499", True), ("19991231", True),
        ("12/12", False), ("1", False), ("", False), ("01/01/99", True), ("32/13/2000", False),
        ("3/4/2020", True), ("100/4/2020", False),
    ],
)  # fmt: skip
def test_only_days_of_the_calendar_are_dates(text, right):
    assert is_date(text) == right


def brute(readings, rule):
    """The probabilities of each reading by all combinations there are."""
    names = [*rule.sum, rule.equals]
    wanted = 10 ** len(str(int(readings[rule.equals][0][1])))
    weights = {}
    for picks in product(*(range(len(readings[name])) for name in names)):
        values = [readings[name][k][1] for name, k in zip(names, picks, strict=True)]
        p = np.prod([readings[name][k][0] for name, k in zip(names, picks, strict=True)])
        weights[picks] = p * (
            (1 - RULE_PROBABILITY) + RULE_PROBABILITY * wanted * (sum(values[:-1]) == values[-1])
        )
    return names, weights


def test_fields_are_chosen_together_as_bayes_has_it():
    rng = np.random.default_rng(3)
    rule = Rule(("a", "b"), "total")
    readings = {}
    for name, values in (("a", [12, 17, 72]), ("b", [5, 6, 8]), ("total", [17, 23, 18, 78])):
        readings[name] = list(zip(rng.dirichlet(np.ones(len(values))), values, strict=True))
    names, weights = brute(readings, rule)
    total = sum(weights.values())
    found = choose_together(readings, [rule])
    for place, name in enumerate(names):
        for k, p in enumerate(found.chances[name]):
            expected = sum(w for picks, w in weights.items() if picks[place] == k) / total
            assert p == pytest.approx(expected, rel=1e-6)
    best = max(weights, key=weights.get)
    assert [found.chosen[name] for name in names] == list(best)


def test_rules_that_share_fields_are_satisfied_together():
    # A table: rows and columns add up. One cell is more probably 7 than 1.
    sure = {"ab": 30, "cd": 70, "ac": 41, "bd": 59, "b": 19, "c": 30, "d": 40}
    readings = {name: [(1.0, float(value))] for name, value in sure.items()}
    readings["a"] = [(0.8, 17.0), (0.2, 11.0)]
    rules = [Rule(("a", "b"), "ab"), Rule(("a", "c"), "ac"), Rule(("c", "d"), "cd")]
    found = choose_together(readings, rules)
    assert found.chosen["a"] == 1
    assert found.chances["a"][1] > 0.99
    assert not found.failed


def test_a_sum_that_fails_is_told():
    readings = {"a": [(0.99, 12.0)], "b": [(0.99, 5.0)], "total": [(0.99, 19.0)]}
    rule = Rule(("a", "b"), "total")
    found = choose_together(readings, [rule])
    assert found.failed == [rule]
    assert set(found.chosen.values()) == {0}
    assert str(rule) == "a + b = total"


def test_a_large_rule_takes_bounded_time():
    rng = np.random.default_rng(0)
    names = [f"f{k}" for k in range(60)]
    readings = {}
    for name in [*names, "total"]:
        p = np.sort(rng.dirichlet(np.ones(40)))[::-1]
        readings[name] = [(float(a), float(v)) for v, a in enumerate(p)]
    readings["total"] = [(p, v + 1e6) for p, v in readings["total"]]  # which no parts add up to
    assert choose_together(readings, [Rule(tuple(names), "total")]).failed


def number(*alternatives):
    text, p = alternatives[0]
    digits = [ReadDigit(char, p, (0, 0, 9, 9), IMAGE) for char in text]
    return Number(text, p, (0, 0, 9, 9), digits, list(alternatives))


class How:
    """The attributes of a reader's `How` that are used here."""

    number_threshold, alternatives, chosen, sure_above = 0.7, 5, 0, 0.9


def read_with(numbers, monkeypatch):
    """Read fields that say so; the reading that is chosen comes first, as readers have it."""

    def read(name, how):
        own = numbers[name]
        if own is None or not how.chosen:
            return own
        order = list(own.alternatives)
        order.insert(0, order.pop(how.chosen))
        return number(*order)

    def changed(how, **changes):
        other = How()
        vars(other).update(changes)
        return other

    from digitwise.reading.forms import known

    real = known.replace
    monkeypatch.setattr(
        known, "replace", lambda o, **c: changed(o, **c) if isinstance(o, How) else real(o, **c)
    )
    return read


def field(name, **known):
    return Field(name, (0, 0, 9, 9), **known)


def test_a_check_decides_between_readings(monkeypatch):
    read = read_with({"card": number(("79927398710", 0.6), ("79927398713", 0.35))}, monkeypatch)
    form = Form((9, 9), [field("card", check="luhn")])
    found = choose(form, read, How())["card"]
    assert found.text == "79927398713"
    assert found.confidence == pytest.approx(0.35 / (0.35 + 0.05 / 10))
    assert not found.rejected


def test_what_cannot_be_is_rejected_and_kept(monkeypatch):
    read = read_with({"mark": number(("412", 0.9), ("472", 0.05))}, monkeypatch)
    form = Form((9, 9), [field("mark", range=(0, 300))])
    found = choose(form, read, How())["mark"]
    assert found.text == "412"
    assert found.rejected
    assert found.reason == "no likely reading satisfies range = [0, 300]"


def test_a_sum_makes_doubtful_readings_sure(monkeypatch):
    numbers = {
        "a": number(("17", 0.55), ("11", 0.44)), "b": number(("20", 0.99)), "empty": None,
        "total": number(("31", 0.9), ("37", 0.05)),
    }  # fmt: skip
    form = Form((9, 9), [field(n) for n in numbers], None, (Rule(("a", "b", "empty"), "total"),))
    found = choose(form, read_with(numbers, monkeypatch), How())
    assert [n and n.text for n in found.values()] == ["11", "20", None, "31"]
    assert found["a"].confidence > 0.9
    assert {n.state for n in found.values() if n} == {"sure"}
    assert not any(n.rejected for n in found.values() if n)
    numbers["total"] = number(("99", 0.999))
    found = choose(form, read_with(numbers, monkeypatch), How())
    assert {n.reason for n in found.values() if n} == {"a + b + empty = total doesn't hold"}
    assert found["a"].text == "17"


DESCRIPTION = """
size = [90, 90]
[[field]]
name = "a"
box = [0, 0, 10, 10]
[[field]]
name = "b"
box = [0, 20, 10, 30]
"""


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ('check = "isbn"', "check to be one of luhn"), ("range = [3, 1]", "range as"),
        ("range = 5", "range as"), ('[[rule]]\nsum = ["a"]', "missing: equals"),
        ('[[rule]]\nsum = ["a", "c"]\nequals = "b"', "fields that there are not: c"),
        ('[[rule]]\nsum = []\nequals = "b"', "names of fields"),
        ('[[rule]]\nsum = ["a", "a"]\nequals = "b"', "same field twice"),
        ('[[rule]]\nsum = ["a", "b"]\nequals = "b"', "in a circle: b"),
        ('[[rule]]\nsum = ["a"]\nequals = "b"\n[[rule]]\nsum = ["b"]\nequals = "a"', "in a circle"),
        ("".join(f'[[field]]\nname = "{k}"\nbox = [0, 0, 9, 9]\n' for k in range(10_000)), "1,000"),
        ("[rule]\nsum = 3", "tables [[rule]]"),
        ("x = " + "[" * 50_000, "nested too deeply"), ("count = " + "1" * 5_000, "no TOML file"),
        ("cells = 0", "1 to 40 cells; found 0"), ("count = true", "found True"),
        ("cells = 2\nrange = [300, 400]", "no number of 2 digits is within its range"),
        ("count = 2\nrange = [-400, -100]", "no number of 2 digits is within its range"),
        ("check = [1]", "check to be one of luhn"),
        ('[[field]]\nname = "a"\nbox = [0, 0, 1, 1]', "found 'a' twice"),
        ('[[field]]\nname = "page"\nbox = [0, 0, 1, 1]', "has a column 'page' already"),
        ('[[field]]\nname = "b state"\nbox = [0, 0, 1, 1]', "column 'b state' for the field 'b'"),
        ('[[field]]\nname = "far"\nbox = [0, 0, 91, 9]', "within 90×90 pixels; found [0, 0"),
        ('[[field]]\nname = "odd"\nbox = [0, 9, 9, 0]', "left before right and top above bottom"),
        ('[[field]]\nname = "odd"\nbox = [0, 0, 9, 9]\ncell = 3', "'odd': unknown: cell"),
        (f'[[field]]\nname = "{"n" * 999}"\nbox = [0, 0, 1, 1]', "200 characters at most"),
    ],
)  # fmt: skip
def test_descriptions_that_cannot_be(tmp_path, more, message):
    (tmp_path / "form.toml").write_text(DESCRIPTION + more)
    with pytest.raises(InputError) as found:
        load_form(tmp_path / "form.toml")
    assert message in str(found.value)
    assert "\n" not in str(found.value)
    assert len(str(found.value)) < 300


@pytest.mark.parametrize(
    ("before", "message"),
    [
        ("size = [1000000, 9]", "at most 100,000"), (f"size = [1{'0' * 300}, 1]", "pixels"),
        ('reference = "a\\u0000b"\nsize = [90, 90]', "name of a picture"),
    ],
)  # fmt: skip
def test_pages_that_cannot_be(tmp_path, before, message):
    (tmp_path / "form.toml").write_text(DESCRIPTION.replace("size = [90, 90]", before))
    with pytest.raises(InputError, match=message) as found:
        load_form(tmp_path / "form.toml")
    assert len(str(found.value)) < 300


def test_every_field_has_its_own_fault():
    wrong = 'cells = 0\n[[field]]\nname = "b"\nbox = [0, 0, 9, 9]\n[[field]]\nname = "c"\nbox = 3\n'
    rule = '[[rule]]\nsum = ["c"]\nequals = "d"\n'
    faults = find_faults(parse_description(DESCRIPTION + wrong + rule))
    assert [fault.field for fault in faults] == [1, 2, 3, None]
    parts = ["1 to 40 cells", "found 'b' twice", "whole numbers as box", "not: d"]
    assert all(part in fault.message for part, fault in zip(parts, faults, strict=True))
    assert find_faults(parse_description(DESCRIPTION)) == []


def test_rules_over_hundreds_of_fields_are_weighed_as_few_are():
    names = [f"f{k}" for k in range(500)]
    rules = [Rule((a,), b) for a, b in pairwise(names)]
    readings = {name: [(0.9, 5.0), (0.1, 6.0)] for name in names}
    readings["f7"] = [(0.6, 6.0), (0.4, 5.0)]
    together = choose_together(readings, rules)
    assert not together.failed
    assert together.chosen["f7"] == 1
    assert together.chances["f7"][1] > 0.99
