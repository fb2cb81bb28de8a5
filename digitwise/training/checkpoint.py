"""Checkpoints: a run that is under way, as a model file beside the one it will become.

A checkpoint is a model file whose history stops before its last epoch. It has a name of its own,
so that a model that is there already stays until the new one is complete.
"""

import time
from collections.abc import Callable
from pathlib import Path

from digitwise.data.digits import Digits
from digitwise.errors import DataError, ModelError
from digitwise.models.files import Model, read_model, save
from digitwise.network import Network
from digitwise.training.history import History
from digitwise.training.settings import Settings

SUFFIX = ".checkpoint.safetensors"


def checkpoint_path(model_path: Path) -> Path:
    """`net.safetensors` → `net.checkpoint.safetensors`."""
    return model_path.with_name(model_path.name.removesuffix(".safetensors") + SUFFIX)


def model_path(checkpoint: Path) -> Path:
    """`net.checkpoint.safetensors` → `net.safetensors`; another name stays as it is."""
    return checkpoint.with_name(checkpoint.name.replace(SUFFIX, ".safetensors"))


def describe(network: Network, settings: Settings, train: Digits, history: History) -> Model:
    """Return the model file's content for this state of a run: all that resuming needs."""
    training = {
        "command": settings.command(),
        "settings": settings.to_dict(),
        "train_n": len(train),
        "train_sha256": train.sha256(),
        "history": history.to_dict(),
    }
    results = {}
    if history.epochs and history.position == 0:
        results["test_accuracy"] = history.epochs[-1].test_accuracy
    return Model(network, training, results)


class Checkpoints:
    """Saves a run every so often.

    Parameters
    ----------
    path : Path
    describe : callable
        From history to the `Model` to save.
    every : float
        Seconds between two of them, at least.
    """

    def __init__(self, path: Path, describe: Callable[[History], Model], every: float = 1.0):
        self.path = path
        self._describe = describe
        self._every = every
        self._saved_at = float("-inf")

    def offer(self, history: History) -> None:
        """Save, unless that was done a moment ago."""
        if time.monotonic() - self._saved_at >= self._every:
            self.save(history)

    def save(self, history: History) -> None:
        """Save now, atomically."""
        save(self._describe(history), self.path)
        self._saved_at = time.monotonic()


def restore(path: Path) -> tuple[Network, Settings, History, str]:
    """Read what a checkpoint, or a finished model, has of its run.

    Returns
    -------
    network, settings, history, and the SHA-256 of the training digits

    Raises
    ------
    ModelError
        If there is no such file, it is damaged, or it has no run in it.
    """
    model = read_model(path)
    training = model.training
    try:
        settings = Settings.from_dict(training["settings"])
        history = History.from_dict(training["history"])
        return model.network, settings, history, str(training["train_sha256"])
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(
            f"{path} can't be resumed: it doesn't hold the state of a run of `digitwise train`"
        ) from error


def check_same_digits(train: Digits, sha256: str) -> None:
    """Refuse to go on with other digits.

    Raises
    ------
    DataError
        If these are not the digits that the run began with.
    """
    if train.sha256() != sha256:
        raise DataError(
            f"these are not the training digits that the run began with ({train.source}): "
            "name the same set, with --data and --data-dir"
        )
