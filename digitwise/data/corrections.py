"""Numbers with texts that a person has put right: from a table, JSON lines, or a folder."""

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from digitwise.data.real_numbers import TRUTH, read_real_numbers
from digitwise.errors import DataError, reason_of
from digitwise.parsing import parse_json_line

Box = tuple[int, int, int, int]
READABLE = re.compile(r"[-0-9.,/:=]*[0-9][-0-9.,/:=]*")
CORRECTED = "corrected"  # state of a number that a person has looked at
ESCAPED = re.compile(r"\\(?:[nrt]|x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8})")
MOST_DIGITS = 40
TABLES = (".csv", ".tsv", ".xlsx", ".jsonl")


@dataclass(frozen=True)
class Correction:
    """A number whose text is known.

    Attributes
    ----------
    path : Path
        Its picture.
    page : int
        Index of the page, from 0.
    box : (x0, y0, x1, y1) or None
        Its box on the page, in pixels; None if it fills the picture.
    text : str
        Its digits, without signs.
    """

    path: Path
    page: int
    box: Box | None
    text: str


def read_corrections(path: Path, left_out: Callable[[str], None] | None = None) -> list[Correction]:
    """Read corrected numbers.

    Parameters
    ----------
    path : Path
        A table that `digitwise read -o` wrote and a person has changed (.csv, .tsv, .xlsx). A row
        is read if its text differs from the best guess, if it was rejected and its text is
        complete now, or if its state is "corrected". JSON lines: rows whose state is "corrected",
        or all rows if they have no state. A folder with `truth.json`: all of its pictures.
    left_out : callable, optional
        Gets the reason for each invalid row, which is then left out.

    Raises
    ------
    DataError
        If the path is none of these, or a row is invalid and not left out.
    """
    if path.is_dir():
        if not (path / TRUTH).is_file():
            raise DataError(
                f"{path}: expected a folder with pictures and {TRUTH}, which says what they show"
            )
        numbers = [number for part in read_real_numbers(path) for number in part]
        return [Correction(number.path, 0, None, number.text) for number in numbers]
    if path.suffix.lower() not in TABLES:
        raise DataError(f"{path}: expected a folder, or a file ending in {', '.join(TABLES)}")
    try:
        if path.suffix.lower() == ".xlsx":
            rows = list(_rows_of_book(path))
        else:
            with path.open(encoding="utf-8-sig", newline="") as file:
                rows = list(_rows(file, path.suffix.lower()))
    except UnicodeDecodeError:
        raise DataError(f"{path}: expected UTF-8; save the table as CSV UTF-8") from None
    except (OSError, ValueError) as error:
        raise DataError(f"{path} can't be read: {reason_of(error)}") from error
    found = []
    for line, row in rows:
        if not _is_corrected(row):
            continue
        try:
            found.append(_correction(path, line, row))
        except DataError as error:
            if left_out is None:
                raise
            left_out(str(error))
    return found


def _rows(file: Any, suffix: str) -> Iterator[tuple[int, dict[str, Any]]]:
    if suffix == ".jsonl":
        yield from _json_rows(file)
        return
    table = csv.DictReader(file, delimiter="," if suffix == ".csv" else "\t")
    _check_columns(table.fieldnames or ())
    for row in table:
        yield table.line_num, row


def _check_columns(names: Sequence[Any]) -> None:
    if not {"file", "text"}.issubset(names):
        found = ", ".join(map(str, names)) or "none"
        raise ValueError(
            "expected the columns file and text (a form's table is corrected by digitwise review, "
            f"which writes TABLE.corrections.jsonl to learn from); found {found:.80}"
        )


def _json_rows(file: Any) -> list[tuple[int, dict[str, Any]]]:
    rows = []
    for line, text in enumerate(file, 1):
        row = parse_json_line(text, line)
        if not isinstance(row, dict):
            raise ValueError(f"line {line} is not an object")  # noqa: TRY004 (as others of JSON)
        rows.append((line, row))
    if any("state" in row for _, row in rows):
        # In a table, rows that nobody looked at are uncertain.
        return [(line, row) for line, row in rows if row.get("state") == CORRECTED]
    return [(line, {**row, "state": CORRECTED} if "text" in row else row) for line, row in rows]


