"""What was read: numbers and their digits."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

DIGITS = "0123456789"

Box = tuple[int, int, int, int]
"""x0, y0, x1, y1 in pixels of the upright page; x1 and y1 are past the end."""


@dataclass(frozen=True)
class ReadDigit:
    """One digit of a number.

    Attributes
    ----------
    char : str
        "0" to "9".
    p : float
        Its probability, 0 to 1.
    bbox : Box
    image : uint8 array of shape (28, 28)
        What the network saw: 0 paper, 255 ink.
    rejected : bool
        Whether it is not to be relied on: too unsure, or in a number that can't be right.
    """

    char: str
    p: float
    bbox: Box
    image: npt.NDArray[np.uint8] = field(repr=False, compare=False)
    rejected: bool = False

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        box = list(self.bbox)
        return {"char": self.char, "p": self.p, "bbox": box, "rejected": self.rejected}


def shown(text: str, rejected: list[bool]) -> str:
    """Write `?` for each of a text's digits that is rejected; what a pattern put between stays."""
    verdicts = iter(rejected)
    return "".join("?" if char in DIGITS and next(verdicts) else char for char in text)


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
        From left to right.
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
        """Whether any of its digits is."""
        return any(digit.rejected for digit in self.digits)

    @property
    def shown(self) -> str:
        """The text for people: a `?` for each digit that is rejected."""
        return shown(self.text, [digit.rejected for digit in self.digits])

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            **({} if self.field is None else {"field": self.field}),
            "page": self.page,
            "page_size": list(self.page_size),
            "bbox": list(self.bbox),
            "text": self.text,
            "confidence": self.confidence,
            "rejected": self.rejected,
            "digits": [digit.to_dict() for digit in self.digits],
            "alternatives": [{"text": text, "p": p} for text, p in self.alternatives],
        }
