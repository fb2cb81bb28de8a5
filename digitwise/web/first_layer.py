"""The first layer of a network in training, as the Train room shows it."""

from base64 import b64encode
from typing import Any

import numpy as np

from digitwise.display.weights import MAX_NEURONS, SIDE_PX
from digitwise.layers import is_shared
from digitwise.network import Network
from digitwise.neurons import Floats

STRONG = 0.995  # quantile of absolute weights that is drawn in full colour
FULL = 127  # its value
DECIMALS = 4  # of the numbers


def first_layer(network: Network) -> dict[str, Any] | None:
    """Return the weights of the first layer's first 30 neurons, and the numbers beside them.

    Returns
    -------
    dict, or None if a number isn't finite
        `kind`: "neuron", "map" (of shared weights) or "output" (no hidden layer). `all`: how many
        there are. `side`: pixels along a side of what a neuron sees. `weights`: side × side bytes
        (int8) of each of the first 30, in one scale, in base64. `biases` and `strongest`, the
        weight of the largest absolute value, of each. `onward`: the weights to the outputs, if
        these are the next layer, else None.
    """
    layer, w = network.layers[0], network.weights
    if not all(np.isfinite(part).all() for part in (w[0], network.biases[0], *w[1:2])):
        return None
    shared, several = is_shared(layer), len(w) > 1
    first = w[0].reshape(len(network.biases[0]), -1)[:MAX_NEURONS]
    strongest = first[np.arange(len(first)), np.abs(first).argmax(axis=1)]
    scale = FULL / max(float(np.quantile(np.abs(first), STRONG)), 1e-9)
    small = np.rint(np.clip(first * scale, -FULL, FULL)).astype(np.int8)
    full = not shared and len(w) == 2
    return {
        "kind": "map" if shared else "neuron" if several else "output",
        "all": len(network.biases[0]),
        "side": layer.patch if is_shared(layer) else SIDE_PX,
        "weights": b64encode(small.tobytes()).decode(),
        "biases": _plain(network.biases[0][:MAX_NEURONS]),
        "strongest": _plain(strongest),
        "onward": _plain(w[1].T[:MAX_NEURONS]) if full else None,
    }


def _plain(values: Floats) -> Any:
    return np.round(values.astype(float), DECIMALS).tolist()
