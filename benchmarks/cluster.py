"""Sweeps and batches on a local cluster of Ray whose processes are killed, against one machine.

python benchmarks/cluster.py [--networks N] [--pictures N] [--kills N] [--json FILE]

Each process has one core. Results have to be bit-identical; the program stops if they aren't.
Needs `.[ray]` and MNIST.
"""

import argparse
import importlib.util
import os
import random
import shutil
import signal
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from measure import deliver, mnist, pin, table

pin(2)
os.environ.setdefault("RAY_worker_niceness", "0")  # Ray's processes are to have as much as ours

import numpy as np  # noqa: E402

import digitwise as dw  # noqa: E402
from digitwise.engines.ray_cluster import RayCluster  # noqa: E402

DISTINCT = 100  # pictures
EMPTY_TASKS = 200
KILL_EVERY_S = 1.0  # at most; there are results between two kills


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--networks", type=int, default=64)
    parser.add_argument("--pictures", type=int, default=5000)
    parser.add_argument("--digits", type=int, default=50_000)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--kills", type=int, default=10)
    return parser.parse_known_args()[0]


def busy() -> list[int]:
    """Return the processes of our cluster that run a task."""
    parents, running = {}, []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text().rpartition(")")[2].split()
            command = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        parents[int(folder.name)] = int(stat[1])
        if command.startswith(b"ray::_call"):
            running.append(int(folder.name))

    def is_ours(pid: int) -> bool:
        while pid > 1 and pid != os.getpid():
            pid = parents.get(pid, 0)
        return pid == os.getpid()

    return [pid for pid in running if is_ours(pid)]


came = [0]  # results so far


@contextmanager
def killing(count: int) -> Iterator[list[int]]:
    """Kill one process after the other while the block runs; yields those killed."""
    killed: list[int] = []
    ended = threading.Event()
    before = [came[0]]

    def kill() -> None:
        rng = random.Random(0)
        while len(killed) < count and not ended.wait(KILL_EVERY_S):
            found = busy()
            if found and came[0] > before[0]:
                before[0] = came[0]
                killed.append(rng.choice(found))
                os.kill(killed[-1], signal.SIGKILL)

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield killed
    finally:
        ended.set()
        thread.join()


def count_one(*_) -> None:
    came[0] += 1


def train(count: int, **where) -> list[bytes]:
    """Train networks; return their parameters and accuracies as bytes."""
    digits, _ = mnist()
    jobs = [
        dw.Job(
            dw.Network([784, 30, 10], init="scaled", rng=seed, dtype=np.float32),
            {"epochs": arguments().epochs, "learning_rate": 3.0, "seed": seed, "engine": "fused"},
        )
        for seed in range(count)
    ]
    histories = dw.fit_many(
        jobs, digits[: arguments().digits], digits[50_000:], done=count_one, **where
    )
    return [
        b"".join(p.tobytes() for p in (*job.network.weights, *job.network.biases))
        + repr(history.to_dict()).encode()
        for job, history in zip(jobs, histories, strict=True)
    ]


def draw(count: int, folder: Path) -> list[Path]:
    """Write pictures of numbers of 3 to 7 digits; those after DISTINCT are copies."""
    path = Path(__file__).parents[1] / "docs" / "make_pictures.py"
    spec = importlib.util.spec_from_file_location("make_pictures", path)
    drawing = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(drawing)
    paths = []
    for k in range(count):
        paths.append(folder / f"{k:05}.png")
        if k >= DISTINCT:
            shutil.copy(paths[k % DISTINCT], paths[-1])
            continue
        rng = np.random.default_rng(k)
        text = "".join(rng.choice(sorted(drawing.STROKES), rng.integers(3, 8)))
        drawing.draw_number(text, rng).reduce(2).save(paths[-1])
    return paths


def read(reader: dw.Reader, paths: list[Path], **where) -> list[str]:
    results = []
    for found in reader.read_many(paths, **where):
        results.append(
            repr(found if isinstance(found, Exception) else [n.to_dict() for n in found])
        )
        count_one()
    return results


def compare() -> tuple[str, dict]:
    asked = arguments()
    train(1)  # kernels are compiled
    reader = dw.Reader()
    rows, seconds = [], {}
    with tempfile.TemporaryDirectory() as folder:
        paths = draw(asked.pictures, Path(folder))
        one_machine = {
            "networks": lambda workers: train(asked.networks, workers=workers),
            "pictures": lambda workers: read(reader, paths, jobs=workers),
        }
        with RayCluster() as cluster:
            train(2, on=cluster)  # processes begin
            read(reader, paths[:50], on=cluster)
            began = [time.perf_counter()]
            for _ in range(EMPTY_TASKS):
                cluster.submit(abs, -1).result()
                began.append(time.perf_counter())
            empty = 1000 * statistics.median(np.diff(began))
            on_ray = {
                "networks": lambda workers: train(asked.networks, workers=workers, on=cluster),
                "pictures": lambda workers: read(reader, paths, jobs=workers, on=cluster),
            }
            for what, count in (("networks", asked.networks), ("pictures", asked.pictures)):
                expected = None
                for name, run, workers, kills in (
                    ("one machine", one_machine[what], 1, 0),
                    ("one machine", one_machine[what], 2, 0),
                    ("Ray", on_ray[what], 1, 0),
                    ("Ray", on_ray[what], 2, 0),
                    ("Ray", on_ray[what], 2, asked.kills),
                ):
                    start = time.perf_counter()
                    with killing(kills) as killed:
                        results = run(workers)
                    took = time.perf_counter() - start
                    expected = expected or results
                    if results != expected:
                        sys.exit(f"{what}, {name}, {workers}: results differ")
                    seconds[what, name, workers, len(killed)] = took
                    alone = seconds[what, name, 1, 0]
                    rows.append(
                        [
                            what,
                            str(count),
                            name,
                            str(workers),
                            str(len(killed)),
                            f"{took:.1f}",
                            f"{alone / took:.2f}×",
                        ]
                    )
                    print(rows[-1], file=sys.stderr, flush=True)
    text = (
        f"### {asked.networks} networks 784-30-10, {asked.epochs} epochs of {asked.digits:,}, and {asked.pictures:,} pictures "
        "of numbers, bit-identical in all rows\n\n"
        + table(["", "count", "where", "cores", "kills", "s", "against one core"], rows)
        + f"\nAn empty task of Ray {version('ray')} takes {empty:.1f} ms.\n"
    )
    return text, {
        "seconds": {" ".join(map(str, key)): s for key, s in seconds.items()},
        "empty_task_ms": empty,
    }


if __name__ == "__main__":
    deliver("cluster", *compare())
