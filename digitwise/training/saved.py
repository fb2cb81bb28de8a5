"""The run in a checkpoint or in a finished model: writing, reading, checking, resuming."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from digitwise.data.digits import Digits
from digitwise.data.others import Other
from digitwise.data.table import Examples
from digitwise.errors import DataError, InputError, ModelError
from digitwise.layers import place_layers
from digitwise.models.files import Model, read_model
from digitwise.network import Network
from digitwise.settings import DEFAULTS, Settings
from digitwise.training.history import History
from digitwise.training.stopping import stalled

if TYPE_CHECKING:
    from digitwise.training.run import Run

_fingerprints: "WeakKeyDictionary[Digits, str]" = WeakKeyDictionary()


def model_of(settings: Settings, network: Network, train: Examples, history: History) -> Model:
    """Return the model of a run, with the state that resuming needs.

    Raises
    ------
    InputError
        If the run learns from a Table: model files are for digits.
    """
    if not isinstance(train, Digits):
        raise InputError(
            "model files hold networks that recognise digits; found one that learns from a "
            "Table: pickle a NetworkClassifier in place of it"
        )
    # A run in Python may learn from digits that no command can name.
    command = {} if settings.data == DEFAULTS.data else {"command": settings.command()}
    return Model(
        network,
        {
            **command,
            "settings": settings.to_dict(),
            "train_n": len(train),
            "train_sha256": _fingerprint(train),
            "history": history.to_dict(),
        },
        velocity=history.velocity,
        average=history.average,
        best=history.best,
    )


def _fingerprint(train: Digits) -> str:
    """Return the SHA-256 of the digits, computed once rather than at every checkpoint."""
    if train not in _fingerprints:
        _fingerprints[train] = train.sha256()
    return _fingerprints[train]


@dataclass(frozen=True)
class Saved:
    """The run in a checkpoint or in a finished model."""

    settings: Settings
    network: Network
    history: History
    train_sha256: str

    def with_epochs(self, epochs: int) -> "Saved":
        """Return the same run with another number of epochs.

        Raises
        ------
        InputError
            If the run has more epochs already, or its settings plan it up to its last epoch.
        """
        done = len(self.history.epochs)
        if self.settings.planned and epochs != self.settings.epochs:
            raise InputError(
                f"this run leads up to its end (schedule {self.settings.schedule}, average "
                f"{self.settings.average:g}, plain epochs {self.settings.plain_epochs}), after "
                f"{self.settings.epochs} epochs; it can't end elsewhere"
            )
        if epochs < done or (epochs == done and self.history.position):
            begun = " and a part of the next" if self.history.position else ""
            raise InputError(
                f"this run has {done} epochs{begun} behind it; it can't end at {epochs}"
            )
        return replace(self, settings=replace(self.settings, epochs=epochs))

    def resume(
        self,
        train: Digits,
        test: Digits | None,
        out: Path,
        others: Sequence[Other] = (),
        validation: Digits | None = None,
    ) -> "Run":
        """Return the run, ready to go on with the digits of its beginning.

        Raises
        ------
        DataError
            If the training digits are not those of the beginning.
        """
        from digitwise.training.run import Run, prepare

        train, set_aside = prepare(self.settings, train, others)
        if _fingerprint(train) != self.train_sha256:
            raise DataError(
                f"these are not the training digits that the run began with ({train.source}): "
                "give the same, on the command line with --data and --data-dir; a run of Python "
                "that set digits aside goes on in Python (dw.resume)"
            )
        if self.settings.validation:
            validation = set_aside
        return Run(self.settings, self.network, train, validation, test, self.history, out)


def read_saved(path: Path) -> Saved:
    """Return the run in a checkpoint or in a finished model.

    Raises
    ------
    ModelError
        If the file is missing or damaged, or holds no run.
    """
    model = read_model(path)
    training = model.training
    try:
        if not isinstance(training.get("settings"), dict):
            raise TypeError("no settings")
        settings = Settings.from_dict(training["settings"])
        history = History.from_dict(training["history"])
        _check(training, history)
        history.velocity, history.average, history.best = model.velocity, model.average, model.best
        begun = bool(history.epochs or history.position)
        if begun and not (settings.planned and is_over(settings, history)):
            if settings.momentum and not model.velocity:
                raise ValueError("the velocities are missing")
            if settings.average and not model.average:
                raise ValueError("the averages are missing")
            if settings.keep_best and history.epochs and not model.best:
                raise ValueError("the best weights are missing")
        if model.network.layers != place_layers(settings.layout):
            raise ValueError("network and settings don't belong together")
        return Saved(settings, model.network, history, str(training["train_sha256"]))
    except (AttributeError, InputError, KeyError, OverflowError, TypeError, ValueError) as error:
        raise ModelError(
            f"{path} can't be resumed: it doesn't hold the state of a run of `digitwise train`"
        ) from error


def _check(training: dict[str, Any], history: History) -> None:
    """Check the numbers of a run.

    Raises
    ------
    KeyError, ValueError
        If a number is missing or impossible.
    """
    n, position = training["train_n"], training["history"]["position"]
    if type(n) is not int or type(position) is not int or n < 1 or not 0 <= position < n:
        raise ValueError(f"position {position!r} of {n!r} digits")
    if [e.epoch for e in history.epochs] != list(range(1, len(history.epochs) + 1)):
        raise ValueError("the epochs are not numbered from 1")
    for e in history.epochs:
        shares = e.train_accuracy, e.test_accuracy, e.validation_accuracy
        if not isfinite(e.cost) or not all(
            0 <= share <= 1 for share in shares if share is not None
        ):
            raise ValueError(f"{e} is no row of a history")


def is_over(settings: Settings, history: History) -> bool:
    """Tell whether a run is finished: after its last epoch, or by early stopping."""
    return len(history.epochs) >= settings.epochs or stalled(history, settings.patience)
