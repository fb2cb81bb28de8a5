"""The reference engine: `Network.gradient` and a step for one mini-batch after another."""

import numpy as np
import numpy.typing as npt

from digitwise.data.answers import desired_outputs
from digitwise.data.table import Examples, Table
from digitwise.descent import PLAIN, Variant, momentum_step, step
from digitwise.engines.dropout import dropout_masks
from digitwise.network import Gradient, Masks, Network
from digitwise.neurons import Floats

AT_ONCE = 1000  # examples whose outputs are computed together


class ReferenceEngine:
    """Backpropagation and descent in NumPy, vectorised over the mini-batch."""

    name = "reference"

    def run(
        self,
        network: Network,
        examples: Examples,
        order: npt.NDArray[np.intp],
        batch_size: int,
        learning_rate: float,
        variant: Variant = PLAIN,
        velocity: Gradient | None = None,
        rng: np.random.Generator | None = None,
    ) -> None:
        """Apply Eq. 20 and 21 to each mini-batch, in place; see `Engine`."""
        ordered = examples[order]
        x = ordered.inputs(network.dtype)
        y = desired_outputs(ordered, network.sizes[-1], network.dtype)
        weights = ordered.weights if isinstance(ordered, Table) else None
        for start in range(0, len(order), batch_size):
            batch = slice(start, start + batch_size)
            masks: Masks = []
            if rng and variant.dropout:
                masks = dropout_masks(rng, network, len(x[batch]), variant.dropout)
            gradient = network.gradient(
                x[batch], y[batch], masks, None if weights is None else weights[batch]
            )
            for w, nabla_w in zip(network.weights, gradient.weights, strict=True):
                nabla_w += variant.weight_decay * w
            parameters = [*network.weights, *network.biases]
            nablas = [*gradient.weights, *gradient.biases]
            if velocity is None:
                for parameter, nabla in zip(parameters, nablas, strict=True):
                    step(parameter, nabla, learning_rate)
            else:
                velocities = [*velocity.weights, *velocity.biases]
                for parameter, v, nabla in zip(parameters, velocities, nablas, strict=True):
                    momentum_step(parameter, v, nabla, learning_rate, variant)

    def weighted_outputs(self, network: Network, examples: Examples) -> Floats:
        """See `Engine`; some examples at a time, to limit memory."""
        parts = [
            network.weighted_outputs(examples[at : at + AT_ONCE].inputs(network.dtype))
            for at in range(0, len(examples), AT_ONCE)
        ]
        return np.concatenate(parts)
