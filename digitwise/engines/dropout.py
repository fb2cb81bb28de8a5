"""Dropout masks, which leave out hidden neurons in a step."""

import numpy as np

from digitwise.layers import Full
from digitwise.network import Network
from digitwise.neurons import Floats


def dropout_masks(
    rng: np.random.Generator, network: Network, m: int, probability: float
) -> list[Floats | None]:
    """Return a mask (m, n) for each hidden layer: 0 with this probability p, else 1 / (1 - p).

    It is None for a layer with shared weights, which has no dropout.
    """
    kept = network.dtype.type(1 / (1 - probability))
    # Always drawn in float32, so that both types leave out the same neurons.
    return [
        kept * (rng.random((m, layer.n_out), np.float32) >= probability).astype(network.dtype)
        if isinstance(layer, Full)
        else None
        for layer in network.layers[:-1]
    ]
