"""Downloads, from a local server that serves right, corrupt, truncated, slow and missing files."""

import gzip
import hashlib
import io
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from digitwise.data import download, mnist
from digitwise.data.download import fetch
from digitwise.data.mnist import File
from digitwise.errors import DataError

CONTENTS = {f"file-{i}": bytes([i]) * (200_000 + i) for i in range(4)}
FILES = tuple(
    File(name, hashlib.sha256(content).hexdigest(), len(content))
    for name, content in CONTENTS.items()
)


class Server:
    """Serves the files; the first folder of the path names their fault."""

    def __init__(self):
        self.served = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                manner, _, name = self.path.strip("/").partition("/")
                server.served.append(self.path)
                zipped = gzip.compress(CONTENTS[name.removesuffix(".gz")], mtime=0)
                if manner == "missing":
                    self.send_error(404)
                    return
                if manner == "corrupt":
                    zipped = gzip.compress(b"another file altogether")
                if manner == "noise":
                    zipped = b"<html>log in first</html>"
                self.send_response(200)
                self.send_header("Content-Length", str(len(zipped)))
                self.end_headers()
                if manner == "truncated":
                    self.wfile.write(zipped[: len(zipped) // 2])
                elif manner == "slow":
                    self.wfile.write(zipped[:10])
                    self.wfile.flush()
                    server.stop_waiting.wait(20)
                elif manner == "trickle":
                    for i in range(len(zipped)):
                        self.wfile.write(zipped[i : i + 1])
                        self.wfile.flush()
                        time.sleep(0.01)
                else:
                    self.wfile.write(zipped)

            def log_message(self, *args):
                pass

        class Quiet(ThreadingHTTPServer):
            def handle_error(self, request, client_address):
                """Clients hang up in some tests."""

        self.stop_waiting = threading.Event()
        self.http = Quiet(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def url(self, manner):
        return f"http://127.0.0.1:{self.http.server_port}/{manner}/"

    def close(self):
        self.stop_waiting.set()
        self.http.shutdown()
        self.http.server_close()


@pytest.fixture
def server(monkeypatch):
    for module in (mnist, download):
        monkeypatch.setattr(module, "FILES", FILES)
    server = Server()
    yield server
    server.close()


def assert_whole(folder):
    names = {path.name for path in folder.iterdir()}
    assert names == {f"{name}.gz" for name in CONTENTS}
    for name, content in CONTENTS.items():
        assert gzip.decompress((folder / f"{name}.gz").read_bytes()) == content


def test_from_the_first_mirror(server, tmp_path):
    paths = fetch(tmp_path, mirrors=[server.url("good")])
    assert_whole(tmp_path)
    assert [path.name for path in paths] == [f"{name}.gz" for name in CONTENTS]


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_bar_for_each_file_where_people_see_it(server, tmp_path, monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    for screen in (Terminal(), io.StringIO()):
        monkeypatch.setattr("sys.stderr", screen)
        folder = tmp_path / type(screen).__name__
        fetch(folder, mirrors=[server.url("good")], progressbar=True)
        sizes = [path.stat().st_size for path in folder.iterdir()]
        shown = [f"{size}/{size} bytes" in screen.getvalue() for size in sizes]
        assert all(shown) if screen.isatty() else not screen.getvalue()


def test_into_the_cache(server):
    fetch(mirrors=[server.url("good")])
    assert_whole(mnist.cache_folder())


@pytest.mark.parametrize("manner", ["missing", "corrupt", "noise", "truncated", "slow"])
def test_the_next_mirror_serves_where_one_does_not(server, tmp_path, manner):
    fetch(tmp_path, mirrors=[server.url(manner), server.url("good")], timeout=0.3)
    assert_whole(tmp_path)


@pytest.mark.parametrize(
    ("manner", "reason"),
    [
        ("missing", "HTTP 404"),
        ("corrupt", "not MNIST's file-0: expected 200,000 bytes .* found 23"),
        ("noise", "not MNIST's file-0"),
        ("truncated", "damaged|broke off"),
        ("slow", "no answer|broke off"),
    ],
)
def test_no_mirror_left(server, tmp_path, manner, reason):
    with pytest.raises(DataError, match=rf"(?s)could not fetch file-0.gz .*({reason})") as error:
        fetch(tmp_path, mirrors=[server.url(manner)], timeout=0.3)
    assert "--data-dir" in str(error.value)
    assert list(tmp_path.iterdir()) == []


def test_an_unreachable_mirror_is_an_error(server, tmp_path):
    with pytest.raises(DataError, match="can't be reached"):
        fetch(tmp_path, mirrors=["http://127.0.0.1:9/"], timeout=0.3)


def test_what_is_there_is_not_fetched_again(server, tmp_path):
    fetch(tmp_path, mirrors=[server.url("good")])
    before = len(server.served)
    fetch(tmp_path, mirrors=[server.url("good")])
    assert len(server.served) == before


def test_a_damaged_copy_in_the_cache_is_replaced(server):
    fetch(mirrors=[server.url("good")])
    (mnist.cache_folder() / "file-2.gz").write_bytes(b"half of")
    fetch(mirrors=[server.url("good")])
    assert_whole(mnist.cache_folder())
    assert len(server.served) == 5


def test_a_file_of_the_users_is_never_replaced(server, tmp_path):
    own = tmp_path / "file-1.gz"
    own.write_bytes(gzip.compress(b"clothes, not digits"))
    with pytest.raises(DataError, match="Move it away"):
        fetch(tmp_path, mirrors=[server.url("good")])
    assert gzip.decompress(own.read_bytes()) == b"clothes, not digits"


def test_a_folder_that_cannot_be_made(server, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match=r"can't write into .*file/folder"):
        fetch(tmp_path / "file" / "folder", mirrors=[server.url("good")])


def test_a_killed_download_leaves_nothing_under_the_name(server, tmp_path):
    code = (
        "import sys; from pathlib import Path; from digitwise.data import download, mnist;"
        "files = (mnist.File('file-0', sys.argv[3], 200000),);"
        "download.FILES = mnist.FILES = files;"
        "download.fetch(Path(sys.argv[1]), mirrors=[sys.argv[2]])"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, tmp_path, server.url("trickle"), FILES[0].sha256]
    )
    deadline = time.monotonic() + 30
    while not server.served and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.1)
    process.kill()
    process.wait()
    assert server.served
    assert not (tmp_path / "file-0.gz").exists()
    fetch(tmp_path, mirrors=[server.url("good")])
    assert gzip.decompress((tmp_path / "file-0.gz").read_bytes()) == CONTENTS["file-0"]
