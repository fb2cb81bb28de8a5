"""The fused engine: for small networks, whole epochs in one compiled call, on one thread."""

import numpy as np
import numpy.typing as npt

from digitwise.data.answers import firing
from digitwise.data.digits import Digits
from digitwise.descent import PLAIN, Variant
from digitwise.engines.codes import ACTIVATION_CODES, COST_CODES, rates_of
from digitwise.engines.fused_descent import run
from digitwise.engines.fused_forward import look
from digitwise.engines.fused_layout import aligned_zeros, pack, plan, unpack
from digitwise.engines.sparse import brightness, sparse_images
from digitwise.network import Gradient, Network
from digitwise.neurons import Floats

AT_ONCE = 64  # digits


class FusedEngine:
    """Backpropagation and descent in one compiled loop over mini-batches (`fused_descent.py`)."""

    name = "fused"

    def run(
        self,
        network: Network,
        digits: Digits,
        order: npt.NDArray[np.intp],
        batch_size: int,
        learning_rate: float,
        variant: Variant = PLAIN,
        velocity: Gradient | None = None,
        rng: np.random.Generator | None = None,  # noqa: ARG002 - it has no dropout
    ) -> None:
        """Eq. 20 and 21 for each mini-batch, in place; see `Engine`."""
        batch_size = min(batch_size, len(order))
        layout, tile = plan(network.sizes, network.dtype, batch_size)
        real = network.dtype.type
        parameters = pack(layout, tile, network.weights, network.biases)
        velocities = np.empty(0, real)
        if velocity is not None:
            velocities = pack(layout, tile, velocity.weights, velocity.biases)
        run(
            sparse_images(digits),
            firing(digits.labels[order], network.sizes[-1]),
            order,
            batch_size,
            layout,
            tile,
            parameters,
            velocities,
            aligned_zeros(layout.neuron_count, network.dtype),
            brightness(network.dtype),
            ACTIVATION_CODES[network.activation],
            COST_CODES[network.cost],
            rates_of(variant, learning_rate, real),
        )
        unpack(layout, tile, parameters, network.weights, network.biases)
        if velocity is not None:
            unpack(layout, tile, velocities, velocity.weights, velocity.biases)

    def weighted_outputs(self, network: Network, digits: Digits) -> Floats:
        """See `Engine`."""
        layout, tile = plan(network.sizes, network.dtype, AT_ONCE)
        z = np.empty((len(digits), network.sizes[-1]), network.dtype)
        look(
            sparse_images(digits),
            np.arange(len(digits)),
            AT_ONCE,
            layout,
            tile,
            pack(layout, tile, network.weights, network.biases),
            aligned_zeros(layout.neuron_count, network.dtype),
            brightness(network.dtype),
            ACTIVATION_CODES[network.activation],
            z,
        )
        return z
