"""A setting: a row of the table of settings, and what is made of it alone."""

import math
from dataclasses import dataclass, field, fields
from numbers import Integral, Real
from shlex import quote
from typing import Any, get_args, get_origin, get_type_hints

from digitwise.errors import InputError

EMPTY = "none"  # as typed: no values, or no name
GROUPS = ("data", "network", "learning", "running")


@dataclass(frozen=True)
class Row:
    """What the table says of a setting beside its name, type and default.

    Attributes
    ----------
    meaning : str
        One sentence, for people.
    group : {"data", "network", "learning", "running"}
    symbol, unit, source : str
        As the equations name it; what it counts; the equation or paper.
    least, most, above, below : float or None
        Bounds of each value: the first two may be reached, the others may not.
    choices : tuple of str
        All values that it may have.
    most_values : int
        How many values a setting of several has at most.
    metavar : str
        How values are typed, for people.
    axis : bool
        Whether a sweep may vary it.
    page : {"", "first", "more"}
        Whether the page's form has it, at once or on request.
    label : str
        As a form has it; by default its name.
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
    """Return the field of a setting."""
    return field(default=default, metadata={"row": Row(meaning, group, **more)})


@dataclass(frozen=True)
class Setting:
    """A setting: a row of the table with its name, type and default.

    Attributes
    ----------
    name : str
    kind : {int, float, bool, str}
        Type of a value.
    many, optional : bool
        Whether it has several values; whether it may be None.
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
        """As the command line has it."""
        return f"--{self.name.replace('_', '-')}"

    @property
    def label(self) -> str:
        """As a form has it: with its symbol."""
        label = self.row.label or self.name.replace("_", " ").capitalize()
        return f"{label} {self.row.symbol}".strip()

    @property
    def expected(self) -> str:
        """What a value has to be, in words."""
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
        """Whether it may have this value."""
        if value is None:
            return self.optional
        if not self.many:
            return self._fits_one(value)
        listed = isinstance(value, tuple | list) and len(value) <= self.row.most_values
        return listed and all(map(self._fits_one, value))

    def check(self, value: Any) -> None:
        """Refuse a value that it can't have.

        Raises
        ------
        InputError
            If it can't.
        """
        if not self.fits(value):
            raise InputError(f"expected {self.name} to be {self.expected}; found {value!r:.50}")

    def clean(self, value: Any) -> Any:
        """Return a value in the setting's own type: lists as tuples, whole learning rates as reals.

        Raises
        ------
        InputError
            If it can't have this value.
        """
        self.check(value)
        if value is None:
            return None
        return tuple(map(self.kind, value)) if self.many else self.kind(value)

    def typed(self, value: Any) -> list[str]:
        """Return the words of a command line that give it this value."""
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
        return (
            math.isfinite(value)
            and (r.least is None or value >= r.least)
            and (r.most is None or value <= r.most)
            and (r.above is None or value > r.above)
            and (r.below is None or value < r.below)
        )


def table_of(settings: Any) -> dict[str, Setting]:
    """Return the table of a class of settings, by name."""
    hints = get_type_hints(settings)
    found = {}
    for f in fields(settings):
        hint = hints[f.name]
        many = get_origin(hint) is tuple
        kinds = [kind for kind in get_args(hint) or [hint] if isinstance(kind, type)]
        optional = type(None) in kinds
        found[f.name] = Setting(f.name, kinds[0], many, optional, f.default, f.metadata["row"])
    return found
