"""A setting: one row of the table of settings, with its checks, option and label."""

import math
from dataclasses import dataclass, field, fields
from numbers import Integral, Real
from shlex import quote
from typing import Any, get_args, get_origin, get_type_hints

from digitwise.errors import InputError

EMPTY = "none"  # typed for an empty list or an empty text
GROUPS = ("data", "network", "learning", "running")


@dataclass(frozen=True)
class Row:
    """A row of the table, except the setting's name, type and default.

    Attributes
    ----------
    meaning : str
        One sentence, for people.
    group : {"data", "network", "learning", "running"}
    symbol : str
        Symbol in the equations.
    unit : str
        Unit of a value, such as digits or epochs.
    source : str
        Equation or paper.
    least, most : float or None
        Bounds of each value, which may be reached.
    above, below : float or None
        Bounds of each value, which may not be reached.
    choices : tuple of str
        All valid values; empty if any value in range is valid.
    most_values : int
        Maximum number of values of a setting with several.
    metavar : str
        Placeholder of a value in the help.
    axis : bool
        Whether a sweep may vary the setting.
    page : {"", "first", "more"}
        Place in the page's form: none, at once, or on request.
    label : str
        Label in a form; the name if empty.
    """

    meaning: str
    group: str
    symbol: str = ""
    unit: str = ""
    source: str = ""
    least: float | None = None
    most: float | None = None
    above: float | None = None
    below: float | None = None
    choices: tuple[str, ...] = ()
    most_values: int = 1000
    metavar: str = ""
    axis: bool = False
    page: str = ""
    label: str = ""


def row(default: Any, meaning: str, group: str, **more: Any) -> Any:
    """Return the dataclass field of a setting, which carries its `Row`."""
    return field(default=default, metadata={"row": Row(meaning, group, **more)})


@dataclass(frozen=True)
class Setting:
    """A setting: a row of the table with its name, type and default.

    Attributes
    ----------
    name : str
    kind : {int, float, bool, str}
        Type of a value.
    many : bool
        Whether the setting has several values.
    optional : bool
        Whether it may be None.
    default : object
    row : Row
    """

    name: str
    kind: type
    many: bool
    optional: bool
    default: Any
    row: Row

    @property
    def option(self) -> str:
        """Option of the command line."""
        return f"--{self.name.replace('_', '-')}"

    @property
    def label(self) -> str:
        """Label in a form, with the symbol."""
        label = self.row.label or self.name.replace("_", " ").capitalize()
        return f"{label} {self.row.symbol}".strip()

    @property
    def expected(self) -> str:
        """Valid values, in words."""
        r = self.row
        if r.choices:
            return f"one of: {', '.join(r.choices)}"
        if self.kind in (bool, str):
            values = {bool: "true or false", str: "a text"}[self.kind]
            return 'a list of texts, as ["a", "b"]' if self.many else values
        whole = "whole " if self.kind is int else ""
        if r.above is not None:
            text = f"a finite number above {r.above:,}"
        elif r.below is not None:
            text = f"a {whole}number from {r.least:,} to below {r.below:,}"
        elif r.most is not None:
            text = f"a {whole}number from {r.least:,} to {r.most:,}"
        else:
            text = f"a {whole or 'finite '}number, {r.least:,} or above"
        if self.many:
            typed = "as [100, 30] (typed 100,30, or none)"
            return f"a list {typed}, at most {r.most_values}, each {text}"
        return text

    def fits(self, value: Any) -> bool:
        """Tell whether the value is valid."""
        if value is None:
            return self.optional
        if not self.many:
            return self._fits_one(value)
        listed = isinstance(value, tuple | list) and len(value) <= self.row.most_values
        return listed and all(map(self._fits_one, value))

    def check(self, value: Any) -> None:
        """Refuse an invalid value.

        Raises
        ------
        InputError
            If the value is invalid.
        """
        if not self.fits(value):
            raise InputError(f"expected {self.name} to be {self.expected}; found {value!r:.50}")

    def clean(self, value: Any) -> Any:
        """Return the value in the setting's own type: a list as a tuple, a whole rate as a float.

        Raises
        ------
        InputError
            If the value is invalid.
        """
        self.check(value)
        if value is None:
            return None
        return tuple(map(self.kind, value)) if self.many else self.kind(value)

    def typed(self, value: Any) -> list[str]:
        """Return the words of a command line that set this value."""
        if value is None or value is False:
            return []
        if value is True:
            return [self.option]
        if value in ("", ()):
            return [f"{self.option} {EMPTY}"] if self.default else []
        if self.many and self.kind is str:
            return [f"{self.option} {quote(one)}" for one in value]
        text = ",".join(map(str, value)) if self.many else str(value)
        return [f"{self.option} {quote(text)}"]

    def _fits_one(self, value: Any) -> bool:
        r = self.row
        if self.kind in (bool, str):
            return isinstance(value, self.kind) and (not r.choices or value in r.choices)
        whole = isinstance(value, Integral)
        if isinstance(value, bool) or not (
            whole or (self.kind is float and isinstance(value, Real))
        ):
            return False
        try:
            finite = math.isfinite(value)
        except OverflowError:  # a whole number of hundreds of digits
            return False
        return (
            finite
            and (r.least is None or value >= r.least)
            and (r.most is None or value <= r.most)
            and (r.above is None or value > r.above)
            and (r.below is None or value < r.below)
        )


def table_of(settings: Any) -> dict[str, Setting]:
    """Return the settings of a dataclass, by name, in the order of its fields."""
    hints = get_type_hints(settings)
    found = {}
    for f in fields(settings):
        hint = hints[f.name]
        many = get_origin(hint) is tuple
        kinds = [kind for kind in get_args(hint) or [hint] if isinstance(kind, type)]
        optional = type(None) in kinds
        found[f.name] = Setting(f.name, kinds[0], many, optional, f.default, f.metadata["row"])
    return found
