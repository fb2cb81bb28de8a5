"""What people give to digitwise, by kind: whole examples, and how each kind is used."""

import io
import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import typer
from PIL import Image

import digitwise as dw
from digitwise.cli.axes import numbers
from digitwise.cli.journal import Journal
from digitwise.data.collections import read_collection, save_collection
from digitwise.data.corrections import read_corrections
from digitwise.data.idx import read_idx
from digitwise.data.strings import Hand, draw_number
from digitwise.data.tables import read_table
from digitwise.expressions import compile_expression
from digitwise.reading.forms.description import load_form
from digitwise.reading.pattern import Pattern
from digitwise.review.contents import parse
from digitwise.review.items import items_of
from digitwise.review.journal import Journal as Decisions
from digitwise.review.writing import write_decisions
from digitwise.settings import DEFAULTS, read_settings
from digitwise.training.checkpoint import checkpoint_path
from digitwise.training.run import Run
from digitwise.training.saved import read_saved
from digitwise.typed_layers import parse_layers

PICTURES = ("PNG", "JPEG", "BMP", "TIFF", "WEBP", "GIF", "PPM")
FORM = """
size = [400, 300]
[[field]]
name = "date"
box = [20, 20, 180, 60]
pattern = "[0-3]D/[01]D/20DD"
[[field]]
name = "first"
box = [20, 80, 180, 120]
cells = 4
blank = "leading"
[[field]]
name = "second"
box = [20, 140, 180, 180]
count = "1-7"
range = [0, 300]
[[field]]
name = "total"
box = [20, 200, 180, 240]
check = "luhn"
[[rule]]
sum = ["first", "second"]
equals = "total"
"""
TABLE = """file,page,number,text,value,confidence,state,best guess,box
a.png,1,1,302,302,0.9981,sure,302,10 20 60 40
a.png,1,2,7?8,,0.4012,rejected,758,10 60 60 90
"b, c.png",2,1,0145,145,0.8123,corrected,0745,10 20 60 40
"""


@dataclass(frozen=True)
class Kind:
    """A kind of input.

    Attributes
    ----------
    name : str
    make : callable
        Returns whole examples, as bytes.
    use : callable
        Uses the bytes of one, as a user would.
    """

    name: str
    make: Callable[[], list[bytes]]
    use: Callable[[bytes], object]


class StopAfterEpoch(dw.Callback):
    def end_epoch(self, _training: dw.Training) -> bool:
        return True


def pictures() -> list[bytes]:
    digits, _ = dw.load("digits")
    images = [
        Image.fromarray(draw_number(digits, Hand(count=(2, 3)), 3, k).image)
        for k in range(len(PICTURES))
    ]
    return [_image_file(image, kind) for image, kind in zip(images, PICTURES, strict=True)] + [
        _image_file(images[0], "TIFF", save_all=True, append_images=images[:1],
                    compression="tiff_lzw")
    ]  # fmt: skip


def documents() -> list[bytes]:
    digits, _ = dw.load("digits")
    image = Image.fromarray(draw_number(digits, Hand(count=(2, 3)), 3, 0).image)
    return [
        _image_file(image.convert("RGB"), "PDF"),
        _image_file(image, "PDF", save_all=True, append_images=[image]),
    ]


def models() -> list[bytes]:
    full = dw.Network([784, 6, 10], activation="relu", init="scaled", dtype="float32", rng=0)
    shared = [*parse_layers("3x3x4p2"), 6, 10]
    return [
        _content("net.safetensors", lambda path: dw.save(full, path)),
        _content(
            "net.safetensors",
            lambda path: dw.save(dw.Network([784, *shared], activation="relu", rng=0), path),
        ),
    ]


def checkpoints() -> list[bytes]:
    train, test = (part[:200] for part in dw.load("digits"))
    settings = DEFAULTS.changed(
        {"data": "digits", "hidden": (6,), "epochs": 2, "momentum": 0.9, "average": 1.0}
    )

    def leave(path: Path) -> None:
        Run.start(settings, train, test, path).go(callbacks=[StopAfterEpoch()])
        path.write_bytes(checkpoint_path(path).read_bytes())

    return [_content("net.safetensors", leave)]


