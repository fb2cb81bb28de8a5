"""A training run as people and programs follow it: progress, epochs, the end."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shlex import quote
from threading import Timer
from typing import Any

from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from digitwise.cli.output import complain, emit, people, percent, printable
from digitwise.engines import choose_engine
from digitwise.engines.warm_up import warm_up
from digitwise.errors import StoppedError
from digitwise.files import write_atomically
from digitwise.training.history import Epoch, History
from digitwise.training.run import Run


def go(run: Run, as_json: bool) -> bool:
    """Train with a progress bar; whether it came to the end."""
    console = people(as_json)
    sizes = "-".join(map(str, run.network.sizes))
    console.print(
        f"{sizes}, {run.network.parameter_count:,} parameters; engine {run.settings.engine}; "
        f"mini-batches of {run.settings.batch_size}, learning rate {run.settings.learning_rate:g}, "
        f"seed {run.settings.seed}"
    )
    with noticing_compilation(run.settings.engine, console):
        warm_up(choose_engine(run.settings.engine), run.network, run.settings.variant)
    interrupted = False

    def interrupt(_signal: int, _frame: object) -> None:
        nonlocal interrupted
        interrupted = True
        # A second one is meant: the checkpoint of a moment ago is on disk.
        signal.signal(signal.SIGINT, signal.default_int_handler)

    n = len(run.train)
    said = 0
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    ) as bar:
        done = n * len(run.history.epochs) + run.history.position
        task = bar.add_task("training", total=n * run.settings.epochs, completed=done)

        def progress(history: History) -> bool:
            nonlocal said
            done = n * len(history.epochs) + history.position
            bar.update(task, completed=done)
            if history.position == 0:
                _report_epoch(run, bar.console, as_json)
                last = history.epochs[-1]
                bar.update(task, description=f"cost {last.cost:.4f}, {_watched(last)[1]}")
                for warning in history.warnings[said:]:
                    bar.console.print(f"Warning: {warning}")
                said = len(history.warnings)
            return interrupted

        said = len(run.history.warnings)
        before = signal.signal(signal.SIGINT, interrupt)
        try:
            return run.go(progress)
        except KeyboardInterrupt:
            raise StoppedError(
                f"interrupted; go on from the last checkpoint with: digitwise train --resume "
                f"{quote(str(run.checkpoint))}"
            ) from None
        finally:
            signal.signal(signal.SIGINT, before)


@contextmanager
def noticing_compilation(engine: str, console: Any) -> Iterator[None]:
    """Say that an engine is being compiled, if what is done here isn't done at once."""
    message = f"Compiling the {engine} engine for this machine: once, about ten seconds"
    notice = Timer(1.5, console.print, [message])
    notice.start()
    try:
        yield
    finally:
        notice.cancel()


def _watched(epoch: Epoch) -> tuple[str, str]:
    """Which digits are measured after every epoch, and how many are right."""
    if epoch.validation_accuracy is not None:
        return "validation", percent(epoch.validation_accuracy)
    return "test", percent(epoch.test_accuracy)


def _report_epoch(run: Run, console: Any, as_json: bool) -> None:
    last = run.history.epochs[-1]
    if as_json:
        emit({"event": "epoch", **last.to_dict()})
    seconds = "" if last.seconds is None else f"   {last.seconds:.2f} s"
    console.print(
        f"epoch {last.epoch:>{len(str(run.settings.epochs))}} of {run.settings.epochs}   "
        f"cost {last.cost:.4f}   training {percent(last.train_accuracy)}   "
        f"{' '.join(_watched(last))}{seconds}"
    )


def draw(run: Run, plot: Path) -> None:
    """Draw the learning curves into a file."""
    if not run.history.epochs:
        complain(f"no epoch is complete, so there are no curves to draw into {plot}")
        return
    from digitwise.training.curves import draw_curves

    title = f"{'-'.join(map(str, run.network.sizes))} on {run.settings.data}"
    image_format = plot.suffix[1:].lower()
    write_atomically(plot, draw_curves(run.history, title, image_format))


def report(run: Run, as_json: bool) -> None:
    """Say how the run ended."""
    history = run.history
    accuracy = run.test_accuracy
    if as_json:
        emit(
            {
                "event": "done",
                "model": str(run.out),
                "engine": run.settings.engine,
                "parameters": run.network.parameter_count,
                "epochs": len(history.epochs),
                "best_test_accuracy": history.best_test_accuracy,
                "test_accuracy": accuracy,
                "seconds": history.seconds,
                "warnings": history.warnings,
            }
        )
    people(as_json).print(
        f"{percent(accuracy)} of {len(run.test):,} test digits right, after {history.seconds:.2f} s"
        f" of training. Saved {printable(str(run.out))}\n"
        f"Now try: digitwise read PICTURE --model {printable(str(run.out))}"
    )
