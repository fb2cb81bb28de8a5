import io
import os
import sqlite3

import pytest

from digitwise.cli.journal import Journal
from digitwise.cli.results import summary
from digitwise.errors import DigitwiseError, ImageError, InputError

HOW = {"layout": "auto"}


def number(confidence, state="sure"):
    return {"text": "7", "confidence": confidence, "state": state}


@pytest.fixture
def out(tmp_path):
    for name in "abc":
        (tmp_path / f"{name}.png").write_text(name)
    return tmp_path / "t.csv"


def sources(folder):
    return [(str(path), path) for path in (folder / f"{name}.png" for name in "abc")]


def begin(out, folder, resume=False, max_error=0.01, how=HOW):
    journal = Journal(out, how, max_error, resume)
    return journal, journal.plan(sources(folder))


def keys(journal):
    return {pending.name[-5]: pending.key for pending in journal.pictures() if not pending.done}


def test_it_goes_on_with_those_pictures_that_have_not_changed(out, tmp_path):
    journal, left = begin(out, tmp_path)
    assert left == 3
    key = keys(journal)
    journal.add(key["c"], [number(0.9)])
    journal.add(key["a"], [number(0.8), number(0.7)])
    journal.close(finished=False)
    (tmp_path / "c.png").write_text("other")
    (tmp_path / "x").mkdir()
    journal, left = begin(out, tmp_path / "x" / "..", resume=True)
    assert left == 2
    assert set(keys(journal)) == {"b", "c"}
    journal.add(keys(journal)["b"], [{"error": "damaged"}])
    assert [(row["file"][-5], row.get("confidence")) for row in journal.rows()] == [
        ("a", 0.8),
        ("a", 0.7),
        ("b", None),
    ]
    assert all(row["file"].startswith(str(tmp_path / "x" / "..")) for row in journal.rows())
    journal.close(finished=True)
    assert not journal.path.exists()


def test_the_least_sure_are_to_be_looked_at(out, tmp_path):
    journal, _ = begin(out, tmp_path, max_error=0.02)
    key = keys(journal)
    journal.add(key["a"], [number(0.999), number(0.95), number(0.97), number(0.9, "rejected")])
    assert [row["state"] for row in journal.rows()] == ["sure", "look", "sure", "rejected"]
    counts = journal.counts()
    assert (counts.numbers, counts.sure, counts.look, counts.rejected) == (4, 2, 1, 1)
    assert counts.wrong == pytest.approx(0.031)
    journal.add(key["b"], [number(0.98, "look"), number(0.999), number(0.999), {"page": 0}])
    assert [row.get("state") for row in journal.rows()] == [
        "sure", "sure", "sure", "rejected", "look", "sure", "sure", None,
    ]  # fmt: skip
    journal.add(key["c"], [{"error": "damaged"}])
    assert (journal.counts().pictures, journal.counts().failed) == (3, 1)
    assert journal.counts().empty == 0
    journal.add(key["a"], [number(0.95)])  # read again
    assert journal.counts().numbers == 4
    journal.add(key["b"], [{"page": 0, "page_size": [9, 9]}])
    counts = journal.counts()
    assert counts.empty == 1
    assert summary(counts, None).endswith(
        "1 to look at, no number in 1 picture, 1 file could not be read"
    )


def test_pictures_that_are_no_files_and_names_of_any_bytes(tmp_path):
    name = os.fsdecode(b"\xff\x1b.png")
    (tmp_path / name).write_text("x")
    journal = Journal(None, HOW, 0.01, resume=False)
    stream = io.BytesIO(b"abc")
    given = [(name, tmp_path / name), ("-", stream), ("no.png", ImageError("no such file"))]
    assert journal.plan(given) == 3
    found = list(journal.pictures())
    assert [pending.name for pending in found] == [name, "-", "no.png"]
    assert found[0].source == tmp_path / name
    assert found[1].source is stream
    assert str(found[2].source) == "no such file"
    for pending in found:
        journal.add(pending.key, [number(0.9)])
    assert [row["file"] for row in journal.rows()] == [name, "-", "no.png"]


def test_a_watched_folder_keeps_its_order(out, tmp_path):
    journal = Journal(out, HOW, 0.01, resume=False)
    a, b, c = sources(tmp_path)
    journal.plan([b])
    journal.add(next(journal.pictures()).key, [number(0.9)])
    (tmp_path / "b.png").write_text("changed")
    assert journal.plan([a, b, c], keep=True) == 3
    assert [pending.name for pending in journal.pictures()] == [b[0], a[0], c[0]]
    journal.plan([], keep=True)
    assert len(list(journal.pictures())) == 3


