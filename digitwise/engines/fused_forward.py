"""The forward pass of a network in the layout of `fused_layout.py`, compiled.

Zero pixels are skipped. One pixel's weights to all neurons of a tile are contiguous, so that sums
over pixels stay in registers (`simd.Tile`). Images are prefetched from memory.
"""

import numpy as np

from digitwise.compiled import kernel
from digitwise.engines.codes import RELU, SIGMOID, TANH
from digitwise.engines.exponential import sigmoid, tanh
from digitwise.engines.fused_layout import ROWS, Layout
from digitwise.engines.simd import (
    REGISTER_BYTES,
    add,
    compress,
    load,
    multiply_add,
    prefetch,
    store,
    take,
    zeros,
)

PREFETCH_EXAMPLES = 4  # examples between prefetching an image and using it
CACHE_LINE_BYTES = 64
ONE = (0,)  # a tile of one register; see simd.py


@kernel
def ink(images, entry, brightness):
    """Return the network's input for an entry: its brightness, or its value without a table."""
    if brightness is None:
        return take(images.values, entry)
    return take(brightness, np.intp(take(images.values, entry)))


@kernel
def prefetch_image(images, order, at):
    """Prefetch the image that is PREFETCH_EXAMPLES ahead, and the start of a later one."""
    if at + 2 * PREFETCH_EXAMPLES < len(order):
        prefetch(images.starts, order[at + 2 * PREFETCH_EXAMPLES])
    if at + PREFETCH_EXAMPLES < len(order):
        image = order[at + PREFETCH_EXAMPLES]
        start, end = images.starts[image], images.starts[image + 1]
        for entry in range(start, end, CACHE_LINE_BYTES // 2):
            prefetch(images.pixels, entry)
        for entry in range(start, end, CACHE_LINE_BYTES // images.values.itemsize):
            prefetch(images.values, entry)


@kernel
def forward_first(
    images, order, begin, end, layout, like, parameters, neurons, brightness, start, stop
):
    """Compute z = w·x + b of the first layer's neurons from start to stop, over non-zero pixels."""
    width = layout.widths[0]
    tile_width = len(like) * REGISTER_BYTES // neurons.itemsize
    for first in range(start, stop, tile_width):
        weights = layout.weights[0] + first * layout.inputs
        for at in range(begin, end):
            if first == start:
                prefetch_image(images, order, at)
            image = order[at]
            entry, last = images.starts[image], images.starts[image + 1]
            total = load(parameters, layout.biases[0] + first, like)
            # Two sums, so that an addition needn't wait for the previous one.
            other = zeros(neurons, like)
            while entry + 1 < last:
                pixel = np.intp(take(images.pixels, entry))
                x = ink(images, entry, brightness)
                total = multiply_add(total, load(parameters, weights + pixel * tile_width, like), x)
                pixel = np.intp(take(images.pixels, entry + 1))
                x = ink(images, entry + 1, brightness)
                other = multiply_add(other, load(parameters, weights + pixel * tile_width, like), x)
                entry += 2
            if entry < last:
                pixel = np.intp(take(images.pixels, entry))
                x = ink(images, entry, brightness)
                total = multiply_add(total, load(parameters, weights + pixel * tile_width, like), x)
            z = layout.outputs[0] + (at - begin) * width + first
            store(neurons, z, add(total, other))


@kernel
def multiply(neurons, x, x_width, inputs, parameters, weights, start, out, out_width, rows):
    """Write start + x·w to `out` for `rows` rows, ROWS at a time; without start if start < 0."""
    lanes = REGISTER_BYTES // parameters.itemsize
    for first in range(0, out_width, lanes):
        for row in range(0, rows, ROWS):
            a = zeros(parameters, ONE)
            if start >= 0:
                a = load(parameters, start + first, ONE)
            b, c, d = a, a, a
            x_a = x + row * x_width
            for j in range(inputs):
                w = load(parameters, weights + first * inputs + j * lanes, ONE)
                a = multiply_add(a, w, take(neurons, x_a + j))
                b = multiply_add(b, w, take(neurons, x_a + x_width + j))
                c = multiply_add(c, w, take(neurons, x_a + 2 * x_width + j))
                d = multiply_add(d, w, take(neurons, x_a + 3 * x_width + j))
            out_a = out + row * out_width + first
            store(neurons, out_a, a)
            store(neurons, out_a + out_width, b)
            store(neurons, out_a + 2 * out_width, c)
            store(neurons, out_a + 3 * out_width, d)


@kernel
def activate(neurons, layout, layer, m, activation):
    """Replace z of a hidden layer by a = f(z)."""
    width, first = layout.widths[layer], layout.outputs[layer]
    # Indices into a slice can't be negative, so LLVM vectorises these loops.
    a = neurons[first : first + m * width]
    zero = neurons.dtype.type(0)
    if activation == SIGMOID:
        for i in range(len(a)):
            a[i] = sigmoid(a[i])
    elif activation == TANH:
        for i in range(len(a)):
            a[i] = tanh(a[i])
    else:
        for i in range(len(a)):
            a[i] = max(a[i], zero)


@kernel
def forward(images, order, begin, end, layout, like, parameters, neurons, brightness, activation):
    """Compute all layers up to the weighted inputs z of the output layer."""
    forward_first(
        images, order, begin, end, layout, like, parameters, neurons, brightness,
        0, layout.widths[0],
    )  # fmt: skip
    m = end - begin
    for layer in range(1, len(layout.sizes)):
        activate(neurons, layout, layer - 1, m, activation)
        multiply(
            neurons, layout.outputs[layer - 1], layout.widths[layer - 1],
            layout.sizes[layer - 1], parameters, layout.weights[layer], layout.biases[layer],
            layout.outputs[layer], layout.widths[layer], m,
        )  # fmt: skip


@kernel
def collect(x, pixels, values, entries):
    """Append the non-zero numbers of x to the entries; return the new number of entries."""
    lanes = REGISTER_BYTES // x.itemsize
    whole = len(x) // lanes * lanes
    for first in range(0, whole, lanes):
        entries += compress(x, first, first, values, pixels, entries)
    for i in range(whole, len(x)):
        if x[i] != 0:
            pixels[entries] = i
            values[entries] = x[i]
            entries += 1
    return entries


@kernel
def forward_sparse(images, order, m, layout, like, parameters, neurons):
    """Do the same for a `tiled` layout; neurons that don't fire are skipped like zero pixels.

    The entries of the m images are overwritten.
    """
    for layer in range(len(layout.sizes)):
        if layer > 0:
            activate(neurons, layout, layer - 1, m, RELU)
            width, entries = layout.widths[layer - 1], 0
            for row in range(m):
                images.starts[row] = entries
                first = layout.outputs[layer - 1] + row * width
                firing = neurons[first : first + width]
                entries = collect(firing, images.pixels, images.values, entries)
            images.starts[m] = entries
        inputs = layout.inputs if layer == 0 else layout.sizes[layer - 1]
        as_first = Layout(
            inputs, layout.sizes[layer:], layout.widths[layer:], layout.weights[layer:],
            layout.transposed, layout.biases[layer:], layout.outputs[layer:], layout.errors,
            0, 0, 0,
        )  # fmt: skip
        forward_first(
            images, order, 0, m, as_first, like, parameters, neurons, None,
            0, layout.widths[layer],
        )  # fmt: skip


@kernel
def look(images, order, batch_size, layout, like, parameters, neurons, brightness, activation, z):
    """Write the weighted inputs of the output layer for every example of `order` into z."""
    last = len(layout.sizes) - 1
    for begin in range(0, len(order), batch_size):
        end = min(begin + batch_size, len(order))
        forward(
            images, order, begin, end, layout, like, parameters, neurons, brightness, activation
        )
        for row in range(end - begin):
            for i in range(z.shape[1]):
                z[begin + row, i] = neurons[layout.outputs[last] + row * layout.widths[last] + i]
