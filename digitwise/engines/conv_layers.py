"""Packed weights and activations of layers with shared weights, for `conv_kernels`."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from digitwise.convolution import Convolution
from digitwise.engines.codes import ACTIVATION_CODES
from digitwise.engines.conv_kernels import PLACES, WEIGHTS, Shape, forward, learn
from digitwise.engines.fused_layout import aligned_zeros
from digitwise.engines.simd import REGISTER_BYTES, REGISTERS
from digitwise.layers import shared_count
from digitwise.network import Network
from digitwise.neurons import Floats

T = TypeVar("T")
EXAMPLES_AT_ONCE = 8  # examples whose errors fit into the cache together


class SharedLayers:
    """The layers with shared weights that a network begins with, and buffers for some examples.

    Parameters
    ----------
    network : Network
        Network whose weights are copied; `load` copies them again.
    most : int
        Maximum number of examples at a time.
    """

    def __init__(self, network: Network, most: int) -> None:
        self.activation = ACTIVATION_CODES[network.activation]
        self.count = shared_count(network.layers)
        self.layers = [_SharedLayer(network, number, most) for number in range(self.count)]
        first, last = self.layers[0], self.layers[-1]
        s, edge = first.shape, first.edge
        self.inputs = aligned_zeros(most * s.size + first.slack, network.dtype)
        pictures = self.inputs[: most * s.size].reshape(most, s.height + 2 * edge, -1)
        self.pictures = pictures[:, edge : edge + s.height, edge : edge + s.width]
        self.features = last.features(last.activations)
        self._free: list[Floats] = []
        self._scratch = max(layer.scratch for layer in self.layers)
        self._dtype = network.dtype
        self.load(network)

    def load(self, network: Network) -> None:
        """Copy the network's weights and biases."""
        for layer, w, b in zip(self.layers, network.weights, network.biases, strict=False):
            layer.load(w, b)

    def forward(self, rows: slice) -> Floats:
        """Return the last layer's activations for some of the `pictures`, (rows, n_out)."""
        x = self.inputs
        with self.scratch() as sums:
            for layer in self.layers:
                forward(
                    x, rows.start, rows.stop, layer.shape, layer.weights, layer.biases,
                    self.activation, layer.block, layer.tile, layer.group, sums, layer.activations,
                    layer.winners,
                )  # fmt: skip
                x = layer.activations
        return self.features[rows]

    def scratch(self) -> AbstractContextManager[Floats]:
        """Lend a scratch buffer for the sums of a row to one thread at a time."""
        return _lend(self._free, lambda: aligned_zeros(self._scratch, self._dtype))


