"""The reference engine: the heart itself, one mini-batch after the other."""

import numpy as np
import numpy.typing as npt

from digitwise.data.digits import Digits, as_inputs
from digitwise.descent import step
from digitwise.network import Network, one_hot


class ReferenceEngine:
    """Backpropagation and descent of the heart, vectorised over the mini-batch."""

    name = "reference"

    def run(
        self,
        network: Network,
        digits: Digits,
        order: npt.NDArray[np.intp],
        batch_size: int,
        learning_rate: float,
    ) -> None:
        """Eq. 20 and 21 for each mini-batch, in place."""
        x = as_inputs(digits.images[order], network.dtype)
        y = one_hot(digits.labels[order], network.sizes[-1], network.dtype)
        for start in range(0, len(order), batch_size):
            batch = slice(start, start + batch_size)
            gradient = network.gradient(x[batch], y[batch])
            for w, nabla_w in zip(network.weights, gradient.weights, strict=True):
                step(w, nabla_w, learning_rate)
            for b, nabla_b in zip(network.biases, gradient.biases, strict=True):
                step(b, nabla_b, learning_rate)
