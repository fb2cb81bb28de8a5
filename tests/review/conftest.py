import pytest

from digitwise.cli.tables import write_table
from digitwise.review.review import Review
from tests.cli.test_tables import number

TEXTS = {"=1+1.png": "078", "b\n.png": "12", "c.png": "-5", "gone.png": "90"}
FORMATS = (".csv", ".tsv", ".xlsx", ".jsonl")


def rows_of(boxes):
    """Four numbers: sure, rejected, to be looked at, and one whose picture is gone."""
    states = [(0.999, "sure"), (0.3, "rejected"), (0.8, "look"), (0.9, "look")]
    return [
        number(file, text, *state, bbox=boxes[text])
        for (file, text), state in zip(TEXTS.items(), states, strict=True)
    ] + [{"file": "bad.png", "error": "damaged"}]


@pytest.fixture
def make_table(tmp_path, draw_number):
    """Writes a table as `read -o` does, beside its pictures: suffix → path."""
    from PIL import Image

    shades = {".xlsx": "xlsxwriter"}

    def make(suffix=".csv", fields=None, rows=None):
        if suffix in shades:
            pytest.importorskip(shades[suffix], reason="needs the extra [xlsx]")
            pytest.importorskip("openpyxl", reason="needs the extra [xlsx]")
        boxes = {text: [20, 20, 90, 80] for text in TEXTS.values()}
        for file in TEXTS:
            if file != "gone.png":
                page = Image.new("L", (200, 120), 255)
                page.paste(draw_number("52").convert("L").resize((160, 80)), (20, 20))
                page.save(tmp_path / file)
        path = tmp_path / f"numbers{suffix}"
        with path.open("wb") as file:
            write_table(file, rows or rows_of(boxes), suffix, fields, bom=suffix == ".csv")
        return path

    return make


@pytest.fixture
def make_review(make_table, reader):
    """Opens a table that was written anew: suffix → Review."""
    return lambda *arguments, **more: Review(make_table(*arguments, **more), reader)


def cells_of(path):
    """What a table says, row by row, as people's programs read it."""
    import csv
    import json

    if path.suffix == ".jsonl":
        return [json.loads(line) for line in path.read_text().splitlines()]
    if path.suffix == ".xlsx":
        from openpyxl import load_workbook

        heading, *lines = load_workbook(path).active.iter_rows(values_only=True)
        found = [dict(zip(heading, line, strict=True)) for line in lines]
        return [{k: "" if v is None else v for k, v in row.items()} for row in found]
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter="," if path.suffix == ".csv" else "\t"))
