"""Mini-batch stochastic gradient descent, compiled: many mini-batches in one call.

This module holds backpropagation and the steps; `fused_forward.py` holds the forward pass. The loop
allocates no memory.
"""

import numpy as np

from digitwise.compiled import kernel
from digitwise.engines.codes import QUADRATIC, SIGMOID, TANH
from digitwise.engines.dense_kernels import weigh
from digitwise.engines.exponential import sigmoid
from digitwise.engines.fused_forward import ONE, forward, ink, multiply
from digitwise.engines.simd import REGISTER_BYTES, add, load, multiply_add, store, take, zeros
from digitwise.engines.steps import advance, prepare, shrink


@kernel
def run(
    images, answers, order, batch_size, layout, like, parameters, velocities, neurons, brightness,
    activation, cost, rates,
):  # fmt: skip
    """Take a step for each `batch_size` examples of `order`; see `FusedEngine.run`."""
    moving = len(velocities) > 0
    target = velocities if moving else parameters
    last = len(layout.sizes) - 1
    for begin in range(0, len(order), batch_size):
        end = min(begin + batch_size, len(order))
        m = end - begin
        forward(
            images, order, begin, end, layout, like, parameters, neurons, brightness, activation
        )
        factor = -rates.learning_rate / neurons.dtype.type(m)
        output_errors(answers, begin, end, layout, neurons, cost, factor)
        for layer in range(last, 0, -1):
            multiply(
                neurons, layout.errors[layer], layout.widths[layer],
                layout.sizes[layer], parameters, layout.transposed[layer], -1,
                layout.errors[layer - 1], layout.widths[layer - 1], m,
            )  # fmt: skip
            through_activation(neurons, layout, layer - 1, m, activation)
        if moving:
            prepare(parameters, velocities, layout.weight_count, rates)
        elif rates.decay > 0:
            shrink(parameters[: layout.weight_count], rates.decay)
        step_first(
            images, order, begin, end, layout, like, target, neurons, brightness,
            0, layout.widths[0],
        )  # fmt: skip
        for layer in range(last + 1):
            delta, width = layout.errors[layer], layout.widths[layer]
            step_biases(target, layout.biases[layer], neurons, delta, width, m)
            if layer > 0:
                a, a_width = layout.outputs[layer - 1], layout.widths[layer - 1]
                add_outer(
                    target, layout.weights[layer], neurons, a, a_width, layout.sizes[layer - 1],
                    delta, width, m,
                )  # fmt: skip
                add_outer(
                    target, layout.transposed[layer], neurons, delta, width, layout.sizes[layer],
                    a, a_width, m,
                )  # fmt: skip
        if moving:
            advance(parameters, velocities, rates)


@kernel
def output_errors(answers, begin, end, layout, neurons, cost, factor):
    """Compute δ = ∂C/∂z of the output layer, times `factor`."""
    layer = len(layout.sizes) - 1
    width, m = layout.widths[layer], end - begin
    a = neurons[layout.outputs[layer] : layout.outputs[layer] + m * width]
    delta = neurons[layout.errors[layer] : layout.errors[layer] + m * width]
    for i in range(len(a)):
        a[i] = sigmoid(a[i])
    if cost == QUADRATIC:
        for i in range(len(a)):
            delta[i] = factor * a[i] * (a[i] - a[i] * a[i])
    else:
        for i in range(len(a)):
            delta[i] = factor * a[i]
    for row in range(m):
        code = answers.codes[answers.labels[begin + row]]
        d, f = delta[row * width : (row + 1) * width], a[row * width : (row + 1) * width]
        for j in range(len(code)):
            slope = f[j] - f[j] * f[j] if cost == QUADRATIC else a.dtype.type(1)
            d[j] = d[j] - factor * slope if code[j] else d[j]
    weigh(delta, answers.factors, begin, m)


@kernel
def through_activation(neurons, layout, layer, m, activation):
    """Multiply δ of a hidden layer by f′(z) in place, with f′ from the activations a = f(z)."""
    count = m * layout.widths[layer]
    a = neurons[layout.outputs[layer] : layout.outputs[layer] + count]
    delta = neurons[layout.errors[layer] : layout.errors[layer] + count]
    zero, one = neurons.dtype.type(0), neurons.dtype.type(1)
    if activation == SIGMOID:
        for i in range(count):
            delta[i] *= a[i] - a[i] * a[i]
    elif activation == TANH:
        for i in range(count):
            delta[i] *= one - a[i] * a[i]
    else:
        for i in range(count):
            delta[i] = delta[i] if a[i] > zero else zero


@kernel
def step_first(images, order, begin, end, layout, like, target, neurons, brightness, start, stop):
    """Add δ xᵀ of every example to the first layer's weights of neurons from start to stop.

    δ includes the factor -η/m.
    """
    width = layout.widths[0]
    tile_width = len(like) * REGISTER_BYTES // target.itemsize
    for first in range(start, stop, tile_width):
        weights = layout.weights[0] + first * layout.inputs
        for at in range(begin, end):
            image = order[at]
            delta = load(neurons, layout.errors[0] + (at - begin) * width + first, like)
            for entry in range(images.starts[image], images.starts[image + 1]):
                x = ink(images, entry, brightness)
                place = weights + np.intp(take(images.pixels, entry)) * tile_width
                store(target, place, multiply_add(load(target, place, like), delta, x))


@kernel
def step_biases(target, biases, neurons, delta, width, m):
    """Add δ of every example to the biases."""
    for first in range(0, width, REGISTER_BYTES // target.itemsize):
        total = zeros(target, ONE)
        for row in range(m):
            total = add(total, load(neurons, delta + row * width + first, ONE))
        store(target, biases + first, add(load(target, biases + first, ONE), total))


@kernel
def add_outer(target, weights, neurons, x, x_width, inputs, delta, width, m):
    """Add the sum of m outer products xᵀδ to weights [register][input][output]."""
    lanes = REGISTER_BYTES // target.itemsize
    for first in range(0, width, lanes):
        for j in range(inputs):
            place = weights + first * inputs + j * lanes
            # Sum first: addends that are small beside the weight would be lost in rounding.
            total = zeros(target, ONE)
            for row in range(m):
                d = load(neurons, delta + row * width + first, ONE)
                total = multiply_add(total, d, take(neurons, x + row * x_width + j))
            store(target, place, add(load(target, place, ONE), total))
