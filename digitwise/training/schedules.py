"""Schedules: learning rates that change from epoch to epoch."""

import math
from collections.abc import Callable
from numbers import Real

from digitwise.errors import InputError

Schedule = Callable[[int], float]
"""η for an epoch, 0 for the first."""

SCHEDULES: dict[str, Callable[[float], float]] = {
    "constant": lambda _: 1.0,
    "linear": lambda done: 1 - done,
    "cosine": lambda done: (1 + math.cos(math.pi * done)) / 2,
}
"""Factor of the learning rate, 1 to 0, as a function of the finished share of the run, 0 to 1."""


def make_schedule(name: str, learning_rate: float, epochs: int) -> Schedule:
    """Return the learning rate as a function of the epoch.

    "constant" keeps it. "linear" and "cosine" (Loshchilov & Hutter 2017) let it fall from
    `learning_rate` in the first epoch to 0 after the last.

    Raises
    ------
    InputError
        If the name is unknown.
    """
    if name not in SCHEDULES:
        raise InputError(f"unknown schedule {name!r}; expected one of: {', '.join(SCHEDULES)}")
    left = SCHEDULES[name]
    return lambda epoch: learning_rate * left(epoch / max(1, epochs))


def check_rate(learning_rate: float) -> float:
    """Return the learning rate as a float if it is finite and above 0.

    Raises
    ------
    InputError
        If it isn't.
    """
    if not isinstance(learning_rate, Real) or not 0 < learning_rate < math.inf:
        raise InputError(f"expected a finite learning rate > 0; found {learning_rate!r:.50}")
    return float(learning_rate)
