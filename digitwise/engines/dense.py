"""The dense engine: for large layers and batches, matrix products of a BLAS library.

A product goes straight into where its result belongs: a gradient is never stored, since BLAS adds
it to weights or velocities with the factor -η/m (`beta=1`, which NumPy's products don't offer).
Between products `dense_kernels` passes over memory once. Buffers are made once a call; the next
mini-batch is made on another thread while this one is being learnt from.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.linalg import blas

from digitwise.data.digits import Digits
from digitwise.descent import PLAIN, Variant
from digitwise.engines import dense_kernels as kernels
from digitwise.engines.codes import ACTIVATION_CODES, COST_CODES, Rates, rates_of
from digitwise.engines.dropout import dropout_masks
from digitwise.engines.reference import ReferenceEngine
from digitwise.engines.steps import advance, prepare, shrink
from digitwise.network import Gradient, Network
from digitwise.neurons import Floats


class Batch(NamedTuple):
    """A mini-batch: x (m, n_in), labels (m,), and a dropout mask (m, n) for each hidden layer."""

    x: Floats
    labels: npt.NDArray[np.uint8]
    masks: list[Floats]


class DenseEngine:
    """Backpropagation and descent by matrix products."""

    name = "dense"
    one_thread = False

    def run(
        self,
        network: Network,
        digits: Digits,
        order: npt.NDArray[np.intp],
        batch_size: int,
        learning_rate: float,
        variant: Variant = PLAIN,
        velocity: Gradient | None = None,
        rng: np.random.Generator | None = None,
    ) -> None:
        """Eq. 20 and 21 for each mini-batch, in place; see `Engine`."""
        batch_size = min(batch_size, len(order))
        rates = rates_of(variant, learning_rate, network.dtype.type)
        step = _Step(network, velocity, rates, batch_size)
        for batch in _batches(network, digits, order, batch_size, variant.dropout, rng):
            step.take(batch)

    def weighted_outputs(self, network: Network, digits: Digits) -> Floats:
        """See `Engine`: the reference's are matrix products already."""
        return ReferenceEngine().weighted_outputs(network, digits)


class _Step:
    """One step after the other, with the buffers that they share."""

    def __init__(
        self, network: Network, velocity: Gradient | None, rates: Rates, batch_size: int
    ) -> None:
        self.network, self.velocity, self.rates = network, velocity, rates
        self.activation = ACTIVATION_CODES[network.activation]
        self.cost = COST_CODES[network.cost]
        self.gemm = blas.sgemm if network.dtype == np.float32 else blas.dgemm
        *hidden, _ = sizes = network.sizes[1:]
        self.outputs = [np.empty((batch_size, n), network.dtype) for n in sizes]
        self.dropped = [np.empty((batch_size, n), network.dtype) for n in hidden]
        self.errors = [np.empty((batch_size, n), network.dtype) for n in hidden]

    def take(self, batch: Batch) -> None:
        """Change weights and biases, and velocities where there are any."""
        weights, biases, m = self.network.weights, self.network.biases, len(batch.x)
        outputs = [a[:m] for a in self.outputs]
        errors = [*(delta[:m] for delta in self.errors), outputs[-1]]
        inputs = [batch.x]  # of each layer
        for layer, a in enumerate(outputs[:-1]):
            self._multiply(1, inputs[layer], weights[layer].T, 0, out=a)
            kernels.activate(a, biases[layer], self.activation)
            if batch.masks:
                a = np.multiply(a, batch.masks[layer], out=self.dropped[layer][:m])
            inputs.append(a)
        self._multiply(1, inputs[-1], weights[-1].T, 0, out=errors[-1])
        kernels.output_errors(errors[-1], biases[-1], batch.labels, self.cost)
        for layer in reversed(range(len(errors) - 1)):
            self._multiply(1, errors[layer + 1], weights[layer + 1], 0, out=errors[layer])
            if batch.masks:
                errors[layer] *= batch.masks[layer]
            kernels.through_activation(errors[layer], outputs[layer], self.activation)
        for layer, (x, delta) in enumerate(zip(inputs, errors, strict=True)):
            self._step_weights(layer, x, delta)
            self._step_biases(layer, delta)

    def _step_weights(self, layer: int, x: Floats, delta: Floats) -> None:
        weights, rates = self.network.weights[layer], self.rates
        factor = -rates.learning_rate / len(x)
        if self.velocity is None:
            if rates.decay:
                shrink(weights.reshape(-1), rates.decay)
            self._multiply(factor, delta.T, x, 1, out=weights)
            return
        velocity = self.velocity.weights[layer]
        keep: Any = rates.momentum
        if rates.decay or rates.back:
            prepare(weights.reshape(-1), velocity.reshape(-1), weights.size, rates)
            keep = 1
        self._multiply(factor, delta.T, x, keep, out=velocity)
        advance(weights.reshape(-1), velocity.reshape(-1), rates)

    def _step_biases(self, layer: int, delta: Floats) -> None:
        biases, rates = self.network.biases[layer], self.rates
        factor = -rates.learning_rate / biases.dtype.type(len(delta))
        if self.velocity is None:
            kernels.step_biases(biases, delta, factor)
            return
        velocity = self.velocity.biases[layer]
        prepare(biases, velocity, 0, rates)
        kernels.step_biases(velocity, delta, factor)
        advance(biases, velocity, rates)

    def _multiply(self, alpha: Any, a: Floats, b: Floats, beta: Any, out: Floats) -> None:
        """out = alpha a b + beta out, in place.

        BLAS counts by columns where NumPy counts by rows, so it is asked for outᵀ = bᵀ aᵀ.
        """
        (first, turn_first), (second, turn_second) = _by_columns(b.T), _by_columns(a.T)
        self.gemm(
            alpha,
            first,
            second,
            beta,
            out.T,
            trans_a=turn_first,
            trans_b=turn_second,
            overwrite_c=True,
        )


def _by_columns(matrix: Floats) -> tuple[Floats, bool]:
    """The matrix, or its transpose and True: whichever lies in memory column after column."""
    return (matrix, False) if matrix.flags.f_contiguous else (matrix.T, True)


def _batches(
    network: Network,
    digits: Digits,
    order: npt.NDArray[np.intp],
    batch_size: int,
    dropout: float,
    rng: np.random.Generator | None,
) -> Iterator[Batch]:
    """The mini-batches of an order; while one is used, the next is made on another thread."""
    images = digits.images.reshape(len(digits), -1)
    buffers = [np.empty((batch_size, images.shape[1]), network.dtype) for _ in range(2)]

    def make(number: int) -> Batch:
        part = order[number * batch_size : (number + 1) * batch_size]
        x = buffers[number % 2][: len(part)]
        kernels.as_inputs(images[part], x)
        masks = dropout_masks(rng, network, len(part), dropout) if rng and dropout else []
        return Batch(x, digits.labels[part], masks)

    count = -(-len(order) // batch_size)
    with ThreadPoolExecutor(1) as other:
        following = other.submit(make, 0)
        for number in range(count):
            batch = following.result()
            if number + 1 < count:
                following = other.submit(make, number + 1)
            yield batch
