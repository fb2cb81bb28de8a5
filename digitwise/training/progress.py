"""Progress of a run for people: a bar, and a line for each epoch, in a terminal or a notebook."""

import sys
import time
from collections.abc import Callable
from html import escape
from importlib import import_module
from typing import TYPE_CHECKING, Any

from digitwise.training.callback import Callback
from digitwise.training.history import Epoch, History
from digitwise.wording import percent

if TYPE_CHECKING:
    from rich.console import Console

    from digitwise.training.loop import Training

WAIT_S = 1.0  # before a notebook shows anything
INTERVAL_S = 0.25  # between two updates


Progress = Callable[[History], bool | None]


class Watch(Callback):
    """Calls a function with the history about every 5,000 digits and after every epoch.

    The run stops if the function returns True.
    """

    def __init__(self, progress: Progress) -> None:
        self.progress = progress

    def end_step(self, training: "Training") -> bool | None:
        """Call the function, unless the epoch is about to end."""
        if training.history.position == len(training.train):
            return None  # `end_epoch` follows at once
        return self.progress(training.history)

    def end_epoch(self, training: "Training") -> bool | None:
        """Call the function after the epoch."""
        return self.progress(training.history)


class Shown(Callback):
    """Shows a bar, and prints a line for each epoch and for each warning.

    Parameters
    ----------
    console : rich.console.Console, optional
        By default standard output.
    """

    def __init__(self, console: "Console | None" = None) -> None:
        self.console = console
        self._said = 0  # number of warnings printed

    def begin_run(self, training: "Training") -> None:
        """Show the bar."""
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self._said = len(training.history.warnings)
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
        total = len(training.train) * training.settings.epochs
        self._task = self._bar.add_task("training", total=total, completed=_done(training))
        self._bar.start()

    def end_step(self, training: "Training") -> None:
        """Move the bar on."""
        self._bar.update(self._task, completed=_done(training))

    def end_epoch(self, training: "Training") -> None:
        """Print a line for the epoch, and new warnings."""
        history = training.history
        last = history.epochs[-1]
        description = f"cost {last.cost:.4f}, {_watched(last)[1]}"
        self._bar.update(self._task, completed=_done(training), description=description)
        self._bar.console.print(epoch_line(last, training.settings.epochs))
        for warning in history.warnings[self._said :]:
            self._bar.console.print(f"Warning: {warning}")
        self._said = len(history.warnings)

    def end_run(self, training: "Training") -> None:  # noqa: ARG002
        """Remove the bar."""
        if hasattr(self, "_bar"):  # absent if an earlier callback's `begin_run` raised
            self._bar.stop()


class ShownInNotebook(Callback):
    """Shows a bar and the latest epoch under a notebook's cell, unless the run is very short."""

    def __init__(self) -> None:
        self._handle: Any = None
        self._shown_at = 0.0

    def begin_run(self, training: "Training") -> None:  # noqa: ARG002
        """Start waiting, so that a very short run shows no bar."""
        self._shown_at = time.monotonic() + WAIT_S

    def end_step(self, training: "Training") -> None:
        """Update the bar if the last update is old enough."""
        if time.monotonic() - self._shown_at >= INTERVAL_S:
            self._show(training)

    def end_run(self, training: "Training") -> None:
        """Show the final state."""
        if self._handle is not None:
            self._show(training)

    def _show(self, training: "Training") -> None:
        epochs, rows = training.settings.epochs, training.history.epochs
        line = epoch_line(rows[-1], epochs) if rows else f"epoch 1 of {epochs}"
        share = _done(training) / max(1, len(training.train) * epochs)
        said = "<br>".join([line, *map(escape, training.history.warnings)])
        shown = {
            "text/plain": line,
            "text/html": f"<progress value='{share:.4f}'></progress> <code>{said}</code>",
        }
        if self._handle is None:
            display: Any = import_module("IPython.display").display
            self._handle = display(shown, raw=True, display_id=True)
        else:
            self._handle.update(shown, raw=True)
        self._shown_at = time.monotonic()


def callbacks_of(progress: Progress | bool | None) -> list[Callback]:
    """Return the callbacks for `fit`'s argument `progress`.

    None shows a run at a prompt or in a notebook, and is silent in a script.
    """
    if callable(progress):
        return [Watch(progress)]
    if progress is None:
        progress = hasattr(sys, "ps1") or _in_notebook()
    if not progress:
        return []
    return [ShownInNotebook() if _in_notebook() else Shown()]


def epoch_line(epoch: Epoch, epochs: int) -> str:
    """Return the line that describes an epoch."""
    seconds = "" if epoch.seconds is None else f"   {epoch.seconds:.2f} s"
    return (
        f"epoch {epoch.epoch:>{len(str(epochs))}} of {epochs}   cost {epoch.cost:.4f}   "
        f"training {percent(epoch.train_accuracy)}   {' '.join(_watched(epoch))}{seconds}"
    )


def _in_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell is not None and hasattr(shell, "kernel")


def _done(training: "Training") -> int:
    """Return the number of examples learnt from so far, over all epochs."""
    history = training.history
    return len(training.train) * len(history.epochs) + history.position


def _watched(epoch: Epoch) -> tuple[str, str]:
    """Return the name of the digits measured after every epoch, and their accuracy as text."""
    if epoch.validation_accuracy is not None:
        return "validation", percent(epoch.validation_accuracy)
    return "test", percent(epoch.test_accuracy)
