"""Weights and activations with the channels first, as PyTorch and ONNX have them.

Ours are in the order row, column, channel; theirs are in the order channel, row, column, in which
people look at maps, too.
"""

import numpy as np
import numpy.typing as npt

from digitwise.layers import Layer, is_shared, shared_count
from digitwise.network import Network
from digitwise.neurons import ACTIVATIONS, Floats


def channels_first(network: Network) -> list[Floats]:
    """Return the weights of every layer as PyTorch and ONNX have them, copied where they differ.

    Returns
    -------
    list of arrays
        Shape (maps, channels, patch, patch) for shared weights, (n_out, n_in) for a full layer.
    """
    return [
        np.ascontiguousarray(w if is_shared(layer) else w.reshape(layer.weight_shape))
        for layer, w in zip(network.layers, views_by_channel(network), strict=True)
    ]


def take_channels_first(network: Network, weights: list[Floats]) -> None:
    """Set a network's weights, in place, from weights in the order of `channels_first`."""
    for ours, theirs in zip(views_by_channel(network), weights, strict=True):
        ours[...] = theirs.reshape(ours.shape)


def views_by_channel(network: Network) -> list[Floats]:
    """Return views of every layer's weights, channels first where its inputs are maps.

    Such a view has shape (n_out, channels, rows, columns): rows and columns of a patch, or, in a
    full layer, of the maps before it.
    """
    views = list[Floats]()
    before: Layer | None = None
    for layer, w in zip(network.layers, network.weights, strict=True):
        if is_shared(layer):
            seen = w.reshape(-1, layer.patch, layer.patch, layer.picture[2])
        elif is_shared(before):
            seen = w.reshape(-1, *before.maps_shape)
        else:
            seen = None
        views.append(w if seen is None else np.moveaxis(seen, 3, 1))
        before = layer
    return views


def feature_maps(network: Network, x: npt.ArrayLike) -> list[Floats]:
    """Return the activations of every layer with shared weights, map by map.

    Parameters
    ----------
    x : array of shape (n, n_in)

    Returns
    -------
    list of arrays of shape (n, maps, rows, columns)
        Empty for a network of full layers.
    """
    a = np.asarray(x, network.dtype)
    f, maps = ACTIVATIONS[network.activation].function, list[Floats]()
    shared = network.layers[: shared_count(network.layers)]
    for layer, w, b in zip(shared, network.weights, network.biases, strict=False):
        a = f(layer.weighted_inputs(a, w, b))
        if is_shared(layer):
            maps.append(np.moveaxis(a.reshape(-1, *layer.maps_shape), 3, 1))
    return maps
