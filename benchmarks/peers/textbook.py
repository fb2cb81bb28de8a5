"""The textbook loop: one example at a time, column vectors, gradients summed in lists.

It follows the chapter's equations and published program.
"""

import numpy as np


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


class Textbook:
    name = "textbook loop"

    def __init__(self, network, train, batch_size, learning_rate):
        self.trained = network
        self.weights = [w.astype(np.float64) for w in network.weights]
        self.biases = [b.astype(np.float64).reshape(-1, 1) for b in network.biases]
        self.examples = [
            (x.reshape(-1, 1), np.eye(10)[label].reshape(-1, 1))
            for x, label in zip(train.inputs(np.float64), train.labels, strict=True)
        ]
        self.m, self.eta = batch_size, learning_rate

    def epoch(self, order):
        for start in range(0, len(order), self.m):
            self.update([self.examples[i] for i in order[start : start + self.m]])

    def update(self, batch):
        nabla_w = [np.zeros(w.shape) for w in self.weights]
        nabla_b = [np.zeros(b.shape) for b in self.biases]
        for x, y in batch:
            delta_w, delta_b = self.backprop(x, y)
            nabla_w = [n + d for n, d in zip(nabla_w, delta_w, strict=True)]
            nabla_b = [n + d for n, d in zip(nabla_b, delta_b, strict=True)]
        step = self.eta / len(batch)
        self.weights = [w - step * n for w, n in zip(self.weights, nabla_w, strict=True)]
        self.biases = [b - step * n for b, n in zip(self.biases, nabla_b, strict=True)]

    def backprop(self, x, y):
        activations, zs = [x], []
        for w, b in zip(self.weights, self.biases, strict=True):
            zs.append(np.dot(w, activations[-1]) + b)
            activations.append(sigmoid(zs[-1]))
        delta = (activations[-1] - y) * sigmoid(zs[-1]) * (1 - sigmoid(zs[-1]))
        delta_w, delta_b = [], []
        for layer in range(len(self.weights) - 1, -1, -1):
            delta_b.insert(0, delta)
            delta_w.insert(0, np.dot(delta, activations[layer].T))
            if layer:
                slope = sigmoid(zs[layer - 1]) * (1 - sigmoid(zs[layer - 1]))
                delta = np.dot(self.weights[layer].T, delta) * slope
        return delta_w, delta_b

    def network(self):
        for ours, theirs in zip(self.trained.weights, self.weights, strict=True):
            ours[...] = theirs
        for ours, theirs in zip(self.trained.biases, self.biases, strict=True):
            ours[...] = theirs.ravel()
        return self.trained
