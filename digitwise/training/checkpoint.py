"""Checkpoints of a run, and the model file that a finished run leaves.

A checkpoint is a model file whose history stops before the last epoch. It is written beside the
model file that it will become. An older model of that name stays until the new one is complete.
"""

import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from digitwise.data.digits import Digits
from digitwise.data.table import Examples
from digitwise.errors import InputError, TrainingError
from digitwise.models.calibration import Calibration, calibrate
from digitwise.models.files import Model, as_stored, save
from digitwise.settings import Settings
from digitwise.training.callback import Callback
from digitwise.training.evaluation import evaluate
from digitwise.training.saved import model_of

if TYPE_CHECKING:
    from digitwise.training.loop import Training

SUFFIX = ".safetensors"
CHECKPOINT_SUFFIX = ".checkpoint.safetensors"
INTERVAL_S = 1.0  # between two checkpoints


def checkpoint_path(out: Path) -> Path:
    """Return the checkpoint of a model: `net.safetensors` → `net.checkpoint.safetensors`."""
    return out.with_name(out.name.removesuffix(SUFFIX) + CHECKPOINT_SUFFIX)


def model_path(checkpoint: Path) -> Path:
    """Return the model of a checkpoint; a path with another ending is returned unchanged."""
    name = checkpoint.name
    if name.endswith(CHECKPOINT_SUFFIX):
        name = name.removesuffix(CHECKPOINT_SUFFIX) + SUFFIX
    return checkpoint.with_name(name)


def find_checkpoint(path: Path) -> Path:
    """Return the file to resume from, given the path of a checkpoint or of its model.

    It is the checkpoint if that exists, else the model; if neither exists, `path` itself.
    """
    model = model_path(path)
    return next((p for p in (checkpoint_path(model), model) if p.exists()), path)


class Checkpoint(Callback):
    """Writes a checkpoint about once a second, and the model file at the end of the run.

    `digitwise.resume` and `digitwise train --resume` go on from a checkpoint, bit for bit.

    Parameters
    ----------
    path : path
        Model file, `net.safetensors`; the checkpoint is `net.checkpoint.safetensors`.
    test : Digits, optional
        Digits to measure the finished model on; by default the run's test digits, if any.
    goes_on : bool
        Whether an existing checkpoint belongs to this run; otherwise it is renamed and kept.

    Attributes
    ----------
    model : Model or None
        The finished model.
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
        """Write the first checkpoint.

        Raises
        ------
        InputError
            If the run has a schedule or a deformation that settings can't name.
        """
        if not training.by_name:
            raise InputError(
                "a checkpoint holds settings by name: expected a number as learning_rate and one "
                "of the names of deform; found a function, or a Deformation of your own"
            )
        if not self.goes_on:
            set_aside(self.out)
        self._save(training)

    def end_step(self, training: "Training") -> None:
        """Write a checkpoint if the last one is old enough."""
        if training.history.position < len(training.train):  # else `end_epoch` follows at once
            self.end_epoch(training)

    def end_epoch(self, training: "Training") -> None:
        """Write a checkpoint if the last one is old enough."""
        if time.monotonic() - self._saved_at >= INTERVAL_S:
            self._save(training)

    def end_run(self, training: "Training") -> None:
        """Write the model if the run is finished, else a last checkpoint."""
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
    """Return the model of a finished run: rounded as it is stored, measured, calibrated."""
    s, network, history = training.settings, training.network, training.history
    if s.planned:
        history.velocity = None  # the run can't go on
    if s.store != "float32":
        for p in (*network.weights, *network.biases):
            p[...] = as_stored(p, s.store)  # measure the weights that the file holds
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
    # Without the path of the digits: a model file holds no paths.
    source = f"{len(validation):,} validation digits"
    if settings.validation:
        source = f"the last {settings.validation:,} training digits of {settings.data}"
        if settings.also:
            source += f" and {len(validation) - settings.validation:,} held out of other sets"
    return calibrate(z, validation.labels.astype(np.uint8), f"{source}, not trained on")


def set_aside(out: Path) -> Path | None:
    """Rename the checkpoint of an earlier, unfinished run; return its new path, or None."""
    checkpoint = checkpoint_path(out)
    if not checkpoint.exists():
        return None
    number = 1
    while (aside := checkpoint.with_suffix(f".{number}{SUFFIX}")).exists():
        number += 1
    return checkpoint.rename(aside)
