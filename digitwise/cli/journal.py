"""Journal of a batch: its results so far, beside the future table, to resume from.

It is an SQLite database of the pictures in their order and the numbers read in each. A picture is
identified by its place, its size and its time of change, however its name is spelt.
"""

import io
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from digitwise.cli.identities import Identities
from digitwise.cli.inputs import Source
from digitwise.cli.journal_file import (
    Rows,
    add_numbers,
    checked_options,
    checksum,
    create_tables,
    is_empty,
    remove_damaged,
)
from digitwise.errors import DigitwiseError, ImageError, InputError, reason_of
from digitwise.wording import counted

SUFFIX = ".unfinished"
PICTURES_AT_ONCE = 500  # fetched by one query


@dataclass(frozen=True)
class Pending:
    """A picture of a batch; `done` if an earlier run has read it."""

    name: str
    key: bytes
    source: Source
    done: bool


@dataclass(frozen=True)
class Counts:
    """Counts of pictures and numbers in a batch."""

    pictures: int
    failed: int
    numbers: int
    sure: int
    look: int
    rejected: int
    empty: int
    """Pictures in which no number was found."""
    wrong: float
    """Expected number of wrong ones among the sure numbers: the sum of 1 - confidence."""


class Journal:
    """Pictures and their results, on disk as soon as they are known.

    Parameters
    ----------
    out : Path or None
        File of the table, written at the end; the journal is `out`.unfinished. None: a temporary
        file.
    how : dict
        Options of the batch, JSON-compatible.
    max_error : float
        Share of wrong numbers allowed among the sure ones.
    resume : bool
        Continue the journal on disk, which must have the same options; or begin anew.

    Raises
    ------
    InputError
        If there is no journal to continue, or it has other options.
    DigitwiseError
        If the file can't be read or written, or another batch is writing it.
    """

    def __init__(
        self, out: Path | None, how: dict[str, Any], max_error: float, resume: bool
    ) -> None:
        self.path = out and out.with_name(out.name + SUFFIX)
        self._max_error = max_error
        self._streams: dict[bytes, io.BytesIO] = {}
        if resume and self.path and not self.path.exists():
            raise InputError(f"there is no {self.path} to go on with: leave out --resume")
        with self._errors():
            try:
                self._open(how, resume)
            except sqlite3.OperationalError:
                raise
            except (sqlite3.DatabaseError, UnicodeDecodeError):
                if resume or not self.path:
                    raise InputError(
                        f"{self.path} is damaged: leave out --resume to begin anew"
                    ) from None
                self.path.unlink()
                self._open(how, resume)

    def _open(self, how: dict[str, Any], resume: bool) -> None:
        self._database = sqlite3.connect(self.path or "", timeout=1, isolation_level=None)
        self._database.text_factory = lambda text: text.decode(errors="replace")  # if damaged
        try:
            self._begin(how, resume)
        except BaseException:
            self._database.close()
            raise

    def _begin(self, how: dict[str, Any], resume: bool) -> None:
        # One batch at a time; committed results survive when the process is killed.
        self._database.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = NORMAL")
        self._database.execute("BEGIN IMMEDIATE")
        if resume and not is_empty(self._database):
            self._check_options(how)
            remove_damaged(self._database)
        else:
            create_tables(self._database, how)
        self._database.execute("COMMIT")

    def _check_options(self, how: dict[str, Any]) -> None:
        try:
            begun = checked_options(self._database)
        except ValueError:
            raise InputError(
                f"{self.path} is damaged, or was written by another version of digitwise: leave "
                "out --resume to begin anew"
            ) from None
        if begun != how:
            raise InputError(
                f"{self.path} was begun with other options: go on with the same ones, or leave "
                "out --resume to begin anew"
            )

    def plan(self, sources: Iterable[tuple[str, Source]], keep: bool = False) -> int:
        """Note the pictures; return how many of them are still to be read.

        Parameters
        ----------
        sources : iterable of (name, source)
        keep : bool
            Keep the pictures noted before, in their places; new ones come after them.

        Raises
        ------
        InputError
            If the journal has results, but of other pictures only.
        """
        insert = (
            "INSERT INTO pictures (name, key, path, error) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (name) DO UPDATE SET key = excluded.key"
        )
        with self._errors():
            self._database.execute("BEGIN")
            if not keep:
                self._database.execute("DELETE FROM pictures")
            identify = Identities()
            for name, source in sources:
                key = identify(name, source)
                if isinstance(source, io.BytesIO):
                    self._streams[key] = source
                path = os.fsencode(source) if isinstance(source, Path) else None
                error = str(source) if isinstance(source, DigitwiseError) else None
                self._database.execute(insert, [os.fsencode(name), key, path, error])
            self._database.execute(
                "UPDATE pictures SET done = EXISTS (SELECT 1 FROM results WHERE key = pictures.key)"
            )
            results = self._value("SELECT COUNT(*) FROM results")
            done = self._value("SELECT COUNT(*) FROM pictures WHERE done")
            if results and not (done or keep):
                self._database.execute("ROLLBACK")
                raise InputError(
                    f"{self.path} has {counted(results, 'result')} of other pictures: go on with "
                    "the same pictures, or leave out --resume to begin anew"
                )
            self._database.execute("COMMIT")
            return int(self._value("SELECT COUNT(*) FROM pictures WHERE NOT done"))

    def pictures(self) -> Iterator[Pending]:
        """Yield all pictures in their order, done or not."""
        chosen = (
            "SELECT position, name, key, path, error, done FROM pictures WHERE position > ? "
            "ORDER BY position LIMIT ?"
        )
        last = 0
        while some := self._database.execute(chosen, [last, PICTURES_AT_ONCE]).fetchall():
            for last, name, key, path, error, done in some:  # noqa: B007 (used by the next query)
                source: Source = ImageError(error or "")
                if path is not None:
                    source = Path(os.fsdecode(path))
                elif key in self._streams:
                    source = self._streams[key]
                yield Pending(os.fsdecode(name), key, source, bool(done))

    def add(self, key: bytes, rows: Rows) -> None:
        """Write a picture's rows, as tables have them but without `file`.

        Raises
        ------
        DigitwiseError
            If the journal can't be written, for example because the disk is full.
        """
        failed = int(any("error" in row for row in rows))
        with self._errors():
            self._database.execute("BEGIN")
            self._database.execute(
                "DELETE FROM numbers WHERE result = (SELECT id FROM results WHERE key = ?)", [key]
            )
            text = json.dumps(rows)
            added = self._database.execute(
                "INSERT OR REPLACE INTO results (key, failed, rows, checksum) VALUES (?, ?, ?, ?)",
                [key, failed, text, checksum(key, failed, text)],
            )
            add_numbers(self._database, added.lastrowid, rows)
            self._database.execute("COMMIT")

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield the rows of all pictures that were read, in the order of the pictures.

        If too many sure numbers are expected to be wrong, the least sure of them become `look`.
        """
        limit = self._not_sure_up_to()
        found = self._database.execute(
            "SELECT name, rows FROM pictures JOIN results USING (key) ORDER BY position"
        )
        for name, rows in found:
            file = os.fsdecode(name)
            for row in json.loads(rows):
                if row.get("state") == "sure" and row["confidence"] <= limit:
                    row["state"] = "look"
                yield {"file": file, **row}

    def counts(self) -> Counts:
        """Return the counts of pictures, numbers and states."""
        joined = "pictures JOIN results USING (key)"
        of_numbers = f"{joined} JOIN numbers ON result = results.id"
        limit = self._not_sure_up_to()
        states = dict(
            self._database.execute(f"SELECT state, COUNT(*) FROM {of_numbers} GROUP BY state")
        )
        sure, wrong = self._database.execute(
            f"SELECT COUNT(*), TOTAL(1 - confidence) FROM {of_numbers} "
            "WHERE state = 'sure' AND confidence > ?",
            [limit],
        ).fetchone()
        return Counts(
            pictures=self._value("SELECT COUNT(*) FROM pictures"),
            failed=int(self._value(f"SELECT TOTAL(failed) FROM {joined}")),
            numbers=sum(states.values()),
            sure=sure,
            look=states.get("look", 0) + states.get("sure", 0) - sure,
            rejected=states.get("rejected", 0),
            empty=self._value(
                f"SELECT COUNT(*) FROM {joined} "
                "WHERE NOT failed AND results.id NOT IN (SELECT result FROM numbers)"
            ),
            wrong=wrong,
        )

    def close(self, finished: bool) -> None:
        """Close the journal, and remove it if the batch is finished."""
        self._database.close()
        if finished and self.path:
            self.path.unlink(missing_ok=True)

    def _not_sure_up_to(self) -> float:
        """Return the confidence up to which numbers are not sure: 0 if few are expected wrong.

        Numbers of equal confidence are all sure, or all not.
        """
        of_sure = (
            "FROM pictures JOIN results USING (key) JOIN numbers ON result = results.id "
            "WHERE state = 'sure'"
        )
        n, expected_wrong = self._database.execute(
            f"SELECT COUNT(*), TOTAL(1 - confidence) {of_sure}"
        ).fetchone()
        limit = 0.0
        rising = self._database.execute(f"SELECT confidence {of_sure} ORDER BY confidence")
        for (confidence,) in rising:
            if expected_wrong <= self._max_error * n and confidence > limit:
                break
            n, expected_wrong, limit = n - 1, expected_wrong - (1 - confidence), confidence
        return limit

    def _value(self, query: str) -> Any:
        return self._database.execute(query).fetchone()[0]

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Roll back after an error, and say what is wrong with the file."""
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            with suppress(sqlite3.Error, AttributeError):  # it may not have been opened
                self._database.rollback()
            reason = reason_of(error)
            if "unable to open" in reason:
                reason = "its folder is missing, or no file can be made there"
            elif "locked" in reason:
                reason = "another batch is writing it: wait for it, or give -o another name"
            raise DigitwiseError(
                f"can't write {self.path or 'a temporary file'}: {reason}"
            ) from error
