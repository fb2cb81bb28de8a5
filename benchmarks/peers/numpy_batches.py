"""NumPy: one mini-batch at a time, float32, updated in place."""

import numpy as np


class NumPy:
    name = "NumPy mini-batches"

    def __init__(self, network, train, batch_size, learning_rate):
        self.trained = network
        self.x, self.y = train.inputs(), np.eye(10, dtype=np.float32)[train.labels]
        self.m, self.eta = batch_size, np.float32(learning_rate)

    def epoch(self, order):
        weights, biases = self.trained.weights, self.trained.biases
        x_all, y_all = self.x[order], self.y[order]
        for start in range(0, len(order), self.m):
            y = y_all[start : start + self.m]
            activations = [x_all[start : start + self.m]]
            for w, b in zip(weights, biases, strict=True):
                a = activations[-1] @ w.T
                a += b
                np.negative(a, out=a)
                np.exp(a, out=a)
                a += 1
                activations.append(np.reciprocal(a, out=a))
            a = activations[-1]
            delta = (a - y) * a * (1 - a)
            delta *= self.eta / np.float32(len(y))
            for layer in range(len(weights) - 1, -1, -1):
                a = activations[layer]
                back = delta @ weights[layer] if layer else None
                weights[layer] -= delta.T @ a
                biases[layer] -= delta.sum(axis=0)
                if layer:
                    delta = back * a * (1 - a)

    def network(self):
        return self.trained
