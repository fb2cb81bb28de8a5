"""What was read, as the content of a file: the ending of its name says which kind."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from digitwise.cli.columns import Cell, Row, Table, make_table, no_formula, plain, shown_of

TABLES = (".csv", ".tsv", ".xlsx", ".parquet")
ARCHIVES = (".hocr", ".alto", ".xml", ".page.xml")
SUFFIXES = (*TABLES, ".json", ".jsonl", ".txt", *ARCHIVES)
PIPED = ".csv"  # what `-o -` is
BOM = "\ufeff"


def kind_of(path: Path) -> str | None:
    """Which of SUFFIXES a file's name ends in, the longest if several do; None if none does."""
    if str(path) == "-":
        return PIPED
    name = path.name.lower()
    return max((s for s in SUFFIXES if name.endswith(s)), key=len, default=None)


def check_library(suffix: str) -> None:
    """See that a package is there that writing needs, before anything is read.

    Raises
    ------
    InputError
        If it isn't: it says which extra has it.
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
    """Write rows as the suffix wants them, as they come: few are in memory at a time.

    Parameters
    ----------
    file : binary file
    rows : iterable of Row
        Those of a page one after the other.
    suffix : one of SUFFIXES, but for ".page.xml": see `digitwise.cli.pagexml`
    fields : list of str, optional
        Names of a form's fields: tables then have a row a page.
    bom : bool
        Begin .csv and .tsv with a byte order mark, by which Excel knows UTF-8.
    pictures : bool
        Show in .xlsx the crops that rows have.
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
    """As `json.dumps(list(rows), indent=1)`, row by row."""
    before = "[\n"
    for row in rows:
        yield before + " " + json.dumps(row, indent=1).replace("\n", "\n ")
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


def _separated(table: Table, suffix: str) -> Iterator[str]:
    """Lines of CSV (RFC 4180) or of tab-separated values."""
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
    """Text in quotes; numbers, and what is missing, without: `csv` would quote that, too."""
    if not isinstance(cell, str):
        return "" if cell is None else repr(cell)
    text = cell if reading else no_formula(cell)  # -23 is a number, not a formula
    if suffix == ".csv" or '"' in text:
        return '"' + text.replace('"', '""') + '"'
    return text
