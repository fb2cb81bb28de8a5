"""A table in review: decisions reach the table and the corrections."""

import json
import time

import pytest

from digitwise.cli.saving import Output
from digitwise.data.corrections import read_corrections
from digitwise.errors import DataError, InputError
from digitwise.review.journal import ConflictError
from digitwise.review.review import Review, name_of
from digitwise.review.writing import corrections_path
from tests.cli.test_tables import number
from tests.review.conftest import FORMATS, TEXTS, cells_of

NAMES = list(TEXTS)


def decide(review, position, text, who="Ann", seen=0, state="corrected"):
    return review.decide(position, state, text, who, seen)


def test_the_least_sure_come_first(make_review):
    review = make_review()
    assert [item.guess for item in review.items] == ["12", "-5", "90", "078"]
    progress = review.progress()
    assert (progress.items, progress.decided, progress.rejected) == (4, 0, 1)
    assert progress.wrong == pytest.approx(0.2 + 0.1 + 0.001)
    assert progress.error == pytest.approx(progress.wrong / 3)
    decide(review, 0, "12")
    decide(review, 1, "-6")
    progress = review.progress()
    assert (progress.decided, progress.rejected) == (2, 0)
    assert progress.error == pytest.approx(0.101 / 4)
    assert [row["position"] for row in review.open_after(2, "a", 9)] == [3]
    assert [row["position"] for row in review.open_after(3, "a", 9)] == [2]
    review.looked_at("b", 2, "Bob")
    assert [row["position"] for row in review.open_after(1, "a", 9)] == [3]
    assert [row["position"] for row in review.open_after(3, "a", 9)] == [2]  # no other is left


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_round_trip(make_review, suffix):
    review = make_review(suffix)
    before = cells_of(review.table)
    first = decide(review, 0, "072")
    decide(review, 1, "", "=Bob", state="no number")
    decide(review, 2, "90")
    review.write()
    assert review.problem == ""
    assert not review.unwritten
    rows = cells_of(review.table)
    by_file = {row["file"]: row for row in rows}
    first_name = "'=1+1.png" if suffix in (".csv", ".tsv") else NAMES[0]
    names = NAMES if suffix == ".jsonl" else [first_name, r"b\n.png", *NAMES[2:]]
    assert [row["file"] for row in rows] == [*names, "bad.png"]
    changed = by_file[names[1]]
    assert (changed["text"], changed["state"]) == ("072", "corrected")
    assert float(changed["value"]) == 72
    assert (changed["who"], changed["when"]) == ("Ann", first["at"])
    assert changed["best guess"] == "12"
    assert by_file[names[2]]["text"] == ""
    assert (by_file[names[2]]["state"], by_file[names[2]]["who"]) == ("no number", "Bob")
    assert (by_file[names[3]]["text"], by_file[names[3]]["state"]) == ("90", "corrected")
    untouched = {k: v for k, v in by_file[names[0]].items() if k not in ("who", "when")}
    assert untouched == before[0]

    # What can be learnt from: of a picture that is there, one with a number.
    learnt = read_corrections(corrections_path(review.table))
    assert [(c.path.name, c.text) for c in learnt] == [("b\n.png", "072")]
    if suffix != ".jsonl":
        assert "gone.png" not in corrections_path(review.table).read_text()

    # Opened again, and taken back.
    again = Review(review.table, review.pictures._reader)
    assert again.progress().decided == 3
    assert [item.guess for item in again.items if item.file.startswith("b")] == ["12"]
    for row in again.rows(0, 9):
        if row["entry"]:
            decide(again, row["position"], "", seen=row["entry"]["id"], state="open")
    again.write()
    kept = [
        {k: str(v) for k, v in row.items() if k not in ("who", "when")}
        for row in cells_of(again.table)
    ]
    assert kept == [{k: str(v) for k, v in row.items()} for row in before]
    assert again.progress().decided == 0
    assert read_corrections(corrections_path(again.table)) == []


def test_json_lines_of_a_review_teach_what_was_looked_at(make_review):
    review = make_review(".jsonl")
    decide(review, 0, "72")
    review.write()
    assert [c.text for c in read_corrections(review.table)] == ["72"]


