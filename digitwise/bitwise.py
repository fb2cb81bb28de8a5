"""Ten outputs into four bits: the chapter's exercise, as a layer for any ten-output network."""

import numpy as np
import numpy.typing as npt

from digitwise.errors import InputError
from digitwise.network import Network
from digitwise.neurons import Floats

BITS = 4
STRENGTH = 10.0
"""Of weights: where the right output is at least 0.99 and the others below 0.01, every bit's w·x is
on its side of 0 by more than 9."""


def bitwise_layer(strength: float = STRENGTH) -> Network:
    """Return a network of ten inputs and four outputs, the bits of the digit, the lowest first.

    The weight from digit d to bit j is +strength if d has the bit, else -strength; biases are 0.
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
        Of ten outputs; it isn't changed.
    layer : Network, optional
        Of ten inputs and four outputs.

    Raises
    ------
    InputError
        If the network hasn't ten outputs, or the layer doesn't fit.
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
        """Return the numbers that the bits write, 0 to 15, (n,); 1 is an output above one half."""
        return number_of(self.feedforward(x))


def bits_of(numbers: npt.ArrayLike) -> npt.NDArray[np.intp]:
    """Numbers 0 to 15, (n,) → their bits, the lowest first, (n, 4)."""
    return np.asarray(numbers, np.intp)[..., np.newaxis] >> np.arange(BITS) & 1


def number_of(outputs: npt.ArrayLike) -> npt.NDArray[np.intp]:
    """Outputs in [0, 1], (n, 4), the lowest bit first → numbers 0 to 15; above one half is 1."""
    return np.asarray((np.asarray(outputs) > 0.5) @ (1 << np.arange(BITS)), np.intp)
