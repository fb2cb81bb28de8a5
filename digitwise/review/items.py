"""Items to review in a table: its numbers, or the fields of its forms."""

import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from digitwise.data.corrections import CORRECTED, MOST_DIGITS, Box
from digitwise.errors import DataError, InputError
from digitwise.review.contents import Content

NO_NUMBER = "no number"  # state: somebody has looked and found no number
OPEN = "open"  # state: somebody has taken the decision back
DECIDED = (CORRECTED, NO_NUMBER)
ORDER = {"rejected": 0, "look": 1, "sure": 2}
WRITTEN = re.compile(r'(?!=)[-0-9.,/:=×" ]*[0-9×][-0-9.,/:=×" ]*')
MAX_TEXT = 60  # characters
NOTHING = "no number was found on this page"


@dataclass(frozen=True, slots=True)
class Item:
    """A number, or a form's field.

    Attributes
    ----------
    key : str
        Identity, independent of the row's place: file, page, field and box as JSON.
    line : int
        Index of its row.
    file : str
        Name in the table.
    page : int
        0 for the first.
    field : str or None
        Field of a form.
    box : Box or None
        Box on the page, in pixels; None if the table lacks it.
    text : str
        Text in the table, with `?` for rejected digits.
    guess : str
        Best guess.
    confidence : float
        Probability of the best guess, 0 to 1; 0 if the table lacks it.
    state : str
    reason : str
        Reason of a rejection, for example a sum rule that doesn't hold.
    likely : tuple of (text, probability)
        Alternatives in the table.
    cells : dict
        Cells that a decision changes, by column.
    """

    key: str
    line: int
    file: str
    page: int
    field: str | None
    box: Box | None
    text: str
    guess: str
    confidence: float
    state: str
    reason: str
    likely: tuple[tuple[str, float], ...]
    cells: dict[str, Any]

    @property
    def was(self) -> dict[str, Any]:
        """Return the item's text and cells, with which a decision can be taken back."""
        return {"text": self.text, "cells": self.cells}

    @property
    def decided(self) -> bool:
        """Return whether, by the table, somebody has decided the item or changed its text."""
        changed = self.text not in ("", self.guess) and "?" not in self.text
        return self.state in DECIDED or changed


def items_of(path: Path, content: Content) -> list[Item]:
    """Return the items to review, in the order of the table.

    Raises
    ------
    DataError
        If this is no table of readings, or a row is invalid.
    InputError
        If the table has no item.
    """
    if not content.columns:
        raise InputError(f"{path}: an empty table: there is nothing to review")
    of_fields = [name for name in content.columns if f"{name} state" in content.columns]
    if "file" not in content.columns or not (of_fields or "text" in content.columns):
        names = ", ".join(map(str, content.columns))
        raise DataError(
            f"{path}: expected a table that `digitwise read -o` wrote, with the columns file and "
            f"text; found {names:.200}"
        )
    # A page on which nothing was found: somebody may find a number on it.
    empty = [] if of_fields else ["file"]
    items = []
    seen: Counter[str] = Counter()
    for line, row in enumerate(content.rows):
        for column in of_fields or ["text"]:
            found = row.get(column) not in (None, "") or bool(row.get(_state(column)))
            if found or any(row.get(name) and not row.get("error") for name in empty):
                item = _item(path, line, row, column, seen)
                items.append(item)
    if not items:
        raise InputError(f"{path}: there is no number in it to review")
    return items


def least_sure_first(items: list[Item]) -> list[Item]:
    """Return items sorted by state and confidence; equal ones stay in the table's order."""
    return sorted(items, key=lambda item: (ORDER.get(item.state, 3), item.confidence))


def check_text(text: str) -> str:
    """Return a text without outer spaces, checked for the table.

    Raises
    ------
    InputError
        If the text is no number: a spreadsheet might take it for a formula.
    """
    text = text.strip()
    digits = sum(map(str.isdecimal, text))
    if len(text) > MAX_TEXT or digits > MOST_DIGITS or not WRITTEN.fullmatch(text):
        raise InputError(
            f"expected a number: digits, signs - . , / : = between them, × for a crossed-out cell, "
            f"at most {MOST_DIGITS} digits and {MAX_TEXT} characters; found {text[:70]!r}"
        )
    return text


def _state(column: str) -> str:
    return "state" if column == "text" else f"{column} state"


def _item(path: Path, line: int, row: dict[str, Any], column: str, seen: Counter[str]) -> Item:
    def cell(name: str) -> str:
        found = row.get(name if column == "text" else f"{column} {name}")
        return "" if found is None else str(found)

    try:
        page = int(row.get("page") or 0)
        confidence = float(cell("confidence") or 0)
        box = _box(row.get("bbox", row.get("box")))
        likely = tuple((str(one["text"]), float(one["p"])) for one in row.get("alternatives") or ())
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"{path}, row {line + 1}: a cell makes no sense ({error})") from None
    field = str(row["field"]) if row.get("field") else None if column == "text" else column
    place = list(box) if box else row.get("number")
    key = json.dumps([row.get("file"), page, field, place])
    seen[key] += 1
    if seen[key] > 1:
        key = json.dumps([row.get("file"), page, field, place, seen[key]])
    text = str(row[column]) if row.get(column) is not None else ""
    names = [column, _state(column)]
    if column == "text":
        names += [name for name in ("value", "rejected", "best guess") if name in row]
    return Item(
        key=key,
        line=line,
        file=str(row.get("file") or ""),
        page=page,
        field=field,
        box=box,
        text=text,
        guess=cell("best guess") or text,
        confidence=min(max(confidence, 0.0), 1.0),
        state=cell("state") or ("" if text else "rejected"),
        reason=cell("reason") or ("" if text or cell("state") else NOTHING),
        likely=likely,
        cells={name: row.get(name) for name in names},
    )


def _box(place: Any) -> Box | None:
    if not place:
        return None
    x0, y0, x1, y1 = map(int, place.split() if isinstance(place, str) else place)
    return (x0, y0, x1, y1) if x0 < x1 and y0 < y1 else None  # empty: the field was not found