def test_read_asks_before_it_replaces_what_was_corrected(make_review, make_table):
    output = Output(make_table(), ".csv", replace=True)
    output.write(iter([]))
    make_table()
    review = make_review()
    decide(review, 0, "72")
    review.write()
    with pytest.raises(InputError, match="--replace replaces it"):
        Output(review.table, ".csv").check()


@pytest.mark.parametrize("suffix", [".csv", ".jsonl"])
def test_what_somebody_changes_in_the_table_meanwhile_is_a_decision(make_review, suffix):
    review = make_review(suffix)
    change(review.table, ('"078"', '"079"'), ('"-5"', '"-9"'))
    decide(review, 0, "72")
    mine = decide(review, 1, "-7")
    review.write()
    assert texts(review.table) == ["079", "72", "-9"]
    assert review.written.by_hand == 0
    # The page gets them, and a decision by somebody who has not seen them is refused.
    told, _ = review.changes(mine["id"])
    assert [(e["position"], e["text"]) for e in told] == [(3, "079"), (1, "-9")]
    with pytest.raises(ConflictError, match="079"):
        decide(review, 3, "078")
    assert [row["position"] for row in review.open_after(-1, "a", 9)] == [2]
    learnt = read_corrections(corrections_path(review.table))
    assert [c.text for c in learnt] == ["079", "72", "9"]  # signs are not learnt
    # Taken back, the first text comes again.
    for entry in told:
        decide(review, entry["position"], "", seen=entry["id"], state="open")
    review.write()
    assert texts(review.table) == ["078", "72", "-5"]


def test_a_cell_that_holds_no_number_stays(make_review):
    review = make_review()
    change(review.table, ('"-5"', '"see page 3"'))
    decide(review, 1, "-7")
    review.write()
    assert texts(review.table)[2] == "see page 3"
    assert review.written.by_hand == 1


def test_a_decision_of_the_same_moment_does_not_replace_what_was_typed(make_review, monkeypatch):
    review = make_review()
    change(review.table, ('"078"', '"079"'))
    first = decide(review, 3, "076")
    known = review.journal.entries()
    decide(review, 3, "077", seen=first["id"])
    with monkeypatch.context() as patched:
        patched.setattr(review.journal, "entries", lambda: known)  # read before the last decision
        review.write()
    assert texts(review.table)[0] == "079"
    assert review.unwritten
    review.write()
    assert texts(review.table)[0] == "079"
    assert [(e["position"], e["text"]) for e in review.changes(0)[0]] == [(3, "079")]


def test_a_change_in_the_table_is_seen_without_a_decision(make_review):
    review = make_review()
    review.start()
    change(review.table, ('"078"', '"079"'))
    end = time.monotonic() + 30
    while not review.changes(0)[0] and time.monotonic() < end:
        time.sleep(0.05)
    review.close()
    assert [(e["position"], e["text"]) for e in review.changes(0)[0]] == [(3, "079")]


def texts(table):
    return [row["text"] for row in cells_of(table)[:3]]


def change(table, *pairs):
    text = table.read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    table.write_text(text, encoding="utf-8")


def test_decisions_of_a_killed_server_come_into_the_table(make_review):
    review = make_review()
    decide(review, 0, "72")  # and killed before it writes
    before = review.table.read_bytes()
    again = Review(review.table, review.pictures._reader)
    assert again.unwritten
    again.start()
    again.close()
    assert review.table.read_bytes() != before
    assert cells_of(review.table)[1]["text"] == "72"


def test_two_servers_write_one_table(make_review):
    ann = make_review()
    bob = Review(ann.table, ann.pictures._reader)
    first = decide(ann, 0, "72")
    with pytest.raises(ConflictError):
        decide(bob, 0, "73", "Bob")
    decide(bob, 1, "-5", "Bob")
    assert [e["position"] for e in ann.changes(first["id"])[0]] == [1]
    bob.write()
    ann.write()
    assert [row["who"] for row in cells_of(ann.table)] == ["", "Ann", "Bob", "", ""]


def test_a_table_that_is_open_elsewhere_waits(make_review):
    review = make_review()
    lock = review.table.with_name(".~lock.numbers.csv#")
    lock.touch()
    decide(review, 0, "72")
    review.write()
    assert "open in a spreadsheet" in review.problem
    assert "safe in numbers.csv.review" in review.problem
    assert review.unwritten
    with pytest.raises(InputError, match="open in a spreadsheet"):
        Review(review.table, review.pictures._reader)
    lock.unlink()
    review.close()
    assert cells_of(review.table)[1]["text"] == "72"


