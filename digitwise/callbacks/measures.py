"""Measures of an epoch, for logging."""

from typing import Any


def measures_of(training: Any) -> dict[str, float]:
    """Return the measures of the last epoch, by the names of `Epoch`, and the learning rate.

    `training` is the argument of a callback. Missing measures are left out.
    """
    measured = training.history.epochs[-1].to_dict()
    del measured["epoch"]
    known = {name: float(value) for name, value in measured.items() if value is not None}
    return {**known, "learning_rate": float(training.learning_rate)}
