"""The API of the Fields room: a form's fields proposed, checked, tried and saved."""

import io
import json
import tomllib

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("fastapi")

import httpx

from digitwise.cli.editor import open_description, open_picture
from digitwise.errors import DigitwiseError
from digitwise.reading.forms.description import parse_description
from digitwise.reading.forms.writing import as_toml
from digitwise.web import form_pictures
from digitwise.web.app import make_app
from tests.reading.forms.test_reading import BOXES, CORNERS, TEXTS, blank_form, fill, photograph

FIELDS = [
    {"name": name, "box": [x + 2, y + 2, x + wide - 2, y + high - 2]}
    for name, (x, y, wide, high) in BOXES.items()
]
DESCRIPTION = {"size": [800, 1100], "field": FIELDS}


def as_png(pixels):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


@pytest.fixture(scope="module")
def edited(tmp_path_factory):
    folder = tmp_path_factory.mktemp("edited")
    Image.fromarray(blank_form()).save(folder / "blank.png")
    return open_picture(folder / "blank.png", folder / "form.toml")


@pytest.fixture(scope="module")
def client(serve, reader, edited):
    with httpx.Client(base_url=serve(make_app(reader, edited=edited)), timeout=60) as client:
        yield client


def show(client, pixels, **options):
    files = {"file": ("page.png", as_png(pixels))}
    return client.post("/api/fields/picture", files=files, params=options)


def checked(client, description):
    return client.post("/api/fields/check", json={"description": description}).json()


def test_fields_are_proposed_and_the_picture_kept(client):
    shown = show(client, blank_form()).json()
    assert shown["size"] == [800, 1100]
    boxes = [f"field {k}" for k in range(1, 5)]
    assert [field["name"] for field in shown["field"]] == ["line 1", *boxes]
    kept = client.get(f"/api/fields/pictures/{shown['picture']}")
    with Image.open(io.BytesIO(kept.content)) as image:
        assert np.array_equal(np.asarray(image), blank_form())
    assert show(client, blank_form(), propose="false").json()["field"] == []
    assert client.get(f"/api/fields/pictures/{'0' * 32}").status_code == 404
    assert client.get("/api/fields/pictures/..%2Fapp.py").status_code in (404, 422)
    photo = photograph(blank_form(), CORNERS, (1080, 1400))[0]
    assert show(client, photo).json()["laid_flat"]
    bad = client.post("/api/fields/picture", files={"file": ("x.png", b"no picture")})
    assert bad.status_code == 409
    assert "\n" not in bad.json()["detail"]


def test_a_description_is_checked_by_the_code_that_reads_it(client):
    wrong = [{**FIELDS[0], "cells": 0}, {**FIELDS[1], "box": [0, 0, 900, 9]}, FIELDS[2]]
    rule = {"sum": ["code", "nowhere"], "equals": "total"}
    found = checked(client, {**DESCRIPTION, "field": wrong, "rule": [rule]})
    assert [fault["field"] for fault in found["faults"]] == [0, 1, None]
    assert "1 to 40 cells; found 0" in found["faults"][0]["message"]
    assert "within 800×1100" in found["faults"][1]["message"]
    assert "not: nowhere" in found["faults"][2]["message"]
    right = checked(client, {**DESCRIPTION, "reference": 'a "quoted" ü.png'})
    assert right["faults"] == []
    assert tomllib.loads(right["toml"]) == {
        "size": [800, 1100], "reference": 'a "quoted" ü.png', "field": FIELDS,
    }  # fmt: skip
    half = {**FIELDS[0], "range": ["-inf", 300]}
    found = checked(client, {**DESCRIPTION, "field": [half]})
    assert found["faults"] == []
    assert tomllib.loads(found["toml"])["field"][0]["range"] == [float("-inf"), 300]


