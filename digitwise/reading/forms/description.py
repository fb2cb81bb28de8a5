"""Forms: which regions of a page hold which numbers (`fields.toml`)."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from digitwise.errors import InputError
from digitwise.reading.expected import Expected
from digitwise.reading.forms.cells import BLANKS
from digitwise.reading.forms.checks import CHECKS

MOST_FIELDS = 1_000
MOST_BYTES = 1 << 20
MOST_CELLS = 40
MOST_RULES = 1_000
CROSSES = ("blank", "zero")


@dataclass(frozen=True)
class Cells:
    """A row of cells that hold a digit each.

    Attributes
    ----------
    count : int
    blank : {"allowed", "leading", "trailing", "no"}
        Which may be blank: any, those before the first digit, those behind the last, none.
    cross : {"blank", "zero"}
        What a crossed-out cell is worth.
    """

    count: int
    blank: str = "allowed"
    cross: str = "blank"


@dataclass(frozen=True)
class Field:
    """A region of a form, and what is known of the number in it.

    Attributes
    ----------
    name : str
    box : (left, top, right, bottom)
        Pixels of the form's page.
    expected : Expected
    cells : Cells or None
    check : str or None
        Name of what the text has to pass: see `digitwise.reading.forms.checks`.
    range : (least, most) or None
        Of its value.
    """

    name: str
    box: tuple[int, int, int, int]
    expected: Expected = field(default_factory=Expected)
    cells: Cells | None = None
    check: str | None = None
    range: tuple[float, float] | None = None


@dataclass(frozen=True)
class Rule:
    """A sum over fields.

    Attributes
    ----------
    sum : tuple of str
        Fields whose values add up; one that is empty counts as 0.
    equals : str
        To the value of this field.
    """

    sum: tuple[str, ...]
    equals: str

    def __str__(self) -> str:
        """As people write it."""
        return f"{' + '.join(self.sum)} = {self.equals}"


@dataclass(frozen=True)
class Form:
    """A page's fields.

    Attributes
    ----------
    size : (width, height)
        Of the page, in pixels.
    fields : list of Field
    reference : Path or None
        A picture of that page, blank or filled: others are laid over it by what is printed there.
    rules : tuple of Rule
    """

    size: tuple[int, int]
    fields: list[Field]
    reference: Path | None = None
    rules: tuple[Rule, ...] = ()


def load_form(path: Path) -> Form:
    """Read the description of a form.

    Raises
    ------
    InputError
        If it can't be read or isn't one; it says what is wrong where.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputError(f"{path}: too large for a description of fields")
        saved = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path}: can't be read ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: no TOML file ({error})") from error
    try:
        return _form(saved, path.parent)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


OPTIONS = {"count", "pattern", "cells", "blank", "cross", "check", "range"}
"""What a field may have beside its name and box."""


def _form(saved: dict[str, Any], folder: Path) -> Form:
    _check_keys(saved, {"size", "field"}, {"reference", "rule"}, "the file")
    size = _whole_numbers(saved["size"], 2, "size")
    if min(size) < 1:
        raise InputError(f"expected a size of at least 1 by 1 pixels; found {size}")
    reference = saved.get("reference")
    if reference is not None and not isinstance(reference, str):
        raise InputError(f"expected the name of a picture as reference; found {reference!r:.50}")
    entries = saved["field"]
    if not isinstance(entries, list) or not 1 <= len(entries) <= MOST_FIELDS:
        raise InputError(f"expected 1 to {MOST_FIELDS:,} tables [[field]]")
    fields = [_field(entry, size) for entry in entries]
    names = [one.name for one in fields]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f"expected each field to have a name of its own; found {twice} twice")
    rules = _rules(saved.get("rule", []), set(names))
    picture = folder / reference if reference else None
    return Form((size[0], size[1]), fields, picture, rules)


def _rules(entries: Any, names: set[str]) -> tuple[Rule, ...]:
    if not isinstance(entries, list) or len(entries) > MOST_RULES:
        raise InputError(f"expected at most {MOST_RULES:,} tables [[rule]]")
    rules = []
    for entry in entries:
        if not isinstance(entry, dict):
            raise InputError(f"expected a table [[rule]]; found {entry!r:.50}")
        _check_keys(entry, {"sum", "equals"}, set(), "[[rule]]")
        parts, total = entry["sum"], entry["equals"]
        if not (isinstance(parts, list) and parts and all(isinstance(p, str) for p in parts)):
            raise InputError(f"expected the names of fields as sum of a rule; found {parts!r:.60}")
        if not isinstance(total, str):
            raise InputError(f"expected the name of a field in equals; found {total!r:.60}")
        unknown = sorted({*parts, total} - names)
        if unknown:
            raise InputError(f"a rule names fields that there are not: {', '.join(unknown):.80}")
        if len(set(parts)) < len(parts):
            raise InputError(f"a rule adds the same field twice: {', '.join(parts):.80}")
        rules.append(Rule(tuple(parts), total))
    _check_order(rules)
    return tuple(rules)


