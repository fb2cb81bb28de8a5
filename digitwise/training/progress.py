"""A run as people follow it: a bar and a line an epoch, in a terminal or in a notebook."""

import sys
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

from digitwise.training.callback import Callback
from digitwise.training.history import Epoch, History

if TYPE_CHECKING:
    from rich.console import Console

    from digitwise.training.loop import Training


class Watch(Callback):
    """Calls a function of the history about every 5,000 digits and after every epoch.

    The run stops when it returns True.
    """

    def __init__(self, progress: Callable[[History], bool | None]) -> None:
        self.progress = progress

    def end_step(self, training: "Training") -> bool | None:
        """In an epoch."""
        if training.history.position == len(training.train):
            return None  # the epoch is about to end
        return self.progress(training.history)

    def end_epoch(self, training: "Training") -> bool | None:
        """After it."""
        return self.progress(training.history)


class Shown(Callback):
    """Shows a bar, and prints a line for each epoch and for each warning.

    Parameters
    ----------
    console : rich.console.Console, optional
        Where to; by default standard output, or the cell of a notebook.
    """

    def __init__(self, console: "Console | None" = None) -> None:
        self.console = console
        self._said = 0  # warnings
        self._notebook: Any = None

    def begin_run(self, training: "Training") -> None:
        """Begin a bar, or an output of a notebook."""
        self._said = len(training.history.warnings)
        if self.console is None and _in_notebook():
            display: Any = import_module("IPython.display").display
            self._notebook = display(training.history, display_id=True)
            return
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        console = self.console or Console(highlight=False, markup=False, soft_wrap=True)
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f}%"),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
            transient=True,
        )
        self._task = self._bar.add_task(
            "training",
            total=len(training.train) * training.settings.epochs,
            completed=_done(training),
        )
        self._bar.start()

    def end_step(self, training: "Training") -> None:
        """Move the bar on."""
        if self._notebook is None:
            self._bar.update(self._task, completed=_done(training))

    def end_epoch(self, training: "Training") -> None:
        """Print the epoch."""
        history = training.history
        if self._notebook is not None:
            self._notebook.update(history)
            return
        last = history.epochs[-1]
        description = f"cost {last.cost:.4f}, {_watched(last)[1]}"
        self._bar.update(self._task, completed=_done(training), description=description)
        self._bar.console.print(epoch_line(last, training.settings.epochs))
        for warning in history.warnings[self._said :]:
            self._bar.console.print(f"Warning: {warning}")
        self._said = len(history.warnings)

    def end_run(self, training: "Training") -> None:
        """Take the bar away."""
        if self._notebook is not None:
            self._notebook.update(training.history)
        elif hasattr(self, "_bar"):
            self._bar.stop()


def epoch_line(epoch: Epoch, epochs: int) -> str:
    """Return what is said of an epoch."""
    seconds = "" if epoch.seconds is None else f"   {epoch.seconds:.2f} s"
    return (
        f"epoch {epoch.epoch:>{len(str(epochs))}} of {epochs}   cost {epoch.cost:.4f}   "
        f"training {_percent(epoch.train_accuracy)}   {' '.join(_watched(epoch))}{seconds}"
    )


def shown_by_default() -> bool:
    """Whether somebody types what is run: at a prompt, or in a notebook; a script is silent."""
    return hasattr(sys, "ps1") or _in_notebook()


def _in_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell is not None and hasattr(shell, "kernel")


def _done(training: "Training") -> int:
    """Examples that were learnt from."""
    history = training.history
    return len(training.train) * len(history.epochs) + history.position


def _watched(epoch: Epoch) -> tuple[str, str]:
    """Which digits are measured after every epoch, and how many are right."""
    if epoch.validation_accuracy is not None:
        return "validation", _percent(epoch.validation_accuracy)
    return "test", _percent(epoch.test_accuracy)


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.2f}%"
