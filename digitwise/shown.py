"""A network as people see it: what `digitwise.display` makes of it."""

from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from digitwise.network import Network


class Shown:
    """A network that shows itself."""

    def summary(self) -> str:
        """Layers, activations, weights and parameters as a table of text."""
        from digitwise.display.network import summarise

        return summarise(cast("Network", self))

    def show_weights(self, layer: int = 0, neurons: int = 30) -> Any:
        """Return a PIL image of a layer's weights: white is 0, purple above, orange below.

        Of 784 inputs, each of the first neurons' weights are a tile of 28×28; else a row of pixels.
        """
        from digitwise.display.weights import show_weights

        return show_weights(cast("Network", self), layer, neurons)

    def __repr__(self) -> str:
        """Show layers, activation, cost and parameters."""
        from digitwise.display.network import describe

        return describe(cast("Network", self))

    def _repr_html_(self) -> str:
        from digitwise.display.network import as_html

        return as_html(cast("Network", self))
