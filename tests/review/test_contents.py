"""Tables with some cells changed: everything else stays as it is."""

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitwise.errors import DigitwiseError
from digitwise.review.contents import Separated, check_kind, parse
from tests.review.conftest import FORMATS, cells_of

TRICKY = '\ufeff"file",text,note\r\n"a ""b"", c.png",078,"two\nlines"\r\n\r\nd.png,"1",'


def test_other_cells_stay_byte_for_byte():
    table = Separated(TRICKY, ",")
    assert table.columns == ["file", "text", "note"]
    assert table.rows[0] == {"file": 'a "b", c.png', "text": "078", "note": "two\nlines"}
    assert table.rows[2] == {"file": "d.png", "text": "1", "note": ""}
    assert table.changed({}).decode() == TRICKY
    changed = table.changed({2: {"text": '0"7', "who": "Ann", "value": 7}}).decode()
    head, rest = TRICKY[:17], TRICKY[17:]
    assert changed.startswith(head + ',"who","value"\r\n')
    kept = rest.removesuffix('d.png,"1",').replace('lines"\r\n', 'lines",,\r\n')[2:]
    assert changed == f'{head},"who","value"\r\n{kept}d.png,"0""7",,"Ann",7'


def test_an_empty_line_is_filled():
    assert Separated("file,text\n\na,1\n", ",").changed({0: {"text": "5"}}) == (
        b'file,text\n,"5"\na,1\n'
    )


CELLS = st.lists(st.lists(st.text('a"\t,\n= é', max_size=4), min_size=2, max_size=2), min_size=1)


@given(rows=CELLS, separator=st.sampled_from(",\t"))
def test_cells_are_read_as_csv_reads_them(rows, separator):
    import csv

    file = io.StringIO()
    csv.writer(file, delimiter=separator, quoting=csv.QUOTE_ALL).writerows([["x", "y"], *rows])
    table = Separated(file.getvalue(), separator)
    assert [[row["x"], row["y"]] for row in table.rows] == rows
    assert table.changed({}).decode() == file.getvalue()


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_table_without_changes_says_the_same(make_table, suffix):
    path = make_table(suffix)
    before = cells_of(path)
    path.write_bytes(parse(path, path.read_bytes()).changed({}))
    assert cells_of(path) == before


def test_spreadsheets_keep_text_colours_and_pictures(make_table, tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    path = make_table(".xlsx")
    book = openpyxl.load_workbook(path)
    from openpyxl.drawing.image import Image

    book.active.add_image(Image(io.BytesIO((tmp_path / "c.png").read_bytes())), "M2")
    book.active["Z1"] = "mine"
    book.save(path)
    content = parse(path, path.read_bytes()).changed(
        {1: {"text": "=012", "state": "corrected"}, 2: {"state": ""}}
    )
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert (sheet["A2"].value, sheet["A2"].data_type) == ("=1+1.png", "s")
    assert (sheet["D2"].value, sheet["D2"].number_format) == ("078", "@")
    assert (sheet["D3"].value, sheet["D3"].data_type, sheet["D3"].number_format) == (
        "=012", "s", "@",
    )  # fmt: skip
    assert sheet["D3"].fill.fgColor.rgb == "00CDE8D5"
    assert sheet["D4"].fill.fill_type is None
    assert sheet["Z1"].value == "mine"
    assert len(sheet._images) == 1


def test_a_spreadsheet_that_cant_be_written_is_named(make_table):
    pytest.importorskip("openpyxl")
    path = make_table(".xlsx")
    hidden = io.BytesIO()
    with zipfile.ZipFile(path) as whole, zipfile.ZipFile(hidden, "w") as damaged:
        for name in whole.namelist():
            damaged.writestr(name, whole.read(name).replace(b"<sheet ", b'<sheet state="hidden" '))
    with pytest.raises(DigitwiseError, match=r"\.xlsx: damaged.*worksheet"):
        parse(path, hidden.getvalue()).changed({1: {"text": "12"}})


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.csv", b'file,text\n"a,1\n', "a line can't be parsed: '\"a,1"),
        ("a.csv", b"file\n\xff", "expected UTF-8"),
        ("a.jsonl", b"{", "no sound .jsonl table"),
        ("a.jsonl", b"[]", "line 1 is no object"),
        ("a.xlsx", b"PK", "no sound .xlsx"),
    ],
)
def test_what_is_no_table(name, content, says):
    with pytest.raises(DigitwiseError, match=says):
        parse(Path(name), content)


def test_kinds_that_hold_no_corrections(tmp_path):
    with pytest.raises(DigitwiseError, match=r"only .csv, .tsv, .xlsx, .jsonl can hold"):
        check_kind(tmp_path / "a.parquet")
    with pytest.raises(DigitwiseError, match="there is no such table"):
        check_kind(tmp_path / "a.csv")