def collections() -> list[bytes]:
    rng = np.random.default_rng(0)
    images = {
        "images": rng.integers(0, 256, (30, 28, 28), np.uint8),
        "labels": (np.arange(30) % 10).astype(np.uint8),
        "writer": (np.arange(30) // 3).astype(np.int32),
    }
    strokes = {
        "points": rng.random((300, 2)).astype(np.float32),
        "stroke_offsets": np.arange(0, 301, 5),
        "digit_offsets": np.arange(0, 61, 2),
        "labels": images["labels"],
    }
    return [
        _content("set.npz", lambda path: save_collection(path, images)),
        _content("set.npz", lambda path: save_collection(path, strokes)),
    ]


def idx_files() -> list[bytes]:
    pixels = np.arange(20 * 28 * 28, dtype=np.uint8)
    sizes = np.array([20, 28, 28], ">i4").tobytes()
    return [b"\0\0\x08\x03" + sizes + pixels.tobytes()]


def digit_tables() -> list[bytes]:
    rows = np.random.default_rng(0).integers(0, 256, (12, 785))
    rows[:, 0] = np.arange(12) % 10
    text = "\n".join(",".join(map(str, row)) for row in rows)
    heading = ",".join(["label", *(f"pixel{k}" for k in range(784))])
    return [text.encode(), f"{heading}\n{text}".encode()]


def settings_files() -> list[bytes]:
    changed = {"hidden": (100, 30), "deform": "wild", "momentum": 0.9, "limit": 500, "epochs": 3}
    return [
        DEFAULTS.changed(changed).to_toml().encode(),
        b'hidden = [30]\nlearning_rate = 0.5\ndata = "digits"\n',
    ]


def corrections() -> list[bytes]:
    line = {"file": "a.png", "page": 1, "box": [1, 2, 30, 40], "text": "302", "state": "corrected"}
    return [TABLE.encode(), (json.dumps(line) + "\n").encode() * 3, _book()]


def batch_journals() -> list[bytes]:
    def fill(path: Path) -> None:
        pages = [path.with_name(name) for name in ("a.png", "b.png")]
        for page in pages:
            page.write_bytes(b"x")
        journal = Journal(path.with_suffix(""), {"layout": "auto"}, 0.01, resume=False)
        journal.plan((page.name, page) for page in pages)
        for pending in journal.pictures():
            number = {"page": 1, "number": 1, "text": "302", "value": 302, "confidence": 0.99}
            journal.add(
                pending.key, [{**number, "state": "sure", "best": "302", "box": [1, 2, 3, 4]}]
            )
        journal.close(finished=False)

    return [_content("out.csv.unfinished", fill)]


def decisions() -> list[bytes]:
    def fill(path: Path) -> None:
        table = path.with_suffix("")
        table.write_text(TABLE)
        journal = Decisions(table)
        for item in items_of(table, parse(table, table.read_bytes())):
            entry = journal.add(item.key, "corrected", "302", "Ann", 0, item.was, [1, 2, 30, 40])
        journal.add(entry.key, "open", "", "Bea", entry.id, entry.was, None)

    return [_content("out.csv.review", fill)]


PATTERNS = (b"DDDDD", b"D{1-5}.DD", b"[0-3]D/[01]D/20DD", b"D{2,5}-[05]{3}", b"-D{1-9},D{2}")
EXPRESSIONS = (
    b"(a xor b) and not c",
    b"a or b and c",
    b"not (x and y) or (x xor 1)",
    b"a xor (b or 0)",
)
RANGES = (b"0.1:10:log7", b"15,30,100", b"0:0.9:lin4", b"1e-3,2,1:5:lin5")
LAYERS = (b"3x3x16p2,3x3x32", b"5x5x8p2", b"3x3x4")


def use_picture(content: bytes) -> None:
    _reader().read(io.BytesIO(content))


def use_model(path: Path) -> None:
    network = dw.load_model(path)
    network.predict(np.zeros((2, network.layout[0] if isinstance(network.layout[0], int) else 784)))


def use_form(path: Path) -> None:
    _reader().read(np.ones((300, 400)), form=load_form(path))


def use_corrections(path: Path) -> None:
    for name in ("a.png", "b.png", "b, c.png"):
        path.with_name(name).touch()
    read_corrections(path)
    content = parse(path, path.read_bytes())
    content.changed({row: {"text": "12", "state": "corrected"} for row in range(len(content.rows))})


def use_batch_journal(path: Path) -> None:
    journal = Journal(path.with_suffix(""), {"layout": "auto"}, 0.01, resume=True)
    try:
        journal.plan([], keep=True)
        list(journal.pictures())
        list(journal.rows())
        journal.counts()
    finally:
        journal.close(finished=False)


def use_decisions(path: Path) -> None:
    table = path.with_suffix("")
    table.write_text(TABLE)
    journal = Decisions(table)
    write_decisions(table, journal)
    journal.look("x", "a", "Ann")
    journal.add("a", "corrected", "302", "Ann", 0, {"cells": {}}, None)


def use_range(text: str) -> None:
    for whole in (False, True):
        try:
            numbers(text, "--epochs", whole=whole)
        except typer.BadParameter as error:
            raise dw.DigitwiseError(str(error)) from error


@cache
def _reader() -> dw.Reader:
    return dw.Reader()


def _in_file(name: str, use: Callable[[Path], object]) -> Callable[[bytes], object]:
    """Return a function that writes bytes to a file of that name, and uses the file."""

    def use_bytes(content: bytes) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, name)
            path.write_bytes(content)
            use(path)

    return use_bytes


