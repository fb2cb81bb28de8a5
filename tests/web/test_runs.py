"""Runs through the API: they obey, and equal those of `train`."""

import time
from base64 import b64decode

import numpy as np
import pytest

pytest.importorskip("fastapi")

import httpx

import digitwise as dw
from digitwise.web import runs

SETTINGS = {"data": "digits", "hidden": [12], "epochs": 3, "seed": 5, "init": "scaled"}


@pytest.fixture(scope="module")
def client(address):
    with httpx.Client(base_url=address, timeout=60) as client:
        yield client
        for run in client.get("/api/runs").json():
            client.delete(f"/api/runs/{run['id']}")


def until(client, run, *statuses):
    for _ in range(600):
        found = client.get(f"/api/runs/{run}").json()["state"]
        if found["status"] in statuses:
            return found
        time.sleep(0.05)
    raise AssertionError(found)


def test_a_run_is_what_fit_would_do(client, folder, bundled):
    made = client.post("/api/runs", json=SETTINGS)
    assert made.status_code == 201
    run = made.json()["id"]
    assert until(client, run, "paused")["parameters"] == 784 * 12 + 12 + 120 + 10
    client.post(f"/api/runs/{run}/step")
    while client.get(f"/api/runs/{run}").json()["state"]["position"] != 10:
        time.sleep(0.02)
    client.post(f"/api/runs/{run}/start")
    state = until(client, run, "done")
    train, test = bundled
    net = dw.Network([784, 12, 10], rng=5, init="scaled", dtype=np.float32)
    history = dw.fit(net, train, test, epochs=3, seed=5, learning_rate=2.0, engine=state["engine"])
    for ours, theirs in zip(state["rows"], history.epochs, strict=True):
        assert ours["cost"] == pytest.approx(theirs.cost)
        assert ours["test_accuracy"] == theirs.test_accuracy
    saved = client.post(f"/api/runs/{run}/save").json()["model"]
    again = dw.load_model(folder.with_name("models") / f"{saved}.safetensors")
    for ours, theirs in zip(again.weights, net.weights, strict=True):
        assert (ours == theirs).all()
    assert saved in client.get("/api/models").json()
    shown = state["first_layer"]
    assert (shown["kind"], shown["all"], shown["side"]) == ("neuron", 12, 28)
    small = np.frombuffer(b64decode(shown["weights"]), np.int8).reshape(12, 784)
    assert np.corrcoef(small.ravel(), net.weights[0].ravel())[0, 1] > 0.99
    assert shown["onward"] == pytest.approx(net.weights[1].T, abs=1e-4)
    assert shown["biases"] == pytest.approx(net.biases[0], abs=1e-4)
    wrong = 360 - sum(state["confusion"][d][d] for d in range(10))
    assert len(state["wrong"]) == min(24, wrong)
    assert client.delete(f"/api/runs/{run}").status_code == 204
    assert client.get(f"/api/runs/{run}").status_code == 404


def test_a_run_may_have_shared_weights(client):
    how = {"activation": "relu", "init": "he", "cost": "cross-entropy", "learning_rate": 0.05}
    made = client.post("/api/runs", json={**SETTINGS, **how, "convolutions": "3x3x8p2"})
    run = made.json()["id"]
    state = until(client, run, "paused")
    assert (state["engine"], state["parameters"]) == ("conv", 9 * 8 + 8 + 1568 * 12 + 12 + 120 + 10)
    shown = state["first_layer"]
    assert (shown["kind"], shown["side"], shown["onward"]) == ("map", 3, None)
    assert len(b64decode(shown["weights"])) == 8 * 9
    client.post(f"/api/runs/{run}/start")
    assert until(client, run, "done")["rows"][-1]["test_accuracy"] > 0.5


def test_a_poll_brings_only_news(client):
    run = client.post("/api/runs", json=SETTINGS).json()["id"]
    until(client, run, "paused")
    client.post(f"/api/runs/{run}/start")
    rows = until(client, run, "done")["rows"]
    assert [row["epoch"] for row in rows] == [1, 2, 3]
    found = client.get(f"/api/runs/{run}", params={"epochs": 2}).json()
    assert found["state"]["rows"] == rows[2:]
    known = {"since": found["reports"], "epochs": 3}
    assert client.get(f"/api/runs/{run}", params=known).status_code == 204
    known["since"] -= 1
    assert client.get(f"/api/runs/{run}", params=known).json()["state"]["rows"] == []
    (listed,) = (one for one in client.get("/api/runs").json() if one["id"] == run)
    assert listed["state"]["epoch"] == 3
    assert not {"rows", "wrong", "first_layer"} & listed["state"].keys()


def test_layers_that_do_not_fit_are_refused_by_name(client):
    answer = client.post("/api/runs", json={**SETTINGS, "convolutions": "3x3x8p9,3x3x8p9"})
    assert 400 <= answer.status_code < 500
    assert "pool less before it" in answer.text


@pytest.mark.parametrize(
    "change",
    [
        {"hidden": [0]},
        {"hidden": [5] * 9},
        {"hidden": [10**9]},
        {"learning_rate": -1},
        {"learning_rate": "fast"},
        {"learning_rate": 1e31},
        {"batch_size": 0},
        {"epochs": 10**9},
        {"data": "/etc/passwd"},
        {"activation": "step"},
        {"seed": -1},
        {"convolutions": "3x3"},
        {"convolutions": "3x3x999"},
        {"convolutions": "3x3x8,3x3x8,3x3x8,3x3x8,3x3x8"},
    ],
)
def test_settings_out_of_range(client, change):
    assert client.post("/api/runs", json={**SETTINGS, **change}).status_code == 422


def test_what_is_not_there(client):
    assert client.get("/api/runs/abc").status_code == 404
    assert client.post("/api/runs/abc/start").status_code == 404
    assert client.post("/api/runs/abc/save").status_code == 404
    assert client.delete("/api/runs/abc").status_code == 404
    assert client.get("/api/runs/..%2f..%2fx").status_code in (404, 422)
    assert (
        client.post("/api/read", params={"model": "../reader"}, files={"file": b"x"}).status_code
        == 409
    )


def test_no_more_runs_than_there_may_be(client, monkeypatch):
    for run in client.get("/api/runs").json():
        client.delete(f"/api/runs/{run['id']}")
    monkeypatch.setattr(runs, "MOST", 2)
    names = []
    for _ in range(2):
        names.append(client.post("/api/runs", json={**SETTINGS, "epochs": 1000}).json()["id"])
        client.post(f"/api/runs/{names[-1]}/start")
        until(client, names[-1], "running")
    answer = client.post("/api/runs", json=SETTINGS)
    assert answer.status_code == 409
    assert "stop one first" in answer.json()["detail"]
    client.post(f"/api/runs/{names[1]}/pause")
    until(client, names[1], "paused")
    assert client.post("/api/runs", json=SETTINGS).status_code == 201  # the paused one makes room
    left = {run["id"] for run in client.get("/api/runs").json()}
    assert names[0] in left
    assert names[1] not in left


@pytest.mark.parametrize(
    "body", ['{"learning_rate": NaN}', '{"learning_rate": 1e400}', '{"nosuch": 1}']
)
def test_what_is_no_settings(client, body):
    answer = client.post("/api/runs", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"][0] == "body"
