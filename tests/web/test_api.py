"""The API: it answers as the command line does, and refuses bad requests."""

import asyncio
import io
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("fastapi")

import httpx

from digitwise.web import desk, guard
from digitwise.web.app import make_app


@pytest.fixture(scope="module")
def client(address):
    with httpx.Client(base_url=address, timeout=60) as client:
        yield client


def as_png(picture):
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


@pytest.fixture(scope="module")
def number(draw_number):
    return as_png(draw_number("8205373"))


def post(client, *contents, **options):
    files = [("file", (f"{k}.png", content)) for k, content in enumerate(contents)]
    return client.post("/api/read", files=files, params=options)


def test_health_names_the_model(client):
    assert client.get("/api/health").json()["status"] == "ok"
    assert client.get("/api/health").json()["model"] == "reader"


def test_a_number_is_read_as_the_reader_reads_it(client, reader, number):
    (found,) = post(client, number).json()["numbers"]
    (wanted,) = (n.to_dict() for n in reader.read(io.BytesIO(number)))
    assert found["file"] == "0.png"
    assert found["error"] is None
    for key, value in wanted.items():
        if key != "digits":
            assert found[key] == value
    for ours, theirs in zip(found["digits"], wanted["digits"], strict=True):
        assert {**ours, **theirs} == ours
        assert ours["seen"] is None


def test_detail_adds_frames_and_probabilities(client, number):
    (found,) = post(client, number, detail="true").json()["numbers"]
    for digit in found["digits"]:
        image = np.array(digit["seen"])
        assert image.shape == (28, 28)
        assert image.max() > 200
        assert np.argmax(digit["probabilities"]) == int(digit["char"])
        assert digit["bbox"] in found["tried"]
    written = [digit for digit in found["digits"] if digit["kind"] == "digit"]
    assert [part["bbox"] for part in found["paths"][0]] == [digit["bbox"] for digit in written]
    for path, other in zip(found["paths"], found["alternatives"], strict=True):
        digits = [char for char in other["text"] if char.isdigit()]
        assert [part["char"] for part in path] == digits
        assert all(part["bbox"] in found["tried"] for part in path)


def test_options_are_heard(client, number, draw_number):
    (found,) = post(client, number, pattern="D{5}.D{2}").json()["numbers"]
    assert found["text"] == "82053.73"
    (found,) = post(client, number, count="3").json()["numbers"]
    assert found["rejected"]
    (found,) = post(client, as_png(draw_number("7")), layout="digit").json()["numbers"]
    assert found["text"] == "7"
    empty = as_png(Image.new("L", (50, 50), 255))
    assert post(client, empty).json()["numbers"] == []


def test_several_pictures_and_a_bad_one(client, number):
    found = post(client, number, b"no picture", number).json()["numbers"]
    assert [row["text"] for row in found] == ["8205373", None, "8205373"]
    assert [row["file"] for row in found] == ["0.png", "1.png", "2.png"]
    assert "not a picture" in found[1]["error"]


@pytest.mark.parametrize(
    ("options", "status", "message"),
    [
        ({"count": "many"}, 409, "expected a count of 5 or 3-6"),
        ({"pattern": "D{"}, 409, "pattern"),
        ({"pattern": "DD", "count": "2"}, 409, "leave out the count"),
        ({"max_error": "0.0000001"}, 409, "vouch"),
        ({"max_error": "2"}, 422, "less than or equal to 1"),
        ({"layout": "page"}, 422, "layout"),
    ],
)
def test_options_that_make_no_sense(client, number, options, status, message):
    answer = post(client, number, **options)
    assert answer.status_code == status
    assert message in answer.text


def test_a_request_without_a_picture_is_refused(client):
    assert client.post("/api/read").status_code == 422
    form = {"content-type": "multipart/form-data; boundary=b"}
    assert client.post("/api/read", content=b"--b--\r\n", headers=form).status_code == 422
    assert client.get("/api/read").status_code in (404, 405)


def test_too_many_files_pages_and_pixels(client, number, tmp_path, monkeypatch):
    assert post(client, *[number] * 21).status_code == 422
    pages = [Image.new("L", (40, 40), 255) for _ in range(12)]
    pages[0].save(tmp_path / "many.tiff", save_all=True, append_images=pages[1:])
    (found,) = post(client, (tmp_path / "many.tiff").read_bytes()).json()["numbers"]
    assert "more than 10 pages" in found["error"]
    large = as_png(Image.new("1", (6000, 6000), 1))
    (found,) = post(client, large).json()["numbers"]
    assert "36,000,000 pixels; at most 20,000,000" in found["error"]


