"""The order of weights in PyTorch and ONNX: a picture's channels come first there, last here.

Ours are in the order row, column, channel; theirs are in the order channel, row, column.
"""

import numpy as np

from digitwise.convolution import Convolution
from digitwise.errors import InputError
from digitwise.layers import Layer
from digitwise.network import Network
from digitwise.neurons import Floats


def channels_first(network: Network) -> list[Floats]:
    """Return the weights of every layer as PyTorch and ONNX have them; those that differ, copied.

    Returns
    -------
    list of arrays
        Of a layer with shared weights (maps, channels, patch, patch), of a full one (n_out, n_in).

    Raises
    ------
    InputError
        If the network ends with shared weights: its outputs would come in another order, too.
    """
    if isinstance(last := network.layers[-1], Convolution):
        raise InputError(
            f"expected a network whose last layer is full; found shared weights there ({last}): "
            "add a full layer of the outputs"
        )
    return [
        np.ascontiguousarray(w if isinstance(layer, Convolution) else w.reshape(layer.weight_shape))
        for layer, w in zip(network.layers, _turned(network), strict=True)
    ]


def take_channels_first(network: Network, weights: list[Floats]) -> None:
    """Change a network's weights, in place, to those that are in the order of `channels_first`."""
    for ours, theirs in zip(_turned(network), weights, strict=True):
        ours[...] = theirs.reshape(ours.shape)


def _turned(network: Network) -> list[Floats]:
    """View weights that look at a picture as (n_out, channels, rows, columns), others as are."""
    views = list[Floats]()
    before: Layer | None = None
    for layer, w in zip(network.layers, network.weights, strict=True):
        if isinstance(layer, Convolution):
            seen = w.reshape(-1, layer.patch, layer.patch, layer.picture[2])
        elif isinstance(before, Convolution):
            seen = w.reshape(-1, *before.maps_shape)
        else:
            seen = None
        views.append(w if seen is None else np.moveaxis(seen, 3, 1))
        before = layer
    return views
