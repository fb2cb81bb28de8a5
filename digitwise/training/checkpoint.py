"""A run's state in a file while it is under way, and the finished model after it.

The checkpoint stands beside the model that it will become: a model file whose history stops before
the last epoch. A model that is there already stays until the new one is complete.
"""

import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from digitwise.data.digits import Digits
from digitwise.data.table import Examples
from digitwise.errors import InputError, TrainingError
from digitwise.models.calibration import Calibration, calibrate
from digitwise.models.files import Model, save
from digitwise.settings import Settings
from digitwise.training.callback import Callback
from digitwise.training.evaluation import evaluate
from digitwise.training.saved import model_of

if TYPE_CHECKING:
    from digitwise.training.loop import Training

SUFFIX = ".safetensors"
CHECKPOINT_SUFFIX = ".checkpoint.safetensors"
EVERY_S = 1.0  # seconds between two checkpoints


def checkpoint_path(out: Path) -> Path:
    """`net.safetensors` → `net.checkpoint.safetensors`."""
    return out.with_name(out.name.removesuffix(SUFFIX) + CHECKPOINT_SUFFIX)


def model_path(checkpoint: Path) -> Path:
    """`net.checkpoint.safetensors` → `net.safetensors`; any other name stays as it is."""
    name = checkpoint.name
    if name.endswith(CHECKPOINT_SUFFIX):
        name = name.removesuffix(CHECKPOINT_SUFFIX) + SUFFIX
    return checkpoint.with_name(name)


def find_checkpoint(path: Path) -> Path:
    """What to resume from when a user names a checkpoint, or the model it becomes: what is there.

    The checkpoint, while there is one; the model, once the run has come to its end.
    """
    model = model_path(path)
    return next((p for p in (checkpoint_path(model), model) if p.exists()), path)


class Checkpoint(Callback):
    """Writes the run's state about once a second, and the model when the run is at its end.

    `digitwise.resume` and `digitwise train --resume` go on from there, bit for bit.

    Parameters
    ----------
    path : path
        Of the model, `net.safetensors`; the state is in `net.checkpoint.safetensors` until then.
    test : Digits, optional
        Measured at the end; by default those that the run tests on, if any.
    goes_on : bool
        The checkpoint that is there is this run's; otherwise an earlier one is renamed, and kept.

    Attributes
    ----------
    model : Model or None
        The finished one.
    """

    def __init__(
        self, path: str | Path, *, test: Digits | None = None, goes_on: bool = False
    ) -> None:
        self.out = Path(path)
        if self.out.suffix != SUFFIX:
            raise InputError(f"expected a name ending in {SUFFIX}; found {self.out.name}")
        self.test, self.goes_on = test, goes_on
        self.model: Model | None = None
        self._saved_at = 0.0

    def begin_run(self, training: "Training") -> None:
        """Write the start."""
        if not training.by_name:
            raise InputError(
                "a checkpoint holds settings by name: expected a number as learning_rate and one "
                "of the names of deform; found a function, or a Deformation of your own"
            )
        if not self.goes_on:
            set_aside(self.out)
        self._save(training)

    def end_step(self, training: "Training") -> None:
        """Write, if it is time."""
        if training.history.position < len(training.train):  # else the epoch is about to end
            self.end_epoch(training)

    def end_epoch(self, training: "Training") -> None:
        """Write, if it is time."""
        if time.monotonic() - self._saved_at >= EVERY_S:
            self._save(training)

    def end_run(self, training: "Training") -> None:
        """Write the model, or where the run has stopped."""
        if training.error is None and training.finished:
            self.model = finished_model(training, self.test or training.test)
            save(self.model, self.out)
            checkpoint_path(self.out).unlink(missing_ok=True)
        elif training.error is None or isinstance(training.error, TrainingError):
            self._save(training)

    def _save(self, training: "Training") -> None:
        save(
            model_of(training.settings, training.network, training.train, training.history),
            checkpoint_path(self.out),
        )
        self._saved_at = time.monotonic()


def finished_model(training: "Training", test: Examples | None) -> Model:
    """Return the model of a run at its end: as it is stored, measured, calibrated."""
    s, network, history = training.settings, training.network, training.history
    if s.planned:
        history.velocity = None  # nothing goes on from here
    if s.store != "float32":
        for p in (*network.weights, *network.biases):
            p[...] = p.astype(s.store)  # what is measured is what is in the file
    model = model_of(s, network, training.train, history)
    model.store = s.store if s.store != "float32" else None
    if test is not None:
        accuracy = evaluate(network, test, training.engine).accuracy
        model.results = {"test_accuracy": accuracy, "test_n": len(test)}
    if training.validation is not None and network.sizes[-1] == 10:
        model.calibration = _calibrated(training, s, training.validation)
    return model


def _calibrated(training: "Training", settings: Settings, validation: Examples) -> Calibration:
    z = training.engine.weighted_outputs(training.network, validation)
    # Not where the digits lie: a model file holds no path.
    source = f"{len(validation):,} validation digits"
    if settings.validation:
        source = f"the last {settings.validation:,} training digits of {settings.data}"
        if settings.also:
            source += f" and {len(validation) - settings.validation:,} held out of other sets"
    return calibrate(z, validation.labels.astype(np.uint8), f"{source}, not trained on")


def set_aside(out: Path) -> Path | None:
    """Rename the checkpoint of an earlier, unfinished run; its new name, or None."""
    checkpoint = checkpoint_path(out)
    if not checkpoint.exists():
        return None
    number = 1
    while (aside := checkpoint.with_suffix(f".{number}{SUFFIX}")).exists():
        number += 1
    return checkpoint.rename(aside)
