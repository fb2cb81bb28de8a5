"""What there is to tell of an epoch."""

from typing import Any


def measures_of(training: Any) -> dict[str, float]:
    """Return what was measured after the last epoch, by the names of `Epoch`, and η.

    `training` is what a callback is given. What was not measured is left out.
    """
    measured = training.history.epochs[-1].to_dict()
    del measured["epoch"]
    known = {name: float(value) for name, value in measured.items() if value is not None}
    return {**known, "learning_rate": float(training.learning_rate)}
