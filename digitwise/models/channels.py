"""Weights and activations of pictures with the channels first, as PyTorch and ONNX have them.

Ours are in the order row, column, channel; theirs are in the order channel, row, column, which is
also the order in which people look at maps, one after the other.
"""

import numpy as np
import numpy.typing as npt

from digitwise.layers import Layer, is_shared, shared_count
from digitwise.network import Network
from digitwise.neurons import ACTIVATIONS, Floats


def channels_first(network: Network) -> list[Floats]:
    """Return the weights of every layer as PyTorch and ONNX have them; those that differ, copied.

    Returns
    -------
    list of arrays
        Of a layer with shared weights (maps, channels, patch, patch), of a full one (n_out, n_in).
    """
    return [
        np.ascontiguousarray(w if is_shared(layer) else w.reshape(layer.weight_shape))
        for layer, w in zip(network.layers, views_by_channel(network), strict=True)
    ]


def take_channels_first(network: Network, weights: list[Floats]) -> None:
    """Change a network's weights, in place, to those that are in the order of `channels_first`."""
    for ours, theirs in zip(views_by_channel(network), weights, strict=True):
        ours[...] = theirs.reshape(ours.shape)


def views_by_channel(network: Network) -> list[Floats]:
    """View the weights of every layer; of one that looks at maps (n_out, channels, rows, columns).

    The rows and columns are those of a patch, or, of a full layer, those of the maps before it.
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
    list of arrays of shape (n, maps, rows, columns), none for a network of full layers
    """
    a = np.asarray(x, network.dtype)
    f, maps = ACTIVATIONS[network.activation].function, list[Floats]()
    shared = network.layers[: shared_count(network.layers)]
    for layer, w, b in zip(shared, network.weights, network.biases, strict=False):
        a = f(layer.weighted_inputs(a, w, b))
        if is_shared(layer):
            maps.append(np.moveaxis(a.reshape(-1, *layer.maps_shape), 3, 1))
    return maps
