"""Batches that are killed, with unreadable and deadly pictures: python benchmarks/batches.py

`digitwise read` reads a folder in which 3 of 100 files can't be read and one ends every process
that opens it. It is killed at random moments and goes on with --resume. The table must be the
same, byte for byte, as the one of a batch that ran through.
"""

import argparse
import csv
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from measure import machine, mnist
from throughput import DISTINCT, SEED, draw

import digitwise as dw
from digitwise.data.strings import HANDS, draw_number

DEADLY = "deadly.png"
UNREADABLE = 0.03  # share of the files
# Read by each Python process that starts: a picture of this name ends it, as a fault of a library
# would.
SITE = f"""
import os
import PIL.Image

opened = PIL.Image.open

def open(file, *arguments, **named):
    if {DEADLY!r} in str(getattr(file, "name", file)):
        os._exit(9)
    return opened(file, *arguments, **named)

PIL.Image.open = open
"""


def make(scratch: Path, digits: dw.Digits, count: int) -> Path:
    """Draw the pictures, and damage some of them."""
    folder = scratch / "in"
    draw(folder, digits, count)
    rng = np.random.default_rng(0)
    for index in rng.choice(count, int(UNREADABLE * count), replace=False):
        path = folder / f"{index:05}.png"
        path.write_bytes(path.read_bytes()[: rng.integers(200)])
    (folder / DEADLY).write_bytes((folder / f"{count - 1:05}.png").read_bytes())
    (scratch / "sitecustomize.py").write_text(SITE)
    return folder


def truth(digits: dw.Digits, file: str) -> str:
    """Return the text of a picture that `draw` has drawn."""
    return draw_number(digits, HANDS["spaced-5"], SEED, int(Path(file).stem) % DISTINCT).text


def start(scratch: Path, out: str, *more: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "digitwise", "read", "in", "-o", out, *more]
    return subprocess.Popen(
        command, cwd=scratch, env={**os.environ, "PYTHONPATH": str(scratch)},
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-n", type=int, default=2_000, help="pictures")
    parser.add_argument("--kills", type=int, default=20)
    options = parser.parse_args()
    print(machine())
    with tempfile.TemporaryDirectory() as name:
        scratch, digits = Path(name), mnist()[1]
        make(scratch, digits, options.n)
        begun = time.monotonic()
        said = start(scratch, "whole.csv").communicate()[1].decode()
        duration = time.monotonic() - begun
        print(said.strip().splitlines()[-1])
        whole = (scratch / "whole.csv").read_bytes()
        rows = list(csv.DictReader(whole.decode().splitlines()))
        failed = [row["file"] for row in rows if row["error"]]
        print(f"{duration:.1f} s, {len(rows):,} rows, {len(failed)} with an error")
        sure = [row for row in rows if row["state"] == "sure" and DEADLY not in row["file"]]
        wrong = sum(row["text"] != truth(digits, row["file"]) for row in sure)
        print(f"{len(sure):,} sure, {wrong} of them wrong ({wrong / max(1, len(sure)):.2%})")
        fault = f"in/{DEADLY}" not in failed or len(failed) != 1 + int(UNREADABLE * options.n)
        start(scratch, "again.csv").communicate()
        fault |= (scratch / "again.csv").read_bytes() != whole
        rng, killed, more = np.random.default_rng(1), 0, []
        while True:
            process = start(scratch, "killed.csv", *more)
            try:
                until = rng.uniform(0.3, 2 * duration / options.kills + 2)
                said = process.communicate(timeout=until if killed < options.kills else None)[1]
                break
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
                killed += 1
                more = ["--resume"] if (scratch / "killed.csv.unfinished").exists() else []
        if not (scratch / "killed.csv").exists():
            raise SystemExit(f"after {killed} kills no table: {said.decode().strip()}")
        same = (scratch / "killed.csv").read_bytes() == whole
        left = sorted(path.name for path in scratch.iterdir())
        print(f"killed {killed} times: {'the same bytes' if same else 'OTHER BYTES'}; left: {left}")
    raise SystemExit(fault or not same or killed < options.kills)


if __name__ == "__main__":
    main()
