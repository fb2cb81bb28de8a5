"""The velocities of momentum: one for every weight and bias."""

import numpy as np

from digitwise.network import Gradient, Network


def at_rest(network: Network) -> Gradient:
    """All velocities 0, in the shapes of weights and biases."""
    return Gradient(
        [np.zeros_like(w) for w in network.weights], [np.zeros_like(b) for b in network.biases]
    )