def _as_text(use: Callable[[str], object]) -> Callable[[bytes], object]:
    return lambda content: use(content.decode("utf-8", "replace"))


def _content(name: str, write: Callable[[Path], object]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        write(path)
        return path.read_bytes()


def _image_file(image: Image.Image, kind: str, **how: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **how)
    return file.getvalue()


def _book() -> bytes:
    from openpyxl import Workbook

    book, file = Workbook(), io.BytesIO()
    for line in TABLE.replace('"b, c.png"', "b.png").splitlines():
        book.active.append(line.split(","))
    book.save(file)
    return file.getvalue()


def use_table_of_corrections(content: bytes) -> None:
    suffix = "xlsx" if content[:2] == b"PK" else "jsonl" if content[:1] == b"{" else "csv"
    _in_file(f"table.{suffix}", use_corrections)(content)


KINDS = (
    Kind("picture", pictures, use_picture),
    Kind("PDF", documents, use_picture),
    Kind("model", models, _in_file("net.safetensors", use_model)),
    Kind("checkpoint", checkpoints, _in_file("net.safetensors", read_saved)),
    Kind("collection of digits", collections, _in_file("set.npz", read_collection)),
    Kind("IDX file", idx_files, _in_file("images", lambda path: read_idx(path, 3))),
    Kind("table of digits", digit_tables, _in_file("digits.csv", read_table)),
    Kind("form", lambda: [FORM.encode()], _in_file("form.toml", use_form)),
    Kind("settings", settings_files, _in_file("settings.toml", read_settings)),
    Kind("corrections", corrections, use_table_of_corrections),
    Kind("journal of a batch", batch_journals, _in_file("out.csv.unfinished", use_batch_journal)),
    Kind("journal of a review", decisions, _in_file("out.csv.review", use_decisions)),
    Kind("pattern", lambda: list(PATTERNS), _as_text(Pattern.parse)),
    Kind("expression", lambda: list(EXPRESSIONS), _as_text(compile_expression)),
    Kind("range", lambda: list(RANGES), _as_text(use_range)),
    Kind("layers", lambda: list(LAYERS), _as_text(parse_layers)),
)
