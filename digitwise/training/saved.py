"""A run of `digitwise train` as it is in a file: in a checkpoint, or in the finished model."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from digitwise.data.digits import Digits
from digitwise.data.others import Other
from digitwise.engines import choose_engine
from digitwise.errors import DataError, InputError, ModelError
from digitwise.models.files import read_model
from digitwise.network import Network
from digitwise.training.history import History, finished
from digitwise.training.run import Run, prepare
from digitwise.training.settings import Settings


@dataclass(frozen=True)
class Saved:
    """The run in a checkpoint or in a finished model."""

    settings: Settings
    network: Network
    history: History
    train_sha256: str

    def with_epochs(self, epochs: int) -> "Saved":
        """Return the same run with another end.

        Raises
        ------
        InputError
            If it is past that end already.
        """
        done = len(self.history.epochs)
        if self.settings.planned and epochs != self.settings.epochs:
            raise InputError(
                f"this run leads up to its end (schedule {self.settings.schedule}, average "
                f"{self.settings.average:g}, plain epochs {self.settings.plain_epochs}), after "
                f"{self.settings.epochs} epochs; it can't be given another"
            )
        if epochs < done or (epochs == done and self.history.position):
            begun = " and a part of the next" if self.history.position else ""
            raise InputError(
                f"this run has {done} epochs{begun} behind it; it can't end at {epochs}"
            )
        return replace(self, settings=replace(self.settings, epochs=epochs))

    def resume(self, train: Digits, test: Digits, out: Path, others: Sequence[Other] = ()) -> Run:
        """Go on with these digits, which must be those that the run began with.

        Raises
        ------
        DataError
            If they aren't.
        """
        train, validation = prepare(self.settings, train, others)
        if train.sha256() != self.train_sha256:
            raise DataError(
                f"these are not the training digits that the run began with ({train.source}): "
                "name the same set, with --data and --data-dir"
            )
        return Run(self.settings, self.network, train, validation, test, self.history, out)


def read_saved(path: Path) -> Saved:
    """Read the run in a checkpoint, or in a finished model.

    Raises
    ------
    ModelError
        If there is no such file, it is damaged, or it has no run in it.
    """
    model = read_model(path)
    training = model.training
    try:
        if not isinstance(training.get("settings"), dict):
            raise TypeError("no settings")
        settings = Settings.from_dict(training["settings"])
        choose_engine(settings.engine)
        history = History.from_dict(training["history"])
        history.velocity, history.average = model.velocity, model.average
        begun = bool(history.epochs or history.position)
        over = finished(history, settings.epochs, settings.patience)
        if begun and not (settings.planned and over):
            if settings.momentum and not model.velocity:
                raise ValueError("the velocities are missing")
            if settings.average and not model.average:
                raise ValueError("the averages are missing")
        if model.network.sizes != settings.sizes or not (
            0 <= history.position < int(training["train_n"]) or history.position == 0
        ):
            raise ValueError("network and settings don't belong together")
        return Saved(settings, model.network, history, str(training["train_sha256"]))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ModelError(
            f"{path} can't be resumed: it doesn't hold the state of a run of `digitwise train`"
        ) from error
