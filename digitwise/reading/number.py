"""Results of reading: numbers and their digits."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from digitwise.reading.value import possible_values

DIGITS = "0123456789"
CROSS = "×"
SHOWN = DIGITS + CROSS
"""Characters that are shown as `?` if they are rejected."""

Box = tuple[int, int, int, int]
"""x0, y0, x1, y1 in pixels of the upright page; x1 and y1 are past the end."""


@dataclass(frozen=True)
class ReadDigit:
    """One digit of a number, or a sign.

    Attributes
    ----------
    char : str
        A digit "0" to "9", a sign "-", ".", ",", "/", ":", "=", or a cell's mark "×", '"'.
    p : float
        Its probability, 0 to 1.
    bbox : Box
    image : uint8 array of shape (28, 28)
        The network's input: 0 paper, 255 ink.
    rejected : bool
        Whether it is too unsure, or part of a number that can't be right.
    kind : {"digit", "sign"}
    """

    char: str
    p: float
    bbox: Box
    image: npt.NDArray[np.uint8] = field(repr=False, compare=False)
    rejected: bool = False
    kind: str = "digit"

    def to_dict(self) -> dict[str, Any]:
        """Return the digit as a JSON object."""
        box = list(self.bbox)
        fields = {"char": self.char, "p": self.p, "bbox": box, "rejected": self.rejected}
        return {**fields, "kind": self.kind}


def shown(text: str, rejected: list[bool]) -> str:
    """Return a text with `?` for each rejected digit or cross; other signs stay."""
    verdicts = iter(rejected)
    return "".join("?" if char in SHOWN and next(verdicts) else char for char in text)


def values_of(text: str, cross: str = "blank", decimal: str | None = None) -> list[float]:
    """Return the possible values of a text; crosses around its digits count as blanks or zeros."""
    digits = text.strip(CROSS) if cross == "blank" else text.replace(CROSS, "0")
    return possible_values(digits, decimal)


@dataclass(frozen=True)
class Number:
    """One number.

    Attributes
    ----------
    text : str
        The most probable reading.
    confidence : float
        Its probability, 0 to 1.
    bbox : Box
    digits : list of ReadDigit
        Digits and signs, from left to right; also signs that only close an amount, ".-" or "=".
    alternatives : list of (text, probability)
        The most probable readings, `text` first.
    page : int
        0 for the first.
    page_size : (int, int)
        Width and height of that page, in pixels.
    field : str or None
        Name of the form's field.
    tried : tuple of Box
        All candidates, chosen or not.
    paths : tuple of tuples of (Box, char)
        The best path through the lattice to each of the alternatives, in their order.
    decimal : {",", "."} or None
        Decimal sign, where it is known.
    reason : str
        Reason for rejection, other than doubt about a digit.
    cells : str or None
        One character a cell of a row: a digit, `×` for a cross, a space for a blank, `"` for
        a repetition of the cell above, or `-`.
    cross : {"blank", "zero"}
        Meaning of a crossed-out cell.
    fits : bool
        Whether the number has the expected count or pattern. If not, its confidence is 0.
    sure : bool
        Whether its confidence is above the threshold of `max_error`: see `Reader.read`.
    """

    text: str
    confidence: float
    bbox: Box
    digits: list[ReadDigit]
    alternatives: list[tuple[str, float]]
    page: int = 0
    page_size: tuple[int, int] = (0, 0)
    field: str | None = None
    tried: tuple[Box, ...] = ()
    paths: tuple[tuple[tuple[Box, str], ...], ...] = ()
    decimal: str | None = None
    reason: str = ""
    cells: str | None = None
    cross: str = "blank"
    fits: bool = True
    sure: bool = False

    def moved(self, move: Callable[[Box], Box], page_size: tuple[int, int]) -> "Number":
        """Return the same number on a page of another size, with every box moved."""
        return replace(
            self,
            bbox=move(self.bbox),
            digits=[replace(digit, bbox=move(digit.bbox)) for digit in self.digits],
            tried=tuple(move(box) for box in self.tried),
            paths=tuple(tuple((move(box), char) for box, char in path) for path in self.paths),
            page_size=page_size,
        )

    @property
    def rejected(self) -> bool:
        """Whether any digit is rejected, or there is another reason."""
        return bool(self.reason) or any(digit.rejected for digit in self.digits)

    @property
    def state(self) -> str:
        """State for further work: "sure", "look" (a person should look) or "rejected"."""
        if self.rejected:
            return "rejected"
        return "sure" if self.sure else "look"

    @property
    def shown(self) -> str:
        """The text for people: a `?` for each rejected digit."""
        return shown(self.text, [d.rejected for d in self.digits if d.char in SHOWN])

    @property
    def without_signs(self) -> list[ReadDigit]:
        """The digits alone."""
        return [digit for digit in self.digits if digit.kind == "digit"]

    @property
    def value(self) -> float | None:
        """The number's value; None if it has no value, as a date, or several possible ones."""
        values = self._values
        return values[0] if len(values) == 1 else None

    @property
    def _values(self) -> list[float]:
        """Possible values; a cross before or behind all digits is a blank or a zero."""
        return values_of(self.text, self.cross, self.decimal)

    def __repr__(self) -> str:
        """Show the text, with its probability and that of each digit."""
        p = ", ".join(f"{digit.char} {digit.p:.2f}" for digit in self.digits)
        rejected = ", rejected" if self.rejected else ""
        return f"Number({self.shown!r}, confidence={self.confidence:.3f}{rejected}: {p})"

    def _repr_html_(self) -> str:
        from digitwise.display.numbers import number_as_html

        return number_as_html(self)

    def to_dict(self) -> dict[str, Any]:
        """Return the number as a JSON object; `value` is null for several `values`."""
        values = self._values
        value: dict[str, Any] = {"value": self.value} if values else {}
        if len(values) > 1:
            value["values"] = values
        return {
            **({} if self.field is None else {"field": self.field}),
            "page": self.page,
            "page_size": list(self.page_size),
            "bbox": list(self.bbox),
            "text": self.text,
            **value,
            "confidence": self.confidence,
            "rejected": self.rejected,
            **({"reason": self.reason} if self.reason else {}),
            **({} if self.cells is None else {"cells": self.cells}),
            "state": self.state,
            "digits": [digit.to_dict() for digit in self.digits],
            "alternatives": [{"text": text, "p": p} for text, p in self.alternatives],
        }
