"""Learning rates that change from epoch to epoch."""

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
"""What of the learning rate is left when this share of the run, 0 to 1, is done."""


def make_schedule(name: str, learning_rate: float, epochs: int) -> Schedule:
    """Return the learning rate as a function of the epoch.

    "constant" stays; "linear" and "cosine" (Loshchilov & Hutter 2017) fall from `learning_rate`
    in the first epoch towards 0 after the last.

    Raises
    ------
    InputError
        If there is no schedule of this name.
    """
    if name not in SCHEDULES:
        raise InputError(f"unknown schedule {name!r}; expected one of: {', '.join(SCHEDULES)}")
    left = SCHEDULES[name]
    return lambda epoch: learning_rate * left(epoch / max(1, epochs))


def check_rate(learning_rate: float) -> float:
    """Refuse a learning rate that is no finite number above 0.

    Raises
    ------
    InputError
        If it isn't one.
    """
    if not isinstance(learning_rate, Real) or not 0 < learning_rate < math.inf:
        raise InputError(f"expected a finite learning rate > 0; found {learning_rate!r:.50}")
    return float(learning_rate)
