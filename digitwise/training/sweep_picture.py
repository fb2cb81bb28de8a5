"""The picture of a sweep: a map over two axes, a line over one, dots over seeds alone."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

from digitwise.training.sweep import Row, accuracy, ranked

INK, ACCENT = "#1b4965", "#c8553d"
MAX_TICKS = 24  # ticks of an axis
MAX_LABELLED_CELLS = 120  # cells of a map with room for a number each


def varied(rows: Sequence[Row]) -> dict[str, list[Any]]:
    """Return the settings that differ between results, with their values in order.

    The seed is left out, and so is the engine, which follows from the other settings.
    """
    values: dict[str, dict[Any, None]] = defaultdict(dict)
    for row in rows:
        for name, value in row["settings"].items():
            values[name][_plain(value)] = None
    return {
        name: sorted(seen) if all(isinstance(v, int | float) for v in seen) else list(seen)
        for name, seen in values.items()
        if len(seen) > 1 and name not in ("seed", "engine")
    }


def draw_sweep(rows: Sequence[Row], image_format: str = "png") -> bytes:
    """Return a picture of the validation accuracy of all results, as the content of an image file.

    If more than two settings vary, the map is over the two with the most values. Each of its cells
    shows the best accuracy over the other settings.
    """
    from digitwise.training.figures import content_of, new_figure

    axes = dict(sorted(varied(rows).items(), key=lambda axis: -len(axis[1])))
    figure = new_figure(8, 5)
    plot = figure.subplots()
    seeds = len({row["settings"]["seed"] for row in rows})
    over = f"median of {seeds} seeds" if seeds > 1 else "one seed"
    if len(axes) >= 2:
        (x, xs), (y, ys), *others = axes.items()
        _draw_map(figure, plot, rows, (x, xs), (y, ys))
        best = f", best of {', '.join(map(_words, dict(others)))}" if others else ""
        figure.suptitle(f"validation accuracy, % ({over}{best})", fontsize=11)
    elif axes:
        (x, xs), *_ = axes.items()
        _draw_line(plot, rows, x, xs)
        spread = ", least to most" if seeds > 1 else ""
        figure.suptitle(f"validation accuracy ({over}{spread})", fontsize=11)
    else:
        _draw_seeds(plot, rows)
        figure.suptitle("validation accuracy of the seeds", fontsize=11)
    return content_of(figure, image_format)


def best_medians(rows: Sequence[Row], names: Sequence[str]) -> dict[tuple[Any, ...], float]:
    """Return the median over seeds for each combination of the named settings' values.

    It is the highest median over all other settings.
    """
    found: dict[tuple[Any, ...], float] = {}
    for combination in ranked(rows):  # the first one of each key is the best
        settings = combination.settings.to_dict()
        found.setdefault(tuple(_plain(settings[name]) for name in names), combination.median)
    return found


def _draw_map(
    figure: Any, plot: Any, rows: Sequence[Row], x: tuple[str, list[Any]], y: tuple[str, list[Any]]
) -> None:
    from matplotlib.patches import Rectangle

    (x_name, xs), (y_name, ys) = x, y
    found = best_medians(rows, (x_name, y_name))
    # A combination that diverged or has no result has no colour.
    share = np.array([[100 * found.get((a, b), 0) or np.nan for a in xs] for b in ys])
    if np.isnan(share).all():
        share[0, 0] = 0
    # Colours distinguish good from very good; the full range would only show the few failures.
    least = max(np.nanmin(share), np.nanpercentile(share, 25) - 5)
    image = plot.imshow(share, origin="lower", aspect="auto", cmap="viridis", vmin=least)
    for row, column in np.ndindex(share.shape) if share.size <= MAX_LABELLED_CELLS else []:
        if np.isnan(share[row, column]):
            text = "diverged" if (xs[column], ys[row]) in found else ""
            plot.text(column, row, text, ha="center", va="center", fontsize=8, color="#666666")
            continue
        value = share[row, column]
        dark = value < (least + np.nanmax(share)) / 2
        color = "white" if dark else "black"
        plot.text(column, row, f"{value:.2f}", ha="center", va="center", fontsize=8, color=color)
    row, column = np.unravel_index(np.nanargmax(share), share.shape)
    plot.add_patch(
        Rectangle((column - 0.48, row - 0.47), 0.96, 0.94, fill=False, edgecolor=ACCENT, lw=2.5)
    )
    _label(plot.xaxis, range(len(xs)), xs, turn=len(xs) > 8)
    _label(plot.yaxis, range(len(ys)), ys)
    plot.set(xlabel=_words(x_name), ylabel=_words(y_name))
    figure.colorbar(image, ax=plot, extend="min" if np.nanmin(share) < least else "neither")


def _draw_line(plot: Any, rows: Sequence[Row], name: str, values: list[Any]) -> None:
    shares = [
        [100 * accuracy(row) for row in rows if _plain(row["settings"][name]) == value]
        for value in values
    ]
    positive = all(isinstance(v, int | float) and v > 0 for v in values)
    at = values if positive else list(range(len(values)))
    for place, share in zip(at, shares, strict=True):
        plot.plot([place] * len(share), share, ".", color=INK, alpha=0.5, ms=5)
    if positive:
        low, high = [min(s) for s in shares], [max(s) for s in shares]
        plot.fill_between(at, low, high, color=INK, alpha=0.15)
    else:
        _label(plot.xaxis, at, values, turn=len(values) > 8)
    middle = [float(np.median(s)) for s in shares]
    plot.plot(at, middle, color=INK, marker="o", ms=5, linestyle="-" if positive else "none")
    if positive and max(values) / min(values) > 20:
        plot.set_xscale("log")
    plot.set(xlabel=_words(name), ylabel="accuracy, %")
    _plain_axes(plot)


def _draw_seeds(plot: Any, rows: Sequence[Row]) -> None:
    share = [100 * accuracy(row) for row in rows]
    plot.plot(range(len(share)), share, "o", color=INK, ms=5)
    _label(plot.xaxis, range(len(share)), [row["settings"]["seed"] for row in rows])
    plot.axhline(
        float(np.median(share)), color=ACCENT, lw=1, label=f"median {np.median(share):.2f}"
    )
    plot.set(xlabel="seed", ylabel="accuracy, %")
    plot.legend(frameon=False)
    _plain_axes(plot)


def _plain_axes(plot: Any) -> None:
    plot.grid(alpha=0.25)
    plot.spines[["top", "right"]].set_visible(False)


def _label(axis: Any, places: Sequence[float], values: Sequence[Any], turn: bool = False) -> None:
    """Set ticks with the values as names; show only every n-th of many."""
    every = -(-len(values) // MAX_TICKS)
    axis.set_ticks(list(places)[::every], [_number(v) for v in values][::every])
    if turn:
        axis.set_tick_params(rotation=60)


def _plain(value: Any) -> Any:
    """Return a list, such as the hidden layers, as text like 100-30, which can be a key."""
    return "-".join(map(str, value)) if isinstance(value, list | tuple) else value


def _number(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _words(name: str) -> str:
    return name.replace("_", " ")
