"""The Teach room: symbols drawn by a script are learnt, tried, saved, and evaluated."""

import json

import numpy as np
import pytest

pytest.importorskip("fastapi")
pytest.importorskip("playwright.sync_api")

from digitwise.data.folders import read_classes
from digitwise.models.classes import classes_of
from digitwise.models.files import read_model, save
from digitwise.models.shipped import find_model
from digitwise.training.evaluation import evaluate
from tests.symbols import NAMES, picture, strokes, write_folders

READY = "html[data-ready]"


def draw(page, paper, name, rng):
    box = page.locator(paper).bounding_box()
    unit = 0.33 * min(box["width"], box["height"])
    for k, (x, y) in enumerate(strokes(name, rng)):
        page.mouse.move(
            box["x"] + box["width"] / 2 + unit * x, box["y"] + box["height"] / 2 + unit * y
        )
        if k == 0:
            page.mouse.down()
    page.mouse.up()


def show(page, count, rng=None):
    """Draw `count` examples of each symbol; circle and star are there already."""
    rng = rng or np.random.default_rng(5)
    page.wait_for_selector(READY)
    page.get_by_role("button", name="Add a class").click()
    page.keyboard.type("triangle")
    page.keyboard.press("Tab")
    for name in NAMES:
        page.get_by_role("radio", name=f"Draw {name}").check()
        page.locator("#sheet").scroll_into_view_if_needed()
        for _ in range(count):
            draw(page, "#sheet", name, rng)
            page.locator("#sheet").press("Enter")


def learn(page):
    page.get_by_role("button", name="Learn").click()
    page.locator("#learnt").get_by_text("Learnt after").wait_for(timeout=60_000)


def counts(page):
    return [int(one.inner_text()) for one in page.locator("#classes .count").all()]


@pytest.fixture
def room(page, address):
    page.goto(f"{address}/teach.html")
    page.wait_for_selector(READY)
    return page


@pytest.mark.parametrize("page", [1440], indirect=True)  # the width changes nothing here
def test_shapes_are_taught_tried_saved_and_evaluated(room, tmp_path):
    rng = np.random.default_rng(6)
    show(room, 8, rng)
    assert counts(room) == [8, 8, 8]
    learn(room)
    room.locator("#trial").scroll_into_view_if_needed()
    right = 0
    for name in NAMES * 3:
        room.get_by_role("button", name="Erase").click()
        draw(room, "#trial", name, rng)
        right += room.locator("#said").inner_text() == name
    assert right >= 8
    room.locator("#live .said").get_by_text(f"It says {NAMES[-1]}").wait_for()
    room.locator("#weights button").nth(3).click()
    room.locator(".inspected").get_by_text("Neuron 4 of layer 1").wait_for()
    assert room.locator(".inspected .means .value").count() == 3
    assert room.locator(".inspected .thumbs canvas").count() == 8
    with room.expect_download() as saved:
        room.get_by_role("button", name="Save").click()
    assert saved.value.suggested_filename == "circle-star-triangle.safetensors"
    saved.value.save_as(tmp_path / "net.safetensors")
    model = read_model(tmp_path / "net.safetensors")
    write_folders(tmp_path / "others", 10, rng)
    others = read_classes(tmp_path / "others", classes_of(model))
    assert evaluate(model.network, others).accuracy >= 0.9
    assert room.evaluate("document.documentElement.scrollWidth <= innerWidth")

    room.reload()
    room.wait_for_selector(READY)
    assert counts(room) == [8, 8, 8]
    draw(room, "#trial", "star", rng)
    assert room.locator("#said").inner_text() == "star"


def test_nothing_drawn_is_lost_without_a_question(room):
    show(room, 1)
    draw(room, "#sheet", "star", np.random.default_rng(1))
    room.get_by_text("2 examples of star").wait_for()  # the pen has rested
    asked = []
    room.on("dialog", lambda dialog: asked.append(dialog.message) or dialog.dismiss())
    room.get_by_role("button", name="Remove star").click()
    assert asked == ["Remove “star” and its 2 examples?"]
    room.get_by_role("button", name="Remove example 1 of star").click()
    assert counts(room) == [1, 1, 1]
    room.get_by_role("button", name="Undo").click()
    assert counts(room) == [1, 2, 1]
    draw(room, "#sheet", "star", np.random.default_rng(2))  # and no rest
    room.get_by_role("radio", name="Draw circle").check()
    assert counts(room) == [1, 3, 1]
    room.reload()
    room.wait_for_selector(READY)
    assert counts(room) == [1, 3, 1]


def test_what_is_missing_is_said(room, tmp_path):
    button = room.get_by_role("button", name="Learn")
    assert button.is_disabled()
    assert "circle has none" in room.locator("#learnt").inner_text()
    for name in ("one.png", "two.png"):
        picture("circle", np.random.default_rng(len(name))).save(tmp_path / name)
    room.set_input_files("#pictures", [tmp_path / "one.png", tmp_path / "two.png"])
    room.get_by_text("2 examples of circle").wait_for()
    room.get_by_label("Name of the class").first.fill("star")
    room.keyboard.press("Tab")
    room.get_by_text("Two classes are named star").wait_for()
    (tmp_path / "no.txt").write_text("no picture")
    room.set_input_files("#pictures", tmp_path / "no.txt")
    room.locator("#shown").get_by_text("no.txt: not a picture").wait_for()
    assert [one for one in room.complaints if "409" not in one] == []
    room.complaints.clear()


def test_files_of_another_kind(room, tmp_path):
    from digitwise.convolution import Convolution
    from digitwise.network import Network

    def opened(path, text):
        room.set_input_files("#open", path)
        room.locator("#file").get_by_text(text).wait_for()

    (tmp_path / "other.safetensors").write_bytes(b"\2\0\0\0\0\0\0\0{}")
    opened(tmp_path / "other.safetensors", "no model file of digitwise")
    save(Network([784, Convolution(2, 3, 4), 10]), tmp_path / "shared.safetensors")
    opened(tmp_path / "shared.safetensors", "shared weights")
    save(Network([784, 10]), tmp_path / "flat.safetensors")
    opened(tmp_path / "flat.safetensors", "found 784-10")
    opened(find_model(), "reader.safetensors")  # its classes are digits
    assert json.loads(room.locator("#bars").get_attribute("data-names")) == list("0123456789")
