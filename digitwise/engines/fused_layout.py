"""Memory layout of the fused engine: two flat arrays, and offsets into them."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from digitwise.engines.simd import REGISTER_BYTES
from digitwise.neurons import Floats

ROWS = 4  # examples that use a register of weights together; mini-batches are padded to a multiple
MAX_TILE_REGISTERS = 8  # two sums of a tile then take half of the processor's 32 registers


class Layout(NamedTuple):
    """Sizes and offsets, in numbers; each array has an entry for every layer after the inputs.

    `parameters` holds all weights, then all biases. `neurons` holds activations and errors of a
    mini-batch. Rows of neurons are padded to whole registers, mini-batches to whole groups of rows.
    No result depends on the contents of the padding.

    - First layer: [tile of neurons][pixel][neuron of the tile].
    - Further layers: twice. `weights`, for the forward pass, is [register of outputs][input][output
      of the register]. `transposed`, for backpropagation, is [register of inputs][output][input of
      the register]. Both get the same steps, and so stay equal.
    - A `tiled` layout stores every layer once, like the first one.
    """

    inputs: int
    sizes: npt.NDArray[np.int64]
    widths: npt.NDArray[np.int64]  # padded sizes
    weights: npt.NDArray[np.int64]  # offsets in `parameters`
    transposed: npt.NDArray[np.int64]
    biases: npt.NDArray[np.int64]
    outputs: npt.NDArray[np.int64]  # offsets in `neurons`: weighted inputs, then activations
    errors: npt.NDArray[np.int64]  # offsets in `neurons`: δ, including the factor -η/m
    weight_count: int
    parameter_count: int
    neuron_count: int


def plan(
    all_sizes: Sequence[int], dtype: np.dtype[Any], batch_size: int, tiled: bool = False
) -> tuple[Layout, tuple[None, ...]]:
    """Return the layout of a network and its mini-batches, and the first layer's tile (`simd`).

    A `tiled` layout is for the forward pass only.
    """
    lanes = REGISTER_BYTES // dtype.itemsize
    inputs, *sizes = all_sizes
    registers = [-(-size // lanes) for size in sizes]
    tile = -(-registers[0] // -(-registers[0] // MAX_TILE_REGISTERS))
    for layer in range(len(sizes) if tiled else 1):
        registers[layer] = -(-registers[layer] // tile) * tile
    widths = [lanes * count for count in registers]
    rows = -(-batch_size // ROWS) * ROWS
    counts = [inputs * widths[0], 0]
    for layer in range(1, len(sizes)):
        back = 0 if tiled else sizes[layer] * widths[layer - 1]
        counts += [sizes[layer - 1] * widths[layer], back]
    at = _offsets([*counts, *widths])
    neurons = _offsets([rows * width for width in widths] * 2)
    layers = len(sizes)
    layout = Layout(
        inputs,
        np.array(sizes),
        np.array(widths),
        weights=at[: 2 * layers : 2],
        transposed=at[1 : 2 * layers : 2],
        biases=at[2 * layers : -1],
        outputs=neurons[:layers],
        errors=neurons[layers:-1],
        weight_count=int(at[2 * layers]),
        parameter_count=int(at[-1]),
        neuron_count=int(neurons[-1]),
    )
    return layout, (None,) * tile


def _offsets(counts: list[int]) -> npt.NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def aligned_zeros(count: int, dtype: np.dtype[Any]) -> Floats:
    """Return an array of zeros that is aligned to a register, and so to a cache line."""
    spare = REGISTER_BYTES // dtype.itemsize
    array = np.zeros(count + spare, dtype)
    skip = -array.ctypes.data % REGISTER_BYTES // dtype.itemsize
    return array[skip : skip + count]


def pack(
    layout: Layout,
    tile: tuple[None, ...],
    weights: list[Floats],
    biases: list[Floats],
    tiled: bool = False,
) -> Floats:
    """Copy weights and biases of a network into one flat array, and return it."""
    flat = aligned_zeros(layout.parameter_count, weights[0].dtype)
    matrices = weights if tiled else _weights_and_transposed(weights)
    for place, w in zip(_places(layout, tile, flat, tiled), matrices, strict=True):
        blocks, inputs, block = place.shape
        padded = np.zeros((blocks * block, inputs), w.dtype)
        padded[: len(w)] = w
        place[...] = padded.reshape(blocks, block, inputs).transpose(0, 2, 1)
    for offset, b in zip(layout.biases, biases, strict=False):  # `biases` may be empty
        flat[offset : offset + len(b)] = b
    return flat


def unpack(
    layout: Layout,
    tile: tuple[None, ...],
    flat: Floats,
    weights: list[Floats],
    biases: list[Floats],
    tiled: bool = False,
) -> None:
    """Copy a flat array back into weights and biases, in place."""
    first, *further = _places(layout, tile, flat, tiled)
    for w, place in zip(weights, [first, *further[:: 1 if tiled else 2]], strict=True):
        blocks, inputs, block = place.shape
        w[...] = place.transpose(0, 2, 1).reshape(blocks * block, inputs)[: len(w)]
    for offset, b in zip(layout.biases, biases, strict=False):  # `biases` may be empty
        b[...] = flat[offset : offset + len(b)]


def _weights_and_transposed(weights: list[Floats]) -> list[Floats]:
    """Return the first layer's weights, then each further layer's weights and their transpose."""
    return [weights[0], *(m for w in weights[1:] for m in (w, w.T))]


def _places(
    layout: Layout, tile: tuple[None, ...], flat: Floats, tiled: bool = False
) -> list[Floats]:
    """Return views of the flat array, [block][input][output of the block], in the same order."""
    lanes = REGISTER_BYTES // flat.itemsize
    block = len(tile) * lanes

    def view(offset: int, inputs: int, width: int, block: int) -> Floats:
        return flat[offset : offset + inputs * width].reshape(width // block, inputs, block)

    sizes, widths = layout.sizes, layout.widths
    places = [view(layout.weights[0], layout.inputs, widths[0], block)]
    for layer in range(1, len(sizes)):
        forward = block if tiled else lanes
        places.append(view(layout.weights[layer], sizes[layer - 1], widths[layer], forward))
        if not tiled:
            places.append(view(layout.transposed[layer], sizes[layer], widths[layer - 1], lanes))
    return places
