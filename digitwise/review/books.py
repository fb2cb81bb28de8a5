"""Correct .xlsx tables; their formats, widths and pictures stay."""

import io
from collections.abc import Mapping
from copy import copy
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from digitwise.data.corrections import damage_named, open_book
from digitwise.errors import DataError

COLOURS = {"rejected": "F4B6B0", "look": "FFE9A8", "corrected": "CDE8D5", "no number": "DDE3E8"}
TEXT = "@"  # number format of text: edited cells stay text


class Book:
    """A book's rows, one sheet after the other."""

    def __init__(self, path: Path, content: bytes) -> None:
        self._path, self._content = path, content
        self.rows: list[dict[str, Any]] = []
        self.columns: list[str] = []
        self._places: list[tuple[int, int]] = []  # (sheet, line in it) of each row
        book = self._open()
        for number, sheet in enumerate(book.worksheets):
            columns = _heading(sheet)
            self.columns += [name for name in columns if name not in self.columns]
            for line in range(2, sheet.max_row + 1):
                cells = {name: sheet.cell(line, place).value for name, place in columns.items()}
                # A person may have typed a number into a column of texts.
                row = {n: c if c is None else str(c) for n, c in cells.items()}
                self.rows.append(row)
                self._places.append((number, line))

    def changed(self, cells: Mapping[int, Mapping[str, Any]]) -> bytes:
        """Return the content with cells of some rows changed; new columns come last.

        Raises
        ------
        DataError
            If openpyxl, which can read the book, can't write it.
        """
        try:
            with damage_named():
                return self._changed(cells)
        except ValueError as error:
            raise DataError(f"{self._path}: {error}") from error

    def _changed(self, cells: Mapping[int, Mapping[str, Any]]) -> bytes:
        from openpyxl.writer.excel import ExcelWriter

        book = self._open()
        for row, new in cells.items():
            number, line = self._places[row]
            sheet = book.worksheets[number]
            columns = _heading(sheet)
            for name, cell in new.items():
                if name not in columns:
                    columns[name] = _add_column(sheet, name)
                _write(sheet.cell(line, columns[name]), cell)
            for name in [n for n in new if n == "state" or n.endswith(" state")]:
                for coloured in (name, name.removesuffix(" state") if name != "state" else "text"):
                    if coloured in columns:
                        _colour(sheet.cell(line, columns[coloured]), str(new[name]))
        content = io.BytesIO()
        with ZipFile(content, "w", ZIP_DEFLATED) as archive:  # `book.save` may leave it open
            ExcelWriter(book, archive).write_data()
        return content.getvalue()

    def _open(self) -> Any:
        return open_book(self._path, io.BytesIO(self._content))


def _heading(sheet: Any) -> dict[str, int]:
    cells = next(sheet.iter_rows(min_row=1, max_row=1), ())
    return {str(cell.value): cell.column for cell in cells if cell.value is not None}


def _add_column(sheet: Any, name: str) -> int:
    place = int(sheet.max_column) + 1
    heading = sheet.cell(1, place, name)
    heading.font = copy(sheet.cell(1, 1).font)
    sheet.column_dimensions[heading.column_letter].width = 22
    return place


def _write(cell: Any, value: Any) -> None:
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"  # a text that begins with = is no formula
        cell.number_format = TEXT


def _colour(cell: Any, state: str) -> None:
    from openpyxl.styles import PatternFill

    cell.fill = (
        PatternFill("solid", fgColor=COLOURS[state]) if state in COLOURS else PatternFill(None)
    )
