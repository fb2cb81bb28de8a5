import json
import zipfile

import pytest
from PIL import Image

from digitwise.cli.tables import write_table
from digitwise.data.corrections import Correction, read_corrections
from digitwise.errors import DataError
from tests.cli.test_tables import number

NAMES = ("a.png", "=b.png", "c.png", "d.png", "e.png")


@pytest.fixture
def table(tmp_path):
    """A table as `read -o` writes it, beside its pictures."""
    rows = [
        number(NAMES[0], "078"),
        number(NAMES[1], "12", 0.8, "look", bbox=[3, 4, 50, 60], page=1),
        number(NAMES[2], "7", 0.2, "rejected"),
        number(NAMES[3], "5", 0.2, "rejected"),
        number(NAMES[4], "1.5"),
    ]
    for name in NAMES:
        Image.new("L", (9, 9)).save(tmp_path / name)
    with (tmp_path / "t.csv").open("wb") as file:
        write_table(file, rows, ".csv", bom=True)
    return tmp_path / "t.csv"


def change(table, *pairs):
    text = table.read_text()
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    table.write_text(text)


def test_what_was_changed_in_a_table(table):
    assert read_corrections(table) == []
    change(
        table, ('"12",', '"72",'), ('"?","",' if '"?","",' in table.read_text() else '"?",', '"7",')
    )
    change(table, ('"d.png",0,1,"7"', '"d.png",0,1,"?"'), ('"sure","1.5"', '"corrected","1.5"'))
    change(table, ('"look","72"', '"look","12"'))
    with table.open("a") as file:  # a number that somebody has seen where none was found
        file.write('"a.png",0,,"55",,,"corrected",,,\n')
    folder = table.parent
    assert read_corrections(table) == [
        Correction(folder / "=b.png", 1, (3, 4, 50, 60), "72"),
        Correction(folder / "c.png", 0, (1, 2, 30, 40), "7"),
        Correction(folder / "e.png", 0, (1, 2, 30, 40), "15"),
    ]


def test_a_spreadsheet_that_was_changed(table):
    openpyxl = pytest.importorskip("openpyxl", reason="needs the extra [xlsx]")
    pytest.importorskip("xlsxwriter", reason="needs the extra [xlsx]")
    path = table.with_suffix(".xlsx")
    with path.open("wb") as file:
        rows = [number("=b.png", "078", page=1), number("c.png", "12"), {"file": "a", "error": "x"}]
        write_table(file, rows, ".xlsx")
    assert read_corrections(path) == []
    book = openpyxl.load_workbook(path)
    assert book.active["D2"].value == "078"
    book.active["D2"] = "073"
    book.save(path)
    wanted = Correction(table.parent / "=b.png", 1, (1, 2, 30, 40), "073")
    assert read_corrections(path) == [wanted]
    with zipfile.ZipFile(path) as whole:
        members = {name: whole.read(name) for name in whole.namelist()}
    with zipfile.ZipFile(path, "w") as damaged:
        for name, content in members.items():
            damaged.writestr(name, content.replace(b"<sheetData>", b"<sheetData><"))
    with pytest.raises(DataError, match="not an .xlsx file"):
        read_corrections(path)
    path.write_bytes(b"PK nonsense")
    with pytest.raises(DataError, match="not an .xlsx file"):
        read_corrections(path)


def test_json_lines_and_folders(table, tmp_path):
    rows = [{"file": "a.png", "page": 0, "bbox": [1, 2, 3, 4], "text": "1/2"}, {"file": "c.png"}]
    path = tmp_path / "c.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert read_corrections(path) == [Correction(tmp_path / "a.png", 0, (1, 2, 3, 4), "12")]
    read = {**rows[0], "state": "sure"}
    path.write_text(json.dumps(read) + "\n" + json.dumps({**read, "state": "rejected"}) + "\n")
    assert read_corrections(path) == []  # as `read` writes it: nobody has corrected anything
    path.write_text(json.dumps(read) + "\noops\n")
    with pytest.raises(DataError, match="line 2 is not JSON"):
        read_corrections(path)
    (tmp_path / "truth.json").write_text(json.dumps({"a.png": "5", "c.png": "07"}))
    found = read_corrections(tmp_path)
    assert sorted((c.path.name, c.box, c.text) for c in found) == [
        ("a.png", None, "5"),
        ("c.png", None, "07"),
    ]


@pytest.mark.parametrize(
    ("row", "error"),
    [
        ({"file": "a.png", "bbox": [1, 2, 3, 4], "text": "1x"}, "line 1: expected a number"),
        ({"file": "a.png", "bbox": [1, 2, 3], "text": "1"}, "a box of four numbers"),
        ({"file": "a.png", "text": "1"}, "a box of four numbers"),
        ({"file": "a.png", "bbox": [1, 2, 3, 4], "page": float("inf"), "text": "1"}, "a page"),
        ({"file": "no.png", "bbox": [1, 2, 3, 4], "text": "1"}, "there is no picture 'no.png'"),
        ([], "not an object"),
    ],
)
def test_rows_that_make_no_sense(table, tmp_path, row, error):
    path = tmp_path / "c.jsonl"
    path.write_text(json.dumps(row) + "\n")
    with pytest.raises(DataError, match=error):
        read_corrections(path)


def test_invalid_rows_are_left_out_for_a_reason(table, tmp_path):
    path, reasons = tmp_path / "c.jsonl", []
    right = {"file": "a.png", "bbox": [1, 2, 3, 4], "text": "12"}
    rows = [right, right | {"file": "no.png"}, right | {"text": "1 2"}, right | {"bbox": None}]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert [number.text for number in read_corrections(path, reasons.append)] == ["12"]
    assert [reason.partition(": ")[0] for reason in reasons] == [
        f"{path}, line {line}" for line in (2, 3, 4)
    ]


def test_what_is_no_corrections(tmp_path):
    (tmp_path / "latin.csv").write_bytes(b"file,text\n\xe9.png,1\n")
    with pytest.raises(DataError, match="expected UTF-8; save the table as CSV UTF-8"):
        read_corrections(tmp_path / "latin.csv")
    (tmp_path / "deep.jsonl").write_text("[" * 5000)
    with pytest.raises(DataError, match="nested too deeply"):
        read_corrections(tmp_path / "deep.jsonl")
    (tmp_path / "form.csv").write_text('"file","page","total","total state"\n')
    with pytest.raises(DataError, match=r"file and text .*digitwise review.*found file, page"):
        read_corrections(tmp_path / "form.csv")
    for name, error in (("", "truth.json"), ("a.docx", "ending in"), ("no.csv", "can't be read")):
        with pytest.raises(DataError, match=error):
            read_corrections(tmp_path / name)
