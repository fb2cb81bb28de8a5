"""Networks that begin with 3×3 convolutions, with or without pooling: ours, PyTorch and JAX."""

import jax
import jax.numpy as jnp
import numpy as np
import torch
from torch.nn import functional

from digitwise.layers import shared_count
from digitwise.models.channels import channels_first
from peers.ours import Ours


class Conv(Ours):
    name, engine = "digitwise, conv", "conv"


class TorchConv:
    name = "PyTorch, eager"

    def __init__(self, network, train, batch_size, learning_rate):
        self.trained, self.m, self.eta = network, batch_size, learning_rate
        self.count = shared_count(network.layers)
        self.pools = [layer.pool for layer in network.layers[: self.count]]
        self.x = torch.from_numpy(train.inputs().reshape(-1, 1, 28, 28))
        self.y = torch.from_numpy(np.eye(10, dtype=np.float32)[train.labels])
        self.parameters = []
        for w, b in zip(channels_first(network), network.biases, strict=True):
            w = torch.from_numpy(np.ascontiguousarray(w))
            if w.ndim == 4:  # channels last is faster
                w = w.contiguous(memory_format=torch.channels_last)
            self.parameters += [w, torch.from_numpy(b.copy())]
        self.begin()

    def begin(self):
        for p in self.parameters:
            p.requires_grad_(True)

    def outputs(self, parameters, x):
        for layer, pool in enumerate(self.pools):
            x = functional.relu(
                functional.conv2d(x, *parameters[2 * layer : 2 * layer + 2], padding="same")
            )
            x = functional.max_pool2d(x, pool) if pool > 1 else x
        x = x.flatten(1)
        for layer in range(2 * self.count, len(parameters) - 2, 2):
            x = functional.relu(functional.linear(x, *parameters[layer : layer + 2]))
        return functional.linear(x, *parameters[-2:])

    def loss(self, parameters, x, y):
        z = self.outputs(parameters, x)
        return functional.binary_cross_entropy_with_logits(z, y, reduction="sum") / len(y)

    def epoch(self, order):
        order = torch.from_numpy(order)
        x = self.x[order].contiguous(memory_format=torch.channels_last)
        y = self.y[order]
        for start in range(0, len(order), self.m):
            self.step(x[start : start + self.m], y[start : start + self.m])

    def step(self, x, y):
        gradients = torch.autograd.grad(self.loss(self.parameters, x, y), self.parameters)
        with torch.no_grad():
            torch._foreach_add_(self.parameters, gradients, alpha=-self.eta)

    def learnt(self):
        """Weights, channels first, and biases."""
        return [p.detach().numpy() for p in self.parameters]


class TorchConvCompiled(TorchConv):
    name = "PyTorch, torch.compile"

    def begin(self):
        gradient, eta = torch.func.grad(self.loss), self.eta

        def step(parameters, x, y):
            return [
                p - eta * g for p, g in zip(parameters, gradient(parameters, x, y), strict=True)
            ]

        self.compiled = torch.compile(step, dynamic=False)

    def step(self, x, y):
        with torch.no_grad():
            self.parameters = self.compiled(self.parameters, x, y)


class JaxConv:
    name = "JAX, lax.scan under jit"

    def __init__(self, network, train, batch_size, learning_rate):
        self.x = jnp.array(train.inputs().reshape(-1, 28, 28, 1))
        self.y = jnp.array(np.eye(10, dtype=np.float32)[train.labels])
        self.network = network
        count = shared_count(network.layers)
        pools = [layer.pool for layer in network.layers[:count]]
        self.parameters = []
        for layer, w, b in zip(network.layers, network.weights, network.biases, strict=True):
            if len(self.parameters) < count:
                k, channels = layer.patch, layer.picture[2]
                w = w.reshape(-1, k, k, channels).transpose(1, 2, 3, 0)
            else:
                w = w.T
            self.parameters.append((jnp.array(w), jnp.array(b)))

        def loss(parameters, x, y):
            for (w, b), pool in zip(parameters, pools, strict=False):
                names = ("NHWC", "HWIO", "NHWC")
                x = jax.lax.conv_general_dilated(x, w, (1, 1), "SAME", dimension_numbers=names)
                x = jax.nn.relu(x + b)
                if pool > 1:
                    square = (1, pool, pool, 1)
                    x = jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, square, square, "VALID")
            x = x.reshape(len(x), -1)
            for w, b in parameters[count:-1]:
                x = jax.nn.relu(x @ w + b)
            w, b = parameters[-1]
            z = x @ w + b
            return (jnp.logaddexp(0, z) - y * z).sum() / len(y)

        def step(parameters, batch):
            gradient = jax.grad(loss)(parameters, *batch)
            return jax.tree.map(lambda p, g: p - learning_rate * g, parameters, gradient), None

        def epoch(parameters, x, y, order):
            x = x[order].reshape(-1, batch_size, *x.shape[1:])
            y = y[order].reshape(-1, batch_size, y.shape[1])
            return jax.lax.scan(step, parameters, (x, y))[0]

        self.run = jax.jit(epoch, donate_argnums=0)

    def epoch(self, order):
        self.parameters = jax.block_until_ready(self.run(self.parameters, self.x, self.y, order))

    def learnt(self):
        """Weights, channels first, and biases."""
        found, count = [], shared_count(self.network.layers)
        for number, (w, b) in enumerate(self.parameters):
            w = np.asarray(w)
            w = w.transpose(3, 2, 0, 1) if w.ndim == 4 else w.T
            if number == count:
                shape = self.network.layers[count - 1].maps_shape
                w = w.reshape(len(w), *shape).transpose(0, 3, 1, 2).reshape(len(w), -1)
            found += [w, np.asarray(b)]
        return found
