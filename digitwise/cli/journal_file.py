"""Database of a journal: its tables, and what is done about damage to its file.

Each result has a checksum, so that a damaged one is found and its picture is read again.
"""

import json
import sqlite3
from typing import Any
from zlib import crc32

from digitwise.parsing import parse_json

Rows = list[dict[str, Any]]
TABLES = """CREATE TABLE how (options TEXT);
CREATE TABLE pictures (
    position INTEGER PRIMARY KEY, name BLOB UNIQUE, key BLOB, path BLOB, error TEXT, done INTEGER);
CREATE TABLE results (
    id INTEGER PRIMARY KEY, key BLOB UNIQUE, failed INTEGER, rows TEXT, checksum INTEGER);
CREATE TABLE numbers (result INTEGER, state TEXT, confidence REAL);
CREATE INDEX numbers_of_result ON numbers (result)"""
STATEMENTS = TABLES.split(";\n")


def is_empty(database: sqlite3.Connection) -> bool:
    """Return True if no table was committed: its process was killed as it began."""
    return database.execute("SELECT name FROM sqlite_master").fetchone() is None


def create_tables(database: sqlite3.Connection, how: dict[str, Any]) -> None:
    """Create empty tables in place of all others, and note the options of the batch."""
    tables = "SELECT name FROM sqlite_master WHERE type = 'table'"
    for (name,) in database.execute(tables).fetchall():
        database.execute(f"DROP TABLE {name}")
    for statement in STATEMENTS:
        database.execute(statement)
    database.execute("INSERT INTO how VALUES (?)", [json.dumps(how)])


def checked_options(database: sqlite3.Connection) -> Any:
    """Return the options that the batch was begun with.

    Raises
    ------
    ValueError
        If the tables are damaged, or another version wrote them.
    """
    try:
        made = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"
        tables = sorted(sql for (sql,) in database.execute(made))
        if tables != sorted(STATEMENTS):
            raise ValueError("other tables")
        if database.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise ValueError("damaged")
        return parse_json(database.execute("SELECT options FROM how").fetchone()[0])
    except (TypeError, sqlite3.OperationalError) as error:
        raise ValueError("damaged") from error


def remove_damaged(database: sqlite3.Connection) -> None:
    """Remove the results that differ from their checksums, and list all numbers anew."""
    database.execute("DELETE FROM numbers")
    damaged = []
    found = database.execute("SELECT id, key, failed, rows, checksum FROM results")
    for number, key, failed, rows, noted in found:
        if checksum(key, failed, rows) == noted:
            add_numbers(database, number, json.loads(rows))
        else:
            damaged.append((number,))
    database.executemany("DELETE FROM results WHERE id = ?", damaged)


def add_numbers(database: sqlite3.Connection, result: int | None, rows: Rows) -> None:
    """List the numbers among a picture's rows, to be counted."""
    database.executemany(
        "INSERT INTO numbers VALUES (?, ?, ?)",
        [(result, row["state"], row["confidence"]) for row in rows if "text" in row],
    )


def checksum(*cells: Any) -> int:
    """Return the CRC-32 of a result's cells."""
    return crc32(repr(cells).encode())
