"""The picture of a circuit."""

from typing import TYPE_CHECKING

from digitwise.circuits import Circuit
from digitwise.extras import has
from digitwise.lab.circuit_picture import MOST_DRAWN, draw_circuit, places

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def plot(circuit: Circuit) -> "Figure":
    """Return a matplotlib figure of a circuit; see `Circuit.plot`."""
    from digitwise.training.figures import new_figure

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


def draw(circuit: Circuit) -> bytes | None:
    """Return a picture of a circuit as the content of a PNG file; None without matplotlib."""
    if not has("matplotlib"):
        return None
    from digitwise.training.figures import content_of

    return content_of(plot(circuit))
