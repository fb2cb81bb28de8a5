"""A circuit: its picture."""

from typing import TYPE_CHECKING

from digitwise.circuits import Circuit
from digitwise.lab.circuit_picture import MOST_DRAWN, draw_circuit, places
from digitwise.training.figures import content_of, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def plot(circuit: Circuit) -> "Figure":
    """Draw a circuit as a figure: see `Circuit.plot`."""
    at = places(circuit).values()
    if len(circuit.gates) > MOST_DRAWN:
        width, height = 6.0, 1.0
    else:
        heights = [y for _, y in at]
        width = 1.4 + 0.6 * max(x for x, _ in at)
        height = 0.9 + 0.6 * (max(heights) - min(heights))
    figure = new_figure(width, height)
    draw_circuit(circuit, figure.subplots())
    return figure


def draw(circuit: Circuit) -> bytes:
    """Draw a circuit, as the content of a PNG file."""
    return content_of(plot(circuit))
