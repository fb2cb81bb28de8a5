"""Journals of batches, damaged in any way: what is damaged is read again."""

import copy
import json
import random

import numpy as np
import pytest

from digitwise.cli.journal import Journal
from digitwise.cli.tables import SUFFIXES, format_table
from digitwise.errors import InputError

HOW = {"layout": "auto"}
VALUES = [None, True, -1, 2.5, 10**400, "", "7", "\ud800", [], [1], [[]], {}, {"a": 1}]


@pytest.fixture(scope="module")
def rows(reader, draw_number):
    """Rows of a picture with a number, of one without, and of one that could not be read."""
    (number,) = reader.read(np.asarray(draw_number("20738")))
    return [
        [{"file": "a.png", **number.to_dict(), "field": "sum"}],
        [{"file": "b.png"}],
        [{"file": "c.png", "error": "no such file"}],
    ]


def resumed(tmp_path, lines):
    """What a journal of these lines has, and which pictures it knows."""
    out = tmp_path / "out.csv"
    out.with_name("out.csv.unfinished").write_text("\n".join([json.dumps(HOW), *lines, ""]))
    journal = Journal(out, HOW, resume=True)
    found = list(journal.rows())
    journal.close(finished=False)
    return found, journal.done


def places(part, path=()):
    for key in part if isinstance(part, dict) else range(len(part)):
        yield (*path, key)
        if isinstance(part[key], dict | list):
            yield from places(part[key], (*path, key))


def test_what_was_written_is_known(tmp_path, rows, capsys):
    lines = [json.dumps({"file": of[0]["file"], "rows": of}) for of in rows]
    found, done = resumed(tmp_path, lines)
    assert found == [row for of in rows for row in of]
    assert done == {"a.png", "b.png", "c.png"}
    assert capsys.readouterr().err == ""


def test_a_damaged_line_is_a_line_of_advice(tmp_path, rows, capsys):
    row = {key: value for key, value in rows[0][0].items() if key != "rejected"}
    lines = [json.dumps({"file": "a.png", "rows": [row]}), "nonsense", "[" * 100_000]
    lines += [json.dumps({"file": "b.png", "rows": rows[1]})]
    found, done = resumed(tmp_path, lines)
    assert found == rows[1]
    assert done == {"b.png"}
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 3
    assert told[0].endswith("out.csv.unfinished is damaged: what it tells of is read again")
    assert "line 2 of" in told[0]


def test_a_damaged_first_line_says_what_to_do(tmp_path):
    path = tmp_path / "out.csv"
    path.with_name("out.csv.unfinished").write_text('{"layout": \n')
    with pytest.raises(InputError, match="damaged: leave out --resume to begin anew"):
        Journal(path, HOW, resume=True)


def test_an_empty_journal_begins_anew(tmp_path):
    path = tmp_path / "out.csv"
    path.with_name("out.csv.unfinished").write_text("")
    journal = Journal(path, HOW, resume=True)
    assert list(journal.rows()) == []
    journal.close(finished=True)


def test_whatever_is_changed_in_a_line_can_be_written(tmp_path, rows):
    rng, kept = random.Random(0), 0
    for _ in range(400):
        lines = [{"file": of[0]["file"], "rows": of} for of in copy.deepcopy(rows)]
        place = rng.choice(list(places(lines)))
        holder = lines
        for key in place[:-1]:
            holder = holder[key]
        if rng.random() < 0.3:
            del holder[place[-1]]
        else:
            holder[place[-1]] = rng.choice(VALUES)
        found, done = resumed(tmp_path, list(map(json.dumps, lines)))
        kept += len(done)
        for suffix in SUFFIXES:
            format_table(found, suffix).encode(errors="backslashreplace")
        format_table(found, ".csv", ["sum"])
        format_table(found, ".csv", ["another"])
    assert 800 < kept < 1_100  # of 1,200 pictures
