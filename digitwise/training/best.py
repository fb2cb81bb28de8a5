"""Choice of the best epoch: the run ends with its weights."""

from pathlib import Path
from typing import TYPE_CHECKING

from digitwise.errors import InputError
from digitwise.training.averaging import settle, start
from digitwise.training.callback import Callback

if TYPE_CHECKING:
    from digitwise.training.loop import Training


class BestModel(Callback):
    """Keeps the weights of the first epoch with the highest validation accuracy.

    The network gets them at the end of the run. Until then they are in `history.best`, and so in
    every checkpoint.

    Parameters
    ----------
    path : path, optional
        Model file that is written whenever an epoch is better than all epochs before.
    """

    def __init__(self, path: str | Path | None = None) -> None:
        self.path = path

    def begin_run(self, training: "Training") -> None:
        """Refuse a run without validation digits."""
        if training.validation is None:
            raise InputError(
                "the best epoch is chosen on validation digits; found none (validation=)"
            )

    def end_epoch(self, training: "Training") -> None:
        """Keep the weights if the epoch is the best so far."""
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
        """Write the best weights into the network if the run is finished."""
        if training.history.best is not None and training.finished and not training.error:
            settle(training.network, training.history.best)
            training.history.best = None