def _check_order(rules: list[Rule]) -> None:
    """Fields have to add up to others in an order: none to itself, by whatever way round.

    Raises
    ------
    InputError
        If rules go in a circle.
    """
    parts: dict[str, set[str]] = {}
    for rule in rules:
        parts.setdefault(rule.equals, set()).update(rule.sum)
    left = dict(parts)
    while left:
        ready = [total for total, own in left.items() if own.isdisjoint(left)]
        if not ready:
            raise InputError(f"rules go in a circle: {', '.join(sorted(left)):.80}")
        for total in ready:
            del left[total]


def _field(entry: Any, size: list[int]) -> Field:
    if not isinstance(entry, dict):
        raise InputError(f"expected a table [[field]]; found {entry!r:.50}")
    _check_keys(entry, {"name", "box"}, OPTIONS, "[[field]]")
    name = entry["name"]
    if not isinstance(name, str) or not name.strip() or not name.isprintable():
        raise InputError(f"expected a field's name to be some text; found {name!r:.50}")
    left, top, right, bottom = _whole_numbers(entry["box"], 4, f"box of {name!r:.50}")
    if not (0 <= left < right <= size[0] and 0 <= top < bottom <= size[1]):
        raise InputError(
            f"expected the box of {name!r:.50} as [left, top, right, bottom] within "
            f"{size[0]}×{size[1]} pixels; found {entry['box']}"
        )
    count = entry.get("count")
    if isinstance(count, str):
        count = _bounds(count)
    pattern = entry.get("pattern")
    if pattern is not None and not isinstance(pattern, str):
        raise InputError(f"expected a pattern as 'DDDDD'; found {pattern!r:.50}")
    try:
        expected, cells = Expected.of(count, pattern), _cells(entry)
        check, bounds = _check(entry), _range(entry)
    except InputError as error:
        raise InputError(f"field {name!r:.50}: {error}") from error
    return Field(name, (left, top, right, bottom), expected, cells, check, bounds)


def _check(entry: dict[str, Any]) -> str | None:
    check = entry.get("check")
    if check is not None and check not in CHECKS:
        raise InputError(f"expected check to be one of {', '.join(CHECKS)}; found {check!r:.50}")
    return check


def _range(entry: dict[str, Any]) -> tuple[float, float] | None:
    bounds = entry.get("range")
    if bounds is None:
        return None
    numbers = isinstance(bounds, list) and all(type(v) in (int, float) for v in bounds)
    if not numbers or len(bounds) != 2 or not bounds[0] <= bounds[1]:
        raise InputError(f"expected a range as [0, 300], say; found {bounds!r:.50}")
    return bounds[0], bounds[1]


def _cells(entry: dict[str, Any]) -> Cells | None:
    count = entry.get("cells")
    if count is None:
        if {"blank", "cross"} & set(entry):
            raise InputError("blank and cross are said of cells: cells = 8, say")
        return None
    if {"count", "pattern"} & set(entry):
        raise InputError("cells say how many digits there are: leave out count and pattern")
    if type(count) is not int or not 1 <= count <= MOST_CELLS:
        raise InputError(f"expected 1 to {MOST_CELLS} cells; found {count!r:.50}")
    blank, cross = entry.get("blank", BLANKS[0]), entry.get("cross", CROSSES[0])
    for name, value, known in (("blank", blank, BLANKS), ("cross", cross, CROSSES)):
        if value not in known:
            raise InputError(
                f"expected {name} to be one of {', '.join(known)}; found {value!r:.50}"
            )
    return Cells(count, blank, cross)


def _bounds(text: str) -> tuple[int, int]:
    least, dash, most = text.partition("-")
    try:
        return int(least), int(most if dash else least)
    except ValueError:
        raise InputError(f"expected a count of 5 or '3-6', say; found {text!r:.50}") from None


def _check_keys(table: dict[str, Any], needed: set[str], other: set[str], where: str) -> None:
    missing, unknown = needed - set(table), set(table) - needed - other
    if missing or unknown:
        what = [f"missing: {', '.join(sorted(missing))}"] if missing else []
        what += [f"unknown: {', '.join(sorted(unknown))}"] if unknown else []
        raise InputError(f"in {where}: {'; '.join(what)}")


def _whole_numbers(value: Any, n: int, what: str) -> list[int]:
    whole = isinstance(value, list) and all(type(v) is int for v in value)
    if not whole or len(value) != n:
        raise InputError(f"expected {n} whole numbers as {what}; found {value!r:.60}")
    return list(value)
