"""Velocities of weights and biases, for momentum."""

import numpy as np

from digitwise.network import Gradient, Network


def at_rest(network: Network) -> Gradient:
    """Return velocities of 0 for all weights and biases."""
    return Gradient(
        [np.zeros_like(w) for w in network.weights], [np.zeros_like(b) for b in network.biases]
    )
