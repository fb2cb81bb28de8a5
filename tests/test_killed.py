"""Commands that are killed at any moment: nothing is lost, half-written, or left behind.

DIGITWISE_KILLS=240 kills ten commands 30 times each, here and in training/test_run.py.
"""

import contextlib
import csv
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import digitwise as dw
from digitwise.cli.saving import Output
from digitwise.extras import has
from digitwise.temporary import clear_stale
from tests.conftest import ends_within

CALLS = ("fsync", "link", "mkdir", "rename", "replace", "rmdir", "unlink")
KILLS = int(os.environ.get("DIGITWISE_KILLS", "8")) // 8  # of each command
ORPHAN_TIMEOUT_S = 10  # for the processes of a killed one to end


def network(seed):
    return dw.Network([784, 6, 10], activation="relu", init="scaled", rng=seed, dtype="float32")


def save_table(number, path):
    row = {"file": "a.png", "error": f"number {number}"}
    Output(path, path.suffix, replace=True).write(iter([row] * 3))


WRITERS = {
    # What `train` and `learn` write at their end.
    "net.safetensors": lambda number, path: dw.save(network(number), path),
    "torch.safetensors": lambda number, path: dw.export(network(number), "torch", path),
    "hub": lambda number, path: dw.export(network(number), "hub", path),
    "net.onnx": lambda number, path: dw.export(network(number), "onnx", path),
    "table.csv": save_table,
    "table.jsonl": save_table,
}


def contents(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def killed_at(count, write):
    """Write in a child process that is killed at a system call; tell whether it was."""
    child = os.fork()
    if child == 0:
        left = [count]

        def deadly(call):
            def called(*given, **named):
                if left[0] == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                left[0] -= 1
                return call(*given, **named)

            return called

        try:
            for name in CALLS:
                setattr(os, name, deadly(getattr(os, name)))
            write()
        except BaseException:
            os._exit(1)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status):
        return True
    assert os.WEXITSTATUS(status) == 0
    return False


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.parametrize("name", WRITERS)
def test_killed_at_each_system_call_a_file_is_the_old_or_the_new_one(name, tmp_path):
    if name.endswith(".onnx") and not has("onnx"):
        pytest.skip("needs the extra [onnx]")
    write = WRITERS[name]
    for number, folder in enumerate(("old", "new")):
        (tmp_path / folder).mkdir()
        write(number, tmp_path / folder / name)
    old, new = (contents(tmp_path / folder) for folder in ("old", "new"))
    assert old != new
    folder, count = tmp_path / "folder", 0
    folder.mkdir()
    write(0, folder / name)
    before, seen = contents(folder), set()
    while killed_at(count, lambda: write(1, folder / name)):
        clear_stale(folder)  # as the next process does
        found = contents(folder)
        assert found in (before, new)
        seen.add(found == new)
        write(0, folder / name)
        count += 1
    assert count >= 2
    assert False in seen
    assert contents(folder) == new


COMMANDS = {
    "sweep": "sweep --data digits --hidden 8 --epochs 8 --out OUT --seeds 12 --workers 2",
    "read": "read in -o OUT/out.csv --jobs 1 --overlay OUT",
    "export": "export reader OUT/net.safetensors --to torch",
    "learn": "learn in --out OUT/mine.safetensors",
}


