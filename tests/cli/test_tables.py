import csv
import io
import json
from pathlib import Path

import pytest

from digitwise.cli.columns import NUMBERS, plain
from digitwise.cli.tables import SUFFIXES, kind_of, write_table


def number(file, text, confidence=0.99, state="sure", **more):
    rejected = state == "rejected"
    digits = [
        {"char": char, "p": confidence, "bbox": [0, 0, 9, 9], "rejected": rejected, "kind": "digit"}
        for char in text
        if char.isdigit()
    ]
    return {
        "file": file, "page": 0, "page_size": [64, 48], "bbox": [1, 2, 30, 40], "text": text,
        "value": float(text) if "/" not in text else None, "confidence": confidence,
        "rejected": rejected, "state": state, "digits": digits, "alternatives": [], **more,
    }  # fmt: skip


ROWS = [
    number("a.png", "078", 0.99987),
    number("a.png", "-2/3", 0.9, "look"),
    number("a.png", "5", 0.3, "rejected"),
    {"file": "=1+cmd|' /C calc'!A0.png", "error": "damaged"},
    {"file": "\t@x\x1b[31m\u202e\udc80.png", "error": "damaged"},
    {"file": "empty \u202f.png", "page": 1, "page_size": [64, 48]},
    number("z.png", "23"),
]
NAMES = ["a.png", "=1+cmd|' /C calc'!A0.png", r"\t@x\x1b[31m\u202e\udc80.png", "empty \u202f.png"]


def written(suffix, rows=ROWS, *arguments, **options):
    file = io.BytesIO()
    write_table(file, iter(rows), suffix, *arguments, **options)
    return file.getvalue()


@pytest.mark.parametrize(("suffix", "delimiter"), [(".csv", ","), (".tsv", "\t")])
def test_csv_and_tsv_quote_text_and_begin_with_a_bom(suffix, delimiter):
    content = written(suffix, bom=True).decode()
    assert content.startswith("\ufeff")
    assert written(suffix) == content[1:].encode()
    heading, *rows = csv.reader(io.StringIO(content[1:]), delimiter=delimiter)
    assert heading == list(NUMBERS)
    assert rows[:3] == [
        ["a.png", "0", "1", "078", "78.0", "0.9999", "sure", "078", "1 2 30 40", ""],
        ["a.png", "0", "2", "-2/3", "", "0.9", "look", "-2/3", "1 2 30 40", ""],
        ["a.png", "0", "3", "?", "", "0.3", "rejected", "5", "1 2 30 40", ""],
    ]
    assert [row[0] for row in rows[3:]] == ["'" + NAMES[1], NAMES[2], NAMES[3], "z.png"]
    assert rows[6][2] == "1"
    assert not set(content[1:]) & set("\r\x1b\u202e")
    if suffix == ".csv":
        assert content.splitlines()[1].startswith('"a.png",0,1,"078",78.0,0.9999,"sure"')


def test_other_libraries_read_csv_and_parquet():
    pandas = pytest.importorskip("pandas")
    frame = pandas.read_csv(io.BytesIO(written(".csv")), dtype={"text": str})
    assert list(frame["text"].dropna()) == ["078", "-2/3", "?", "23"]
    assert frame["confidence"].dtype == float
    pytest.importorskip("pyarrow", reason="needs the extra [parquet]")
    content = written(".parquet")
    assert content == written(".parquet")
    frame = pandas.read_parquet(io.BytesIO(content))
    assert list(frame.columns) == list(NUMBERS)
    assert list(frame["text"].dropna()) == ["078", "-2/3", "?", "23"]
    assert list(frame["number"].dropna()) == [1, 2, 3, 1]
    assert list(frame["value"].dropna()) == [78.0, 23.0]
    assert set(frame["file"]) == {*NAMES, "z.png"}
    assert len(pandas.read_parquet(io.BytesIO(written(".parquet", [])))) == 0


