"""What a batch has read so far, beside the table that it will become: to go on with after a stop.

An SQLite database: which pictures there are, in their order, and what was read of each. A picture
is known by where it is, its size and when it was changed, however its name was spelt.
"""

import io
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from digitwise.cli.inputs import Source
from digitwise.errors import DigitwiseError, ImageError, InputError

Rows = list[dict[str, Any]]
SUFFIX = ".unfinished"
TOGETHER = 500  # pictures that are looked up at a time
TABLES = """
CREATE TABLE how (options TEXT);
CREATE TABLE pictures (
    position INTEGER PRIMARY KEY, name BLOB UNIQUE, key BLOB, path BLOB, error TEXT, done INTEGER);
CREATE TABLE results (id INTEGER PRIMARY KEY, key BLOB UNIQUE, failed INTEGER, rows TEXT);
CREATE TABLE numbers (result INTEGER, state TEXT, confidence REAL);
CREATE INDEX numbers_of_result ON numbers (result);
"""


@dataclass(frozen=True)
class Pending:
    """A picture that is to be read; `done` if an earlier run has read it."""

    name: str
    key: bytes
    source: Source
    done: bool


@dataclass(frozen=True)
class Counts:
    """What a batch has read."""

    pictures: int
    failed: int
    numbers: int
    sure: int
    look: int
    rejected: int
    wrong: float
    """How many of the sure numbers are expected to be wrong: the sum of 1 - confidence."""


