"""A layer that turns ten outputs into the four bits of the digit (an exercise of the chapter)."""

import numpy as np
import numpy.typing as npt

from digitwise.errors import InputError
from digitwise.network import Network
from digitwise.neurons import Floats

BITS = 4
STRENGTH = 10.0
"""Size of the weights. If the right output is at least 0.99 and all others are below 0.01, every
bit's |w·x| is above 9, with the right sign."""


def bitwise_layer(strength: float = STRENGTH) -> Network:
    """Return a network of ten inputs and four outputs, the digit's bits, the lowest first.

    The weight from digit d to bit j is +strength if bit j of d is 1, else -strength. Biases are 0.
    """
    layer = Network([10, BITS])
    layer.weights[0][...] = np.where(bits_of(np.arange(10)).T == 1, strength, -strength)
    layer.biases[0][...] = 0
    return layer


class BitwiseNetwork:
    """A ten-output network with the bitwise layer behind it.

    >>> BitwiseNetwork(Network([784, 30, 10])).feedforward(np.zeros((5, 784))).shape
    (5, 4)

    Parameters
    ----------
    network : Network
        Network with ten outputs; it isn't changed.
    layer : Network, optional
        Network with ten inputs and four outputs; by default `bitwise_layer()`.

    Raises
    ------
    InputError
        If the network hasn't ten outputs, or the layer hasn't ten inputs and four outputs.
    """

    def __init__(self, network: Network, layer: Network | None = None) -> None:
        layer = layer or bitwise_layer()
        if network.sizes[-1] != 10 or layer.sizes[0] != 10 or layer.sizes[-1] != BITS:
            raise InputError(
                f"the bitwise layer turns ten outputs into four; found a network of "
                f"{network.sizes[-1]} outputs and a layer from {layer.sizes[0]} to "
                f"{layer.sizes[-1]}"
            )
        self.network, self.layer = network, layer

    def feedforward(self, x: npt.ArrayLike) -> Floats:
        """Return the four outputs in [0, 1], the lowest bit first: (n, n_in) → (n, 4)."""
        return self.layer.feedforward(self.network.feedforward(x))

    def predict(self, x: npt.ArrayLike) -> npt.NDArray[np.intp]:
        """Return the numbers that the bits encode, 0 to 15, (n,); an output above ½ is a 1."""
        return number_of(self.feedforward(x))


def bits_of(numbers: npt.ArrayLike) -> npt.NDArray[np.intp]:
    """Return the bits of numbers from 0 to 15, the lowest first: (n,) → (n, 4)."""
    return np.asarray(numbers, np.intp)[..., np.newaxis] >> np.arange(BITS) & 1


def number_of(outputs: npt.ArrayLike) -> npt.NDArray[np.intp]:
    """Return the numbers, 0 to 15, of outputs in [0, 1], the lowest bit first: (n, 4) → (n,)."""
    return np.asarray((np.asarray(outputs) > 0.5) @ (1 << np.arange(BITS)), np.intp)
