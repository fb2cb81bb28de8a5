"""Lessons, from the API."""

import io
import time
from base64 import b64decode, b64encode

import numpy as np
import pytest

pytest.importorskip("fastapi")

import httpx

from digitwise.models.classes import classes_of
from digitwise.models.files import read_model
from digitwise.training.evaluation import evaluate
from digitwise.training.teaching import EPOCHS, Symbol, split
from digitwise.web import lessons
from tests.symbols import NAMES, images, picture


@pytest.fixture(scope="module")
def client(address):
    with httpx.Client(base_url=address, timeout=60) as client:
        yield client


def sent(count, rng, names=NAMES):
    drawn = {name: images(name, count, rng) for name in names}
    return {"classes": [{"name": name, "examples": texts(drawn[name])} for name in names]}


def texts(some):
    return [b64encode(image.tobytes()).decode() for image in some]


def until_over(client, lesson):
    for _ in range(1200):
        found = client.get(f"/api/teach/{lesson}").json()
        if found["status"] in ("done", "failed"):
            return found
        time.sleep(0.05)
    raise AssertionError(found)


def test_three_shapes_are_learnt(client, tmp_path):
    rng = np.random.default_rng(3)
    assert client.get("/api/teach").json()["max_classes"] == 10
    made = client.post("/api/teach", json=sent(20, rng))
    assert made.status_code == 201
    found = until_over(client, made.json()["id"])
    assert [row["epoch"] for row in found["rows"]] == list(range(1, EPOCHS + 1))
    assert found["rows"][-1]["cost"] < found["rows"][0]["cost"] / 2
    (tmp_path / "net").write_bytes(client.get(f"/api/teach/{found['id']}/model").content)
    model = read_model(tmp_path / "net")
    assert classes_of(model) == NAMES
    others = split([Symbol(name, images(name, 20, rng)) for name in NAMES])[0]
    assert evaluate(model.network, others).accuracy >= 0.95
    assert client.delete(f"/api/teach/{found['id']}").status_code == 204
    assert client.get(f"/api/teach/{found['id']}").status_code == 404


def test_a_lesson_is_stopped(monkeypatch):
    monkeypatch.setattr(lessons, "EPOCH_SECONDS", 60.0)
    all_of_them = lessons.Lessons()
    symbols = [Symbol(name, images(name, 3, np.random.default_rng(1))) for name in NAMES]
    lesson, waiting = (all_of_them.begin(symbols, 0) for _ in range(2))
    while not lesson.rows:
        time.sleep(0.01)
    all_of_them.remove(waiting)
    all_of_them.remove(lesson)
    all_of_them.close()
    all_of_them._thread.shutdown(wait=True)
    assert (lesson.status, len(lesson.rows)) == ("done", 1)
    assert (waiting.status, waiting.rows) == ("waiting", [])


def test_a_lesson_ends_when_it_takes_too_long(monkeypatch):
    monkeypatch.setattr(lessons, "MAX_SECONDS", 0.0)
    symbols = [Symbol(name, images(name, 3, np.random.default_rng(1))) for name in NAMES]
    lesson = lessons.Lesson(symbols, 0)
    lesson.learn()
    assert (lesson.status, len(lesson.rows)) == ("done", 1)


def test_too_many_lessons_wait(client, monkeypatch):
    monkeypatch.setattr(lessons, "MAX_WAITING", 0)
    answer = client.post("/api/teach", json=sent(3, np.random.default_rng(1)))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")


@pytest.mark.parametrize(
    ("change", "status", "message"),
    [
        ({"classes": []}, 409, "expected 2 to 10 classes; found 0"),
        ({"classes": [{"name": "a", "examples": []}] * 2}, 409, "two classes are named"),
        ({"classes": [{"name": "a", "examples": ["AAAA"] * 3}]}, 409, "28×28 bytes"),
        ({"classes": [{"name": "a", "examples": ["AAA"] * 3}]}, 409, "expected base64"),
        ({"classes": [{"name": "a", "examples": ["?"]}]}, 422, "pattern"),
        ({"classes": [{"name": "a", "examples": ["A" * 2000]}]}, 422, "at most 1048"),
        ({"classes": [{"name": "a", "examples": ["AAAA"] * 2001}]}, 422, "at most 2000"),
    ],
)
def test_what_can_not_be_taught(client, change, status, message):
    answer = client.post("/api/teach", json=change)
    assert answer.status_code == status
    assert message in answer.text


def test_a_picture_is_framed(client):
    file = io.BytesIO()
    picture("star", np.random.default_rng(4)).save(file, "PNG")
    answer = client.post("/api/teach/frame", json={"picture": b64encode(file.getvalue()).decode()})
    found = np.frombuffer(b64decode(answer.json()["seen"]), np.uint8).reshape(28, 28)
    assert (found == images("star", 1, np.random.default_rng(4))[0]).all()


@pytest.mark.parametrize(
    ("content", "message"), [(b"no picture", "not a picture"), (None, "no ink found")]
)
def test_what_is_no_picture_of_a_symbol(client, content, message):
    from PIL import Image

    file = io.BytesIO(content)
    if content is None:
        Image.new("L", (60, 60), 255).save(file, "PNG")
    answer = client.post("/api/teach/frame", json={"picture": b64encode(file.getvalue()).decode()})
    assert answer.status_code == 409
    assert message in answer.json()["detail"]
