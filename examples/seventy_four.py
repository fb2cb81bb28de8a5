"""Learn to recognise handwritten digits: python seventy_four.py MNIST_FOLDER [HIDDEN [SEED]]

Nothing but NumPy and the method: sigmoid neurons, quadratic cost, backpropagation, descent.
"""

import gzip
import sys
from pathlib import Path

import numpy as np


def read(folder, name, header):
    """The bytes of an IDX file, gzipped or not, without its header."""
    path = Path(folder, name)
    file = path.open("rb") if path.exists() else gzip.open(f"{path}.gz")
    return np.frombuffer(file.read(), np.uint8, offset=header)


def load(folder, part):
    """Inputs x (n, 784), 0.0 white to 1.0 black, and the digits they show (n,)."""
    images = read(folder, f"{part}-images-idx3-ubyte", header=16)
    return images.reshape(-1, 784) / 255, read(folder, f"{part}-labels-idx1-ubyte", header=8)


def sigmoid(z):
    return (1 + np.tanh(z / 2)) / 2  # equals 1 / (1 + exp(-z)), and never overflows


def feedforward(weights, biases, x):
    """The activations of every layer: the inputs x, the hidden layers, the outputs."""
    activations = [x]
    for w, b in zip(weights, biases):
        activations.append(sigmoid(activations[-1] @ w.T + b))
    return activations


def backpropagate(weights, biases, x, y):
    """The gradient of the quadratic cost, (1/2m) sum |y - a|^2, over a mini-batch of m inputs."""
    activations = feedforward(weights, biases, x)
    delta = (activations[-1] - y) * activations[-1] * (1 - activations[-1])
    gradient = []
    for w, a in zip(reversed(weights), reversed(activations[:-1])):
        gradient.insert(0, (delta.T @ a / len(x), delta.mean(axis=0)))
        delta = (delta @ w) * a * (1 - a)  # the error of the layer before
    return gradient


def train(x, y, sizes, rng, report, epochs=30, batch_size=10, learning_rate=3.0):
    """Stochastic gradient descent: small steps against the gradient of one mini-batch each."""
    # Divided by the root of the number of inputs, weights don't saturate neurons from the start.
    weights = [rng.standard_normal((n, m)) / m**0.5 for m, n in zip(sizes, sizes[1:])]
    biases = [rng.standard_normal(n) for n in sizes[1:]]
    for epoch in range(1, epochs + 1):
        order = rng.permutation(len(x))
        for batch in (order[i : i + batch_size] for i in range(0, len(x), batch_size)):
            gradient = backpropagate(weights, biases, x[batch], y[batch])
            for w, b, (nabla_w, nabla_b) in zip(weights, biases, gradient):
                w -= learning_rate * nabla_w
                b -= learning_rate * nabla_b
        report(epoch, lambda inputs: feedforward(weights, biases, inputs)[-1].argmax(axis=1))


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3, 4):
        sys.exit(__doc__)
    folder, hidden, seed = (*sys.argv[1:], *("30", "0")[len(sys.argv) - 2 :])
    (x, digits), (test_x, test_digits) = load(folder, "train"), load(folder, "t10k")

    def report(epoch, predict):
        print(f"Epoch {epoch}: {sum(predict(test_x) == test_digits)} of {len(test_x)} right")

    x, y, sizes = x[:50000], np.eye(10)[digits[:50000]], (784, int(hidden), 10)
    train(x, y, sizes, np.random.default_rng(int(seed)), report)
