"""What was read: numbers and their digits."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from digitwise.reading.value import possible_values

DIGITS = "0123456789"
CROSS = "×"
SHOWN = DIGITS + CROSS
"""What is shown as `?` if it is rejected."""

Box = tuple[int, int, int, int]
"""x0, y0, x1, y1 in pixels of the upright page; x1 and y1 are past the end."""


@dataclass(frozen=True)
class ReadDigit:
    """One digit of a number, or a sign.

    Attributes
    ----------
    char : str
        "0" to "9"; of a sign "-", ".", ",", "/", ":", "=", or what else a cell holds: "×", '"'.
    p : float
        Its probability, 0 to 1.
    bbox : Box
    image : uint8 array of shape (28, 28)
        What the network saw: 0 paper, 255 ink.
    rejected : bool
        Whether it is not to be relied on: too unsure, or in a number that can't be right.
    kind : {"digit", "sign"}
    """

    char: str
    p: float
    bbox: Box
    image: npt.NDArray[np.uint8] = field(repr=False, compare=False)
    rejected: bool = False
    kind: str = "digit"

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        box = list(self.bbox)
        told = {"char": self.char, "p": self.p, "bbox": box, "rejected": self.rejected}
        return {**told, "kind": self.kind}


def shown(text: str, rejected: list[bool]) -> str:
    """Write `?` for each of a text's digits, and crosses, that is rejected; other signs stay."""
    verdicts = iter(rejected)
    return "".join("?" if char in SHOWN and next(verdicts) else char for char in text)


def values_of(text: str, cross: str = "blank", decimal: str | None = None) -> list[float]:
    """Return what a text may be worth, crosses before and behind its digits nothing, or zeros."""
    digits = text.strip(CROSS) if cross == "blank" else text.replace(CROSS, "0")
    return possible_values(digits, decimal)


@dataclass(frozen=True)
class Number:
    """One number.

    Attributes
    ----------
    text : str
        The best reading.
    confidence : float
        Its probability, 0 to 1.
    bbox : Box
    digits : list of ReadDigit
        And of signs, from left to right; also of those that only close an amount, ".-" or "=".
    alternatives : list of (text, probability)
        The best readings, the first of them `text`.
    page : int
        0 for the first.
    page_size : (int, int)
        Width and height of that page, in pixels.
    field : str or None
        The field of a form that it stands in.
    tried : tuple of Box
        What might have been a digit, chosen or not.
    decimal : {",", "."} or None
        Which sign parts units from tenths, where that is known.
    reason : str
        Why it is rejected, as far as that isn't for doubt about a digit.
    cells : str or None
        Of a row of cells, what each holds: a digit, `×` if it is crossed out, a space if it is
        blank, `"` that repeats the one above, or `-`.
    cross : {"blank", "zero"}
        What a crossed-out cell is worth.
    fits : bool
        Whether it is as was expected: how many digits, and which. If not, its confidence is 0.
    sure : bool
        Whether its confidence is above the one that `max_error` asks for: see `Reader.read`.
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
    decimal: str | None = None
    reason: str = ""
    cells: str | None = None
    cross: str = "blank"
    fits: bool = True
    sure: bool = False

    def moved(self, move: Callable[[Box], Box], page_size: tuple[int, int]) -> "Number":
        """The same number on a page of another size, its boxes moved there."""
        return replace(
            self,
            bbox=move(self.bbox),
            digits=[replace(digit, bbox=move(digit.bbox)) for digit in self.digits],
            tried=tuple(move(box) for box in self.tried),
            page_size=page_size,
        )

    @property
    def rejected(self) -> bool:
        """Whether any of its digits is, or there is another reason."""
        return bool(self.reason) or any(digit.rejected for digit in self.digits)

    @property
    def state(self) -> str:
        """What is to be done with it: "sure", "look" (a person should look) or "rejected"."""
        if self.rejected:
            return "rejected"
        return "sure" if self.sure else "look"

    @property
    def shown(self) -> str:
        """The text for people: a `?` for each digit that is rejected."""
        return shown(self.text, [d.rejected for d in self.digits if d.char in SHOWN])

    @property
    def without_signs(self) -> list[ReadDigit]:
        """Its digits alone."""
        return [digit for digit in self.digits if digit.kind == "digit"]

    @property
    def value(self) -> float | None:
        """What it is worth; None of what has no value, a date say, or may have several."""
        values = self._values
        return values[0] if len(values) == 1 else None

    @property
    def _values(self) -> list[float]:
        """What it may be worth: a cross before or behind all digits is nothing, or a zero."""
        return values_of(self.text, self.cross, self.decimal)

    def __repr__(self) -> str:
        """Show the text, and how probable it and each of its digits is."""
        p = ", ".join(f"{digit.char} {digit.p:.2f}" for digit in self.digits)
        rejected = ", rejected" if self.rejected else ""
        return f"Number({self.shown!r}, confidence={self.confidence:.3f}{rejected}: {p})"

    def _repr_html_(self) -> str:
        from digitwise.display.numbers import number_as_html

        return number_as_html(self)

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it: a `value` stands beside a text that has one, null if it has several."""
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
