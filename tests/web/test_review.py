"""The Review room's API: decisions are kept at once, and never replace unseen ones."""

import asyncio
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

pytest.importorskip("fastapi")

import httpx

from digitwise.review import learning
from digitwise.review.review import Review
from digitwise.web.app import make_app
from tests.review.conftest import cells_of, make_review, make_table

__all__ = ["make_review", "make_table"]
ANN, BOB = {"client": "a1", "who": "Ann"}, {"client": "b2", "who": "Bob"}


@pytest.fixture
def review(make_review):
    return make_review()


@pytest.fixture
def client(serve, reader, review, tmp_path):
    address = serve(make_app(reader, models=tmp_path / "models", in_review=review))
    with httpx.Client(base_url=address, timeout=60) as client:
        yield client


def decide(client, position, text, who=ANN, seen=0, state="corrected"):
    body = {"state": state, "text": text, "seen": seen, **who}
    return client.post(f"/api/review/rows/{position}", json=body)


def test_a_table_is_reviewed(client, review):
    opened = client.get("/api/review").json()
    assert opened["table"] == "numbers.csv"
    assert [row["guess"] for row in opened["rows"]] == ["12", "-5", "90", "078"]
    assert opened["rows"][0]["text"] == "??"
    assert opened["progress"]["items"] == 4
    shown = client.get("/api/review/rows/0").json()
    assert shown["readings"][0] == {"text": "12", "p": 0.3}
    assert shown["crop"].startswith("iVBOR")
    found = decide(client, 0, " 72 ").json()
    assert (found["entry"]["text"], found["entry"]["who"]) == ("72", "Ann")
    assert [row["position"] for row in found["rows"]] == [1, 2, 3]
    assert found["progress"]["decided"] == 1
    until = time.monotonic() + 20
    while not client.post("/api/review/sync", json=ANN).json()["written"]:
        assert time.monotonic() < until
        time.sleep(0.1)
    assert cells_of(review.table)[1]["text"] == "72"
    (row,) = client.get("/api/review/rows", params={"start": 0, "count": 1}).json()
    assert row["entry"]["text"] == "72"


def test_a_picture_that_takes_too_long_is_said_to(client, review, monkeypatch):
    monkeypatch.setattr("digitwise.web.review.SECONDS", 0.2)
    monkeypatch.setattr(review, "show", lambda position: time.sleep(0.6))
    answer = client.get("/api/review/rows/0")
    assert answer.status_code == 504
    assert "took more than 0.2 s" in answer.json()["detail"]


def test_two_people_are_told_of_each_other(client):
    last = client.get("/api/review").json()["last"]
    assert decide(client, 0, "72").status_code == 200
    refused = decide(client, 0, "73", BOB)
    assert refused.status_code == 409
    assert refused.json()["detail"] == "Ann has decided meanwhile: 72"
    heard = client.post("/api/review/sync", json={**BOB, "position": 2, "after": last}).json()
    (entry,) = heard["entries"]
    assert (entry["position"], entry["text"], entry["who"]) == (0, "72", "Ann")
    assert decide(client, 0, "73", BOB, seen=entry["id"]).status_code == 200
    # Ann's next was 1, and Bob looks at 2: neither is given the other's.
    after = {"after": 0, "client": "c3"}
    assert [row["position"] for row in client.get("/api/review/next", params=after).json()] == [3]


def test_what_is_refused(client, review):
    assert decide(client, 0, "=1+1").status_code == 409
    assert decide(client, 4, "1").json()["detail"] == "the table has 4 items"
    assert decide(client, 0, "1", {"client": "../x"}).status_code == 422
    assert client.get("/api/review/rows/4").status_code == 404
    beyond = client.get("/api/review/next", params={"after": 2**31 - 1}).json()
    assert [row["position"] for row in beyond] == [0, 1, 2, 3]
    assert client.get("/api/review/rows/..%2f..%2fetc%2fpasswd").status_code in (404, 422)
    body = '{"state": "corrected", "text": "1", "client": "a"}'
    text = {"content-type": "text/plain"}
    assert client.post("/api/review/rows/0", content=body, headers=text).status_code == 415
    stranger = {"origin": "http://evil.example"}
    assert client.post("/api/review/rows/0", json={}, headers=stranger).status_code == 403
    assert client.get("/api/review", headers={"host": "evil.example"}).status_code == 421
    assert review.journal.last() == 0


def test_no_table_is_in_review(serve, reader, tmp_path):
    with httpx.Client(base_url=serve(make_app(reader, models=tmp_path))) as client:
        for path in ("", "/rows", "/rows/0", "/next"):
            found = client.get(f"/api/review{path}")
            assert found.status_code == 404
            assert found.json()["detail"] == "no table is in review: digitwise review TABLE"
        moved = client.get("/review")
        assert (moved.status_code, moved.headers["location"]) == (307, "review.html")


LEARNS = """
import json, sys
source, out = sys.argv[1], sys.argv[5]
print("40% new", file=sys.stderr, flush=True)
right = open(source).read().count('"text": "7')
print(json.dumps({"right_before": 0, "right_after": right}))
if right < 2:
    sys.exit("digitwise: refused")
open(out, "w").write("new")
"""


def learnt(client):
    """What came of it, once it has ended."""
    until = time.monotonic() + 60
    while True:
        heard = client.post("/api/review/sync", json=ANN).json()["learning"]
        if heard["status"] != "running":
            return heard
        assert time.monotonic() < until
        time.sleep(0.05)


def test_what_was_corrected_is_learnt(client, review, tmp_path, monkeypatch):
    (tmp_path / "learns.py").write_text(LEARNS)
    monkeypatch.setattr(learning, "COMMAND", (sys.executable, str(tmp_path / "learns.py")))
    assert "correct some numbers first" in client.post("/api/review/learn").json()["detail"]
    decide(client, 0, "72")
    assert client.post("/api/review/learn").status_code == 202
    refused = learnt(client)
    assert (refused["status"], refused["model"]) == ("refused", None)
    assert refused["said"] == ["40% new", "refused"]
    decide(client, 1, "73")
    models = tmp_path / "models"
    (models / "numbers-1.safetensors").write_text("mine")
    client.post("/api/review/learn")
    done = learnt(client)
    assert (done["status"], done["result"]) == ("done", {"right_before": 0, "right_after": 2})
    assert done["model"].endswith("numbers-2.safetensors")
    assert (models / "numbers-1.safetensors").read_text() == "mine"
    assert (models / "numbers-2.safetensors").read_text() == "new"


def test_learning_is_stopped(client, tmp_path, monkeypatch):
    (tmp_path / "learns.py").write_text("import time; time.sleep(600)")
    monkeypatch.setattr(learning, "COMMAND", (sys.executable, str(tmp_path / "learns.py")))
    decide(client, 0, "72")
    assert client.post("/api/review/learn").status_code == 202
    assert client.post("/api/review/learn").json()["detail"] == "it is learning already"
    assert client.delete("/api/review/learn").status_code == 204
    assert learnt(client)["status"] == "stopped"


def test_a_server_that_ends_has_written_the_table(reader, make_review, tmp_path):
    review = make_review()
    app = make_app(reader, models=tmp_path, in_review=review)
    while not hasattr(app, "router"):  # what stands around the application
        app = app.app

    async def live():
        async with app.router.lifespan_context(app):
            review.decide(0, "corrected", "72", "Ann", 0)

    # In a thread of its own: a browser's test may have left a loop running in this one.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, live()).result()
    assert cells_of(review.table)[1]["text"] == "72"
    assert Review(review.table, reader).progress().decided == 1
