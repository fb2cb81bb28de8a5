"""The fused engine, for small networks: many mini-batches in one compiled call, on one thread."""

import numpy as np
import numpy.typing as npt

from digitwise.data.answers import answers
from digitwise.data.table import Examples
from digitwise.descent import PLAIN, Variant
from digitwise.engines.codes import ACTIVATION_CODES, COST_CODES, rates_of
from digitwise.engines.fused_descent import run
from digitwise.engines.fused_forward import look
from digitwise.engines.fused_layout import aligned_zeros, pack, plan, unpack
from digitwise.engines.sparse import brightness, sparse_images
from digitwise.network import Gradient, Network
from digitwise.neurons import Floats

EXAMPLES_AT_ONCE = 64  # examples whose outputs are computed together


class FusedEngine:
    """Backpropagation and descent in one compiled loop over mini-batches (`fused_descent.py`)."""

    name = "fused"

    def run(
        self,
        network: Network,
        examples: Examples,
        order: npt.NDArray[np.intp],
        batch_size: int,
        learning_rate: float,
        variant: Variant = PLAIN,
        velocity: Gradient | None = None,
        rng: np.random.Generator | None = None,  # noqa: ARG002 - this engine has no dropout
    ) -> None:
        """Apply Eq. 20 and 21 to each mini-batch, in place; see `Engine`."""
        batch_size = min(batch_size, len(order))
        layout, tile = plan(network.sizes, network.dtype, batch_size)
        real = network.dtype.type
        parameters = pack(layout, tile, network.weights, network.biases)
        velocities = np.empty(0, real)
        if velocity is not None:
            velocities = pack(layout, tile, velocity.weights, velocity.biases)
        run(
            sparse_images(examples, network.dtype),
            answers(examples, order, batch_size, network.sizes[-1], network.dtype),
            order,
            batch_size,
            layout,
            tile,
            parameters,
            velocities,
            aligned_zeros(layout.neuron_count, network.dtype),
            brightness(examples, network.dtype),
            ACTIVATION_CODES[network.activation],
            COST_CODES[network.cost],
            rates_of(variant, learning_rate, real),
        )
        unpack(layout, tile, parameters, network.weights, network.biases)
        if velocity is not None:
            unpack(layout, tile, velocities, velocity.weights, velocity.biases)

    def weighted_outputs(self, network: Network, examples: Examples) -> Floats:
        """See `Engine`."""
        layout, tile = plan(network.sizes, network.dtype, EXAMPLES_AT_ONCE)
        z = np.empty((len(examples), network.sizes[-1]), network.dtype)
        look(
            sparse_images(examples, network.dtype),
            np.arange(len(examples)),
            EXAMPLES_AT_ONCE,
            layout,
            tile,
            pack(layout, tile, network.weights, network.biases),
            aligned_zeros(layout.neuron_count, network.dtype),
            brightness(examples, network.dtype),
            ACTIVATION_CODES[network.activation],
            z,
        )
        return z
