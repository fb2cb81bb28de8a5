"""The static demo: written once, then shown by a server of plain files."""

import http.server
import threading
from functools import partial

import pytest

pytest.importorskip("fastapi")

import httpx
from fastapi import FastAPI

from digitwise.errors import InputError
from digitwise.lab.gallery import write_gallery
from digitwise.web import ideas
from digitwise.web.site import write_site
from tests.web.test_page import reads, write

QUESTIONS = [
    "surface?name=banana",
    "surface?name=drawn&dabs=-110.-60.-3_90.20.-2_0.0.9_20.-40.2",
    "surface?name=drawn",
    "ball?surface=drawn&learning_rate=0.05&v1=1.8&v2=1.4&dabs=-110.-60.-3_90.20.-2_0.0.9",
    "ball?surface=drawn&learning_rate=2.6&momentum=0.5&v1=1.8&v2=1.4&dabs=0.0.-5",
    *(f"ball?surface={name}&learning_rate=0.08&v1=-1.2&v2=0.7" for name in ideas.SURFACES),
    "ball?surface=valley&learning_rate=0.5&momentum=0&v1=-2&v2=0.8",
    "ball?surface=banana&learning_rate=3&momentum=0.5&v1=-2&v2=0.8",
    "ball?surface=wells&learning_rate=0.02&momentum=0.9&v1=1.9&v2=1.5",
    "perceptron?w1=-4&w2=2.5&bias=1",
    "circuit?kind=half-adder&bits=11",
    "circuit?kind=adder&bits=0111&gain=2.5",
    "minibatch?m=20&seed=3",
]


@pytest.fixture(scope="module")
def gallery(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gallery")
    write_gallery(folder, short=True, names=["decisions", "gates"])
    return folder


@pytest.fixture(scope="module")
def site(tmp_path_factory, gallery):
    folder = tmp_path_factory.mktemp("demo") / "new" / "site"
    assert write_site(folder, gallery) == sum(
        path.stat().st_size for path in folder.rglob("*") if path.is_file()
    )
    return folder


@pytest.fixture(scope="module")
def host(site):
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=site))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def visit(browser, host):
    """Return a function that opens a page; at the end, no request went out and none failed."""
    page, wrong = browser.new_page(), []
    page.on("console", lambda message: message.type == "error" and wrong.append(message.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("response", lambda answer: answer.status >= 400 and wrong.append(answer.url))
    own = (f"{host}/", "data:", "blob:")
    page.on("request", lambda asked: asked.url.startswith(own) or wrong.append(asked.url))

    def open_page(path, width=1440):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"{host}/{path}", wait_until="networkidle")
        return page

    yield open_page
    page.close()
    assert not wrong


@pytest.mark.parametrize("width", [390, 1440])
def test_what_is_written_is_read_without_a_server(visit, width):
    page = visit("", width)
    write(page, "52")
    page.locator("#live .said").get_by_text("It says 2").wait_for(timeout=15_000)
    reads(page, "52")
    assert page.locator(".digit").count() == 2
    page.get_by_role("button", name="What the network saw of 5").click()
    page.locator("#live .said").get_by_text("It says 5").wait_for()
    page.get_by_role("button", name="Undo").click()  # the 2 is one stroke
    page.locator(".text").filter(has_text="52").wait_for(state="detached")
    page.get_by_role("button", name="Show me a digit").click()
    page.locator("#live .said").get_by_text("It says 0").wait_for()
    assert page.locator(".text").count() == 0
    root = "document.documentElement"
    assert page.evaluate(f"{root}.scrollWidth <= {root}.clientWidth")


def test_ideas_and_lab_need_no_server(visit):
    page = visit("ideas.html")
    for idea, text in (
        ("valley", "step "), ("perceptron", "It computes: NAND"), ("circuit", "5 neurons"),
        ("minibatch", "60 mini-batches of 10"),
    ):  # fmt: skip
        page.locator(f"#{idea}").get_by_text(text).first.wait_for(timeout=15_000)
    assert page.locator("#valley .map svg").count() > 0
    assert page.locator("[name=kind] option").count() == 2
    page.get_by_role("link", name="Lab", exact=True).click()
    page.locator(".experiments b", has_text="gates").click()
    page.get_by_text("NAND is weights -2, -2 and bias 3").wait_for()
    page.evaluate("Promise.all([...document.images].map((image) => image.decode()))")
    page.get_by_role("link", name="Draw").click()
    page.get_by_role("heading", name="Write a number").wait_for()


def test_its_answers_are_the_servers(visit, serve):
    app = FastAPI()
    app.include_router(ideas.router)
    server, page = serve(app), visit("lab/")
    ask = 'async (path) => (await import("/api.js")).call(path)'
    for question in QUESTIONS:
        wanted = httpx.get(f"{server}/api/ideas/{question}", timeout=30).json()
        agree(page.evaluate(ask, f"api/ideas/{question}"), wanted)


def agree(found, wanted):
    """Compare two answers: numbers to 1e-4, all else exactly."""
    if isinstance(wanted, dict):
        assert found.keys() == wanted.keys()
        for name in wanted:
            agree(found[name], wanted[name])
    elif isinstance(wanted, list):
        assert len(found) == len(wanted)
        for one, other in zip(found, wanted, strict=True):
            agree(one, other)
    elif isinstance(wanted, float | int) and wanted is not None:
        assert found == pytest.approx(wanted, rel=1e-4, abs=1e-4)
    else:
        assert found == wanted


def test_its_network_is_the_readers(host):
    from safetensors.numpy import load

    from digitwise.models.shipped import open_model

    w = load(httpx.get(f"{host}/api/network").content)["w0"]
    assert (w == open_model().network.weights[0]).all()


def test_only_an_earlier_demo_is_replaced(site, gallery, tmp_path):
    (site / "stale.js").write_text("")
    write_site(site, gallery)
    assert not (site / "stale.js").exists()
    assert (site / "draw.js").exists()
    (tmp_path / "letters.txt").write_text("dear")
    with pytest.raises(InputError, match="has other files"):
        write_site(tmp_path, gallery)
    with pytest.raises(InputError, match="`digitwise lab all` wrote"):
        write_site(tmp_path / "new", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["letters.txt"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_demo(visit, axe, scheme):
    page = visit("", 390 if scheme == "dark" else 1440)
    page.emulate_media(color_scheme=scheme)
    write(page, "52")
    reads(page, "52")
    page.evaluate(axe)
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    assert [one["id"] for one in found["violations"]] == []
