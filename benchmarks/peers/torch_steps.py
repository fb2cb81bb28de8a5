"""PyTorch: eager with autograd, and with the whole step compiled."""

import numpy as np
import torch


def loss(parameters, x, y):
    for layer in range(0, len(parameters), 2):
        x = torch.sigmoid(torch.nn.functional.linear(x, parameters[layer], parameters[layer + 1]))
    return 0.5 * ((x - y) ** 2).sum() / len(y)


class Torch:
    def __init__(self, network, train, batch_size, learning_rate):
        self.trained = network
        self.x = torch.from_numpy(train.inputs())
        self.y = torch.from_numpy(np.eye(10, dtype=np.float32)[train.labels])
        pairs = zip(network.weights, network.biases, strict=True)
        self.parameters = [torch.from_numpy(p.copy()) for pair in pairs for p in pair]
        self.m, self.eta = batch_size, learning_rate

    def epoch(self, order):
        order = torch.from_numpy(order)
        x, y = self.x[order], self.y[order]
        for start in range(0, len(order), self.m):
            self.step(x[start : start + self.m], y[start : start + self.m])

    def network(self):
        learnt = [p.detach().numpy() for p in self.parameters]
        for layer in range(len(self.trained.weights)):
            self.trained.weights[layer][...] = learnt[2 * layer]
            self.trained.biases[layer][...] = learnt[2 * layer + 1]
        return self.trained


class TorchEager(Torch):
    name = "PyTorch, eager"

    def __init__(self, *arguments):
        super().__init__(*arguments)
        for p in self.parameters:
            p.requires_grad_(True)

    def step(self, x, y):
        gradients = torch.autograd.grad(loss(self.parameters, x, y), self.parameters)
        with torch.no_grad():
            torch._foreach_add_(self.parameters, gradients, alpha=-self.eta)


class TorchCompiled(Torch):
    name = "PyTorch, torch.compile"

    def __init__(self, *arguments):
        super().__init__(*arguments)
        gradient, eta = torch.func.grad(loss), self.eta

        def step(parameters, x, y):
            # Compiled updates in place give wrong numbers with PyTorch 2.13.
            return [
                p - eta * g for p, g in zip(parameters, gradient(parameters, x, y), strict=True)
            ]

        self.compiled = torch.compile(step, dynamic=False)

    def step(self, x, y):
        with torch.no_grad():
            self.parameters = self.compiled(self.parameters, x, y)
