"""One field of a form's description: an entry `[[field]]` of its file."""

from dataclasses import dataclass, field
from typing import Any

from digitwise.errors import InputError
from digitwise.imaging.cells import MOST_CELLS
from digitwise.reading.expected import Expected, parse_count
from digitwise.reading.forms.cells import BLANKS
from digitwise.reading.forms.checks import CHECKS

MOST_NAME = 200  # characters
CROSSES = ("blank", "zero")
OPTIONS = {"count", "pattern", "cells", "blank", "cross", "check", "range"}
"""What a field may have beside its name and box."""


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


def read_field(entry: Any, size: list[int]) -> Field:
    """Understand an entry `[[field]]`.

    Parameters
    ----------
    entry : table, as `tomllib` gives it
    size : [width, height]
        Of the page, in pixels.

    Raises
    ------
    InputError
        If it makes no sense: one line says why.
    """
    if not isinstance(entry, dict):
        raise InputError(f"expected a table [[field]]; found {entry!r:.50}")
    named = f" {entry['name']!r:.50}" if isinstance(entry.get("name"), str) else ""
    check_keys(entry, {"name", "box"}, OPTIONS, f"[[field]]{named}")
    name = entry["name"]
    if not isinstance(name, str) or not name.strip() or not name.isprintable():
        raise InputError(f"expected a field's name to be some text; found {name!r:.50}")
    if len(name) > MOST_NAME:
        raise InputError(f"expected a name of {MOST_NAME} characters at most; found {name!r:.50}")
    left, top, right, bottom = whole_numbers(entry["box"], 4, f"box of {name!r:.50}")
    if left >= right or top >= bottom:
        raise InputError(
            f"expected the box of {name!r:.50} as [left, top, right, bottom], left before right "
            f"and top above bottom; found {entry['box']!s:.60}"
        )
    if not (0 <= left < right <= size[0] and 0 <= top < bottom <= size[1]):
        raise InputError(
            f"expected the box of {name!r:.50} as [left, top, right, bottom] within "
            f"{size[0]}×{size[1]} pixels; found {entry['box']!s:.60}"
        )
    try:
        expected, cells = _expected(entry), _cells(entry)
        check, bounds = _check(entry), _range(entry)
        _check_reach(expected, cells, bounds)
    except InputError as error:
        raise InputError(f"field {name!r:.50}: {error}") from error
    return Field(name, (left, top, right, bottom), expected, cells, check, bounds)


def _expected(entry: dict[str, Any]) -> Expected:
    count, pattern = entry.get("count"), entry.get("pattern")
    if isinstance(count, str):
        count = parse_count(count)
    elif count is not None and type(count) is not int:
        raise InputError(f"expected a count of 5 or '3-6', say; found {count!r:.50}")
    if pattern is not None and not isinstance(pattern, str):
        raise InputError(f"expected a pattern as 'DDDDD'; found {pattern!r:.50}")
    return Expected.of(count, pattern)


def _check_reach(
    expected: Expected, cells: Cells | None, bounds: tuple[float, float] | None
) -> None:
    """Refuse a range that numbers of so many digits can't reach."""
    digits = cells.count if cells else expected.most
    if bounds and digits <= MOST_CELLS and (bounds[0] >= 10**digits or bounds[1] <= -(10**digits)):
        raise InputError(
            f"no number of {digits} digits is within its range, {list(bounds)}: it needs more"
        )


def _check(entry: dict[str, Any]) -> str | None:
    check = entry.get("check")
    if check is not None and not (isinstance(check, str) and check in CHECKS):
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


def check_keys(table: dict[str, Any], needed: set[str], other: set[str], where: str) -> None:
    """Check that a table has the keys that it needs, and no others than these.

    Raises
    ------
    InputError
        If one is missing or unknown.
    """
    missing, unknown = needed - set(table), set(table) - needed - other
    if missing or unknown:
        what = [f"missing: {', '.join(sorted(missing)):.80}"] if missing else []
        what += [f"unknown: {', '.join(sorted(unknown)):.80}"] if unknown else []
        raise InputError(f"in {where}: {'; '.join(what)}")


def whole_numbers(value: Any, n: int, what: str) -> list[int]:
    """Check that a value is a list of n whole numbers.

    Raises
    ------
    InputError
        If it is anything else.
    """
    whole = isinstance(value, list) and all(type(v) is int for v in value)
    if not whole or len(value) != n:
        raise InputError(f"expected {n} whole numbers as {what}; found {value!r:.60}")
    return list(value)
