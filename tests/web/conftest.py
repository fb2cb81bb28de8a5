import shutil
import subprocess
import threading
import time
from urllib.parse import urlsplit

import pytest

from digitwise.cli.serve import listen

WIDTHS = (390, 1440)
AXE = "axe-core@4.14.1"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="session")
def serve():
    """Runs an application on a free port, in a thread; gives its address."""
    uvicorn = pytest.importorskip("uvicorn")
    servers = []

    def start(app):
        listening = listen("127.0.0.1", 0)
        config = uvicorn.Config(app, log_level="error", access_log=False)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        until = time.monotonic() + 60
        while not server.started and time.monotonic() < until:
            time.sleep(0.05)
        servers.append((server, thread))
        return f"http://127.0.0.1:{listening.getsockname()[1]}"

    yield start
    for server, thread in servers:
        server.should_exit = True
        thread.join(20)


@pytest.fixture(scope="session")
def browser():
    """Debian's Chromium, driven by Playwright."""
    playwright = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("needs Chromium: apt-get install chromium")
    with playwright.sync_playwright() as p:
        launched = p.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def axe(tmp_path_factory):
    """The source of axe-core, which npm fetches; without it, the test is skipped."""
    if (npm := shutil.which("npm")) is None:
        pytest.skip("needs npm, to fetch axe-core")
    folder = tmp_path_factory.mktemp("axe")
    command = [npm, "install", "--prefix", folder, "--no-audit", "--no-fund", "--silent", AXE]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=60)
    except (subprocess.SubprocessError, OSError):
        pytest.skip("npm can't fetch axe-core")
    return (folder / "node_modules/axe-core/axe.min.js").read_text()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("web") / "examples"


@pytest.fixture(scope="module")
def address(serve, reader, folder):
    from digitwise.web.app import make_app

    return serve(make_app(reader, folder=folder, models=folder.with_name("models")))


@pytest.fixture(params=WIDTHS)
def page(browser, address, request):
    """A page that never speaks to anybody else, nor complains."""
    context = browser.new_context(viewport={"width": request.param, "height": 900})
    page = context.new_page()
    complaints, strangers = [], []
    page.complaints = complaints
    page.on("console", lambda message: message.type == "error" and complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    own = urlsplit(address).netloc
    page.on(
        "request",
        lambda r: (
            urlsplit(r.url).scheme in ("data", "blob")
            or urlsplit(r.url).netloc == own
            or strangers.append(r.url)
        ),
    )
    page.goto(address)
    page.get_by_text("on this machine").wait_for()
    yield page
    assert not complaints
    assert not strangers
    context.close()
