"""Style of the lab's figures: labelled, readable in grey, on white."""

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from digitwise.files import write_atomically

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INK, ACCENT, MIDDLE, PALE = "#1b4965", "#c8553d", "#7a8b99", "#b9c8d3"
LINES = ("-", "--", ":", "-.")  # with colours alone, lines would look alike in grey
MARKS = ("o", "s", "^", "D")
HEAT = "cividis"  # uniform in grey, and for the colour-blind
WEIGHTS = "PuOr"  # from negative to positive

STYLE: Any = {
    "axes.edgecolor": "#44525c",
    "axes.grid": True,
    "axes.labelsize": 10,
    "axes.prop_cycle": f"cycler('color', ['{INK}', '{ACCENT}', '{MIDDLE}', '#e0a458'])",
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "figure.constrained_layout.use": True,
    "figure.dpi": 120,
    "font.size": 9.5,
    "grid.alpha": 0.25,
    "grid.linewidth": 0.6,
    "image.cmap": HEAT,
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    "lines.markersize": 4.5,
    "svg.hashsalt": "digitwise",  # equal figures give equal files
}


def new_figure(
    width: float = 7.0, height: float = 4.0, rows: int = 1, columns: int = 1, **options: Any
) -> "tuple[Figure, Any]":
    """Return a figure, width and height in inches, and its axes: one, or an array."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure, figure.subplots(rows, columns, **options)


def draw_seeds(axes: Any, x: Any, values: Any, **median: Any) -> None:
    """Draw a dot for each seed, and a line through the medians; values have shape (x, seeds)."""
    for column in values.T:
        axes.semilogx(x, column, ".", color=INK, alpha=0.5)
    axes.semilogx(x, np.median(values, axis=1), "o-", color=INK, **median)


def above_0(values: Any) -> Any:
    """Return the values with NaN for those at or below 0, which a logarithmic axis can't show."""
    return np.where(np.asarray(values) > 0, values, np.nan)


def picture_axes(axes: Any, title: str = "") -> None:
    """Remove ticks and frame from axes that hold a picture."""
    axes.set(xticks=[], yticks=[])
    axes.grid(False)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.set_title(title, fontsize=9)


def content(figure: "Figure", image_format: str) -> bytes:
    """Return a figure as the content of a file in the format "svg" or "png"."""
    from matplotlib import rc_context

    file = io.BytesIO()
    metadata = {"Date": None} if image_format == "svg" else None
    with rc_context(STYLE):
        figure.savefig(file, format=image_format, metadata=metadata)
    return file.getvalue()


def save(figure: "Figure", folder: Path, name: str) -> list[Path]:
    """Write a figure as SVG and as PNG into a folder; return the paths."""
    paths = [folder / f"{name}.{image_format}" for image_format in ("svg", "png")]
    for path in paths:
        write_atomically(path, content(figure, path.suffix[1:]))
    return paths
