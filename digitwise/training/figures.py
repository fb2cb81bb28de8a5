"""Matplotlib figures without pyplot, which would keep every figure; notebooks show them too."""

import io
from typing import Any

from digitwise.extras import missing

try:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
except ImportError as error:
    raise missing("matplotlib", "plots", "a figure") from error

DOTS_PER_INCH = 120


class ShownFigure(Figure):
    """A matplotlib figure that a notebook shows."""

    def _repr_png_(self) -> bytes:
        return content_of(self)


def new_figure(width: float, height: float) -> ShownFigure:
    """Return an empty figure; width and height in inches."""
    figure = ShownFigure(figsize=(width, height), dpi=DOTS_PER_INCH, layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def content_of(figure: Figure, image_format: str = "png", **options: Any) -> bytes:
    """Return a figure as the content of a png, svg or pdf file, on white."""
    content = io.BytesIO()
    figure.savefig(content, format=image_format, facecolor="white", **options)
    return content.getvalue()
