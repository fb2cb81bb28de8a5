"""Display of a history: the last epoch as a line, all epochs as curves and a table."""

from typing import TYPE_CHECKING

from digitwise.display.html import block, heading, paragraph, picture, table
from digitwise.extras import has
from digitwise.training.curves import SIZE, draw_curves, plot_curves
from digitwise.training.history import Epoch, History
from digitwise.wording import counted, percent

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MAX_ROWS = 10  # epochs in a table
COLUMNS = {
    "train": "train_accuracy",
    "validation": "validation_accuracy",
    "test": "test_accuracy",
}


def describe(history: History) -> str:
    """Return the number of epochs, the results of the last one, and warnings, as text."""
    if not history.epochs:
        return f"History: {_count(history)}"
    last = history.epochs[-1]
    shares = [f"{name} {_percent(last, column)}" for name, column in _measured(history).items()]
    lines = [f"History: {_count(history)}; cost {last.cost:.4f}, {', '.join(shares)}"]
    return "\n".join([*lines, *(f"  {warning}" for warning in history.warnings)])


def as_html(history: History) -> str:
    """Return learning curves and a table of the last epochs, as HTML."""
    if not history.epochs:
        return block(heading("History", _count(history)))
    measured = _measured(history)
    shown = history.epochs[-MAX_ROWS:]
    rows = [
        (
            str(e.epoch),
            f"{e.cost:.4f}",
            *(_percent(e, c) for c in measured.values()),
            _seconds(e),
        )
        for e in shown
    ]
    if len(shown) < len(history.epochs):
        rows.insert(0, ("…",) * len(rows[0]))
    return block(
        heading("History", _count(history)),
        *_curves(history),
        table(("epoch", "cost", *measured, "seconds"), rows),
        *map(paragraph, history.warnings),
    )


def plot(history: History, title: str) -> "Figure":
    """Return the learning curves as a figure; see `History.plot`."""
    from digitwise.training.figures import new_figure

    figure = new_figure(*SIZE)
    plot_curves(history, figure, title)
    return figure


def _curves(history: History) -> list[str]:
    """Return the picture of the curves as HTML; an empty list without matplotlib."""
    if not has("matplotlib"):
        return []
    return [picture(draw_curves(history, ""), "cost and accuracy against epochs")]


def _count(history: History) -> str:
    n = len(history.epochs)
    count = counted(n, "epoch") if n else "no epoch yet"
    return f"{count} in {history.seconds:.3g} s" if history.seconds else count


def _measured(history: History) -> dict[str, str]:
    """Return the names and columns of accuracies that were measured in any epoch."""
    return {
        name: column
        for name, column in COLUMNS.items()
        if any(getattr(e, column) is not None for e in history.epochs)
    }


def _percent(epoch: Epoch, column: str) -> str:
    return percent(getattr(epoch, column), missing="")


def _seconds(epoch: Epoch) -> str:
    return "" if epoch.seconds is None else f"{epoch.seconds:.3g}"
