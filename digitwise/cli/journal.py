"""What a batch has read so far, beside the file that it will become: to go on with after a stop.

The first line says how the batch reads; then there is a line of JSON for each picture, with its
rows. A line that a crash has left without its end doesn't count.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from digitwise.errors import DigitwiseError, InputError

Rows = list[dict[str, Any]]
SUFFIX = ".unfinished"


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
                try:
                    said = json.loads(line)
                    if number:
                        self.done.add(said["file"])
                except (ValueError, KeyError, TypeError):
                    raise InputError(f"{self.path} is damaged: remove it") from None
                if not number and said != how:
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
        with self.path.open(encoding="utf-8") as file:
            next(file)
            for line in file:
                yield from json.loads(line)["rows"]

    def close(self, finished: bool) -> None:
        """Close it, and remove it once it isn't needed any more."""
        self._file.close()
        if finished:
            self.path.unlink(missing_ok=True)

    def _write(self, line: dict[str, Any]) -> None:
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()
