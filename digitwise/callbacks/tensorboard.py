"""Logging of a run to TensorBoard. Needs tensorboardX, of the extra `[tensorboard]`."""

from pathlib import Path
from typing import Any

from digitwise.callbacks.measures import measures_of
from digitwise.errors import DigitwiseError, reason_of
from digitwise.extras import need
from digitwise.training.callback import Callback


class TensorBoard(Callback):
    """Writes an event file with settings, the measures of each epoch and histograms of weights.

    `tensorboard --logdir FOLDER` shows the runs of all folders in FOLDER side by side.

    Parameters
    ----------
    folder : path
        Folder of this run. A resumed run adds a file to it.

    Raises
    ------
    ExtraError
        If tensorboardX is not installed.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self._writer: Any = None
        self._make_writer = need("tensorboardX", "tensorboard", "TensorBoard").SummaryWriter

    def begin_run(self, training: Any) -> None:
        """Begin the event file with the settings.

        Raises
        ------
        DigitwiseError
            If the folder can't be written to.
        """
        try:
            self._writer = self._make_writer(str(self.folder))
        except OSError as error:
            raise DigitwiseError(f"can't write to {self.folder}: {reason_of(error)}") from error
        rows = [f"| {name} | {value} |" for name, value in training.settings.to_dict().items()]
        table = "\n".join(["| setting | value |", "|---|---|", *rows])
        self._writer.add_text("settings", table, len(training.history.epochs))

    def end_epoch(self, training: Any) -> None:
        """Write the measures and the histograms of an epoch."""
        number = training.history.epochs[-1].epoch
        for name, value in measures_of(training).items():
            self._writer.add_scalar(name, value, number)
        for layer, w in enumerate(training.network.weights, 1):
            self._writer.add_histogram(f"weights/{layer}", w, number)
        self._writer.flush()

    def end_run(self, training: Any) -> None:  # noqa: ARG002
        """Close the file."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None
