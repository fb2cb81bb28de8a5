"""The dense engine, for large layers and mini-batches: matrix products by BLAS, on all cores.

A mini-batch gives each thread two pieces of work. First it takes its share of the examples forward
and back through all layers. Then it changes the weights of its share of every layer's neurons. BLAS
itself uses one thread, since its own threads spin between products and delay the others.

The first layer, the largest of many networks, skips the zeros of its inputs (`sparse_layer`).
Between products, each kernel of `dense_kernels` passes over memory once. Buffers are made once a
call. Another thread draws the dropout masks of the next mini-batch.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextvars import copy_context
from itertools import pairwise
from typing import Any, ClassVar, Protocol

import numpy as np
import numpy.typing as npt

from digitwise.data.answers import Answers, answers
from digitwise.data.table import Examples
from digitwise.descent import PLAIN, Variant
from digitwise.engines import dense_kernels as kernels
from digitwise.engines.codes import ACTIVATION_CODES, COST_CODES, Rates, rates_of
from digitwise.engines.dropout import dropout_masks
from digitwise.engines.reference import AT_ONCE, ReferenceEngine
from digitwise.engines.sparse_layer import SparseLayer
from digitwise.engines.steps import advance, prepare, shrink
from digitwise.engines.threads import one_blas_thread, thread_count
from digitwise.network import Gradient, Masks, Network
from digitwise.neurons import Floats


class DenseEngine:
    """Backpropagation and descent by matrix products."""

    name: ClassVar[str] = "dense"

    def run(
        self,
        network: Network,
        examples: Examples,
        order: npt.NDArray[np.intp],
        batch_size: int,
        learning_rate: float,
        variant: Variant = PLAIN,
        velocity: Gradient | None = None,
        rng: np.random.Generator | None = None,
    ) -> None:
        """Apply Eq. 20 and 21 to each mini-batch, in place; see `Engine`."""
        batch_size = min(batch_size, len(order))
        first = SparseLayer(network, velocity, examples, order, batch_size)
        run_steps(
            network, velocity, first, examples, order, batch_size, learning_rate, variant, rng
        )

    def weighted_outputs(self, network: Network, examples: Examples) -> Floats:
        """See `Engine`; the reference engine's matrix products, on all threads."""
        threads = min(thread_count(), max(1, len(examples) // AT_ONCE))
        bounds = [len(examples) * part // threads for part in range(threads + 1)]
        reference = ReferenceEngine()
        with one_blas_thread(), ThreadPoolExecutor(threads) as pool:
            parts = pool.map(
                lambda part: reference.weighted_outputs(network, examples[slice(*part)]),
                pairwise(bounds),
            )
            return np.concatenate(list(parts))


class First(Protocol):
    """The first full layer, for `run_steps`, with any layers before it; without its biases."""

    def shares(self, count: int) -> Sequence[Any]:
        """Split the weights into at most `count` shares, which threads can change independently."""

    def row_shares(self, m: int, threads: int) -> list[slice]:
        """Return the rows of a mini-batch of m examples for each thread."""

    def weighted_inputs(self, begin: int, rows: slice) -> Floats:
        """Return z = w·a for `rows` of the mini-batch at order[begin:], (rows, width)."""

    def learn(self, rows: slice, delta: Floats, factor: np.floating[Any]) -> None:
        """Take the errors δ of some rows; `step` adds `factor` times their gradient."""

    def step(self, begin: int, m: int, share: Any, rates: Rates) -> None:
        """Change a share of the weights, after `learn` for the m examples at order[begin:]."""

    def put_back(self) -> None:
        """Write the changed weights into the network, and changed velocities into theirs."""


def run_steps(
    network: Network,
    velocity: Gradient | None,
    first: First,
    examples: Examples,
    order: npt.NDArray[np.intp],
    batch_size: int,
    learning_rate: float,
    variant: Variant,
    rng: np.random.Generator | None,
) -> None:
    """Apply Eq. 20 and 21 to each mini-batch; `first` is the first of the full layers."""
    rates = rates_of(variant, learning_rate, network.dtype.type)
    threads = min(thread_count(), batch_size)
    wanted = answers(examples, order, batch_size, network.sizes[-1], network.dtype)
    sizes = [min(batch_size, len(order) - at) for at in range(0, len(order), batch_size)]
    with one_blas_thread(), ThreadPoolExecutor(threads) as pool:
        step = _Step(network, velocity, rates, first, wanted, batch_size, threads)
        masks = _masks(network, sizes, variant.dropout, rng, pool)
        for number, (m, mask) in enumerate(zip(sizes, masks, strict=True)):
            step.begin(number * batch_size, m, mask)
            _share(pool, step.forward_and_back, first.row_shares(m, threads))
            _share(pool, step.change, range(threads))
    first.put_back()


def _share(pool: Executor, work: Callable[[Any], None], shares: Any) -> None:
    """Do the work for each share: for the first on this thread, for the others on the pool."""
    own, *others = shares
    # In a copy of this thread's context, which holds NumPy's error state.
    waiting = [pool.submit(copy_context().run, work, share) for share in others]
    work(own)
    for future in waiting:
        future.result()


def _masks(
    network: Network,
    sizes: list[int],
    dropout: float,
    rng: np.random.Generator | None,
    pool: Executor,
) -> Iterator[Masks]:
    """Yield the dropout masks of each mini-batch; another thread draws the next ones meanwhile."""
    if rng is None or not dropout:
        yield from ([] for _ in sizes)
        return
    following = pool.submit(dropout_masks, rng, network, sizes[0], dropout)
    for m in sizes[1:]:
        masks = following.result()
        following = pool.submit(dropout_masks, rng, network, m, dropout)
        yield masks
    yield following.result()


class _Step:
    """Takes one step after another, with the same buffers."""

    def __init__(
        self,
        network: Network,
        velocity: Gradient | None,
        rates: Rates,
        first: First,
        wanted: Answers,
        batch_size: int,
        threads: int,
    ) -> None:
        self.network, self.velocity, self.rates, self.first = network, velocity, rates, first
        self.wanted, self.threads = wanted, threads
        self.activation = ACTIVATION_CODES[network.activation]
        self.cost = COST_CODES[network.cost]
        *hidden, _ = sizes = network.sizes[1:]

        def buffers(widths: list[int]) -> list[Floats]:
            return [np.empty((batch_size, n), network.dtype) for n in widths]

        # Weighted inputs z of layers after the first; activations a, before and after dropout;
        # errors δ; gradients of layers after the first.
        self.z = buffers(sizes[1:])
        self.a, self.dropped, self.errors = buffers(hidden), buffers(hidden), buffers(sizes)
        self.gradients = [np.empty_like(w) for w in network.weights[1:]]
        self.first_shares = first.shares(threads)

    def begin(self, at: int, m: int, masks: Masks) -> None:
        """Begin the mini-batch of m examples at order[at:]."""
        self.at, self.m, self.masks = at, m, [mask for mask in masks if mask is not None]
        self.factor = -self.rates.learning_rate / self.rates.learning_rate.dtype.type(m)

    def forward_and_back(self, rows: slice) -> None:
        """Compute the errors δ of all layers for some rows of the mini-batch."""
        weights, biases = self.network.weights, self.network.biases
        z = self.first.weighted_inputs(self.at, rows)
        for layer, a in enumerate(self.a):
            kernels.activate(z, biases[layer], self.activation, a[rows])
            if self.masks:
                np.multiply(a[rows], self.masks[layer][rows], out=self.dropped[layer][rows])
            z = self.z[layer][rows]
            np.matmul(self._fed(layer)[rows], weights[layer + 1].T, out=z)
        kernels.output_errors(
            z, biases[-1], self.wanted, self.at + rows.start, self.cost, self.errors[-1][rows]
        )
        for layer in reversed(range(len(self.a))):
            delta = self.errors[layer][rows]
            np.matmul(self.errors[layer + 1][rows], weights[layer + 1], out=delta)
            if self.masks:
                delta *= self.masks[layer][rows]
            kernels.through_activation(delta, self.a[layer][rows], self.activation)
        self.first.learn(rows, self.errors[0][rows], self.factor)

    def change(self, share: int) -> None:
        """Change the weights of a share of every layer's neurons, and the biases of some layers."""
        if share < len(self.first_shares):
            self.first.step(self.at, self.m, self.first_shares[share], self.rates)
        for layer in range(1, len(self.network.weights)):
            neurons = len(self.network.weights[layer])
            part = slice(share * neurons // self.threads, (share + 1) * neurons // self.threads)
            if part.start < part.stop:
                self._change_weights(layer, part)
        for layer in range(share, len(self.network.biases), self.threads):
            self._change_biases(layer)

    def _fed(self, layer: int) -> Floats:
        """Return a hidden layer's activations, after dropout."""
        return self.dropped[layer] if self.masks else self.a[layer]

    def _change_weights(self, layer: int, part: slice) -> None:
        gradient = self.gradients[layer - 1][part]
        x, delta = self._fed(layer - 1)[: self.m], self.errors[layer][: self.m, part]
        np.matmul(delta.T, x, out=gradient)
        velocity = self.velocity and self.velocity.weights[layer][part]
        weights = self.network.weights[layer][part]
        take_step(weights, velocity, gradient, self.factor, self.rates, decays=True)

    def _change_biases(self, layer: int) -> None:
        gradient = self.errors[layer][: self.m].sum(axis=0)
        velocity = self.velocity and self.velocity.biases[layer]
        biases = self.network.biases[layer]
        take_step(biases, velocity, gradient, self.factor, self.rates, decays=False)


def take_step(
    parameters: Floats,
    velocities: Floats | None,
    gradient: Floats,
    factor: np.floating[Any],
    rates: Rates,
    *,
    decays: bool,
) -> None:
    """Take the step w → w + factor·∂C/∂w in place, with weight decay and momentum if any."""
    w, nabla = parameters.reshape(-1), gradient.reshape(-1)
    if velocities is None:
        if rates.decay and decays:
            shrink(w, rates.decay)
        kernels.add_scaled(w, nabla, factor)
    else:
        v = velocities.reshape(-1)
        prepare(w, v, w.size if decays else 0, rates)
        kernels.add_scaled(v, nabla, factor)
        advance(w, v, rates)
