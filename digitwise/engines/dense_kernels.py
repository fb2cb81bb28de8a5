"""What the dense engine does between matrix products: compiled, one pass over memory each.

Arrays have shape (m, n): a mini-batch of rows, one column a neuron.
"""

import numpy as np

from digitwise.engines.codes import QUADRATIC, SIGMOID, TANH
from digitwise.engines.compiled import kernel
from digitwise.engines.exponential import sigmoid, tanh


@kernel
def as_inputs(images, out):
    """Images, uint8 (m, 784), as a network sees them: `digitwise.data.digits.as_inputs`."""
    white = out.dtype.type(255)
    for row in range(len(images)):
        image, x = images[row], out[row]
        for pixel in range(len(x)):
            x[pixel] = out.dtype.type(image[pixel]) / white


@kernel
def activate(z, biases, activation):
    """z → a = f(z + b), in place."""
    zero = z.dtype.type(0)
    for row in range(len(z)):
        a = z[row]
        if activation == SIGMOID:
            for i in range(len(a)):
                a[i] = sigmoid(a[i] + biases[i])
        elif activation == TANH:
            for i in range(len(a)):
                a[i] = tanh(a[i] + biases[i])
        else:
            for i in range(len(a)):
                a[i] = max(a[i] + biases[i], zero)


@kernel
def output_errors(z, biases, labels, cost):
    """z → δ = ∂C_x/∂z of the output layer, in place."""
    one = z.dtype.type(1)
    for row in range(len(z)):
        delta, fires = z[row], np.intp(labels[row])
        for i in range(len(delta)):
            a = sigmoid(delta[i] + biases[i])
            difference = a - one if i == fires else a
            delta[i] = difference * (a - a * a) if cost == QUADRATIC else difference


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
def step_biases(biases, delta, factor):
    """b → b + factor · Σδ over the rows."""
    for row in range(len(delta)):
        d = delta[row]
        for i in range(len(d)):
            biases[i] += factor * d[i]
