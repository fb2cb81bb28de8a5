"""Columns and lines of a table of readings."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, TypeAlias
from unicodedata import category

FORMULA = tuple("=+-@＝＋－＠")  # spreadsheets take these for the start of a formula

UNSURE = "too unsure"  # reason of a rejection without another

Row: TypeAlias = dict[str, Any]
"""A number, as `Number.to_dict` returns it, and its `file`; or `file` and `error`, for a picture
that could not be read; or `file`, `page` and `page_size`, for a page without numbers."""
Cell: TypeAlias = str | int | float | None


@dataclass(frozen=True)
class Line:
    """A row of a table.

    Attributes
    ----------
    cells : list of Cell
        One a column.
    states : dict of str
        States by column, for columns with readings: "sure", "look" or "rejected".
    crop : str or None
        Picture of the number: PNG in Base64.
    """

    cells: list[Cell]
    states: dict[str, str] = field(default_factory=dict)
    crop: str | None = None


@dataclass(frozen=True)
class Table:
    """Columns, with the types of their cells, and lines, which may be streamed."""

    columns: dict[str, type]
    lines: Iterable[Line]


NUMBERS: dict[str, type] = {
    "file": str,
    "page": int,
    "number": int,
    "text": str,
    "value": float,
    "confidence": float,
    "state": str,
    "best guess": str,
    "box": str,
    "error": str,
}


def make_table(rows: Iterable[Row], fields: list[str] | None = None) -> Table:
    """Make a table with a row a number; for forms, with a row a page and five columns a field.

    Parameters
    ----------
    rows : iterable of Row
    fields : list of str, optional
        Names of a form's fields.
    """
    if fields is None:
        return Table(NUMBERS, _lines_of_numbers(rows))
    columns: dict[str, type] = {"file": str, "page": int}
    for name in fields:
        columns |= {name: str, f"{name} confidence": float}
        columns |= {f"{name} {part}": str for part in ("state", "best guess", "reason")}
    columns["error"] = str
    return Table(columns, _lines_of_forms(rows, columns))


def _lines_of_numbers(rows: Iterable[Row]) -> Iterator[Line]:
    for _, of_file in groupby(rows, key=lambda row: row["file"]):
        number = 0
        for row in of_file:
            number += "text" in row
            yield _line_of_number(row, number)


def _line_of_number(row: Row, number: int) -> Line:
    cells: Row = {"file": plain(row["file"]), "page": row.get("page")}
    if "text" not in row:
        error = plain(row["error"]) if "error" in row else None
        return Line([{**cells, "error": error}.get(name) for name in NUMBERS])
    state = row["state"]
    cells |= {
        "number": number,
        "text": shown_of(row),
        "value": None if state == "rejected" else row.get("value"),
        "confidence": round(row["confidence"], 4),
        "state": state,
        "best guess": row["text"],
        "box": " ".join(map(str, row["bbox"])),
    }
    found = [cells.get(name) for name in NUMBERS]
    return Line(found, {"text": state, "state": state}, row.get("crop"))


def _lines_of_forms(rows: Iterable[Row], columns: dict[str, type]) -> Iterator[Line]:
    for (file, page), of_page in groupby(rows, key=lambda row: (row["file"], row.get("page", 0))):
        cells: Row = {"file": plain(file), "page": page}
        states: dict[str, str] = {}
        for row in of_page:
            if "error" in row:
                cells["error"] = plain(row["error"])
            # A resumed batch may have begun with other fields.
            if "text" in row and (name := row["field"]) in columns:
                cells |= {
                    name: shown_of(row),
                    f"{name} confidence": round(row["confidence"], 4),
                    f"{name} state": row["state"],
                    f"{name} best guess": row["text"],
                    f"{name} reason": row.get("reason") or _unsure(row),
                }
                states |= {name: row["state"], f"{name} state": row["state"]}
        yield Line([cells.get(name) for name in columns], states)


def _unsure(row: Row) -> str | None:
    return UNSURE if row["state"] == "rejected" else None


def shown_of(row: Row) -> str:
    """Return the text of a row, with `?` for rejected digits."""
    from digitwise.reading.number import SHOWN, shown  # NumPy is slow to import

    return shown(row["text"], [d["rejected"] for d in row["digits"] if d["char"] in SHOWN])


def without_signs(row: Row) -> list[dict[str, Any]]:
    """Return the digits of a row, without its signs."""
    return [digit for digit in row["digits"] if digit.get("kind") != "sign"]


def plain(text: str) -> str:
    r"""Escape control characters, which file names may hold, as \x1b; keep spaces."""
    return "".join(
        c if c.isprintable() or category(c) == "Zs" else c.encode("unicode_escape").decode()
        for c in text
    )


def no_formula(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would take for a formula."""
    return f"'{text}" if len(text) > 1 and text.lstrip().startswith(FORMULA) else text
