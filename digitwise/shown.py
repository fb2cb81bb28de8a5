"""Methods that show a network to people; `digitwise.display` does the work."""

from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from digitwise.network import Network


class Shown:
    """Base class of `Network`: its summary, its weights as an image, its repr."""

    def summary(self) -> str:
        """Return layers, activations, weights and parameters as a table of text."""
        from digitwise.display.network import summarise

        return summarise(cast("Network", self))

    def show_weights(self, layer: int = 0, neurons: int = 30) -> Any:
        """Return a PIL image of a layer's weights: white is 0, purple above, orange below.

        The weights of each of the first `neurons` neurons are a tile of 28×28 pixels if the layer
        has 784 inputs, else a row of pixels.
        """
        from digitwise.display.weights import show_weights

        return show_weights(cast("Network", self), layer, neurons)

    def __repr__(self) -> str:
        """Return a line with layers, activation, cost and number of parameters."""
        from digitwise.display.network import describe

        return describe(cast("Network", self))

    def _repr_html_(self) -> str:
        from digitwise.display.network import as_html

        return as_html(cast("Network", self))
