"""Follow a training run: progress, epochs, the summary."""

import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from shlex import quote
from threading import Timer
from typing import Any

from digitwise.cli.logs import logger, timed
from digitwise.cli.output import emit, people, printable
from digitwise.data.digits import Digits
from digitwise.data.others import Other
from digitwise.engines import choose_engine
from digitwise.engines.warm_up import warm_up
from digitwise.errors import StoppedError
from digitwise.extras import has, missing
from digitwise.files import write_atomically
from digitwise.settings import DEFAULTS, Settings
from digitwise.training.callback import Callback
from digitwise.training.find_rate import find_learning_rate
from digitwise.training.loop import Training
from digitwise.training.progress import Shown
from digitwise.training.run import Run, prepare
from digitwise.training.start import make_network
from digitwise.typed_layers import layers_text
from digitwise.wording import percent


class Told(Callback):
    """Prints each epoch as JSON if wanted, and stops the run after Ctrl-C."""

    def __init__(self, as_json: bool) -> None:
        self.as_json, self.interrupted = as_json, False

    def interrupt(self, _signal: int, _frame: object) -> None:
        """Ask for a stop after this step; a second Ctrl-C stops at once, at the last checkpoint."""
        self.interrupted = True
        signal.signal(signal.SIGINT, signal.default_int_handler)

    def end_step(self, _training: Training) -> bool:
        """Return whether to stop."""
        return self.interrupted

    def end_epoch(self, training: Training) -> bool:
        """Print the epoch; return whether to stop."""
        if self.as_json:
            emit({"event": "epoch", **training.history.epochs[-1].to_dict()})
        return self.interrupted


def go(run: Run, as_json: bool) -> bool:
    """Train with a progress bar; return whether the run came to its end."""
    console = people(as_json)
    sizes = layers_text(run.network.layout)
    console.print(
        f"{sizes}, {run.network.parameter_count:,} parameters; engine {run.settings.engine}; "
        f"mini-batches of {run.settings.batch_size}, learning rate {run.settings.learning_rate:g}, "
        f"seed {run.settings.seed}"
    )
    logger.info("settings: %s", run.settings.command())
    with (
        noticing_compilation(run.settings.engine, console),
        timed(f"making the engine {run.settings.engine} ready"),
    ):
        warm_up(choose_engine(run.settings.engine), run.network, run.settings.variant)
    told = Told(as_json)
    before = signal.signal(signal.SIGINT, told.interrupt)
    try:
        with timed("training"):
            return run.go(callbacks=[told, Shown(console)])
    except KeyboardInterrupt:
        raise StoppedError(
            f"interrupted; go on from the last checkpoint with: digitwise train --resume "
            f"{quote(str(run.checkpoint))}"
        ) from None
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def noticing_compilation(engine: str, console: Any) -> Iterator[None]:
    """Print that an engine is being compiled, if the block takes longer than 1.5 s."""
    message = f"Compiling the {engine} engine for this machine: only once, about ten seconds"
    notice = Timer(1.5, console.print, [message])
    notice.start()
    try:
        yield
    finally:
        notice.cancel()


def draw(run: Run, plot: Path) -> None:
    """Write the picture of the learning curves into a file."""
    if not run.history.epochs:
        logger.warning("no epoch is complete, so there are no curves to draw into %s", plot)
        return
    from digitwise.training.curves import draw_curves

    title = f"{layers_text(run.network.layout)} on {run.settings.data}"
    image_format = plot.suffix[1:].lower()
    write_atomically(plot, draw_curves(run.history, title, image_format))


def report(run: Run, as_json: bool) -> None:
    """Print the result of the run."""
    history = run.history
    results = run.model.results if run.model else {}
    accuracy, n = results.get("test_accuracy"), results.get("test_n", 0)
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
    settings = replace(run.settings, engine=DEFAULTS.engine)  # "auto" chooses the same again
    people(as_json).print(
        f"{percent(accuracy)} of {n:,} test digits right, after {history.seconds:.2f} s"
        f" of training. Saved {printable(str(run.out))}\n"
        f"Settings, as --settings takes them:\n{settings.to_toml()}"
        f"Now try: digitwise read PICTURE --model {printable(str(run.out))}"
    )


def find_rate(
    settings: Settings,
    train: Digits,
    others: Sequence[Other],
    plot: Path | None,
    as_json: bool,
) -> None:
    """Try rising learning rates, print a good one, and draw their costs."""
    plot = plot or Path("learning-rate.png")
    drawn = has("matplotlib")
    if not drawn:
        logger.warning("%s", missing("matplotlib", "plots", "the picture of the rates"))
    digits, _ = prepare(settings, train, others)
    found = find_learning_rate(make_network(settings), digits, settings)
    if drawn:
        write_atomically(plot, found.draw(plot.suffix[1:].lower()))
    if as_json:
        emit({"event": "learning_rate", **found.to_dict(), "picture": str(plot) if drawn else None})
    where = f", drawn in {printable(str(plot))}" if drawn else ""
    people(as_json).print(
        f"Tried {len(found.rates)} learning rates from {found.rates[0]:g} to "
        f"{found.rates[-1]:.3g}{where}\n"
        f"A good one: --learning-rate {found.learning_rate:g}"
    )
