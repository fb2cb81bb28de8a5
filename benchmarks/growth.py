"""Growth of time with examples, hidden neurons and mini-batch size; memory of a run.

python benchmarks/growth.py [--json FILE]
"""

import resource
import subprocess
import sys
import tempfile

from measure import deliver, mnist, pin, side_by_side, table

pin(1)

import numpy as np  # noqa: E402

import digitwise as dw  # noqa: E402
from digitwise.data.digits import Digits  # noqa: E402
from digitwise.engines import choose_engine  # noqa: E402
from digitwise.training.feed import epoch_order  # noqa: E402

ROUNDS = 5


def epoch_of(engine, digits, hidden, batch_size):
    network = dw.Network([784, *hidden, 10], init="scaled", rng=0, dtype=np.float32)
    runner = choose_engine(engine)
    return lambda number: runner.run(
        network, digits, epoch_order(0, number, len(digits)), batch_size, 0.5
    )


def examples(train):
    """Time per example; every example has its own memory, as in a real set of that size."""
    counts = [1_000, 10_000, 100_000, 1_000_000]
    images = np.resize(train.images, (max(counts), 28, 28))
    labels = np.resize(train.labels, max(counts))
    rows, figures = [], {}
    for count in counts:
        digits = Digits(images[:count], labels[:count])
        # Small sets run several times, so that all timings cover about equally many steps.
        epoch, times = epoch_of("fused", digits, [30], 10), max(1, 100_000 // count)

        def several(number, epoch=epoch, times=times):
            for repeat in range(times):
                epoch(number * times + repeat)

        timing = side_by_side({f"{count:,} examples": several}, ROUNDS)[f"{count:,} examples"]
        figures[count] = timing.median / times / count
    for count, seconds in figures.items():
        rows.append(
            [f"{count:,}", f"{seconds * count:.4g}", f"{1e9 * seconds:.0f}",
             f"{seconds / figures[10_000]:.3f}"]
        )  # fmt: skip
    text = "### Examples (784-30-10, mini-batches of 10, one thread, fused)\n\n" + table(
        ["examples", "s an epoch", "ns an example", "to that of 10,000"], rows
    )
    return text, figures


def hidden_neurons(train):
    train = train[:20_000]
    sizes = [10, 16, 30, 32, 50, 100, 200, 400, 800]
    timings = side_by_side({str(n): epoch_of("fused", train, [n], 10) for n in sizes}, ROUNDS)
    figures = {name: timing.median / len(train) for name, timing in timings.items()}
    rows = [
        [name, f"{1e9 * seconds:.0f}", f"{1e9 * seconds / int(name):.1f}"]
        for name, seconds in figures.items()
    ]
    text = "### Hidden neurons (784-n-10, mini-batches of 10, one thread, fused)\n\n" + table(
        ["n", "ns an example", "ns an example and neuron"], rows
    )
    return text, figures


def batch_sizes(train):
    train = train[:5_000]
    networks = {"784-100-10": [100], "784-300-100-10": [300, 100]}
    sizes = [1, 4, 10, 32, 100, 1000]
    tasks = {
        (name, engine, m): epoch_of(engine, train, hidden, m)
        for name, hidden in networks.items()
        for engine in ("fused", "dense")
        for m in sizes
    }
    timings = side_by_side({str(key): task for key, task in tasks.items()}, 3)
    rows, figures = [], {}
    for name in networks:
        for engine in ("fused", "dense"):
            microseconds = [
                1e6 * timings[str((name, engine, m))].median / len(train) for m in sizes
            ]
            figures[f"{name}, {engine}"] = dict(zip(sizes, microseconds, strict=True))
            rows.append([name, engine, *(f"{v:.2f}" for v in microseconds)])
    text = "### Batch size (µs an example, one thread)\n\n" + table(
        ["network", "engine", *(f"m = {m}" for m in sizes)], rows
    )
    return text, figures


def memory():
    """Peak memory of the chapter's run, as the operating system counts it."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [sys.executable, "-m", "digitwise", "train", "--data", "mnist", "--preset", "chapter",
             "--out", f"{folder}/net.safetensors"],
            check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
    megabytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    text = (
        "### Memory\n\n`digitwise train --data mnist --preset chapter`, all in all: "
        f"{megabytes:.0f} MiB at its peak."
    )
    return text, {"MiB": megabytes}


if __name__ == "__main__":
    train, _ = mnist()
    parts = {
        "memory": memory(),
        "examples": examples(train),
        "hidden": hidden_neurons(train),
        "batch": batch_sizes(train),
    }
    deliver(
        "growth",
        "\n\n".join(text for text, _ in parts.values()),
        {name: figures for name, (_, figures) in parts.items()},
    )
