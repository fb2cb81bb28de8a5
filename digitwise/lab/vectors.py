"""All weights and biases of a network as one vector, a point of the cost's domain."""

from collections.abc import Iterable

import numpy as np

from digitwise.lab.experiment import Array
from digitwise.network import Gradient, Network


def flat(parts: Network | Gradient) -> Array:
    """Return weights and biases, or the gradient, as a new vector."""
    return np.concatenate([part.ravel() for part in (*parts.weights, *parts.biases)])


def move(network: Network, point: Array) -> None:
    """Write a vector into a network's weights and biases, in place."""
    at = 0
    for parameter in (*network.weights, *network.biases):
        parameter[...] = point[at : at + parameter.size].reshape(parameter.shape)
        at += parameter.size


def estimates(
    network: Network, x: Array, y: Array, m: int, count: int, rng: np.random.Generator
) -> Iterable[Array]:
    """Yield estimates of ∇C from m examples each, drawn with replacement (Eq. 18 and 19)."""
    for _ in range(count):
        chosen = rng.integers(0, len(y), m)
        yield flat(network.gradient(x[chosen], y[chosen]))
