"""The digits of experiments: MNIST if it is present, else the bundled set."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from digitwise.data.digits import Digits
from digitwise.data.sources import load, resolve
from digitwise.engines import choose_engine
from digitwise.lab.experiment import Array
from digitwise.layers import Layer, shared_count
from digitwise.network import Network
from digitwise.training.evaluation import evaluate
from digitwise.training.many import Job, fit_many
from digitwise.training.presets import PRESETS
from digitwise.training.sweep import split

CHAPTER: dict[str, Any] = {
    name: getattr(PRESETS["chapter"], name) for name in ("batch_size", "learning_rate")
}


def learning_digits(most: int | None = None) -> tuple[Digits, Digits]:
    """Return the first `most` training digits, and validation digits to measure on.

    The validation digits are the last sixth of the training digits; test digits are not used.
    """
    train, others = _load(resolve("auto"))
    return train[:most], others


@lru_cache(maxsize=2)
def _load(name: str) -> tuple[Digits, Digits]:
    return split(load(name)[0])


def of_seeds(
    sizes: Sequence[int | Layer],
    train: Digits,
    judged: Digits,
    seeds: range,
    settings: dict[str, Any],
    **options: str,
) -> tuple[list[Network], Array]:
    """Train a network for each seed, on all cores; return them and their accuracies in percent."""
    networks = [Network(sizes, rng=seed, dtype=np.float32, **options) for seed in seeds]
    jobs = [Job(n, {**settings, "seed": s}) for n, s in zip(networks, seeds, strict=True)]
    fit_many(jobs, train)
    engine = choose_engine("conv" if shared_count(networks[0].layers) else "fused")
    return networks, np.array([100 * evaluate(n, judged, engine).accuracy for n in networks])


def spread(values: Array) -> str:
    """Return median, minimum and maximum as text."""
    return f"{np.median(values):.2f} ({min(values):.2f} to {max(values):.2f})"
