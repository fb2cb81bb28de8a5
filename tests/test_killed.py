"""Commands that are killed at any moment: nothing is lost, half-written, or left behind."""

import csv
import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

import digitwise as dw
from digitwise.cli.saving import Output
from digitwise.extras import has
from digitwise.temporary import clear_stale
from tests.conftest import ends_within

CALLS = ("fsync", "link", "mkdir", "rename", "replace", "rmdir", "unlink")
KILLS = int(os.environ.get("DIGITWISE_KILLS", "8")) // 8  # of each command


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


@pytest.mark.parametrize("what", ["sweep", "read"])
def test_killed_at_random_moments_a_command_goes_on_to_the_same_results(
    what, tmp_path, draw_number
):
    if what == "read":
        (tmp_path / "in").mkdir()
        for k in range(30):
            draw_number(["302", "758", "235"][k % 3], k).resize((180, 110)).save(
                tmp_path / "in" / f"{k:02}.png"
            )
        first = ["read", "in", "-o", "OUT/out.csv", "--jobs", "1"]
    else:
        first = ["sweep", "--data", "digits", "--hidden", "8", "--epochs", "8", "--out", "OUT"]
        first += ["--seeds", "12", "--workers", "2"]

    def start(folder, *more):
        (tmp_path / folder).mkdir(exist_ok=True)
        command = [part.replace("OUT", folder) for part in first]
        return subprocess.Popen(
            [sys.executable, "-m", "digitwise", *command, *more],
            cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip

    begun = time.monotonic()
    whole = start("whole")
    _, said = whole.communicate()
    assert whole.returncode == 0, said.decode()
    duration = time.monotonic() - begun
    rng, killed = np.random.default_rng(0), 0
    while killed < KILLS:
        more, folder = [], f"part{killed}"
        while True:
            if ends_within(start(folder, *more), rng.uniform(0.3, duration)):
                break
            killed += 1
            # A command that is killed after its work leaves the whole table, and no journal.
            unfinished = (tmp_path / folder / "out.csv.unfinished").exists()
            more = ["--resume"] if unfinished else []
        assert results(tmp_path / folder) == results(tmp_path / "whole")


def results(folder):
    """The files of a folder, with their contents but for durations."""
    found = {}
    for path in folder.iterdir():
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
