import re
import signal
import subprocess
import sys
import time

import pytest

from digitwise.cli.serve import serve
from digitwise.errors import DigitwiseError
from tests.cli.conftest import assert_one_line

pytest.importorskip("uvicorn")

import httpx


@pytest.fixture
def start(tmp_path):
    """Start a server, and return its output."""
    running = []

    def run(*arguments):
        command = [sys.executable, "-m", "digitwise", "serve", "--port", "0", *arguments]
        server = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path
        )
        running.append(server)
        return server, server.stdout.readline()

    yield run
    for server in running:
        server.kill()
        server.communicate()


def wait_for(address):
    for _ in range(100):
        try:
            return httpx.get(address, timeout=60)
        except httpx.ConnectError:
            time.sleep(0.1)
    raise AssertionError(address)


def test_it_serves_until_it_is_interrupted(start):
    server, said = start()
    (address,) = re.findall(r"http://127\.0\.0\.1:\d+/", said)
    assert wait_for(f"{address}api/health").json()["status"] == "ok"
    assert "Write a number" in wait_for(address).text
    server.send_signal(signal.SIGINT)
    _, errors = server.communicate(timeout=30)
    assert server.returncode in (0, 130)
    assert "Traceback" not in errors


def test_beyond_this_machine_a_token_is_needed(start):
    _, said = start("--host", "0.0.0.0")
    port, token = re.findall(r"http://0\.0\.0\.0:(\d+)/\?token=(\S+)", said)[0]
    address = f"http://127.0.0.1:{port}/api/health"
    assert wait_for(address).status_code == 401
    assert wait_for(f"{address}?token={token}").status_code == 200


def test_what_cannot_be_served(run):
    assert_one_line(run("serve", "--model", "nothing"), 1, "no model 'nothing'")
    assert_one_line(run("serve", "--token", "short"), 1, "expected a token of 8")
    assert_one_line(run("serve", "--host", "nowhere.invalid"), 1, "can't listen on nowhere.invalid")
    assert run("serve", "--port", "70000").code == 2


def test_without_the_extra_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    with pytest.raises(DigitwiseError, match="pip install 'digitwise\\[web\\]'"):
        serve()
