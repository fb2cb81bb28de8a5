"""Learn to recognise handwritten digits: python seventy_four.py [MNIST_FOLDER [HIDDEN [SEED]]]

Nothing but NumPy and the method. Without a folder: the small digits that digitwise comes with."""

import gzip
import sys
from pathlib import Path

import numpy as np


def read(folder, name, header):
    """The bytes of an IDX file, gzipped or not, without its header."""
    paths = [path for path in (Path(folder, name), Path(folder, f"{name}.gz")) if path.exists()]
    if not paths:
        sys.exit(f"{folder} lacks {name} or {name}.gz: expected a folder with MNIST's four files")
    file = gzip.open(paths[0]) if paths[0].suffix else paths[0].open("rb")
    return np.frombuffer(file.read(), np.uint8, offset=header)


def load(folder):
    """Inputs x (n, 784), 0.0 white to 1.0 black, and digits (n,): to learn from, and to test on."""
    if not folder:
        import digitwise  # for its digits only

        return [(digits.inputs(), digits.labels) for digits in digitwise.load("digits")]
    images = [read(folder, f"{part}-images-idx3-ubyte", header=16) for part in ("train", "t10k")]
    labels = [read(folder, f"{part}-labels-idx1-ubyte", header=8) for part in ("train", "t10k")]
    return [(x.reshape(-1, 784) / 255, digits) for x, digits in zip(images, labels)]


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


def train(x, y, sizes, rng, epochs=30, batch_size=10, learning_rate=3.0):
    """Stochastic gradient descent: small steps against the gradient of one mini-batch each."""
    # Divided by the root of the number of inputs, weights don't saturate neurons from the start.
    weights = [rng.standard_normal((n, m)) / m**0.5 for m, n in zip(sizes, sizes[1:])]
    biases = [rng.standard_normal(n) for n in sizes[1:]]
    for _ in range(epochs):
        for batch in np.split(rng.permutation(len(x)), range(batch_size, len(x), batch_size)):
            gradient = backpropagate(weights, biases, x[batch], y[batch])
            for w, b, (nabla_w, nabla_b) in zip(weights, biases, gradient):
                w -= learning_rate * nabla_w
                b -= learning_rate * nabla_b
        yield lambda inputs: feedforward(weights, biases, inputs)[-1].argmax(axis=1)


if __name__ == "__main__":
    folder, hidden, seed = (*sys.argv[1:4], *("", "30", "0")[len(sys.argv) - 1 :])
    (x, digits), (test_x, test_digits) = load(folder)
    x, y, sizes = x[:50000], np.eye(10)[digits[:50000]], (784, int(hidden), 10)
    for epoch, predict in enumerate(train(x, y, sizes, np.random.default_rng(int(seed))), 1):
        print(f"Epoch {epoch}: {sum(predict(test_x) == test_digits)} of {len(test_x)} right")
