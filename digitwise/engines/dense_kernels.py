"""What the dense engine does between matrix products: compiled, one pass over memory each.

Arrays have shape (m, n): a mini-batch of rows, a column a neuron. The arrays of the first layer are
wider, padded to whole registers; what lies beyond the neurons is left alone.
"""

from digitwise.compiled import kernel
from digitwise.engines.codes import QUADRATIC, SIGMOID, TANH
from digitwise.engines.exponential import sigmoid, tanh


@kernel
def activate(z, biases, activation, out):
    """out = f(z + b)."""
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
    """out = δ = ∂C_x/∂z of the output layer, for the examples from `at` on in the order."""
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
    """δ → factor·δ of every example from `at` on in the order: m rows, one after the other."""
    if factors is not None:
        width = len(delta) // m
        for row in range(m):
            factor = factors[at + row]
            for i in range(row * width, (row + 1) * width):
                delta[i] *= factor


@kernel
def through_activation(delta, a, activation):
    """δ → δ ⊙ f′(z), in place, with f′ from the activations a = f(z)."""
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
    """out = factor·δ."""
    for row in range(len(delta)):
        d, o = delta[row], out[row]
        for i in range(len(d)):
            o[i] = factor * d[i]


@kernel
def add_scaled(parameters, gradient, factor):
    """w → w + factor·∂C/∂w, flat arrays."""
    for i in range(len(parameters)):
        parameters[i] += factor * gradient[i]
