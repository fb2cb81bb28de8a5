"""`digitwise review`: it serves a table, and decisions outlive a kill."""

import signal
import subprocess
import sys

import pytest

from tests.cli.conftest import assert_one_line
from tests.cli.test_serve import wait_for
from tests.review.conftest import cells_of, make_table

pytest.importorskip("uvicorn")

import httpx

__all__ = ["make_table"]


@pytest.fixture
def start(tmp_path):
    """Starts a review; gives the process and the page's address."""
    running = []

    def run(table):
        command = [sys.executable, "-m", "digitwise", "review", table, "--no-open"]
        server = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path
        )
        running.append(server)
        address = server.stdout.readline().split()[0]
        assert address.endswith("/review.html")
        assert "Review" in wait_for(address).text
        return server, address.removesuffix("review.html")

    yield run
    for server in running:
        server.kill()
        server.communicate()


def test_a_server_that_is_killed_loses_nothing(start, make_table):
    table = make_table()
    server, address = start(table)
    body = {"state": "corrected", "text": "72", "client": "a", "who": "Ann"}
    assert httpx.post(f"{address}api/review/rows/0", json=body).status_code == 200
    server.kill()
    server.wait()
    server, address = start(table)
    assert httpx.get(f"{address}api/review").json()["progress"]["decided"] == 1
    body["text"] = "-6"
    assert httpx.post(f"{address}api/review/rows/1", json=body).status_code == 200
    server.send_signal(signal.SIGINT)
    out, errors = server.communicate(timeout=30)
    assert "2 of 4 numbers looked at" in out
    assert errors.replace("digitwise: stopped\n", "") == ""
    assert [row["text"] for row in cells_of(table)][:4] == ["078", "72", "-6", "90"]


def test_tables_that_can_not_be_reviewed(run, tmp_path):
    assert_one_line(run("review", "no.csv"), 1, "no.csv: there is no such table")
    (tmp_path / "a.parquet").write_bytes(b"PAR1")
    assert_one_line(run("review", "a.parquet"), 1, "only .csv, .tsv, .xlsx, .jsonl can hold")
    (tmp_path / "a.csv").write_text("file,text\n")
    assert_one_line(run("review", "a.csv"), 1, "a.csv: there is no number in it to review")
