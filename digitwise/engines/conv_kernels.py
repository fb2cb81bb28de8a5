"""Compiled layers with shared weights: forward pass, gradients, and errors of the layer before.

Arrays are flat. A picture is stored pixel by pixel, with all channels of a pixel together, and with
an edge of zeros around it, half a patch wide. So a row of a patch is contiguous. Channels are
padded to whole registers, except the single channel before the first layer.

A block of sums stays in registers. Its rows are places, or weights of a patch's row; its columns
are a tile of maps.
"""

from typing import NamedTuple

from digitwise.compiled import kernel
from digitwise.engines.codes import RELU, SIGMOID, TANH
from digitwise.engines.exponential import sigmoid, tanh
from digitwise.engines.simd import add, load, store, zeros
from digitwise.engines.simd_blocks import add_outer, add_rows, store_rows
from digitwise.engines.simd_lanes import (
    larger,
    multiply,
    subtract,
    where_equal,
    where_larger,
    where_positive,
)

PLACES = 7  # places of a row in a block; divides the widths 28, 14 and 7
WEIGHTS = 8  # weights of a patch's row in a block


class Shape(NamedTuple):
    """Geometry of a layer: the picture before it, its maps, and the positions of its activations.

    `channels` and `maps` are padded numbers. `size` is the length of a picture with its edge. The
    pooled maps have `rows` and `columns`. The activation of map j at row r and column c is at
    to_first + r · to_row + c · to_column + j in an output picture of length to_size.
    """

    height: int
    width: int
    channels: int
    patch: int
    maps: int
    pool: int
    rows: int
    columns: int
    size: int
    to_first: int
    to_row: int
    to_column: int
    to_size: int


@kernel
def convolve(x, begin, row_step, step, run, patch, weights, maps, width, block, tile, group, out):
    """Write the sums w·p of a row of places to out[place · maps + map].

    The first patch begins at x[begin], each further patch `step` later. A patch's rows, of `run`
    numbers, are `row_step` apart. Weights are at weights[(row · run + i) · maps + map]. Sums beyond
    `width`, up to a whole block, are meaningless. `group` is the number of maps in a tile.
    """
    for place in range(0, width, PLACES):
        for first in range(0, maps, group):
            sums = zeros(x, block)
            w = first
            for row in range(patch):
                at = begin + row * row_step + place * step
                for i in range(run):
                    sums = add_outer(sums, load(weights, w, tile), x, at + i, step)
                    w += maps
            store_rows(out, place * maps + first, maps, sums, tile)


@kernel
def forward(x, start, stop, s, weights, biases, activation, block, tile, group, sums, to, winners):
    """Write the activations of examples start..stop to `to`, the maxima's positions to `winners`.

    `x` holds pictures with their edges. `sums` is a scratch buffer for the rows that are pooled
    together. A position is the index of the largest value in its square of pooling.
    """
    row_step, pooled = (s.width + s.patch - 1) * s.channels, s.pool * s.maps
    length = (s.width + PLACES) * s.maps
    real = sums.dtype.type
    for example in range(start, stop):
        for row in range(s.rows):
            for part in range(s.pool):
                begin = example * s.size + (row * s.pool + part) * row_step
                convolve(
                    x, begin, row_step, s.channels, s.patch * s.channels, s.patch, weights, s.maps,
                    s.columns * s.pool, block, tile, group, sums[part * length :],
                )  # fmt: skip
            at = example * s.to_size + s.to_first + row * s.to_row
            won_at = (example * s.rows + row) * s.columns * s.maps
            for column in range(s.columns):
                for first in range(0, s.maps, group):
                    best, won = load(sums, column * pooled + first, tile), zeros(sums, tile)
                    for k in range(1, s.pool * s.pool):
                        down, right = k // s.pool, k % s.pool
                        other = load(
                            sums, down * length + column * pooled + right * s.maps + first, tile
                        )
                        won = where_larger(other, best, real(k), won)
                        best = larger(best, other)
                    if s.pool > 1:
                        store(winners, won_at + column * s.maps + first, won)
                    best = add(best, load(biases, first, tile))
                    if activation == RELU:
                        best = larger(best, zeros(sums, tile))
                    # If channels aren't padded, the next place overwrites the surplus numbers.
                    store(to, at + column * s.to_column + first, best)
            if activation == SIGMOID:
                for i in range(at, at + s.columns * s.to_column):
                    to[i] = sigmoid(to[i])
            elif activation == TANH:
                for i in range(at, at + s.columns * s.to_column):
                    to[i] = tanh(to[i])