def test_many_fields_are_refused_in_one_line(client):
    many = [{**FIELDS[0], "name": f"n{k}"} for k in range(10_000)]
    (fault,) = checked(client, {**DESCRIPTION, "field": many})["faults"]
    assert fault["message"] == "expected 1 to 1,000 tables [[field]]; found 10,000"


@pytest.mark.parametrize(
    "description",
    [{"size": 3}, {"size": [1, 1], "field": 5}, {"size": [9, 9], "field": [None, {"range": [[]]}]}],
)
def test_whatever_is_sent_is_no_internal_error(client, description):
    answer = client.post("/api/fields/check", json={"description": description})
    assert answer.status_code in (200, 409)
    assert answer.status_code == 409 or answer.json()["faults"]


def test_files_are_parsed_though_a_field_is_wrong(client):
    toml = as_toml({**DESCRIPTION, "field": [{**FIELDS[0], "check": "isbn"}, *FIELDS]})
    parsed = client.post("/api/fields/parse", json={"toml": toml}).json()
    assert parsed["description"]["field"][0]["check"] == "isbn"
    assert not parsed["comments"]
    commented = client.post("/api/fields/parse", json={"toml": f"{toml}# mine"}).json()
    assert commented["comments"]
    for text, part in (("x = [", "no TOML"), ("size = [9, 9]\n[[field]]\nname = 'a'", "box")):
        refused = client.post("/api/fields/parse", json={"toml": text})
        assert refused.status_code == 409
        assert part in refused.json()["detail"]


def test_what_toml_holds_comes_back():
    text = 'x\x7f"\\\n\t ü–😀'
    saved = {
        "size": [1, 2], "a key": text, "field": [{"range": [-1.5, float("inf")], "x": True}],
        "none": [], "rule": [{"sum": [text, "b"], "equals": "c"}],
    }  # fmt: skip
    assert parse_description(as_toml(saved)) == saved
    with pytest.raises(DigitwiseError, match="expected a text, a number"):
        as_toml({"size": None})


def test_a_filled_copy_is_tried(client, draw_number):
    shown = show(client, blank_form()).json()
    page = fill(blank_form(), draw_number, TEXTS)
    fields = [*FIELDS, {"name": "none", "box": [500, 500, 700, 560]}]
    data = {"description": json.dumps({**DESCRIPTION, "field": fields})}
    files = {"file": ("filled.png", as_png(page))}
    for reference in ({"reference": shown["picture"]}, {}):
        tried = client.post("/api/fields/try", files=files, data={**data, **reference}).json()
        assert {row["field"]: row["best_guess"] for row in tried["numbers"]} == TEXTS
        assert tried["size"] == [800, 1100]
        for row in tried["numbers"]:
            x, _, wide, _ = BOXES[row["field"]]
            assert x < row["bbox"][0] < row["bbox"][2] < x + wide
        assert client.get(f"/api/fields/pictures/{tried['picture']}").status_code == 200
    wrong = {"description": json.dumps({**DESCRIPTION, "field": [{"name": "a"}]})}
    for data in (wrong, {"description": "[" * 5000}, {"description": "33"}):
        refused = client.post("/api/fields/try", files=files, data=data)
        assert refused.status_code == 409
    gone = {**wrong, "reference": "0" * 32}
    assert "kept no longer" in client.post("/api/fields/try", files=files, data=gone).text


def test_a_file_is_saved_but_never_over_one_that_changed(client, edited):
    opened = client.get("/api/fields").json()
    assert opened["name"] == "form.toml"
    assert opened["stamp"] == ""
    assert opened["description"]["reference"] == "blank.png"
    saving = {"description": opened["description"], "stamp": opened["stamp"]}
    saved = client.put("/api/fields/file", json=saving)
    assert saved.json()["saved"]
    assert parse_description(edited.path.read_text()) == opened["description"]
    saving["stamp"] = saved.json()["stamp"]
    edited.path.write_text("mine")
    asked = client.put("/api/fields/file", json=saving)
    assert not asked.json()["saved"]
    assert edited.path.read_text() == "mine"
    wrong = {**opened["description"], "field": [{**FIELDS[0], "cells": 0}]}
    refused = client.put(
        "/api/fields/file", json={"description": wrong, "stamp": "", "replace": True}
    )
    assert refused.status_code == 409
    assert edited.path.read_text() == "mine"
    assert client.put("/api/fields/file", json={**saving, "replace": True}).json()["saved"]
    assert parse_description(edited.path.read_text()) == opened["description"]


