"""Weight averaging: the mean of where the steps have been is better than where they are.

Polyak & Juditsky 1992, here over the latest examples (Tarvainen & Valpola 2017).
"""

from copy import copy

from digitwise.network import Gradient, Network


def start(network: Network) -> Gradient:
    """Return the average before the first step: the parameters, copied."""
    return Gradient([w.copy() for w in network.weights], [b.copy() for b in network.biases])


def update(average: Gradient, network: Network, share: float) -> None:
    """Move the average towards the network by this share, in place."""
    for means, values in ((average.weights, network.weights), (average.biases, network.biases)):
        for mean, value in zip(means, values, strict=True):
            mean += mean.dtype.type(share) * (value - mean)


def averaged(network: Network, average: Gradient | None) -> Network:
    """Return the network with averages for parameters, not copied; itself, if there are none."""
    if average is None:
        return network
    other = copy(network)
    other.weights, other.biases = average.weights, average.biases
    return other


def settle(network: Network, average: Gradient) -> None:
    """Write the averages into the network."""
    for value, mean in zip(
        (*network.weights, *network.biases), (*average.weights, *average.biases), strict=True
    ):
        value[...] = mean
