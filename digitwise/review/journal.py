"""Journal of decisions, each on disk before the next: an SQLite file beside the table.

Entries are never replaced: the last entry about an item counts. Any number of servers may write
one journal; a decision by somebody who hasn't seen the last entry is refused.
"""

import json
import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from digitwise.data.corrections import CORRECTED
from digitwise.errors import DigitwiseError, reason_of
from digitwise.parsing import parse_json
from digitwise.review.items import NO_NUMBER, OPEN

SUFFIX = ".review"
STATES = (CORRECTED, NO_NUMBER, OPEN)
PATIENCE = 5.0  # time-out for another writer, s
LEASE = 10.0  # time for which an item is reserved for the person who looks at it, s
TABLES = """
CREATE TABLE IF NOT EXISTS log (
    id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL, state TEXT NOT NULL,
    text TEXT NOT NULL, who TEXT NOT NULL, at TEXT NOT NULL, was TEXT NOT NULL, box TEXT);
CREATE INDEX IF NOT EXISTS of_key ON log (key);
CREATE TABLE IF NOT EXISTS looking (
    client TEXT PRIMARY KEY, key TEXT NOT NULL, who TEXT NOT NULL, until REAL NOT NULL);
"""


@dataclass(frozen=True)
class Entry:
    """A decision.

    Attributes
    ----------
    id : int
        Increasing number.
    key : str
        The item's key.
    state : {"corrected", "no number", "open"}
    text : str
    who, at : str
        Who decided, and the time (ISO 8601, UTC).
    was : dict
        The item's `cells`, and its text, when it was first decided.
    box : list of float or None
        The item's box, if the table lacks it.
    """

    id: int
    key: str
    state: str
    text: str
    who: str
    at: str
    was: dict[str, Any]
    box: list[float] | None

    def to_dict(self) -> dict[str, Any]:
        """Return the entry as the page gets it."""
        told = asdict(self)
        return {name: told[name] for name in ("id", "state", "text", "who", "at")}


class ConflictError(DigitwiseError):
    """Somebody else has decided the item meanwhile."""

    def __init__(self, entry: Entry) -> None:
        super().__init__(f"{entry.who or 'somebody'} has decided meanwhile: {said(entry)}")
        self.entry = entry


def said(entry: Entry) -> str:
    """Return a decision in words."""
    return {"corrected": entry.text, "open": "taken back"}.get(entry.state, entry.state)


class Journal:
    """Decisions about a table.

    Parameters
    ----------
    table : Path
        The journal is `table`.review.

    Raises
    ------
    DigitwiseError
        If the file can't be written, or is no journal.
    """

    def __init__(self, table: Path) -> None:
        self.path = table.with_name(table.name + SUFFIX)
        with self._database() as database:
            database.executescript(TABLES)

    def entries(self, after: int = 0) -> list[Entry]:
        """Return all entries after one, in their order."""
        with self._database() as database:
            found = database.execute("SELECT * FROM log WHERE id > ? ORDER BY id", [after])
            return [self._entry(row) for row in found]

    def last(self) -> int:
        """Return the number of the last entry; 0 if there is none."""
        with self._database() as database:
            return int(database.execute("SELECT COALESCE(MAX(id), 0) FROM log").fetchone()[0])

    def add(
        self,
        key: str,
        state: str,
        text: str,
        who: str,
        seen: int,
        was: dict[str, Any],
        box: list[float] | None,
    ) -> Entry:
        """Note a decision; when this returns, it is on disk.

        Parameters
        ----------
        seen : int
            Last entry about the item that the person has seen; 0 if there was none.

        Raises
        ------
        ConflictError
            If a later entry has another decision.
        DigitwiseError
            If the decision can't be written.
        """
        at = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        with self._database() as database:
            database.execute("BEGIN IMMEDIATE")
            query = "SELECT * FROM log WHERE key = ? ORDER BY id DESC LIMIT 1"
            row = database.execute(query, [key]).fetchone()
            last = self._entry(row) if row else None
            if last and last.id != seen:
                if (last.state, last.text) == (state, text):
                    return last
                raise ConflictError(last)
            was = last.was if last else was
            box = box or (last.box if last else None)
            told = json.dumps(was), box and json.dumps(box)
            added = database.execute(
                "INSERT INTO log (key, state, text, who, at, was, box) VALUES (?,?,?,?,?,?,?)",
                [key, state, text, who, at, *told],
            )
            database.execute("COMMIT")
            return Entry(added.lastrowid or 0, key, state, text, who, at, was, box)

    def look(self, client: str, key: str | None, who: str) -> dict[str, str]:
        """Note which item a client looks at; return who looks at which other item now."""
        now = time.time()
        with self._database() as database:
            if key is not None:
                database.execute(
                    "INSERT OR REPLACE INTO looking VALUES (?, ?, ?, ?)",
                    [client, key, who, now + LEASE],
                )
            others = "SELECT key, who FROM looking WHERE client != ? AND until > ?"
            return dict(database.execute(others, [client, now]).fetchall())

    def _entry(self, row: Sequence[Any]) -> Entry:
        number, key, state, text, who, at, was, box = row
        try:
            told, place = parse_json(was), box and parse_json(box)
            texts = all(isinstance(cell, str) for cell in (key, text, who, at))
            if not texts or state not in STATES:
                raise ValueError("expected texts and a state")
            if not isinstance(told, dict) or not isinstance(told.get("cells"), dict):
                raise TypeError("expected cells")
            if place is not None and [type(side) in (int, float) for side in place] != [True] * 4:
                raise TypeError("expected a box")
        except (TypeError, ValueError) as error:
            raise DigitwiseError(
                f"{self.path} is damaged (entry {number}: {reason_of(error)}): move it away"
            ) from error
        return Entry(number, key, state, text, who, at, told, place)

    @contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        """Open a connection for each use, so that any thread may ask."""
        try:
            with closing(sqlite3.connect(self.path, PATIENCE, isolation_level=None)) as database:
                database.text_factory = bytes.decode  # its error is no OperationalError
                # The default journal mode works on shared folders; WAL does not.
                database.execute("PRAGMA synchronous = FULL")
                yield database
        except sqlite3.OperationalError as error:
            reason = "another program is writing it" if "locked" in str(error) else reason_of(error)
            raise DigitwiseError(f"can't write {self.path}: {reason}{self._hint()}") from error
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            reason = reason_of(error)
            raise DigitwiseError(
                f"{self.path} is damaged, or no journal of corrections ({reason}): move it away"
            ) from error

    def _hint(self) -> str:
        folder = self.path.absolute().parent
        return "" if os.access(folder, os.W_OK) else f"; the folder {folder} is read-only"
