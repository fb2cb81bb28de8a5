"""Weight averaging: the mean of the weights over many steps is better than the last weights.

Polyak & Juditsky 1992; here an average over the latest examples (Tarvainen & Valpola 2017).
"""

from copy import copy
from typing import TYPE_CHECKING

from digitwise.network import Gradient, Network
from digitwise.training.callback import Callback

if TYPE_CHECKING:
    from digitwise.training.loop import Training


class Average(Callback):
    """Averages the weights over the latest steps; the averaged network is measured and returned.

    The averages are in `history.average` until the end of the run.

    Parameters
    ----------
    epochs : float > 0
        Length of the average.
    """

    def __init__(self, epochs: float) -> None:
        self.epochs = epochs

    def begin_run(self, training: "Training") -> None:
        """Begin the averages with the present parameters."""
        if training.history.average is None and not training.finished:
            training.history.average = start(training.network)

    def end_step(self, training: "Training") -> None:
        """Move the averages towards the parameters."""
        history, n = training.history, len(training.train)
        if history.average is not None:
            seen = len(history.epochs) + history.position / n  # in epochs
            share = training.learnt / n / min(self.epochs, seen)
            update(history.average, training.network, min(share, 1.0))

    def end_run(self, training: "Training") -> None:
        """Write the averages into the network if the run is finished."""
        if training.history.average is not None and training.finished and not training.error:
            settle(training.network, training.history.average)
            training.history.average = None


def start(network: Network) -> Gradient:
    """Return the average before the first step: a copy of the parameters."""
    return Gradient([w.copy() for w in network.weights], [b.copy() for b in network.biases])


def update(average: Gradient, network: Network, share: float) -> None:
    """Move the average towards the network's parameters by this share, in place."""
    for means, values in ((average.weights, network.weights), (average.biases, network.biases)):
        for mean, value in zip(means, values, strict=True):
            mean += mean.dtype.type(share) * (value - mean)


def averaged(network: Network, average: Gradient | None) -> Network:
    """Return a network that shares the averages as its parameters; the same network without any."""
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