def test_a_page_that_is_loaded_again_begins_with_what_was_saved(client, edited):
    opened = client.get("/api/fields").json()
    changed = {**opened["description"], "field": [{**FIELDS[0], "name": "tax paid"}]}
    saving = {"description": changed, "stamp": opened["stamp"]}
    saved = client.put("/api/fields/file", json=saving)
    again = client.get("/api/fields").json()
    assert again["description"] == changed
    assert again["stamp"] == saved.json()["stamp"]
    # By another program, too.
    edited.path.write_text("# mine\n" + edited.path.read_text().replace("tax paid", "tax due"))
    again = client.get("/api/fields").json()
    assert [field["name"] for field in again["description"]["field"]] == ["tax due"]
    assert again["comments"]
    kept = {"description": opened["description"], "stamp": again["stamp"]}
    assert client.put("/api/fields/file", json=kept).json()["saved"]
    text = edited.path.read_text()
    edited.path.write_text("nonsense")
    refused = client.get("/api/fields")
    edited.path.write_text(text)
    assert refused.status_code == 409
    assert "form.toml has changed: " in refused.json()["detail"]


def test_where_no_file_is_edited_none_is_saved(address):
    with httpx.Client(base_url=address, timeout=60) as client:
        assert client.get("/api/fields").json()["name"] is None
        saving = {"description": DESCRIPTION, "stamp": ""}
        assert client.put("/api/fields/file", json=saving).status_code == 404
        assert client.get("/fields").headers["location"] == "fields.html"


def test_a_description_is_opened_with_its_picture(tmp_path):
    Image.fromarray(blank_form()).save(tmp_path / "blank.png")
    path, elsewhere = tmp_path / "form.toml", tmp_path / "sub" / "other.toml"
    path.write_text(as_toml({**DESCRIPTION, "reference": "blank.png"}))
    edited = open_description(path, elsewhere)
    assert edited.description["reference"] == "../blank.png"
    assert edited.grey.shape == (1100, 800)
    assert edited.stamp() == ""
    assert not edited.comments
    path.write_text(f"# mine\n{path.read_text()}")
    assert open_description(path, path).comments
    path.write_text("size = 3")
    with pytest.raises(DigitwiseError, match=r"form.toml: expected 2 whole numbers as size"):
        open_description(path, path)


def test_a_sheet_that_was_laid_flat_is_saved_beside(tmp_path):
    photo = photograph(blank_form(), CORNERS, (1080, 1400))[0]
    Image.fromarray(photo).save(tmp_path / "photo.png")
    edited = open_picture(tmp_path / "photo.png", tmp_path / "form.toml")
    assert not (tmp_path / "form.png").exists()
    edited.save(as_toml(edited.description), "", replace=False)
    with Image.open(tmp_path / edited.description["reference"]) as flat:
        assert flat.size == tuple(edited.description["size"])
    with pytest.raises(DigitwiseError, match=r"form.png is there already"):
        open_picture(tmp_path / "photo.png", tmp_path / "form.toml")


def test_only_so_many_pictures_are_kept(monkeypatch):
    monkeypatch.setattr(form_pictures, "MOST_PICTURES", 2)
    pictures = form_pictures.FormPictures()
    keys = [pictures.add(np.zeros((2, 2), np.float32)) for _ in range(3)]
    assert [pictures.find(key) is None for key in keys] == [True, False, False]
    folder = pictures.find(keys[2]).parent
    assert len(list(folder.iterdir())) == 2
    pictures.close()
    assert not folder.exists()