class Backward:
    """Backpropagation through `SharedLayers`: errors, and gradients summed over blocks of examples.

    Each block of examples has its own sums, so that results don't depend on the number of threads.

    Parameters
    ----------
    shared : SharedLayers
    most : int
        Maximum number of examples in a mini-batch.
    block : int
        Number of examples in a block.
    """

    def __init__(self, shared: SharedLayers, most: int, block: int) -> None:
        self.shared, self.block = shared, block
        blocks = -(-most // block)
        dtype = shared.inputs.dtype
        self.arrays = [aligned_zeros(len(layer.activations), dtype) for layer in shared.layers]
        self.errors = shared.layers[-1].features(self.arrays[-1])
        self.nablas = [np.zeros((blocks, layer.nabla_size), dtype) for layer in shared.layers]
        self.nablas_b = [np.zeros((blocks, layer.shape.maps), dtype) for layer in shared.layers]
        self._free: list[list[Floats]] = []

    def learn(self, rows: slice) -> None:
        """Compute the gradients of some rows, in whole blocks, from their `errors`, ∂C/∂a."""
        with self.shared.scratch() as sums, _lend(self._free, self._deltas) as deltas:
            for start in range(rows.start, rows.stop, self.block):
                stop = min(start + self.block, rows.stop)
                for at in range(start, stop, EXAMPLES_AT_ONCE):
                    self._learn(
                        at, min(at + EXAMPLES_AT_ONCE, stop), start // self.block, deltas, sums
                    )

    def _learn(self, at: int, stop: int, block: int, deltas: list[Floats], sums: Floats) -> None:
        shared = self.shared
        for number in reversed(range(shared.count)):
            layer = shared.layers[number]
            below = number - 1
            nabla, nabla_b = self.nablas[number][block], self.nablas_b[number][block]
            if at % self.block == 0:
                nabla[:], nabla_b[:] = 0, 0
            learn(
                shared.layers[below].activations if number else shared.inputs, at, stop,
                layer.shape, layer.activations, self.arrays[number], layer.winners,
                shared.activation, layer.flipped, deltas[number], layer.gap, sums,
                layer.nabla_block, layer.tile, layer.group, nabla, nabla_b, layer.back_block,
                layer.back_tile, layer.back_group, self.arrays[below] if number else deltas[0][:0],
            )  # fmt: skip

    def gradients(self, m: int) -> Iterator[tuple[Floats, Floats]]:
        """Yield ∂C/∂w and ∂C/∂b of each layer, after `learn` for the m rows of a mini-batch."""
        blocks = -(-m // self.block)
        for layer, nabla, nabla_b in zip(
            self.shared.layers, self.nablas, self.nablas_b, strict=True
        ):
            yield (
                layer.unpacked(nabla[:blocks].sum(axis=0)),
                layer.own(nabla_b[:blocks].sum(axis=0)),
            )

    def _deltas(self) -> list[Floats]:
        dtype = self.shared.inputs.dtype
        return [aligned_zeros(layer.deltas_size, dtype) for layer in self.shared.layers]


class _SharedLayer:
    """A layer's geometry, its packed weights and its activations."""

    def __init__(self, network: Network, number: int, most: int) -> None:
        shared = [layer for layer in network.layers if isinstance(layer, Convolution)]
        dtype, layer, *after = network.dtype, *shared[number:]
        lanes = REGISTER_BYTES // dtype.itemsize
        height, width, channels = layer.picture
        padded = _padded(channels, lanes) if number else channels
        rows, columns, maps = layer.maps_shape
        wide = _padded(maps, lanes)
        patch, self.edge = layer.patch, layer.patch // 2
        self.maps, self.channels, self.n_out = maps, channels, layer.n_out
        if after:
            edge = after[0].patch // 2
            row = (columns + 2 * edge) * wide
            place = (edge * row + edge * wide, row, wide, (rows + 2 * edge) * row)
        else:  # full layers follow, whose inputs have no padded maps
            place = (0, columns * maps, maps, layer.n_out + wide - maps)
        self.shape = s = Shape(
            height, width, padded, patch, wide, layer.pool, rows, columns,
            (height + patch - 1) * (width + patch - 1) * padded, *place,
        )  # fmt: skip
        self.tile, self.block, self.group = _tile(wide, PLACES, lanes)
        self.nabla_block = self.tile * min(WEIGHTS, patch * padded)
        self.back_tile, self.back_block, self.back_group = _tile(padded, PLACES, lanes)
        self.slack = (PLACES + patch) * max(padded, wide)
        self.gap = (height + patch - 1) * (width + patch - 1) * wide
        self.deltas_size = EXAMPLES_AT_ONCE * self.gap + self.slack
        self.scratch = (width + PLACES) * max(wide * layer.pool, padded) + self.slack
        self.activations = aligned_zeros(most * s.to_size + 2 * self.slack, dtype)
        self.winners = aligned_zeros(most * rows * columns * wide if layer.pool > 1 else 0, dtype)
        self.nabla_size = patch**2 * padded * wide
        self.weights = aligned_zeros(self.nabla_size, dtype)
        self.flipped = aligned_zeros(self.nabla_size, dtype)
        self.biases = aligned_zeros(wide, dtype)

    def features(self, array: Floats) -> Floats:
        """Return a view of the last layer's array as inputs of full layers, (examples, n_out)."""
        size = self.shape.to_size
        return array[: len(array) // size * size].reshape(-1, size)[:, : self.n_out]

    def load(self, w: Floats, b: Floats) -> None:
        """Copy weights and biases into the packed arrays."""
        own = w.reshape(self.maps, self.shape.patch, self.shape.patch, self.channels)
        self._view(self.weights)[...] = own
        s = self.shape
        flipped = self.flipped.reshape(s.patch, s.patch, s.maps, s.channels)[::-1, ::-1]
        flipped[:, :, : self.maps, : self.channels] = own.transpose(1, 2, 0, 3)
        self.biases[: self.maps] = b

    def unpacked(self, packed: Floats) -> Floats:
        """Return weights, or their gradient, in the network's shape, (maps, patch² · channels)."""
        return self._view(packed).reshape(self.maps, -1)

    def own(self, padded: Floats) -> Floats:
        """Return biases, or their gradient, without the padding."""
        return padded[: self.maps]

    def _view(self, packed: Floats) -> npt.NDArray[Any]:
        s = self.shape
        parts = packed.reshape(s.patch, s.patch, s.channels, s.maps)
        return parts[:, :, : self.channels, : self.maps].transpose(3, 0, 1, 2)


@contextmanager
def _lend(free: list[T], make: Callable[[], T]) -> Iterator[T]:
    """Lend a free buffer to one thread at a time; make a new one if all are in use."""
    try:
        one = free.pop()
    except IndexError:
        one = make()
    yield one
    free.append(one)


def _padded(count: int, lanes: int) -> int:
    return -(-count // lanes) * lanes


def _tile(maps: int, rows: int, lanes: int) -> tuple[tuple[None, ...], tuple[None, ...], int]:
    """Return a tile of registers that divides the maps, a block of `rows` tiles, a tile's maps."""
    fits = [n for n in (2, 3) if maps % (n * lanes) == 0 and rows * n < REGISTERS]
    count = fits[0] if fits else 1
    return (None,) * count, (None,) * count * rows, count * lanes
