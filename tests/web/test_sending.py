"""How the page's files come: compressed, kept, light; and the lab's pages, in the same house."""

import io
import os
import re

import pytest

pytest.importorskip("fastapi")

import httpx

from digitwise.lab import EXPERIMENTS
from digitwise.web import reading, sending
from digitwise.web.desk import LateError
from digitwise.web.samples import SAMPLES
from digitwise.web.sending import STATIC

FIRST_VIEW = 300_000  # bytes


@pytest.fixture(scope="module")
def client(address):
    with httpx.Client(base_url=address, timeout=60) as client:
        yield client


@pytest.mark.parametrize("path", ["/", "/read.js", "/style.css", "/vendor/plotly.min.js"])
def test_files_are_compressed_and_kept(client, path):
    with client.stream("GET", path) as answer:
        sent = sum(len(chunk) for chunk in answer.iter_raw())
        headers = answer.headers
    assert headers["content-encoding"] == "gzip"
    assert sent < 0.55 * len(client.get(path).content)
    assert headers["cache-control"] == "no-cache"
    again = client.get(path, headers={"if-none-match": headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert "script-src 'self'" in again.headers["content-security-policy"]
    assert client.get("/api/health").headers["cache-control"] == "no-store"


SENT = """performance.getEntriesByType("resource")
    .filter((entry) => entry.name.includes("/v-"))
    .map((entry) => entry.transferSize)"""


@pytest.mark.parametrize("room", ["", "lab/", "train.html"])
def test_files_are_sent_once(browser, address, room):
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{address}/{room}", wait_until="networkidle")
    sent = page.evaluate(SENT)
    assert len(sent) >= 3
    assert sum(sent) > 3_000
    page = context.new_page()
    page.goto(f"{address}/{room}", wait_until="networkidle")
    assert page.evaluate(SENT) == [0] * len(sent)
    context.close()


@pytest.mark.parametrize("path", ["read.js", "ideas/pen.js", "vendor/plotly.min.js", "icon.svg"])
def test_a_version_never_changes(client, path):
    (version,) = set(re.findall('"(v-[0-9a-f]{16})/', client.get("/").text))
    kept = client.get(f"/{version}/{path}")
    assert kept.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert kept.content == client.get(f"/{path}").content
    other = client.get(f"/v-{16 * '0'}/{path}")
    assert other.headers["cache-control"] == "no-cache"
    assert client.get(f"/{version}/index.html").headers["cache-control"] == "no-cache"
    assert client.get(f"/{version}/..%2fapp.py").status_code == 404


def test_a_changed_file_makes_another_version(monkeypatch, tmp_path):
    monkeypatch.setattr(sending, "STATIC", tmp_path)
    script = tmp_path / "a.js"
    script.write_text("1")
    version = sending.Version()
    first, then = version.now(), script.stat().st_mtime_ns
    assert version.holds(first, script, then)
    assert not version.holds("0" * 16, script, then)
    script.write_text("2")
    os.utime(script, ns=(then + 10**9, then + 10**9))
    assert not version.holds(first, script, then + 10**9)
    second = version.now()
    assert second != first
    script.write_text("1")
    os.utime(script, ns=(then + 2 * 10**9, then + 2 * 10**9))
    assert version.now() == first


@pytest.mark.parametrize("room", ["", "lab/"])
def test_the_first_view_is_light(browser, address, room):
    page = browser.new_page()
    page.goto(f"{address}/{room}", wait_until="networkidle")
    sent = page.evaluate(
        """performance.getEntriesByType("resource")
            .concat(performance.getEntriesByType("navigation"))
            .reduce((sum, entry) => sum + entry.transferSize, 0)"""
    )
    page.close()
    assert 1_000 < sent <= FIRST_VIEW


def test_what_takes_too_long_is_a_504(client, monkeypatch):
    def late(*_):
        raise LateError("it took more than 10 s: send a smaller picture")

    monkeypatch.setattr(reading, "_read", late)
    answer = client.post("/api/read", files=[("file", ("a.png", b"x"))])
    assert answer.status_code == 504
    assert "smaller picture" in answer.json()["detail"]
    assert "retry-after" not in answer.headers


def test_the_samples_are_read(client, reader):
    names = [sample["name"] for sample in client.get("/api/samples").json()]
    assert names == list(SAMPLES)
    for name in names:
        found = reader.read(io.BytesIO(client.get(f"/api/samples/{name}.jpg").content))
        assert len(found) == len(SAMPLES[name].texts)
    assert client.get("/api/samples/none.jpg").status_code == 404


def test_the_lab_is_listed_in_the_page(client):
    assert client.get("/lab").headers["location"].endswith("lab/")
    page = client.get("/lab/").text
    for name in EXPERIMENTS:
        assert f'<a href="{name}/">' in page
    first = client.get("/").text
    assert first.count('<a href="') >= 4
    for link in ("train.html", "ideas.html"):
        assert f'href="{link}"' in first
        assert f'href="../{link}"' in page
    assert page.count('aria-current="page"') == 1
    nothing = client.get("/lab/none/")
    assert nothing.status_code == 404
    assert "all experiments" in nothing.text


def test_an_experiment_has_a_way_back_and_a_dark_mode(browser, address):
    page = browser.new_page(color_scheme="dark")
    page.goto(f"{address}/lab/gates/")
    assert page.locator("nav [aria-current]").inner_text() == "Lab"
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == "rgb(14, 20, 24)"
    picture = page.locator(".lab figure img").first
    picture.scroll_into_view_if_needed()  # it is loaded when it is looked at
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    page.get_by_role("link", name="all experiments").click()
    page.get_by_role("link", name="Read", exact=True).click()
    page.get_by_text("on this machine").wait_for()
    page.close()


def test_every_room_leads_to_every_room():
    rooms = {path.name: links_of(path) for path in STATIC.glob("*.html")}
    wanted = rooms["index.html"]
    assert {name for name in rooms if name != "index.html"} <= set(wanted)
    assert all(links == wanted for links in rooms.values()), rooms


def links_of(page):
    """Addresses in the list of rooms."""
    nav = re.search("<nav.*?</nav>", page.read_text("utf-8"), re.DOTALL)
    return re.findall('href="([^"]*)"', nav[0])
