import csv
import subprocess
import sys
import tomllib

import cv2
import numpy as np
import pytest
from PIL import Image

from tests.cli.conftest import assert_one_line
from tests.reading.forms.test_reading import CORNERS, TEXTS, blank_form, fill, photograph, scan


def test_from_a_blank_form_to_a_table(run, tmp_path, draw_number):
    Image.fromarray(blank_form()).save(tmp_path / "blank.png")
    ran = run("fields", "blank.png", "-o", "form.toml")
    assert ran.code == 0
    assert "5 fields" in ran.out
    described = tomllib.loads((tmp_path / "form.toml").read_text())
    assert described["size"] == [800, 1100]
    assert described["reference"] == "blank.png"
    boxes = [f"field {k}" for k in range(1, 5)]
    assert [field["name"] for field in described["field"]] == ["line 1", *boxes]

    page = fill(blank_form(), draw_number, TEXTS)
    for k, how in enumerate(({}, {"angle": 2.0})):
        Image.fromarray(scan(page, **how)[0]).save(tmp_path / f"scan{k}.png")
    (tmp_path / "bad.png").write_bytes(b"no picture")
    ran = run("read", "scan0.png", "bad.png", "scan1.png", "--fields", "form.toml", "-o", "out.csv")
    assert ran.code == 1
    expected = [f"field {k}: {text}" for k, text in enumerate(TEXTS.values(), 1)]
    printed = [f"scan{k}.png: {line}" for k in range(2) for line in expected]
    assert ran.out.splitlines() == printed
    rows = list(csv.DictReader((tmp_path / "out.csv").read_text().splitlines()))
    assert [row["file"] for row in rows] == ["scan0.png", "bad.png", "scan1.png"]
    assert [rows[0][f"field {k}"] for k in range(1, 5)] == list(TEXTS.values())
    assert 0.2 < float(rows[2]["field 4 confidence"]) <= 1
    assert [rows[0][f"field {k} best guess"] for k in range(1, 5)] == list(TEXTS.values())
    assert (rows[0]["field 1 state"] != "rejected", rows[0]["field 1 reason"]) == (True, "")
    assert "not a picture" in rows[1]["error"]
    rows = run("read", "scan0.png", "--fields", "form.toml", "--json").json
    assert [row["field"] for row in rows] == [f"field {k}" for k in range(1, 5)]


def test_what_is_there_is_not_overwritten(run, tmp_path):
    Image.fromarray(blank_form()).save(tmp_path / "blank.png")
    (tmp_path / "fields.toml").write_text("mine")
    assert_one_line(run("fields", "blank.png"), 1, "fields.toml is there already")
    assert (tmp_path / "fields.toml").read_text() == "mine"


def test_the_editor_is_served_with_the_form(tmp_path):
    pytest.importorskip("uvicorn")
    from tests.cli.test_serve import wait_for

    Image.fromarray(blank_form()).save(tmp_path / "blank.png")
    command = ["fields", "blank.png", "-o", "form.toml", "--edit", "--no-open"]
    with subprocess.Popen(
        [sys.executable, "-m", "digitwise", *command],
        stdout=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
    ) as server:
        try:
            address = server.stdout.readline().split()[0]
            opened = wait_for(address.replace("fields.html", "api/fields")).json()
        finally:
            server.kill()
    assert address.endswith("/fields.html")
    assert opened["name"] == "form.toml"
    assert len(opened["description"]["field"]) == 5


def test_an_editor_that_cannot_begin(run, tmp_path):
    Image.fromarray(blank_form()).save(tmp_path / "blank.png")
    (tmp_path / "form.toml").write_text("size = 3")
    assert_one_line(run("fields", "form.toml"), 1, "digitwise fields form.toml --edit")
    edit = ("fields", "blank.png", "--edit", "-o", "form.toml")
    assert_one_line(run(*edit), 1, "is there already", "digitwise fields form.toml --edit")
    assert_one_line(run("fields", "form.toml", "--edit"), 1, "form.toml: expected 2 whole numbers")
    assert_one_line(run("fields", "none.toml", "--edit"), 1, "can't be read")


def test_errors_of_fields_are_one_line(run, tmp_path, draw_number):
    draw_number("50").save(tmp_path / "number.png")
    assert_one_line(run("fields", "number.png"), 1, "no boxes or lines found")
    assert_one_line(run("fields", "none.png"), 1, "no such file")
    (tmp_path / "form.toml").write_text("size = 3")
    read = ("read", "number.png", "--fields", "form.toml")
    assert_one_line(run(*read), 1, "form.toml: in the file: missing: field")
    (tmp_path / "form.toml").write_text("")
    assert_one_line(run(*read), 1, "form.toml: an empty file")
    ran = run(*read, "--count", 3)
    assert ran.code == 2
    assert "leave out --layout" in ran.err


