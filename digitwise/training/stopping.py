"""Early stopping: a run ends when the validation accuracy no longer rises."""

from typing import TYPE_CHECKING

from digitwise.errors import InputError
from digitwise.settings import TABLE
from digitwise.training.callback import Callback
from digitwise.training.history import History

if TYPE_CHECKING:
    from digitwise.training.loop import Training


class EarlyStopping(Callback):
    """Finishes a run when the validation accuracy hasn't risen for some epochs.

    Prechelt 1998, "Early stopping, but when?".

    Parameters
    ----------
    patience : int >= 1
        Number of epochs without a rise.
    """

    def __init__(self, patience: int) -> None:
        TABLE["patience"].check(patience)
        self.patience = patience

    def begin_run(self, training: "Training") -> None:
        """Refuse a run without validation digits; finish a resumed run that has ended already."""
        if training.validation is None:
            raise InputError("patience needs validation digits to judge by (validation=)")
        self.end_epoch(training)

    def end_epoch(self, training: "Training") -> None:
        """Finish the run if the accuracy has stalled."""
        if stalled(training.history, self.patience):
            training.finish()


def stalled(history: History, patience: int | None) -> bool:
    """Tell whether the validation accuracy hasn't risen for `patience` epochs."""
    if patience is None or len(history.epochs) <= patience or history.position:
        return False
    accuracies = [e.validation_accuracy or 0.0 for e in history.epochs]
    return max(accuracies[-patience:]) <= max(accuracies[:-patience])
