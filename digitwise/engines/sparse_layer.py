"""The first layer of a large network, over non-zero pixels only, by the fused kernels."""

from typing import Any

import numpy as np
import numpy.typing as npt

from digitwise.data.table import Examples
from digitwise.engines.codes import Rates
from digitwise.engines.dense_kernels import scale
from digitwise.engines.fused_descent import step_first
from digitwise.engines.fused_forward import forward_first
from digitwise.engines.fused_layout import aligned_zeros, pack, plan, unpack
from digitwise.engines.simd import REGISTER_BYTES
from digitwise.engines.sparse import brightness, sparse_images
from digitwise.engines.steps import advance, prepare, shrink
from digitwise.network import Gradient, Network
from digitwise.neurons import Floats


class SparseLayer:
    """Weights of a network's first layer, packed for sparse inputs, as a `dense.First`.

    `put_back` writes them into the network. `dense` handles the biases.

    Parameters
    ----------
    network, velocity : Network, Gradient or None
    examples : Digits or Table
    order : int array
        Indices into `examples`.
    batch_size : int
        Maximum number of rows in a mini-batch.
    """

    def __init__(
        self,
        network: Network,
        velocity: Gradient | None,
        examples: Examples,
        order: npt.NDArray[np.intp],
        batch_size: int,
    ) -> None:
        self.network, self.velocity, self.order = network, velocity, order
        self.images = sparse_images(examples, network.dtype)
        self.layout, self.tile = plan(network.sizes[:2], network.dtype, batch_size)
        self.weights = self._pack(network)
        self.velocities = self._pack(velocity) if velocity else np.empty(0, network.dtype)
        self.brightness = brightness(examples, network.dtype)
        self.neurons = aligned_zeros(self.layout.neuron_count, network.dtype)

    @property
    def width(self) -> int:
        """Padded number of neurons."""
        return int(self.layout.widths[0])

    def shares(self, count: int) -> list[tuple[int, int]]:
        """Split the neurons into at most `count` ranges, which threads can change independently."""
        tile_width = len(self.tile) * REGISTER_BYTES // self.weights.itemsize
        parts = np.array_split(np.arange(0, self.width, tile_width), count)
        return [(int(part[0]), int(part[-1]) + tile_width) for part in parts if len(part)]

    def weighted_inputs(self, begin: int, rows: slice) -> Floats:
        """Return z = w·x for `rows` of the mini-batch at order[begin:], (rows, width).

        The array is a buffer that the next call overwrites.
        """
        forward_first(
            self.images,
            self.order,
            begin + rows.start,
            begin + rows.stop,
            self.layout,
            self.tile,
            self.weights,
            self.neurons[rows.start * self.width :],
            self.brightness,
            0,
            self.width,
        )
        return self._rows(self.layout.outputs[0], rows)

    def row_shares(self, m: int, threads: int) -> list[slice]:
        """Return the rows of a mini-batch of m examples for each thread."""
        parts = np.array_split(np.arange(m), min(threads, m))
        return [slice(int(part[0]), int(part[-1]) + 1) for part in parts]

    def learn(self, rows: slice, delta: Floats, factor: np.floating[Any]) -> None:
        """Take the errors δ of some rows; `step` adds `factor` times their gradient."""
        scale(delta, factor, self._rows(self.layout.errors[0], rows))

    def step(self, begin: int, m: int, share: tuple[int, int], rates: Rates) -> None:
        """Change the weights of a share of the neurons, after `learn` for m examples."""
        start, stop = share
        part = slice(start * self.layout.inputs, stop * self.layout.inputs)
        weights, velocities = self.weights[part], self.velocities[part]
        moving = self.velocity is not None
        if moving:
            prepare(weights, velocities, len(weights), rates)
        elif rates.decay > 0:
            shrink(weights, rates.decay)
        step_first(
            self.images,
            self.order,
            begin,
            begin + m,
            self.layout,
            self.tile,
            self.velocities if moving else self.weights,
            self.neurons,
            self.brightness,
            start,
            stop,
        )
        if moving:
            advance(weights, velocities, rates)

    def put_back(self) -> None:
        """Write the changed weights into the network, and changed velocities into theirs."""
        for flat, arrays in ((self.weights, self.network), (self.velocities, self.velocity)):
            if arrays is not None:
                unpack(self.layout, self.tile, flat, arrays.weights[:1], [])

    def _pack(self, arrays: Network | Gradient) -> Floats:
        return pack(self.layout, self.tile, arrays.weights[:1], [])

    def _rows(self, at: int, rows: slice) -> Floats:
        part = self.neurons[at + rows.start * self.width : at + rows.stop * self.width]
        return part.reshape(-1, self.width)
