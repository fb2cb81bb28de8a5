"""What a batch has read so far, beside the file that it will become: to go on with after a stop.

The first line says how the batch reads; then there is a line of JSON for each picture, with its
rows. A line that a crash has left without its end doesn't count, nor does a damaged one: its
picture is read again.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from digitwise.cli.output import complain
from digitwise.errors import DigitwiseError, InputError

Rows = list[dict[str, Any]]
SUFFIX = ".unfinished"
MOST = 1 << 31  # pixels
NUMBER: dict[str, type] = {
    "page": int,
    "page_size": list,
    "bbox": list,
    "text": str,
    "confidence": float,
    "rejected": bool,
    "digits": list,
    "alternatives": list,
}
"""What a row has that tells of a number: see `Number.to_dict`."""
DIGIT: dict[str, type] = {
    "char": str,
    "p": float,
    "bbox": list,
    "rejected": bool,
    "kind": str,
}


class Journal:
    """Rows of each picture, on disk as soon as they are known.

    Parameters
    ----------
    out : Path
        The file that is written when the batch is at its end; the journal is `out`.unfinished.
    how : dict
        Options of the batch, JSON.
    resume : bool
        Go on with what is there, which must have been read in the same way; or begin anew.

    Raises
    ------
    InputError
        If there is nothing to go on with, or it was read in another way.
    DigitwiseError
        If the file can't be read or written.
    """

    def __init__(self, out: Path, how: dict[str, Any], resume: bool) -> None:
        self.path = out.with_name(out.name + SUFFIX)
        self.done: set[str] = set()
        try:
            whole = self._check(how) if resume else 0
            self._file: TextIO = self.path.open("r+" if whole else "w", encoding="utf-8")
            if whole:
                self._file.seek(whole)
                self._file.truncate()
            else:
                self._write(how)
        except OSError as error:
            if resume and isinstance(error, FileNotFoundError):
                raise InputError(
                    f"there is no {self.path} to go on with: leave out --resume"
                ) from None
            raise DigitwiseError(f"can't write {self.path}: {error.strerror}") from error

    def _check(self, how: dict[str, Any]) -> int:
        """Note which pictures are done; where the last whole line ends."""
        whole = 0
        with self.path.open("rb") as file:
            for number, line in enumerate(file):
                if not line.endswith(b"\n"):
                    break
                whole += len(line)
                if number:
                    name, rows = _rows_of(line)
                    if rows:
                        self.done.add(name)
                    else:
                        complain(
                            f"line {number + 1} of {self.path} is damaged: what it tells of is "
                            "read again"
                        )
                elif _json_of(line) is None:
                    raise InputError(f"{self.path} is damaged: leave out --resume to begin anew")
                elif _json_of(line) != how:
                    raise InputError(
                        f"{self.path} was begun with other options: go on with the same ones, "
                        "or leave out --resume to begin anew"
                    )
        return whole

    def add(self, name: str, rows: Rows) -> None:
        """Write down what a picture says.

        Raises
        ------
        DigitwiseError
            If the disk is full, say.
        """
        try:
            self._write({"file": name, "rows": rows})
        except OSError as error:
            raise DigitwiseError(f"can't write {self.path}: {error.strerror}") from error

    def rows(self) -> Iterator[dict[str, Any]]:
        """All rows, those from before the stop first."""
        self._file.flush()
        with self.path.open("rb") as file:
            for number, line in enumerate(file):
                if number:
                    yield from _rows_of(line)[1]

    def close(self, finished: bool) -> None:
        """Close it, and remove it once it isn't needed any more."""
        self._file.close()
        if finished:
            self.path.unlink(missing_ok=True)

    def _write(self, line: dict[str, Any]) -> None:
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()


def _rows_of(line: bytes) -> tuple[str, Rows]:
    """A picture's name and its rows; none if they aren't what `Journal.add` wrote."""
    said = _json_of(line)
    name, rows = (said.get("file"), said.get("rows")) if isinstance(said, dict) else (None, None)
    if isinstance(name, str) and isinstance(rows, list) and all(_is_row(row, name) for row in rows):
        return name, rows
    return "", []


def _json_of(line: bytes) -> Any:
    """What a line of JSON says; None if it isn't one."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _is_row(row: Any, name: str) -> bool:
    """Whether a row tells of a picture that it has a number, an error, or neither."""
    if not isinstance(row, dict) or row.get("file") != name:
        return False
    if "text" not in row:
        return isinstance(row.get("error", ""), str)
    return (
        _has(row, NUMBER)
        and _are_numbers(row["page_size"], 2)
        and _are_numbers(row["bbox"], 4)
        and isinstance(row.get("field", ""), str)
        and all(_has(digit, DIGIT) and _are_numbers(digit["bbox"], 4) for digit in row["digits"])
        and all(_has(other, {"text": str, "p": float}) for other in row["alternatives"])
        and _shows_each_digit(row)
    )


def _has(what: Any, kinds: dict[str, type]) -> bool:
    return isinstance(what, dict) and all(_is(what.get(k), kind) for k, kind in kinds.items())


def _is(value: Any, kind: type) -> bool:
    """Whether a value is of a kind; reals are probabilities."""
    return 0 <= value <= 1 if kind is float and _is_number(value) else isinstance(value, kind)


def _are_numbers(values: list[Any], n: int) -> bool:
    return len(values) == n and all(type(v) is int and abs(v) < MOST for v in values)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _shows_each_digit(row: dict[str, Any]) -> bool:
    """Whether there is a digit for each that is in the text."""
    digits = [digit for digit in row["digits"] if digit["kind"] != "sign"]
    return len(digits) == sum(char in "0123456789" for char in row["text"])
