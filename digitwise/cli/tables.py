"""Write tables of readings; the ending of the file's name chooses the format."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from digitwise.cli.columns import Cell, Row, Table, make_table, no_formula, plain, shown_of

TABLES = (".csv", ".tsv", ".xlsx", ".parquet")
ARCHIVES = (".hocr", ".alto", ".xml", ".page.xml")
SUFFIXES = (*TABLES, ".json", ".jsonl", ".txt", *ARCHIVES)
PIPED = ".csv"  # format of `-o -`
BOM = "\ufeff"


def kind_of(path: Path) -> str | None:
    """Return the longest of SUFFIXES that a file's name ends in; None if there is no such one."""
    if str(path) == "-":
        return PIPED
    name = path.name.lower()
    return max((s for s in SUFFIXES if name.endswith(s)), key=len, default=None)


def check_library(suffix: str) -> None:
    """Check before reading that the package for a format is installed.

    Raises
    ------
    InputError
        If the package is missing; the message names its extra.
    """
    if suffix == ".xlsx":
        from digitwise.cli.spreadsheets import library

        library()
    elif suffix == ".parquet":
        from digitwise.cli.parquet import library

        library()


def write_table(
    file: BinaryIO,
    rows: Iterable[Row],
    suffix: str,
    fields: list[str] | None = None,
    bom: bool = False,
    pictures: bool = False,
) -> None:
    """Write rows in the format of the suffix, as they come: few are in memory at a time.

    Parameters
    ----------
    file : binary file
    rows : iterable of Row
        Rows of one page follow each other.
    suffix : one of SUFFIXES, except ".page.xml": see `digitwise.cli.pagexml`
    fields : list of str, optional
        Names of a form's fields: tables then have a row a page.
    bom : bool
        Begin .csv and .tsv with a byte order mark, so that Excel reads UTF-8.
    pictures : bool
        Put the rows' crops into .xlsx.
    """
    if suffix in (".xlsx", ".parquet"):
        table = make_table(rows, fields)
        if suffix == ".xlsx":
            from digitwise.cli.spreadsheets import write_xlsx

            write_xlsx(file, table, pictures)
        else:
            from digitwise.cli.parquet import write_parquet

            write_parquet(file, table)
        return
    if bom and suffix in (".csv", ".tsv"):
        file.write(BOM.encode())
    for part in _parts(rows, suffix, fields):
        file.write(part.encode(errors="backslashreplace"))


def _parts(rows: Iterable[Row], suffix: str, fields: list[str] | None) -> Iterator[str]:
    if suffix in (".csv", ".tsv"):
        return _separated(make_table(rows, fields), suffix)
    if suffix in ARCHIVES:
        from digitwise.cli.archives import to_alto, to_hocr

        return to_hocr(rows) if suffix == ".hocr" else to_alto(rows)
    if suffix == ".txt":
        return (f"{shown_of(row)}\n" for row in rows if "text" in row)
    read = (row for row in rows if "text" in row or "error" in row)
    return _array(read) if suffix == ".json" else (json.dumps(row) + "\n" for row in read)


def _array(rows: Iterable[Row]) -> Iterator[str]:
    """Yield the text of `json.dumps(list(rows), indent=1)`, row by row."""
    before = "[\n"
    for row in rows:
        yield before + " " + json.dumps(row, indent=1).replace("\n", "\n ")
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


def _separated(table: Table, suffix: str) -> Iterator[str]:
    """Yield lines of CSV (RFC 4180) or of tab-separated values."""
    separator = "," if suffix == ".csv" else "\t"
    yield separator.join(_written(plain(name), False, suffix) for name in table.columns) + "\n"
    readings = [name in ("text", "best guess") for name in table.columns]
    for line in table.lines:
        written = [
            _written(cell, reading or name in line.states, suffix)
            for cell, reading, name in zip(line.cells, readings, table.columns, strict=True)
        ]
        yield separator.join(written) + "\n"


def _written(cell: Cell, reading: bool, suffix: str) -> str:
    """Return a cell: text in quotes; numbers and empty cells without, which `csv` would quote."""
    if not isinstance(cell, str):
        return "" if cell is None else repr(cell)
    text = cell if reading else no_formula(cell)  # -23 is a number, not a formula
    if suffix == ".csv" or '"' in text:
        return '"' + text.replace('"', '""') + '"'
    return text
