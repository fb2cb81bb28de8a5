"""Tables as .xlsx, in which text stays text: 078 is 078."""

import io
from base64 import b64decode
from datetime import UTC, datetime
from itertools import chain, islice
from typing import Any, BinaryIO

from digitwise.cli.columns import Cell, Line, Table
from digitwise.extras import need

MAX_SHEET_LINES = 1_048_575  # below the heading
COLOURS = {"rejected": "#F4B6B0", "look": "#FFE9A8"}
WIDTHS = {"file": 36, "text": 16, "best guess": 16, "box": 22, "error": 40}  # in characters
TEXT = "@"  # format of text: edited cells stay text, too
CONFIDENCE = "0.0000"
MOST_PRINTED = 15  # columns that a page can show
PICTURE_WIDTH = 28  # in characters
LINE_HEIGHT = 36  # in points


def library() -> Any:
    """Return XlsxWriter.

    Raises
    ------
    ExtraError
        If XlsxWriter isn't installed.
    """
    return need("xlsxwriter", "xlsx", "a .xlsx table")


def write_xlsx(file: BinaryIO, table: Table, pictures: bool = False) -> None:
    """Write a table; only pictures are kept in memory.

    Numbers to look at are yellow, rejected ones red. Lines beyond a full sheet go to the next.
    """
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    book = library().Workbook(file, options)
    # A constant time of creation makes equal tables equal bytes.
    book.set_properties({"created": datetime(2000, 1, 1, tzinfo=UTC)})
    lines = iter(table.lines)
    for first in chain([next(lines, None)], lines):
        of_sheet = chain([first] if first else [], islice(lines, MAX_SHEET_LINES - 1))
        _Sheet(book, table.columns, pictures).write(of_sheet)
    book.close()


class _Sheet:
    """A sheet of a book, written line by line."""

    def __init__(self, book: Any, columns: dict[str, type], pictures: bool) -> None:
        self._sheet = book.add_worksheet()
        self._columns = list(columns)
        self._picture = self._columns.index("text") + 1 if pictures else None
        self._formats = {
            (state, kind): book.add_format(
                {
                    **({"bg_color": COLOURS[state]} if state in COLOURS else {}),
                    **({"num_format": kind} if kind else {}),
                    **({"valign": "vcenter"} if pictures else {}),
                }
            )
            for state in ("", "sure", *COLOURS)
            for kind in ("", TEXT, CONFIDENCE)
        }
        self._bold = book.add_format({"bold": True})

    def write(self, lines: Any) -> None:
        """Write the heading, and the lines below it."""
        count = 0
        for place, name in self._places():
            width = WIDTHS.get(name, max(12, len(name) + 2))
            self._sheet.set_column(place, place, width)
        if self._picture is not None:
            self._sheet.set_column(self._picture, self._picture, PICTURE_WIDTH)
        for place, name in self._places():
            self._sheet.write_string(0, place, name, self._bold)
        for count, line in enumerate(lines, 1):
            self._write_line(count, line)
        self._sheet.freeze_panes(1, 0)
        # Printed pages are as wide as the table, with the heading on each.
        self._sheet.repeat_rows(0)
        if len(self._columns) <= MOST_PRINTED:
            self._sheet.set_landscape()
            self._sheet.fit_to_pages(1, 0)
        self._sheet.autofilter(0, 0, count, len(self._columns) - (self._picture is None))

    def _write_line(self, row: int, line: Line) -> None:
        if self._picture is not None:
            self._sheet.set_row(row, LINE_HEIGHT)
        for (place, name), cell in zip(self._places(), line.cells, strict=True):
            kind = CONFIDENCE if name.endswith("confidence") else ""
            kind = TEXT if isinstance(cell, str) else kind
            self._write_cell(row, place, cell, self._formats[line.states.get(name, ""), kind])
        if self._picture is not None and line.crop:
            png = io.BytesIO(b64decode(line.crop))
            how = {"image_data": png, "x_offset": 2, "y_offset": 2, "object_position": 1}
            self._sheet.insert_image(row, self._picture, "number.png", how)

    def _write_cell(self, row: int, place: int, cell: Cell, look: Any) -> None:
        if isinstance(cell, str):
            self._sheet.write_string(row, place, cell, look)
        elif cell is not None:
            self._sheet.write_number(row, place, cell, look)

    def _places(self) -> list[tuple[int, str]]:
        """Return columns with their places; those behind the picture move one to the right."""
        behind = len(self._columns) if self._picture is None else self._picture
        return [(k + (k >= behind), name) for k, name in enumerate(self._columns)]
