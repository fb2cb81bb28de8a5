"""What tests share: MNIST where it is at hand, a small set, and a network trained on it."""

import importlib.util
import os
import subprocess
from pathlib import Path
from typing import Any

if "PYTEST_XDIST_WORKER" in os.environ:
    # Workers share the cores; BLAS threads that wait for one another made tests six times slower.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pytest
from hypothesis import settings

import digitwise as dw
from digitwise.data.digits import Digits
from digitwise.data.mnist import missing_files
from digitwise.data.table import Table
from digitwise.engines import ENGINES

settings.register_profile("digitwise", deadline=None, derandomize=True, max_examples=60)
settings.load_profile("digitwise")


@pytest.fixture(autouse=True)
def _empty_cache(monkeypatch, tmp_path_factory):
    """No test reads or writes the user's cache, or takes MNIST from it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
    monkeypatch.delenv("DIGITWISE_DATA", raising=False)


FULL_ENGINES = [name for name in ENGINES if name != "conv"]
"""Engines for networks of full layers alone."""

MNIST = Path(os.environ.get("DIGITWISE_DATA", "../shared/mnist")).absolute()


@pytest.fixture(scope="session")
def mnist_folder() -> Path:
    if missing_files(MNIST):
        pytest.skip("needs MNIST's four files: name their folder in DIGITWISE_DATA")
    return MNIST


@pytest.fixture(scope="session")
def mnist(mnist_folder) -> tuple[Digits, Digits]:
    return dw.load("mnist", mnist_folder)


@pytest.fixture(scope="session")
def samples() -> Path:
    folder = Path(os.environ.get("DIGITWISE_SAMPLES", MNIST.parent / "samples")).absolute()
    if not folder.is_dir():
        pytest.skip("needs the sample pictures: name their folder in DIGITWISE_SAMPLES")
    return folder


@pytest.fixture(scope="session")
def bundled() -> tuple[Digits, Digits]:
    return dw.load("digits")


@pytest.fixture(scope="session")
def reader() -> dw.Reader:
    return dw.Reader()


@pytest.fixture
def few(bundled) -> Digits:
    """50 digits, for tests of how, not of how well."""
    return bundled[0][:50]


@pytest.fixture(scope="session")
def draw_number():
    """Draws a number with the strokes of the pictures of README: (text, seed) → PIL image."""
    path = Path(__file__).parents[1] / "docs" / "make_pictures.py"
    spec = importlib.util.spec_from_file_location("make_pictures", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return lambda text, seed=0: module.draw_number(text, np.random.default_rng(seed))


def ends_within(process: subprocess.Popen[Any], seconds: float) -> bool:
    """Tell whether a process ends in time, which must be with exit status 0; else it is killed."""
    try:
        _, said = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return False
    assert process.returncode == 0, said
    return True


def random_digits(n: int, seed: int = 0) -> Digits:
    """Noise with labels: any pixel may be anything."""
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (n, 28, 28), dtype=np.uint8)
    return Digits(images, rng.integers(0, 10, n, dtype=np.uint8))


def random_table(
    n: int,
    features: int = 13,
    classes: int = 5,
    *,
    weighted: bool = False,
    dtype=np.float64,
    seed=0,
) -> Table:
    """Noise of both signs with labels, one value in ten 0; weights far apart."""
    rng = np.random.default_rng(seed)
    values = rng.standard_normal((n, features)) * (rng.random((n, features)) < 0.9)
    weights = rng.uniform(0.1, 10, n) if weighted else None
    return Table(values.astype(dtype), rng.integers(0, classes, n), classes, weights)