def test_too_many_bytes(client):
    answer = post(client, b"x" * (guard.MAX_BYTES + 1))
    assert answer.status_code == 413

    def endless():
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'
        for _ in range(guard.MAX_BYTES // 1_000_000 + 2):
            yield b"x" * 1_000_000

    # Without a length that could be looked at first.
    headers = {"content-type": "multipart/form-data; boundary=b"}
    try:
        answer = client.post("/api/read", content=endless(), headers=headers)
        assert answer.status_code == 413
    except httpx.WriteError:
        pass  # the server has hung up before everything was sent
    assert client.get("/api/health").status_code == 200


def test_headers_keep_the_page_to_itself(client):
    for path in ("/", "/read.js", "/api/health", "/nowhere"):
        headers = client.get(path).headers
        assert "script-src 'self'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
    page = client.get("/").text
    assert "<script type=" in page
    assert "onclick" not in page
    assert "http://" not in page.replace("http://www.w3.org", "")


def test_other_sites_are_refused(client, number):
    assert client.get("/api/health", headers={"host": "evil.example"}).status_code == 421
    for headers in ({"origin": "http://evil.example"}, {"origin": "null"}):
        assert client.get("/api/health", headers=headers).status_code == 403
    for site, status in (("cross-site", 403), ("same-site", 403), ("same-origin", 422)):
        answer = client.post("/api/runs", json={"epochs": "no"}, headers={"sec-fetch-site": site})
        assert answer.status_code == status
    # A link from elsewhere opens the page.
    assert client.get("/", headers={"sec-fetch-site": "cross-site"}).status_code == 200


@pytest.mark.parametrize("path", ["/api/runs", "/api/examples", "/api/read"])
def test_what_a_foreign_page_could_send_without_asking_is_refused(client, path):
    simple = ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", None]
    for kind in simple:
        headers = {"content-type": kind} if kind else {}
        answer = client.post(path, content=b'{"hidden": [5]}', headers=headers)
        if (path, kind) == ("/api/read", "multipart/form-data"):
            assert answer.status_code in (400, 422)
        else:
            assert answer.status_code == 415
            assert "expected content-type" in answer.json()["detail"]


def test_a_body_without_a_length_says_what_it_is_too(client):
    answer = client.post("/api/runs", content=iter([b"{}"]), headers={"content-type": "text/plain"})
    assert answer.status_code == 415


@pytest.mark.parametrize("length", ["\u00b2", "-1", "x", "9" * 5000, ""])
def test_a_length_is_a_number(length):
    headers = [(b"host", b"here"), (b"content-length", length.encode("latin-1"))]
    scope = {"type": "http", "method": "POST", "path": "/api/runs", "headers": headers}
    with pytest.raises(guard.Refusal, match="expected a length"):
        guard.Guard(None, {"here"})._admit(scope)


def test_no_file_is_taken_from_a_path(client):
    for path in ("/../app.py", "/%2e%2e/app.py", "/..%2fapp.py", "/static/../../app.py"):
        assert client.get(path).status_code == 404


def test_a_token_is_asked_for(serve, reader, number):
    address = serve(make_app(reader, token="let-me-in-please", hosts=frozenset()))
    with httpx.Client(base_url=address, timeout=60) as client:
        assert client.get("/").status_code == 401
        assert client.get("/api/health", params={"token": "wrong"}).status_code == 401
        bearer = {"authorization": "Bearer let-me-in-please"}
        assert client.get("/api/health", headers=bearer).status_code == 200
        assert client.get("/", params={"token": "let-me-in-please"}).status_code == 200
        assert post(client, number).status_code == 200  # by the cookie that came with the page


def test_slow_and_half_closed_requests_leave_it_serving(address, client, monkeypatch):
    monkeypatch.setattr(guard, "BODY_SECONDS", 1.0)
    parts = urlsplit(address)
    head = (
        f"POST /api/read HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Length: 1000\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\n\r\n--b\r\n"
    ).encode()
    slow = socket.create_connection((parts.hostname, parts.port))
    slow.sendall(head)
    half = socket.create_connection((parts.hostname, parts.port))
    half.sendall(head)
    half.shutdown(socket.SHUT_WR)
    gone = socket.create_connection((parts.hostname, parts.port))
    gone.sendall(head)
    gone.close()
    slow.settimeout(10)
    assert b" 408 " in slow.recv(1000).split(b"\r\n")[0]
    slow.close()
    half.close()
    nonsense = socket.create_connection((parts.hostname, parts.port))
    nonsense.sendall(b"\x00\xff nonsense\r\n\r\n")
    nonsense.settimeout(10)
    assert b" 400 " in nonsense.recv(1000).split(b"\r\n")[0]
    nonsense.close()
    assert client.get("/api/health").status_code == 200


def test_many_at_once_are_answered_or_told_to_come_again(address, number):
    def one(_):
        with httpx.Client(base_url=address, timeout=60) as client:
            return post(client, number)

    with ThreadPoolExecutor(100) as pool:
        answers = list(pool.map(one, range(100)))
    codes = [answer.status_code for answer in answers]
    assert set(codes) <= {200, 503}
    assert codes.count(200) >= desk.MAX_WAITING
    for answer in answers:
        if answer.status_code == 200:
            assert answer.json()["numbers"][0]["text"] == "8205373"
        else:
            assert answer.headers["retry-after"] == "1"


def test_a_refusal_arrives_although_the_body_is_still_on_its_way(address):
    """The connection was reset, and the answer lost."""
    host, port = address.removeprefix("http://").split(":")
    head = f"POST /api/read HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: text/plain\r\n"
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(f"{head}Content-Length: 200\r\n\r\n".encode())
        for _ in range(2):
            time.sleep(0.2)
            connection.sendall(100 * b"x")
        assert b" 415 " in connection.recv(1000).split(b"\r\n")[0]


def test_a_flood_is_told_to_slow_down(reader):
    shielded = guard.Guard(None, set())
    for _ in range(int(guard.BURST)):
        shielded._check_rate("1.2.3.4")
    refused = 0
    for _ in range(100):
        try:
            shielded._check_rate("1.2.3.4")
        except guard.Refusal as refusal:
            refused += refusal.status == 429
    assert refused > 80
    shielded._check_rate("5.6.7.8")
    for k in range(2 * guard.MAX_ADDRESSES):
        shielded._check_rate(str(k))
    assert len(shielded._buckets) <= guard.MAX_ADDRESSES


def test_what_takes_too_long_is_given_up(monkeypatch):
    monkeypatch.setattr(desk, "SECONDS", 0.2)
    waiting = desk.Desk()

    async def ask():
        with pytest.raises(desk.LateError, match="more than 0.2 s"):
            await waiting.do(lambda: time.sleep(1))
        with pytest.raises(desk.BusyError, match="another picture"):
            await waiting.do(lambda: 3)  # its turn hasn't come
        await asyncio.sleep(1)
        assert await waiting.do(lambda: 3) == 3

    with ThreadPoolExecutor(1) as thread:  # this one may have a browser's loop
        thread.submit(asyncio.run, ask()).result()
    waiting.close()


def test_examples_are_saved_for_training(client, folder):
    image = np.zeros((28, 28), np.uint8)
    image[4:24, 12:16] = 255
    examples = [{"label": 1, "seen": image.tolist()}] * 2
    answer = client.post("/api/examples", json={"examples": examples})
    assert answer.json() == {"saved": 2, "folder": "examples"}
    (saved,) = (folder / "1").glob("*.png")
    assert (np.asarray(Image.open(saved)) == image).all()
    # Labelled anew: the latest label is the one that is meant.
    examples = [{"label": 7, "seen": image.tolist()}]
    assert client.post("/api/examples", json={"examples": examples}).status_code == 200
    assert not saved.exists()
    assert (folder / "7" / saved.name).exists()


@pytest.mark.parametrize(
    "example",
    [
        {"label": 10, "seen": [[0] * 28] * 28},
        {"label": 1, "seen": "?"},
        {"label": 1, "seen": [[0] * 28] * 27},
        {"label": 1, "seen": [[0] * 29] * 28},
        {"label": 1, "seen": [[256] * 28] * 28},
        {"label": "../../x", "seen": [[0] * 28] * 28},
    ],
)
def test_what_is_no_example(client, example):
    assert client.post("/api/examples", json={"examples": [example]}).status_code == 422
    assert client.post("/api/examples", json={"examples": []}).status_code == 422


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/api/health", "GET"),
        ("OPTIONS", "/api/read", "POST"),
        ("PUT", "/api/runs", "GET, POST"),
        ("PATCH", "/api/runs/0", "DELETE, GET"),
        ("GET", "/api/runs/0/start", "POST"),
    ],
)
def test_other_methods_are_told_those_there_are(client, method, path, allowed):
    answer = client.request(method, path)
    assert answer.status_code == 405
    assert answer.headers["allow"] == allowed
    assert client.request(method, "/api/nothing").status_code == 404
