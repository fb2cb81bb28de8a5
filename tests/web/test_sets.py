"""Own digits as a source of runs: saved on the page, or allowed at the start of the server."""

import re
import time
from pathlib import Path

import pytest

pytest.importorskip("fastapi")

import httpx

from digitwise.display.png import as_png
from digitwise.errors import InputError
from digitwise.web.app import make_app
from digitwise.web.sets import OWN, Sets

expect = pytest.importorskip("playwright.sync_api").expect
RUN = {"hidden": [12], "epochs": 1}


def write_pictures(folder, digits):
    """Write bundled digits as pictures, in folders named by label."""
    for k, (image, label) in enumerate(zip(digits.images, digits.labels, strict=True)):
        (folder / str(label)).mkdir(parents=True, exist_ok=True)
        (folder / str(label) / f"{k}.png").write_bytes(as_png(image))


@pytest.fixture(scope="module")
def places(tmp_path_factory, bundled):
    """A server with nothing saved yet, and two allowed folders of the same name."""
    folder = tmp_path_factory.mktemp("sets")
    write_pictures(folder / "mine", bundled[0][:60])
    write_pictures(folder / "other" / "mine", bundled[0][:56])
    return folder


@pytest.fixture(scope="module")
def own(serve, reader, places):
    allowed = [str(places / "mine"), str(places / "other" / "mine")]
    return serve(make_app(reader, folder=places / "saved", models=places, sets=allowed))


@pytest.fixture
def client(own):
    with httpx.Client(base_url=own, timeout=60) as client:
        yield client
        for run in client.get("/api/runs").json():
            client.delete(f"/api/runs/{run['id']}")


def train(client, name):
    made = client.post("/api/runs", json={**RUN, "data": name})
    assert made.status_code == 201, made.text
    run = made.json()["id"]
    client.post(f"/api/runs/{run}/start")
    for _ in range(600):
        found = client.get(f"/api/runs/{run}").json()
        if found["state"]["status"] in ("done", "failed"):
            return found
        time.sleep(0.05)
    raise AssertionError(found)


def test_a_run_learns_allowed_sets_by_name(client, places):
    assert client.get("/api/data").json().items() >= {"mine": True, "mine-2": True}.items()
    for name, n in (("mine", 50), ("mine-2", 47)):
        found = train(client, name)
        assert (found["settings"]["data"], found["state"]["status"]) == (name, "done")
        assert found["state"]["n"] == pytest.approx(n, abs=3)  # every fifth of a label tests
        assert str(places) not in str(found)


def test_a_request_opens_nothing_else(client, places):
    for path in ("..", "other", str(places / "mine"), "saved/..", "mine/../other", "."):
        answer = client.post("/api/runs", json={**RUN, "data": path})
        assert answer.status_code in (409, 422), path
    answer = client.post("/api/runs", json={**RUN, "data": "other"})
    assert "expected one of auto, mnist, digits, saved, mine, mine-2;" in answer.json()["detail"]


def test_saved_digits_are_learnt(client, bundled):
    refused = client.post("/api/runs", json={**RUN, "data": "saved"})
    assert refused.status_code == 409
    assert "expected 5 or more saved examples of one digit" in refused.json()["detail"]
    train_digits = bundled[0][:80]
    examples = [
        {"label": int(label), "seen": image.tolist()}
        for image, label in zip(train_digits.images, train_digits.labels, strict=True)
    ]
    client.post("/api/examples", json={"examples": examples})
    assert client.get("/api/data").json()["saved"]
    found = train(client, "saved")
    assert found["state"]["status"] == "done"
    assert found["state"]["n"] > 50


def test_the_form_offers_them(browser, own, client):
    page = browser.new_page()
    page.goto(f"{own}/train.html?net=data:mine")
    digits = page.get_by_label("Digits")
    assert digits.input_value() == "mine"
    labels = digits.locator("option").all_inner_texts()
    assert labels[0] == "auto"
    assert re.fullmatch(r"saved here: (none|\d+)", labels[3])
    assert labels[4:] == ["mine", "mine-2"]
    page.get_by_role("button", name="Epoch", exact=True).click()
    page.locator(".facts").get_by_text("epoch 1").wait_for(timeout=60_000)
    page.close()


@pytest.mark.parametrize("name", ["mnist", "digits", "saved"])
def test_a_folder_named_as_a_set_is_not_that_set(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / name / "3").mkdir(parents=True)
    for k in range(5):
        (tmp_path / name / "3" / f"{k}.png").touch()
    sets = Sets(Path(name), [str(tmp_path / name)])
    assert sets.find(f"{name}-2") == str(tmp_path / name)
    assert load_path(sets.find("saved")) == tmp_path / name


def load_path(data):
    """Return the folder that `load` opens; no name of a set may be taken for one."""
    assert data not in OWN
    return Path(data).absolute()


def test_what_is_no_set_is_refused_at_the_start(tmp_path):
    with pytest.raises(InputError, match="found none"):
        Sets(tmp_path, [str(tmp_path / "nothing")])
