"""Kernels of the dense engine between matrix products, each one pass over memory.

Arrays have shape (m, n), a row for each example of a mini-batch and a column for each neuron. The
first layer's arrays are wider, padded to whole registers; kernels don't touch the padding.
"""

from digitwise.compiled import kernel
from digitwise.engines.codes import QUADRATIC, SIGMOID, TANH
from digitwise.engines.exponential import sigmoid, tanh


@kernel
def activate(z, biases, activation, out):
    """Write f(z + b) to `out`."""
    zero = z.dtype.type(0)
    for row in range(len(z)):
        z_row, a = z[row], out[row]
        if activation == SIGMOID:
            for i in range(len(biases)):
                a[i] = sigmoid(z_row[i] + biases[i])
        elif activation == TANH:
            for i in range(len(biases)):
                a[i] = tanh(z_row[i] + biases[i])
        else:
            for i in range(len(biases)):
                a[i] = max(z_row[i] + biases[i], zero)


@kernel
def output_errors(z, biases, answers, at, cost, out):
    """Write δ = ∂C_x/∂z of the output layer to `out`, for examples from `at` on in the order."""
    one = z.dtype.type(1)
    for row in range(len(z)):
        z_row, delta, code = z[row], out[row], answers.codes[answers.labels[at + row]]
        for i in range(len(biases)):
            a = sigmoid(z_row[i] + biases[i])
            difference = a - one if code[i] else a
            delta[i] = difference * (a - a * a) if cost == QUADRATIC else difference
    weigh(out.reshape(-1), answers.factors, at, len(z))


@kernel
def weigh(delta, factors, at, m):
    """Multiply δ of each of the m examples from `at` on by the example's factor, if any."""
    if factors is not None:
        width = len(delta) // m
        for row in range(m):
            factor = factors[at + row]
            for i in range(row * width, (row + 1) * width):
                delta[i] *= factor


@kernel
def through_activation(delta, a, activation):
    """Multiply δ by f′(z) in place, with f′ from the activations a = f(z)."""
    zero, one = a.dtype.type(0), a.dtype.type(1)
    for row in range(len(a)):
        d, f = delta[row], a[row]
        if activation == SIGMOID:
            for i in range(len(f)):
                d[i] *= f[i] - f[i] * f[i]
        elif activation == TANH:
            for i in range(len(f)):
                d[i] *= one - f[i] * f[i]
        else:
            for i in range(len(f)):
                d[i] = d[i] if f[i] > zero else zero


@kernel
def scale(delta, factor, out):
    """Write factor·δ to `out`."""
    for row in range(len(delta)):
        d, o = delta[row], out[row]
        for i in range(len(d)):
            o[i] = factor * d[i]


@kernel
def add_scaled(parameters, gradient, factor):
    """Add factor·∂C/∂w to w, both flat."""
    for i in range(len(parameters)):
        parameters[i] += factor * gradient[i]
