"""Learning curves: cost and accuracy of a history, drawn against epochs."""

from typing import Any

from digitwise.training.history import History

SIZE = (10.0, 4.0)  # inches


def draw_curves(history: History, title: str, image_format: str = "png") -> bytes:
    """Return the learning curves as the content of an image file.

    Parameters
    ----------
    image_format : {"png", "svg", "pdf"}
    """
    from digitwise.training.figures import content_of, new_figure

    figure = new_figure(*SIZE)
    plot_curves(history, figure, title)
    return content_of(figure, image_format)


def plot_curves(history: History, figure: Any, title: str) -> None:
    """Draw cost and accuracy against epochs into a matplotlib figure."""
    from matplotlib.ticker import MaxNLocator

    epochs = [e.epoch for e in history.epochs]
    figure.suptitle(title, fontsize=11)
    cost, accuracy = figure.subplots(1, 2)
    cost.plot(epochs, [e.cost for e in history.epochs], color="#1b4965", marker="o", ms=3)
    cost.set(xlabel="epoch", ylabel="cost (training digits)", ylim=(0, None))
    accuracy.plot(
        epochs,
        [100 * e.train_accuracy for e in history.epochs],
        color="#1b4965",
        linestyle="--",
        marker="o",
        ms=3,
        label="training digits",
    )
    for part in ("test", "validation"):
        measured = [(e.epoch, getattr(e, f"{part}_accuracy")) for e in history.epochs]
        measured = [(epoch, share) for epoch, share in measured if share is not None]
        if measured:
            accuracy.plot(
                [epoch for epoch, _ in measured],
                [100 * share for _, share in measured],
                color="#c8553d",
                marker="s",
                ms=3,
                label=f"{part} digits",
            )
    accuracy.set(xlabel="epoch", ylabel="accuracy, %")
    accuracy.legend(loc="lower right", frameon=False)
    for axes in (cost, accuracy):
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(alpha=0.25)
