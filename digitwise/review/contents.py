"""Parse tables, and write them with some cells changed.

All other cells and columns stay as they are, in text files byte for byte.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from digitwise.data.corrections import TABLES
from digitwise.errors import DataError, InputError, reason_of
from digitwise.parsing import parse_json_line
from digitwise.review.books import Book

Cell: TypeAlias = str | int | float | bool | None
Cells: TypeAlias = Mapping[str, Cell]
BOM = "\ufeff"


class Content(Protocol):
    """A table's content.

    Attributes
    ----------
    columns : list of str
    rows : list of dict
        Cells by column. In .csv and .tsv all cells are text.
    """

    columns: list[str]
    rows: list[dict[str, Any]]

    def changed(self, cells: Mapping[int, Cells]) -> bytes:
        """Return the content with cells of some rows changed; new columns come last."""


def check_kind(path: Path) -> None:
    """Check that a table can hold corrections.

    Raises
    ------
    InputError
        If its format can't hold any, or the file doesn't exist.
    """
    if path.suffix.lower() not in TABLES:
        raise InputError(
            f"{path}: only {', '.join(TABLES)} can hold corrections: digitwise read -o numbers.csv"
        )
    if not path.is_file():
        raise InputError(f"{path}: there is no such table; digitwise read -o {path} writes one")


def parse(path: Path, content: bytes) -> Content:
    """Parse a table; the ending of its name tells the format.

    Raises
    ------
    DataError
        If the table can't be parsed.
    """
    suffix = path.suffix.lower()
    try:
        if suffix == ".xlsx":
            return Book(path, content)
        text = content.decode()
        if suffix == ".jsonl":
            return Lines(text)
        return Separated(text, "," if suffix == ".csv" else "\t")
    except UnicodeDecodeError:
        raise DataError(f"{path}: expected UTF-8; save the table as CSV UTF-8") from None
    except ValueError as error:
        raise DataError(f"{path}: no sound {suffix} table: {reason_of(error)}") from error


class Lines:
    """Content of a table in JSON lines."""

    def __init__(self, text: str) -> None:
        self._lines = text.removeprefix(BOM).splitlines(keepends=True)
        self.rows: list[dict[str, Any]] = []
        for number, line in enumerate(self._lines, 1):
            row = parse_json_line(line, number) if line.strip() else {}
            if not isinstance(row, dict):
                raise ValueError(f"line {number} is no object")  # noqa: TRY004 (as others of JSON)
            self.rows.append(row)
        self.columns = sorted({name for row in self.rows for name in row})

    def changed(self, cells: Mapping[int, Cells]) -> bytes:
        """Return the content with cells of some rows changed; None removes a key."""
        lines = list(self._lines)
        for line, new in cells.items():
            row = {**self.rows[line], **new}
            row = {name: cell for name, cell in row.items() if cell is not None or name not in new}
            lines[line] = json.dumps(row) + "\n"
        return "".join(lines).encode()


class Separated:
    """Content of .csv or .tsv (RFC 4180); each cell keeps its written form."""

    def __init__(self, text: str, separator: str) -> None:
        self._separator = separator
        self._bom = BOM if text.startswith(BOM) else ""
        self._records = list(_records(text.removeprefix(BOM), separator))
        self.columns = [_value(raw) for raw in self._records[0][:-1]] if self._records else []
        self.rows = [
            dict(zip(self.columns, map(_value, record[:-1]), strict=False))
            for record in self._records[1:]
        ]

    def changed(self, cells: Mapping[int, Cells]) -> bytes:
        """Return the content with cells of some rows changed; texts are quoted."""
        columns = [*self.columns]
        columns += dict.fromkeys(n for new in cells.values() for n in new if n not in columns)
        parts = [self._bom]
        for line, record in enumerate(self._records, -1):
            raw, end = record[:-1], record[-1]
            raw = raw + [""] * (len(columns) - len(raw)) if any(raw) or cells.get(line) else raw
            if line < 0:
                raw[len(self.columns) :] = map(self._written, columns[len(self.columns) :])
            for name, cell in cells.get(line, {}).items():
                raw[columns.index(name)] = self._written(cell)
            parts.append(self._separator.join(raw) + end)
        return "".join(parts).encode()

    def _written(self, cell: Cell) -> str:
        if not isinstance(cell, str):
            return "" if cell is None else repr(cell)
        if self._separator == "," or '"' in cell:
            return '"' + cell.replace('"', '""') + '"'
        return cell


def _records(text: str, separator: str) -> Iterator[list[str]]:
    """Yield the cells of each line in their written form, then the end of the line."""
    quoted, plain = rf'"[^"]*(?:""[^"]*)*"(?=[{separator}\r\n]|\Z)', rf'(?!")[^{separator}\r\n]*'
    cell = re.compile(rf"({quoted}|{plain})(\r?\n|\r|{separator}|\Z)")
    record: list[str] = []
    place = 0
    while place < len(text):
        found = cell.match(text, place)
        if not found:
            raise ValueError(f"a line can't be parsed: {text[place : place + 30]!r}")
        place = found.end()
        record.append(found[1])
        if found[2] != separator:
            yield [*record, found[2]]
            record = []
        elif place == len(text):
            yield [*record, "", ""]


def _value(raw: str) -> str:
    return raw[1:-1].replace('""', '"') if raw[:1] == raw[-1:] == '"' and len(raw) > 1 else raw