def test_a_table_says_what_is_rejected_and_why(run, tmp_path, draw_number):
    Image.fromarray(blank_form()).save(tmp_path / "blank.png")
    fields = {"code": "range = [0, 9]", "total": "count = 2", "account": ""}
    boxes = {
        "code": [62, 262, 338, 322],
        "total": [62, 602, 298, 662],
        "account": [62, 802, 618, 862],
    }
    described = [
        f'[[field]]\nname = "{name}"\nbox = {boxes[name]}\n{known}'
        for name, known in fields.items()
    ]
    form = ["size = [800, 1100]", 'reference = "blank.png"', *described]
    (tmp_path / "form.toml").write_text("\n".join(form))
    page = scan(fill(blank_form(), draw_number, TEXTS))[0]
    Image.fromarray(page[:770]).save(tmp_path / "page.png")
    run("read", "page.png", "--fields", "form.toml", "-o", "out.csv")
    (row,) = csv.DictReader((tmp_path / "out.csv").read_text().splitlines())
    assert row["code best guess"] == TEXTS["code"]
    assert row["code reason"] == "no likely reading satisfies range = [0, 9]"
    assert (row["total"], row["total reason"]) == (TEXTS["total"], "")
    assert (row["account"], row["account reason"]) == ("", "it lies outside of the picture")


def test_a_description_without_a_reference_is_warned_of(run, tmp_path, draw_number):
    Image.fromarray(fill(blank_form(), draw_number, TEXTS)).save(tmp_path / "page.png")
    (tmp_path / "form.toml").write_text(
        'size = [800, 1100]\n[[field]]\nname = "code"\nbox = [62, 262, 338, 322]\n'
    )
    ran = run("read", "page.png", "--fields", "form.toml")
    assert ran.code == 0
    assert ran.out == f"code: {TEXTS['code']}\n"
    assert "form.toml: names no reference" in ran.err


def test_a_photograph_of_a_blank_form_is_laid_flat(run, tmp_path, draw_number):
    size = (1080, 1400)
    Image.fromarray(photograph(blank_form(), CORNERS, size)[0]).save(tmp_path / "blank.jpg")
    assert run("fields", "blank.jpg", "-o", "form.toml").code == 0
    described = tomllib.loads((tmp_path / "form.toml").read_text())
    assert described["reference"] == "form.png"
    assert len(described["field"]) == 5
    with Image.open(tmp_path / "form.png") as laid_flat:
        assert laid_flat.size == tuple(described["size"])
    assert (tmp_path / "form.overlay.png").is_file()
    page = fill(blank_form(), draw_number, TEXTS)
    Image.fromarray(photograph(page, CORNERS, size)[0]).save(tmp_path / "a.png")
    Image.fromarray(scan(page, angle=2.0)[0]).save(tmp_path / "b.png")
    ran = run("read", "a.png", "b.png", "--fields", "form.toml")
    said = [f"field {k}: {text}" for k, text in enumerate(TEXTS.values(), 1)]
    assert ran.out.splitlines() == [f"{name}.png: {line}" for name in "ab" for line in said]


def test_a_scan_that_is_askew_is_not_replaced_by_the_reference(run, tmp_path):
    Image.fromarray(scan(blank_form(), angle=2.0)[0]).save(tmp_path / "form.png")
    before = (tmp_path / "form.png").read_bytes()
    assert run("fields", "form.png", "-o", "form.toml").code == 0
    described = tomllib.loads((tmp_path / "form.toml").read_text())
    assert described["reference"] == "form.flat.png"
    assert (tmp_path / "form.flat.png").is_file()
    assert (tmp_path / "form.png").read_bytes() == before


def test_fields_of_a_table_are_named_by_row_and_column(run, tmp_path):
    page = np.full((600, 800), 255, np.uint8)
    for y in (100, 160, 220, 280):
        cv2.line(page, (100, y), (640, y), 30, 2)
    for x in (100, 300, 460, 640):
        cv2.line(page, (x, 100), (x, 280), 30, 2)
    cv2.rectangle(page, (100, 400), (400, 470), 30, 2)
    Image.fromarray(page).save(tmp_path / "table.png")
    assert run("fields", "table.png", "-o", "form.toml").code == 0
    fields = tomllib.loads((tmp_path / "form.toml").read_text())["field"]
    names = [field["name"] for field in fields]
    assert names == [*(f"row {r}, column {c}" for r in (1, 2, 3) for c in (1, 2, 3)), "field 1"]