def test_xlsx_has_text_and_colours(draw_number, tmp_path):
    pytest.importorskip("xlsxwriter", reason="needs the extra [xlsx]")
    openpyxl = pytest.importorskip("openpyxl")
    content = written(".xlsx")
    assert content == written(".xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    heading, *rows = sheet.iter_rows()
    assert [cell.value for cell in heading] == list(NUMBERS)
    text = {row[0].row: row[3] for row in rows}
    assert [text[k].value for k in (2, 3, 4, 8)] == ["078", "-2/3", "?", "23"]
    assert {(text[k].data_type, text[k].number_format) for k in (2, 3, 4, 8)} == {("s", "@")}
    colours = [text[k].fill.fgColor.rgb for k in (2, 3, 4)]
    assert len(set(colours)) == 3
    assert colours[2] == "FFF4B6B0"
    names = [row[0] for row in rows[3:6]]
    assert [cell.value for cell in names] == NAMES[1:]
    assert {cell.data_type for cell in names} == {"s"}
    assert rows[0][4].value == 78
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.page_setup.fitToHeight == 0
    assert rows[0][5].number_format == "0.0000"
    assert len(list(openpyxl.load_workbook(io.BytesIO(written(".xlsx", []))).active.rows)) == 1


def test_xlsx_goes_on_with_another_sheet(monkeypatch):
    spreadsheets = pytest.importorskip("digitwise.cli.spreadsheets")
    pytest.importorskip("xlsxwriter", reason="needs the extra [xlsx]")
    openpyxl = pytest.importorskip("openpyxl")
    monkeypatch.setattr(spreadsheets, "MAX_SHEET_LINES", 2)
    book = openpyxl.load_workbook(io.BytesIO(written(".xlsx", ROWS[:5])))
    assert [[row[3] for row in sheet.values][1:] for sheet in book] == [
        ["078", "-2/3"],
        ["?", None],
        [None],
    ]


def test_xlsx_with_pictures(run, tmp_path, draw_number):
    pytest.importorskip("xlsxwriter", reason="needs the extra [xlsx]")
    openpyxl = pytest.importorskip("openpyxl")
    for text in ("250", "078"):
        draw_number(text).save(tmp_path / f"{text}.png")
    assert run("read", "250.png", "078.png", "-o", "out.xlsx", "--pictures").code == 0
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx").active
    assert [row[3] for row in sheet.values] == ["text", "250", "078"]
    pictures = {image.anchor._from.row: image for image in sheet._images}
    assert set(pictures) == {1, 2}
    assert all(image.anchor._from.col == 4 for image in pictures.values())
    assert 10 < pictures[1].height <= 44
    assert pictures[1]._data() != pictures[2]._data()
    for arguments, error in (
        (["-o", "out.csv", "--pictures"], "only .xlsx"),
        (["-o", "out.xlsx", "--bom"], "only .csv"),
        (["-o", "out.xlsx", "--pictures", "--fields", "form.toml"], "many numbers"),
    ):
        ran = run("read", "250.png", *arguments)
        assert ran.code == 2
        assert error in ran.err


def test_json_is_that_of_all_rows():
    rows = [row for row in ROWS if "text" in row or "error" in row]
    assert written(".json") == (json.dumps(rows, indent=1) + "\n").encode()
    assert written(".json", []) == b"[]\n"
    assert [json.loads(line) for line in written(".jsonl").splitlines()] == rows


@pytest.mark.parametrize("suffix", [".csv", ".tsv"])
def test_forms_have_a_row_a_page(suffix):
    rows = [
        number("a.pdf", "12", field="year"),
        number("a.pdf", "7", 0.5, "rejected", field="=sum"),
        number("a.pdf", "9", page=1, field="year"),
        {"file": "b.pdf", "error": "damaged"},
    ]
    content = written(suffix, rows, ["year", "=sum"]).decode()
    delimiter = "," if suffix == ".csv" else "\t"
    heading, *lines = csv.reader(io.StringIO(content), delimiter=delimiter)
    assert heading == [
        "file", "page",
        "year", "year confidence", "year state", "year best guess", "year reason",
        "'=sum", "'=sum confidence", "'=sum state", "'=sum best guess", "'=sum reason",
        "error",
    ]  # fmt: skip
    rejected = ["?", "0.5", "rejected", "7", "too unsure"]
    assert lines == [
        ["a.pdf", "0", "12", "0.99", "sure", "12", "", *rejected, ""],
        ["a.pdf", "1", "9", "0.99", "sure", "9", "", "", "", "", "", "", ""],
        ["b.pdf", "0", *10 * [""], "damaged"],
    ]


def test_a_dash_writes_csv_to_standard_output(run, tmp_path, draw_number):
    draw_number("250").save(tmp_path / "a.png")
    ran = run("read", "a.png", "-o", "-")
    assert ran.code == 0
    assert next(csv.DictReader(io.StringIO(ran.out)))["text"] == "250"
    assert run("read", "a.png", "-o", "-", "--json").code == 2


def test_the_kind_of_a_file():
    assert {kind_of(Path(f"a.b{suffix.upper()}")) for suffix in SUFFIXES} == set(SUFFIXES)
    assert kind_of(Path("a.page.xml")) == ".page.xml"
    assert kind_of(Path("page.xml")) == ".xml"
    assert kind_of(Path("a.docx")) is None


def test_names_are_plain():
    assert plain("a b\xa0é\n\x9b") == "a b\xa0é\\n\\x9b"


def test_a_missing_package_is_named_before_anything_is_read(run, tmp_path, draw_number):
    draw_number("250").save(tmp_path / "a.png")
    for name in ("xlsxwriter", "pyarrow"):
        (tmp_path / "none" / name).mkdir(parents=True)
        (tmp_path / "none" / name / "__init__.py").write_text("raise ImportError")
    path = f"{tmp_path / 'none'}:{Path(__file__).parents[2]}"
    for suffix, extra in (("xlsx", "[xlsx]"), ("parquet", "[parquet]")):
        ran = run("read", "a.png", "-o", f"out.{suffix}", PYTHONPATH=path)
        assert (ran.code, ran.out) == (1, "")
        assert extra in ran.err