@pytest.mark.parametrize("what", COMMANDS)
def test_killed_at_random_moments_a_command_goes_on_to_the_same_results(
    what, tmp_path, draw_number
):
    if what == "learn" and KILLS < 2:
        pytest.skip("takes minutes: only with DIGITWISE_KILLS")
    if what in ("read", "learn"):
        draw_numbers(tmp_path / "in", draw_number, 12 if what == "learn" else 30)

    def start(folder, *more):
        (tmp_path / folder).mkdir(exist_ok=True)
        command = COMMANDS[what].replace("OUT", folder).split()
        return subprocess.Popen(
            [sys.executable, "-m", "digitwise", *command, *more],
            cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip

    begun = time.monotonic()
    assert ends_within(start("whole"), 600)
    duration = time.monotonic() - begun
    rng, killed = np.random.default_rng(0), 0
    while killed < KILLS:
        more, folder = [], f"part{killed}"
        while True:
            # What doesn't go on, but begins anew, would seldom end within its own duration.
            until = duration * (2 if killed >= KILLS else 1)
            process = start(folder, *more)
            if ends_within(process, rng.uniform(0.2, until)):
                break
            assert_no_orphan(process.pid)
            killed += 1
            # A command that is killed after its work leaves the whole table, and no journal.
            unfinished = (tmp_path / folder / "out.csv.unfinished").exists()
            more = ["--resume"] if unfinished else []
        assert results(tmp_path / folder) == results(tmp_path / "whole")


def draw_numbers(folder, draw_number, count):
    folder.mkdir()
    truth = {f"{k:02}.png": ["302", "758", "235", "8205"][k % 4] for k in range(count)}
    for k, (name, text) in enumerate(truth.items()):
        draw_number(text, k).resize((180, 110)).save(folder / name)
    (folder / "truth.json").write_text(json.dumps(truth))


def assert_no_orphan(session):
    """Check that the processes which a killed one has started end soon."""
    if not Path("/proc").is_dir():
        return
    end = time.monotonic() + ORPHAN_TIMEOUT_S
    while left := [process for process in processes() if process[1] == session]:
        assert time.monotonic() < end, left
        time.sleep(0.05)


def processes():
    """Yield name and session of each process that isn't a zombie."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            name, said = path.read_text().rsplit(")", 1)
            state, _, _, session, *_ = said.split()
            if state != "Z":
                yield name, int(session)


def test_a_killed_server_leaves_whole_files_and_no_process(tmp_path, few):
    httpx = pytest.importorskip("httpx", reason="needs the extra [web]")
    pytest.importorskip("fastapi", reason="needs the extra [web]")
    rng, answered = np.random.default_rng(0), set()
    settings = {"data": "digits", "hidden": [8], "epochs": 1000}
    scratch = tmp_path / "tmp"
    scratch.mkdir()

    def start():
        server = subprocess.Popen(
            [sys.executable, "-m", "digitwise", "serve", "--port", "0"], cwd=tmp_path,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True,
            env={**os.environ, "TMPDIR": str(scratch)},
        )  # fmt: skip
        (address,) = re.findall(r"http://127\.0\.0\.1:\d+", server.stdout.readline())
        while True:
            with contextlib.suppress(httpx.ConnectError):
                httpx.get(f"{address}/api/health", timeout=60)
                return server, address
            time.sleep(0.05)

    for k in range(max(KILLS, 1)):
        server, address = start()
        kill = threading.Timer(rng.uniform(1.0, 6.0), server.kill)
        if k:  # the first server lives until it has saved something
            kill.start()
        number = k * 1000
        client = httpx.Client(base_url=address, timeout=60)
        with contextlib.suppress(httpx.HTTPError), client:
            run = client.post("/api/runs", json=settings).json()["id"]
            client.post(f"/api/runs/{run}/start", json={})
            while True:
                saved = client.post(f"/api/runs/{run}/save", json={}).json()
                answered.add(f"models/{saved['model']}.safetensors")
                seen = few.images[number % len(few)].copy()
                seen[0, :4] = list(number.to_bytes(4, "big"))  # each differs
                example = {"label": number % 10, "seen": seen.tolist()}
                client.post("/api/examples", json={"examples": [example]})
                number += 1
                if not kill.ident:
                    kill.start()
        if not kill.ident:
            kill.start()
        server.communicate()
        assert_no_orphan(server.pid)
        for path in tmp_path.glob("models/*.safetensors"):
            dw.load_model(path)
        pictures = list(tmp_path.glob("examples/*/*.png"))
        for path in pictures:
            with Image.open(path) as image:
                image.load()
        assert answered <= {str(path.relative_to(tmp_path)) for path in tmp_path.glob("models/*")}
    assert answered
    assert pictures
    assert list(scratch.iterdir())
    server, _ = start()
    server.send_signal(signal.SIGINT)
    server.communicate()
    assert not list(scratch.iterdir())
    # The next process to write into a folder removes what is left there.
    for folder in (tmp_path / "models", *tmp_path.glob("examples/*")):
        clear_stale(folder)
    assert {path.suffix for path in tmp_path.rglob("*") if path.is_file()} <= {
        ".safetensors",
        ".png",
    }


def results(folder):
    """The files of a folder, with their contents but for durations."""
    found = {}
    for path in folder.iterdir():
        if path.suffix in (".png", ".safetensors"):
            found[path.name] = path.read_bytes()
            continue
        if path.suffix == ".csv":
            rows = list(csv.DictReader(path.read_text().splitlines()))
            found[path.name] = [{k: v for k, v in row.items() if k != "seconds"} for row in rows]
        elif path.suffix == ".jsonl":
            rows = [json.loads(line) for line in path.read_text().splitlines()]
            rows = [{k: v for k, v in row.items() if k != "seconds"} for row in rows]
            found[path.name] = sorted(rows, key=str)
        else:
            found[path.name] = None
    return found