def test_a_place_where_nothing_can_be_written_is_said(out, tmp_path):
    with pytest.raises(
        DigitwiseError, match=r"can't write .*t.csv.unfinished: its folder is missing"
    ):
        begin(tmp_path / "a.png" / out.name, tmp_path)


def test_what_it_cant_go_on_with(out, tmp_path):
    with pytest.raises(InputError, match="no .*unfinished to go on with"):
        begin(out, tmp_path, resume=True)
    journal, _ = begin(out, tmp_path)
    with pytest.raises(DigitwiseError, match="another batch is writing it"):
        begin(out, tmp_path)
    journal.close(finished=False)
    with pytest.raises(InputError, match="other options"):
        begin(out, tmp_path, resume=True, how={"layout": "digit"})
    journal.path.write_text("nonsense\n" * 1000)
    with pytest.raises(InputError, match="is damaged"):
        begin(out, tmp_path, resume=True)
    journal, left = begin(out, tmp_path)
    assert left == 3


@pytest.mark.parametrize("begun", ["no byte", "no table"])
def test_a_journal_whose_process_was_killed_as_it_began_has_no_results(out, tmp_path, begun):
    path = out.with_name(f"{out.name}.unfinished")
    path.touch()
    if begun == "no table":
        damage(path, "PRAGMA journal_mode = WAL")
        assert path.stat().st_size > 0
    journal, left = begin(out, tmp_path, resume=True)
    assert left == 3
    journal.close(finished=False)
    assert begin(out, tmp_path, resume=True)[1] == 3


def test_a_journal_with_a_damaged_index_is_refused(out, tmp_path):
    journal, _ = begin(out, tmp_path)
    for key in keys(journal).values():
        journal.add(key, [number(0.9)])
    journal.close(finished=False)
    # One page of the index is overwritten by that of another one.
    with sqlite3.connect(journal.path) as database:
        root = "SELECT rootpage FROM sqlite_master WHERE name = ?"
        (index,) = database.execute(root, ["numbers_of_result"]).fetchone()
        (size,) = database.execute("PRAGMA page_size").fetchone()
    database.close()
    content = bytearray(journal.path.read_bytes())
    content[index * size - 4 : index * size] = b"\0\0\0\0"
    journal.path.write_bytes(content)
    with pytest.raises(InputError, match="is damaged"):
        begin(out, tmp_path, resume=True)


def damage(path, statement, *values):
    with sqlite3.connect(path) as database:
        database.execute(statement, values)
    database.close()


@pytest.mark.parametrize("rows", ['[{"text": "8"}]', "[", None, b"\xff", 7])
def test_a_picture_with_a_damaged_result_is_read_again(out, tmp_path, rows):
    journal, _ = begin(out, tmp_path)
    key = keys(journal)
    for name in "abc":
        journal.add(key[name], [number(0.999)])
    journal.close(finished=False)
    damage(journal.path, "UPDATE results SET rows = ? WHERE key = ?", rows, key["b"])
    damage(journal.path, "UPDATE numbers SET state = 'rejected', confidence = 'x'")
    journal, left = begin(out, tmp_path, resume=True)
    assert left == 1
    assert list(keys(journal)) == ["b"]
    assert [row["confidence"] for row in journal.rows()] == [0.999, 0.999]
    assert journal.counts().sure == 2


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM how",
        "UPDATE how SET options = '['",
        "UPDATE how SET options = x'ff'",
        "ALTER TABLE results RENAME COLUMN checksum TO sum",
        "DROP TABLE numbers",
    ],
)
def test_a_journal_of_another_structure_is_refused(out, tmp_path, statement):
    journal, _ = begin(out, tmp_path)
    journal.close(finished=False)
    damage(journal.path, statement)
    with pytest.raises(InputError, match="is damaged, or was written by another version"):
        begin(out, tmp_path, resume=True)
    assert begin(out, tmp_path)[1] == 3


def test_results_of_other_pictures_are_not_thrown_away(out, tmp_path):
    journal, _ = begin(out, tmp_path)
    for key in keys(journal).values():
        journal.add(key, [number(0.9)])
    journal.close(finished=False)
    (tmp_path / "d.png").write_text("d")
    journal = Journal(out, HOW, 0.01, resume=True)
    with pytest.raises(InputError, match="has 3 results of other pictures: go on with the same"):
        journal.plan([("d.png", tmp_path / "d.png")])
    journal.close(finished=False)
    assert begin(out, tmp_path, resume=True)[1] == 0
