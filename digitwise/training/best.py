"""The best epoch: its weights are kept, and are what the run ends with."""

from pathlib import Path
from typing import TYPE_CHECKING

from digitwise.errors import InputError
from digitwise.training.averaging import settle, start
from digitwise.training.callback import Callback

if TYPE_CHECKING:
    from digitwise.training.loop import Training


class BestModel(Callback):
    """Keeps the weights of the epoch with the highest validation accuracy (of equals, the first).

    At its end the network has them. Until then they are in `history.best`, so that a checkpoint
    has them too.

    Parameters
    ----------
    path : path, optional
        Model file that is written whenever an epoch is better than all before.
    """

    def __init__(self, path: str | Path | None = None) -> None:
        self.path = path

    def begin_run(self, training: "Training") -> None:
        """Refuse to choose where nothing is measured."""
        if training.validation is None:
            raise InputError(
                "the best epoch is chosen on validation digits: there are none (validation=)"
            )

    def end_epoch(self, training: "Training") -> None:
        """Keep the weights if they are the best so far."""
        *before, last = [e.validation_accuracy or 0.0 for e in training.history.epochs]
        if before and last <= max(before):
            return
        training.history.best = start(training.judged)
        if self.path is not None:
            from digitwise.models.files import save
            from digitwise.training.saved import model_of

            model = model_of(training.settings, training.judged, training.train, training.history)
            save(model, self.path)

    def end_run(self, training: "Training") -> None:
        """Write them into the network, once the run is at its end."""
        if training.history.best is not None and training.finished and not training.error:
            settle(training.network, training.history.best)
            training.history.best = None