def test_a_form_is_reviewed_field_by_field(make_review):
    rows = [
        {**row, "field": name}
        for name, row in zip(
            ("code", "total"),
            [_number("a.png", "7", "rejected", reason="range = [0, 5] doesn't hold"),
             _number("a.png", "12", "sure")],
            strict=True,
        )
    ]  # fmt: skip
    review = make_review(fields=["code", "total"], rows=rows)
    assert [(i.field, i.text, i.guess, i.reason) for i in review.items] == [
        ("code", "?", "7", "range = [0, 5] doesn't hold"),
        ("total", "12", "12", ""),
    ]
    decide(review, 0, "4")
    decide(review, 1, "12", "Bob")
    review.write()
    (row,) = cells_of(review.table)
    assert (row["code"], row["code state"], row["total state"]) == ("4", "corrected", "corrected")
    assert (row["code best guess"], row["who"]) == ("7", "Bob")


def _number(file, text, state, **more):
    from tests.cli.test_tables import number

    return number(file, text, 0.5, state, **more)


@pytest.mark.parametrize("text", ["", "?2", "=1", "abc", "+5", "1" * 61, "1\n2", "-", "1\x002"])
def test_texts_that_are_no_numbers(make_review, text):
    review = make_review()
    with pytest.raises(InputError, match="expected a number: digits"):
        decide(review, 0, text)
    assert review.journal.last() == 0


def test_names_of_people_are_no_formulas():
    assert name_of(' =+@cmd|"x"\n\x1b[31m ') == 'cmd|"x" [31m'
    assert len(name_of("x" * 500)) == 40


@pytest.mark.parametrize(
    ("content", "error", "says"),
    [
        ("", InputError, "an empty table"),
        ("file,text\n", InputError, "no number in it"),
        ("a,b\n1,2\n", DataError, "expected a table that `digitwise read -o` wrote.*found a, b"),
        ("file,text,box\na,1,zz\n", DataError, "row 1: a cell makes no sense"),
        ("file,text,confidence\na,1,x\n", DataError, "row 1: a cell makes no sense"),
    ],
)
def test_tables_that_can_not_be_reviewed(tmp_path, reader, content, error, says):
    table = tmp_path / "t.csv"
    table.write_text(content)
    with pytest.raises(error, match=says):
        Review(table, reader)
    assert [path.name for path in tmp_path.iterdir()] == ["t.csv"]


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_a_page_on_which_nothing_was_found_is_looked_at(make_review, make_table, suffix):
    make_table()  # its pictures
    rows = [number("=1+1.png", "078", bbox=[20, 20, 90, 80])]
    rows += [{"file": "c.png", "page": 0, "page_size": [200, 120]}]
    rows += [{"file": "bad.png", "error": "damaged"}]
    review = make_review(suffix, rows=rows)
    assert [item.guess for item in review.items] == ["", "078"]
    assert review.items[0].reason == "no number was found on this page"
    assert review.progress().rejected == 1
    assert review.show(0).size[0] > 70
    decide(review, 0, "52")
    review.write()
    assert cells_of(review.table)[1]["text"] == "52"
    assert cells_of(review.table)[1]["state"] == "corrected"


def test_what_is_shown_of_an_item(make_review):
    review = make_review()
    shown = review.show(0)
    assert shown.error is None
    assert shown.readings[0] == ("12", 0.3)
    assert len(dict(shown.readings)) == len(shown.readings) <= 5
    assert shown.size[0] > 70
    left, top, right, bottom = shown.digits[0]["bbox"]
    assert 0 <= left < right <= shown.size[0]
    assert 0 <= top < bottom <= shown.size[1]
    gone = review.show(2)
    assert gone.crop is None
    assert "there is no picture 'gone.png', here or beside the table" in gone.error
    assert gone.readings == [("90", 0.9)]
    (review.table.parent / "c.png").write_bytes(b"no picture")
    assert "c.png: not a picture" in review.show(1).error
    assert json.dumps(shown.to_dict())
