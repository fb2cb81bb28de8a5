"""Figures that notebooks show without pyplot, which keeps every figure it makes."""

import io
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

DOTS_PER_INCH = 120


class ShownFigure(Figure):
    """A matplotlib figure that shows itself."""

    def _repr_png_(self) -> bytes:
        return as_png(self)


def new_figure(width: float, height: float) -> ShownFigure:
    """Return an empty figure of so many inches."""
    figure = ShownFigure(figsize=(width, height), dpi=DOTS_PER_INCH, layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def as_png(figure: Figure, **options: Any) -> bytes:
    """Return a figure as the content of a PNG file, on white."""
    content = io.BytesIO()
    figure.savefig(content, format="png", facecolor="white", **options)
    return content.getvalue()