class Journal:
    """Pictures and what was read of them, on disk as soon as it is known.

    Parameters
    ----------
    out : Path or None
        The file that is written when the batch is at its end; the journal is `out`.unfinished. If
        there is none, it is a temporary file.
    how : dict
        Options of the batch, JSON.
    max_error : float
        Share of wrong numbers that is allowed among the sure ones.
    resume : bool
        Go on with what is there, which must have been read in the same way; or begin anew.

    Raises
    ------
    InputError
        If there is nothing to go on with, or it was read in another way.
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
            except sqlite3.DatabaseError:
                if resume or not self.path:
                    raise InputError(f"{self.path} is damaged: remove it") from None
                self.path.unlink()
                self._open(how, resume)

    def _open(self, how: dict[str, Any], resume: bool) -> None:
        self._database = sqlite3.connect(self.path or "", timeout=1, isolation_level=None)
        try:
            self._begin(how, resume)
        except BaseException:
            self._database.close()
            raise

    def _begin(self, how: dict[str, Any], resume: bool) -> None:
        # One batch at a time; what is committed survives when the process is killed.
        self._database.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = NORMAL")
        self._database.execute("BEGIN IMMEDIATE")
        tables = [
            name
            for (name,) in self._database.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table'"
            )
        ]
        if resume and set(tables) >= {"how", "pictures", "results", "numbers"}:
            (said,) = self._database.execute("SELECT options FROM how").fetchone()
            if json.loads(said) != how:
                raise InputError(
                    f"{self.path} was begun with other options: go on with the same ones, or leave "
                    "out --resume to begin anew"
                )
        elif resume:
            raise InputError(f"{self.path} is damaged: remove it")
        else:
            for name in tables:
                self._database.execute(f"DROP TABLE {name}")
            for statement in filter(str.strip, TABLES.split(";")):
                self._database.execute(statement)
            self._database.execute("INSERT INTO how VALUES (?)", [json.dumps(how)])
        self._database.execute("COMMIT")

    def plan(self, sources: Iterable[tuple[str, Source]], keep: bool = False) -> int:
        """Note which pictures there are; how many of them are still to be read.

        Parameters
        ----------
        sources : iterable of (name, source)
        keep : bool
            Keep those that were noted before, in their place: new ones come after them.
        """
        insert = (
            "INSERT INTO pictures (name, key, path, error) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (name) DO UPDATE SET key = excluded.key"
        )
        with self._errors():
            self._database.execute("BEGIN")
            if not keep:
                self._database.execute("DELETE FROM pictures")
            identify = _Identities()
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
            self._database.execute("COMMIT")
            return int(self._value("SELECT COUNT(*) FROM pictures WHERE NOT done"))

    def pictures(self) -> Iterator[Pending]:
        """All pictures in their order, those that are done, too."""
        chosen = (
            "SELECT position, name, key, path, error, done FROM pictures WHERE position > ? "
            "ORDER BY position LIMIT ?"
        )
        last = 0
        while some := self._database.execute(chosen, [last, TOGETHER]).fetchall():
            for last, name, key, path, error, done in some:  # noqa: B007 (used by the next query)
                source: Source = ImageError(error or "")
                if path is not None:
                    source = Path(os.fsdecode(path))
                elif key in self._streams:
                    source = self._streams[key]
                yield Pending(os.fsdecode(name), key, source, bool(done))

    def add(self, key: bytes, rows: Rows) -> None:
        """Write down what a picture says: rows as tables have them, without `file`.

        Raises
        ------
        DigitwiseError
            If the disk is full, say.
        """
        numbers = [(row["state"], row["confidence"]) for row in rows if "text" in row]
        failed = any("error" in row for row in rows)
        with self._errors():
            self._database.execute("BEGIN")
            self._database.execute(
                "DELETE FROM numbers WHERE result = (SELECT id FROM results WHERE key = ?)", [key]
            )
            added = self._database.execute(
                "INSERT OR REPLACE INTO results (key, failed, rows) VALUES (?, ?, ?)",
                [key, failed, json.dumps(rows)],
            )
            self._database.executemany(
                "INSERT INTO numbers VALUES (?, ?, ?)",
                [(added.lastrowid, *number) for number in numbers],
            )
            self._database.execute("COMMIT")

    def rows(self) -> Iterator[dict[str, Any]]:
        """Rows of all pictures that have been read, in the order of the pictures.

        Of the sure numbers, the least sure are to be looked at if more of all would be wrong than
        is allowed.
        """
        limit = self._least_sure()
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
        """How much was read, and how sure it is."""
        joined = "pictures JOIN results USING (key)"
        of_numbers = f"{joined} JOIN numbers ON result = results.id"
        limit = self._least_sure()
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
            wrong=wrong,
        )

    def close(self, finished: bool) -> None:
        """Close it, and remove it once it isn't needed any more."""
        self._database.close()
        if finished and self.path:
            self.path.unlink(missing_ok=True)

    def _least_sure(self) -> float:
        """Confidence up to which numbers are not sure: 0, or more for too many wrong ones."""
        of_sure = (
            "FROM pictures JOIN results USING (key) JOIN numbers ON result = results.id "
            "WHERE state = 'sure'"
        )
        n, wrong = self._database.execute(
            f"SELECT COUNT(*), TOTAL(1 - confidence) {of_sure}"
        ).fetchone()
        limit = 0.0
        least_sure = self._database.execute(f"SELECT confidence {of_sure} ORDER BY confidence")
        for (confidence,) in least_sure:
            if wrong <= self._max_error * n and confidence > limit:
                break
            n, wrong, limit = n - 1, wrong - (1 - confidence), confidence
        return limit

    def _value(self, query: str) -> Any:
        return self._database.execute(query).fetchone()[0]

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            with suppress(sqlite3.Error):
                self._database.rollback()
            reason = getattr(error, "strerror", None) or error
            if "locked" in str(error):
                reason = "another batch is writing it"
            raise DigitwiseError(
                f"can't write {self.path or 'a temporary file'}: {reason}"
            ) from error


class _Identities:
    """What pictures are known by, however their folder is spelt."""

    def __init__(self) -> None:
        self._spelt, self._folder = Path(), Path().resolve()

    def __call__(self, name: str, source: Source) -> bytes:
        if isinstance(source, io.BytesIO):
            return b"-" + sha256(source.getbuffer()).digest()
        if not isinstance(source, Path):
            return b"!" + os.fsencode(name)
        if source.parent != self._spelt:
            self._spelt, self._folder = source.parent, source.parent.resolve()
        try:
            found = source.stat()
            state = f"{found.st_size} {found.st_mtime_ns} "
        except OSError:
            state = "? "
        return state.encode() + os.fsencode(self._folder / source.name)
