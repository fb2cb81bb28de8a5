"""Timing side by side: interleaved rounds, the first dropped, medians and spread."""

import importlib.metadata
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


def pin(threads: int) -> None:
    """Pin the process to a number of cores, and limit all libraries to as many threads.

    Call it before the libraries are imported: some read their settings only then.
    """
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < threads:
        sys.exit(f"this question needs {threads} cores; there are {len(cores)}")
    os.sched_setaffinity(0, cores[:threads])
    for name in ("OMP", "OPENBLAS", "MKL", "NUMBA"):
        os.environ[f"{name}_NUM_THREADS"] = str(threads)
    os.environ["JAX_PLATFORMS"] = "cpu"
    flags = f"--xla_cpu_multi_thread_eigen={'true' if threads > 1 else 'false'}"
    os.environ["XLA_FLAGS"] = f"{flags} intra_op_parallelism_threads={threads}"


REST = 0.2  # seconds between tasks, in which spinning threads of the last task stop


@dataclass
class Timing:
    """Seconds of a task in each round but the first."""

    name: str
    seconds: list[float]
    notes: dict[str, Any] = field(default_factory=dict)

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def spread(self) -> str:
        return f"{min(self.seconds):.3g} to {max(self.seconds):.3g}"


def side_by_side(tasks: dict[str, Callable[[int], Any]], rounds: int) -> dict[str, Timing]:
    """Time each task once a round, in turn; the first round is dropped.

    A task is called with the number of the round, so that its work can differ each time.
    """
    timings = {name: Timing(name, []) for name in tasks}
    for number in range(rounds + 1):
        for name, task in tasks.items():
            time.sleep(REST)
            started = time.perf_counter()
            task(number)
            seconds = time.perf_counter() - started
            if number > 0:
                timings[name].seconds.append(seconds)
            print(f"  round {number}: {name}: {seconds:.4g} s", file=sys.stderr, flush=True)
    return timings


def machine() -> dict[str, Any]:
    """Return date, processor, number of cores, and versions of Python and the libraries."""
    names = ("numpy", "numba", "scipy", "torch", "jax", "scikit-learn", "skorch", "onnxruntime")
    versions = {}
    for name in ("digitwise", *names):
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            versions[name] = "absent"
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    found = {
        key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)
    }
    cpu = f"{found.get('model name', platform.processor())} (family {found.get('cpu family')}, "
    cpu += f"model {found.get('model')}, cache {found.get('cache size')})"
    return {
        "date": time.strftime("%Y-%m-%d"),
        "cpu": cpu,
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "versions": versions,
    }


def table(header: list[str], rows: list[list[Any]]) -> str:
    """Return a Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def deliver(question: str, text: str, figures: dict[str, Any]) -> None:
    """Print the text; with `--json FILE`, also write figures and text for `report.py`."""
    print(text)
    if "--json" in sys.argv:
        path = Path(sys.argv[sys.argv.index("--json") + 1])
        content = {"question": question, "text": text, "figures": figures}
        path.write_text(json.dumps(content, default=asdict))


def mnist() -> tuple[Any, Any]:
    """Load MNIST from DIGITWISE_DATA or the cache."""
    import digitwise as dw

    return dw.load("mnist")