@kernel
def spread(delta, example, s, a, activation, winners, edge, tile, group, out):
    """Write δ of every place to `out`, with an edge of zeros, from ∂C/∂a of the pooled maps.

    `delta` (∂C/∂a) and `a` have the layout of `forward`'s activations; `out` holds one picture.
    """
    real = a.dtype.type
    wide = (s.width + 2 * edge) * s.maps
    for row in range(s.rows):
        for column in range(s.columns):
            at = example * s.to_size + s.to_first + row * s.to_row + column * s.to_column
            won_at = ((example * s.rows + row) * s.columns + column) * s.maps
            for first in range(0, s.maps, group):
                d, f = load(delta, at + first, tile), load(a, at + first, tile)
                if activation == SIGMOID:
                    d = multiply(d, subtract(f, multiply(f, f)))
                elif activation == TANH:
                    d = subtract(d, multiply(d, multiply(f, f)))
                else:
                    d = where_positive(f, d)
                corner = (row * s.pool + edge) * wide + (column * s.pool + edge) * s.maps + first
                if s.pool == 1:
                    store(out, corner, d)
                else:
                    won = load(winners, won_at + first, tile)
                    for k in range(s.pool * s.pool):
                        place = corner + k // s.pool * wide + k % s.pool * s.maps
                        store(out, place, where_equal(won, real(k), d))


@kernel
def add_sums(deltas, start, rows, columns, step, maps, tile, group, sums):
    """Add δ of every place to the sum of its map; rows begin `step` apart in `deltas`."""
    for first in range(0, maps, group):
        total = zeros(deltas, tile)
        for row in range(rows):
            at = start + row * step + first
            for _ in range(columns):
                total = add(total, load(deltas, at, tile))
                at += maps
        store(sums, first, add(total, load(sums, first, tile)))


@kernel
def add_nabla(x, begin, s, deltas, edge, count, gap, block, tile, group, nabla):
    """Add ∂C_x/∂w of `count` examples to nabla[(row · run + i) · maps + map].

    Pictures begin at x[begin]. The δ of the examples, with edges, are `gap` apart in `deltas`.
    """
    run, row_step = s.patch * s.channels, (s.width + s.patch - 1) * s.channels
    wide = (s.width + 2 * edge) * s.maps
    height, width = s.rows * s.pool, s.columns * s.pool
    some = min(WEIGHTS, run)
    for row in range(s.patch):
        for first in range(0, run, some):
            for group_first in range(0, s.maps, group):
                sums = zeros(x, block)
                for example in range(count):
                    for y in range(height):
                        at = begin + example * s.size + (y + row) * row_step + first
                        d = example * gap + (y + edge) * wide + edge * s.maps + group_first
                        for _ in range(width):
                            sums = add_outer(sums, load(deltas, d, tile), x, at, 1)
                            at += s.channels
                            d += s.maps
                at = (row * run + first) * s.maps + group_first
                add_rows(nabla, at, s.maps, sums, tile)


@kernel
def backward(deltas, edge, s, flipped, block, tile, group, sums, to, to_first):
    """Write ∂C_x/∂a of the layer before for one example, from δ of every place, with edges.

    The result begins at to[to_first] and has the layout of the layer's input, without its edge.
    """
    row_step = (s.width + 2 * edge) * s.maps
    wide = (s.width + s.patch - 1) * s.channels
    for row in range(s.height):
        convolve(
            deltas, row * row_step, row_step, s.maps, s.patch * s.maps, s.patch, flipped,
            s.channels, s.width, block, tile, group, sums,
        )  # fmt: skip
        at = to_first + row * wide
        to[at : at + s.width * s.channels] = sums[: s.width * s.channels]


@kernel
def learn(
    x, start, stop, s, a, delta, winners, activation, flipped, deltas, gap, sums,
    nabla_block, tile, group, nabla, nabla_b, back_block, back_tile, back_group, before,
):  # fmt: skip
    """Backpropagate through a layer for examples start..stop, as many as `deltas` has room for.

    Adds ∂C_x/∂w to `nabla` and ∂C_x/∂b to `nabla_b`. Writes ∂C_x/∂a of the layer before to
    `before`, in the layout of `x`, unless its length is 0.
    """
    edge = s.patch // 2
    wide = (s.width + 2 * edge) * s.maps
    for example in range(start, stop):
        at = (example - start) * gap
        spread(delta, example, s, a, activation, winners, edge, tile, group, deltas[at:])
        add_sums(
            deltas, at + edge * wide + edge * s.maps, s.rows * s.pool, s.columns * s.pool, wide,
            s.maps, tile, group, nabla_b,
        )  # fmt: skip
    add_nabla(
        x, start * s.size, s, deltas, edge, stop - start, gap, nabla_block, tile, group, nabla
    )
    if len(before):
        first = (edge * (s.width + 2 * edge) + edge) * s.channels
        for example in range(start, stop):
            backward(
                deltas[(example - start) * gap :], edge, s, flipped, back_block, back_tile,
                back_group, sums, before, example * s.size + first,
            )  # fmt: skip
