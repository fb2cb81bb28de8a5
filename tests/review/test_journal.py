"""No decision is lost, and no decision replaces another one unseen."""

import multiprocessing
import os
import signal
import sqlite3

import pytest

from digitwise.errors import DigitwiseError
from digitwise.review.journal import ConflictError, Journal

WAS = {"text": "?", "cells": {}}


def add(journal, key, text, who="Ann", seen=0, state="corrected"):
    return journal.add(key, state, text, who, seen, WAS, None)


def test_a_second_word_is_a_conflict_until_the_first_was_seen(tmp_path):
    ann, bob = Journal(tmp_path / "t.csv"), Journal(tmp_path / "t.csv")
    first = add(ann, "a", "12")
    with pytest.raises(ConflictError, match="Ann has decided meanwhile: 12") as conflict:
        add(bob, "a", "13", "Bob")
    assert conflict.value.entry == first
    assert add(bob, "a", "12", "Bob") == first
    second = add(bob, "a", "13", "Bob", seen=first.id)
    assert [entry.text for entry in ann.entries()] == ["12", "13"]
    assert ann.entries(first.id) == [second]
    assert ann.last() == second.id
    add(bob, "b", "", state="no number")
    with pytest.raises(ConflictError, match="no number"):
        add(ann, "b", "5")


def work(table, ready):
    journal = Journal(table)
    for k in range(100_000):
        add(journal, f"{k}", f"{k}")
        if k == 3:
            ready.set()


def test_a_killed_process_loses_nothing(tmp_path):
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
    process = context.Process(target=work, args=(tmp_path / "t.csv", ready))
    process.start()
    assert ready.wait(60)
    os.kill(process.pid, signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    process.join()
    entries = Journal(tmp_path / "t.csv").entries()
    assert len(entries) >= 4
    assert [entry.key for entry in entries] == [str(k) for k in range(len(entries))]


def test_who_looks_at_what(tmp_path, monkeypatch):
    journal = Journal(tmp_path / "t.csv")
    assert journal.look("1", "a", "Ann") == {}
    assert journal.look("2", "b", "Bob") == {"a": "Ann"}
    assert journal.look("1", "c", "Ann") == {"b": "Bob"}
    assert journal.look("3", None, "") == {"b": "Bob", "c": "Ann"}
    monkeypatch.setattr("digitwise.review.journal.time.time", lambda: 1e12)
    assert journal.look("3", None, "") == {}


def test_what_is_no_journal(tmp_path):
    (tmp_path / "t.csv.review").write_bytes(b"something else" * 100)
    with pytest.raises(DigitwiseError, match="no journal of corrections"):
        Journal(tmp_path / "t.csv")
    (tmp_path / "u.csv.review").mkdir()
    with pytest.raises(DigitwiseError, match=r"can't write .*u.csv.review"):
        Journal(tmp_path / "u.csv")


def test_another_that_writes_is_waited_for_and_then_told_of(tmp_path, monkeypatch):
    monkeypatch.setattr("digitwise.review.journal.PATIENCE", 0.01)
    journal = Journal(tmp_path / "t.csv")
    other = sqlite3.connect(journal.path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(DigitwiseError, match="another program is writing it"):
        add(journal, "a", "1")
    other.execute("ROLLBACK")
    other.close()
    assert add(journal, "a", "1").id == 1


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("was", "{"),
        ("was", "[" * 5000),
        ("was", '{"text": "?"}'),
        ("box", "[1, 2, 3]"),
        ("box", '"abcd"'),
        ("state", "corrupted"),
        ("text", b"\xff"),
        ("at", b"x"),
    ],
)
def test_a_damaged_entry_is_named(tmp_path, column, value):
    journal = Journal(tmp_path / "t.csv")
    add(journal, "a", "12")
    with sqlite3.connect(journal.path) as database:
        database.execute(f"UPDATE log SET {column} = ?", [value])
    database.close()
    with pytest.raises(DigitwiseError, match=r"t.csv.review is damaged.*: move it away"):
        journal.entries()


def test_a_damaged_text_is_named(tmp_path):
    journal = Journal(tmp_path / "t.csv")
    add(journal, "a", "1234567")
    journal.path.write_bytes(journal.path.read_bytes().replace(b"1234567", b"12\xff4567"))
    with pytest.raises(DigitwiseError, match="is damaged"):
        journal.entries()