def open_book(path: Path, content: Any, **how: Any) -> Any:
    """Open an .xlsx file, or its content, with openpyxl's `load_workbook`; errors name `path`.

    Raises
    ------
    DataError
        If openpyxl isn't installed.
    ValueError
        If the file is damaged.
    """
    try:
        from openpyxl import load_workbook
    except ImportError:
        raise DataError(
            f"{path}: reading .xlsx needs the package openpyxl: pip install 'digitwise[xlsx]', or "
            "save it as .csv"
        ) from None
    with damage_named():
        return load_workbook(content, **how)


@contextmanager
def damage_named() -> Iterator[None]:
    """Turn the errors of openpyxl, which are of any kind for damaged files, into `ValueError`.

    Raises
    ------
    ValueError
    """
    try:
        yield
    except (OSError, DataError):
        raise
    except Exception as error:
        raise ValueError(f"damaged, or not an .xlsx file: {reason_of(error)}") from error


def _rows_of_book(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    # A sheet's lines are read when they are asked for.
    with (
        path.open("rb") as file,
        closing(open_book(path, file, read_only=True, data_only=True)) as book,
        damage_named(),
    ):
        for sheet in book:
            lines = sheet.iter_rows(values_only=True)
            heading = next(lines, ())
            _check_columns(heading)
            for line, cells in enumerate(lines, 2):
                yield (
                    line,
                    {
                        str(name): cell if name == "page" or cell is None else str(cell)
                        for name, cell in zip(heading, cells, strict=False)
                    },
                )


def _is_corrected(row: dict[str, Any]) -> bool:
    text = row.get("text") or ""
    if not text or "?" in text:
        return False
    if "box" in row and not row["box"]:  # on a page where no number was found: it isn't said where
        return False
    state = row.get("state")
    return state in (CORRECTED, "rejected") or text != row.get("best guess", text)


def is_learnable(text: str) -> bool:
    """Whether a number can be learnt from: digits and signs, not too many of the digits."""
    return bool(READABLE.fullmatch(text)) and sum(map(str.isdigit, text)) <= MOST_DIGITS


def _correction(table: Path, line: int, row: dict[str, Any]) -> Correction:
    text, place = str(row["text"]).strip(), row.get("bbox", row.get("box"))
    if not is_learnable(text):
        raise DataError(f"{table}, line {line}: expected a number as text; found {text[:60]!r}")
    try:
        x0, y0, x1, y1 = map(int, place.split() if isinstance(place, str) else place or ())
        page = int(row.get("page") or 0)
    except (AttributeError, OverflowError, TypeError, ValueError):
        raise DataError(
            f"{table}, line {line}: expected a page, and a box of four numbers; found {place!r:.60}"
        ) from None
    name = str(row.get("file") or "")
    path = find_picture(table, name)
    if path is None:
        raise DataError(
            f"{table}, line {line}: there is no picture {name!r:.200}, here or beside the table"
        )
    return Correction(path, page, (x0, y0, x1, y1), re.sub("[^0-9]", "", text))


def find_picture(table: Path, name: str) -> Path | None:
    r"""Find the picture named in a table's column `file`, here or beside the table.

    Tables escape control characters as \x1b, and put an apostrophe before names that a
    spreadsheet would take for a formula. The name itself is tried first.
    """
    names = [name]
    if name[:1] == "'" and name[1:].lstrip()[:1] in "=+-@＝＋－＠":
        names.append(name[1:])
    names += [as_it_was for n in names if (as_it_was := ESCAPED.sub(_unescaped, n)) != n]
    for one in names:
        for path in (Path(one), table.parent / one):
            with suppress(OSError, ValueError):  # too long a name, or one with a null character
                if one and path.is_file():
                    return path
    return None


def _unescaped(escape: re.Match[str]) -> str:
    return escape[0].encode().decode("unicode_escape")
