"""The engine for networks that begin with layers of shared weights; full layers run as in `dense`.

Each thread takes its rows of a mini-batch forward and back through all layers (`conv_kernels`),
then changes its share of the weights. One thread changes the few shared weights.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from digitwise.data.digits import as_inputs
from digitwise.data.table import Examples, Table
from digitwise.descent import PLAIN, Variant
from digitwise.engines import dense_kernels as kernels
from digitwise.engines.codes import Rates
from digitwise.engines.conv_layers import Backward, SharedLayers
from digitwise.engines.dense import run_steps, take_step
from digitwise.engines.threads import one_blas_thread, thread_count
from digitwise.errors import InputError
from digitwise.layers import shared_count
from digitwise.network import Gradient, Network
from digitwise.neurons import Floats

BLOCKS = 8  # blocks of a mini-batch, each with its own sums; at most as many threads are useful
EXAMPLES_AT_ONCE = 256  # examples for which a thread computes outputs together


class ConvEngine:
    """Backpropagation and descent of layers with shared weights, then full ones."""

    name: ClassVar[str] = "conv"

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
        """Apply Eq. 20 and 21 to each mini-batch, in place; see `Engine`.

        Raises
        ------
        InputError
            If the network has no layer with shared weights.
        """
        count = _check(network)
        batch_size = min(batch_size, len(order))
        first = _SharedFirst(network, velocity, examples, order, batch_size)
        rest = full_layers(network)
        moving = velocity and Gradient(velocity.weights[count:], velocity.biases[count:])
        run_steps(rest, moving, first, examples, order, batch_size, learning_rate, variant, rng)

    def weighted_outputs(self, network: Network, examples: Examples) -> Floats:
        """See `Engine`; each thread takes some examples at a time."""
        _check(network)
        rest = full_layers(network)
        starts = range(0, len(examples), EXAMPLES_AT_ONCE)
        threads = max(1, min(thread_count(), len(starts)))
        shared = [
            SharedLayers(network, min(EXAMPLES_AT_ONCE, len(examples))) for _ in range(threads)
        ]
        z = np.empty((len(examples), network.sizes[-1]), network.dtype)

        def look(part: int) -> None:
            for at in starts[part::threads]:
                some = examples[at : at + EXAMPLES_AT_ONCE]
                shared[part].pictures[: len(some)] = pictures_of(some, network.dtype)
                features = shared[part].forward(slice(0, len(some)))
                z[at : at + len(some)] = rest.weighted_outputs(features)

        with one_blas_thread(), ThreadPoolExecutor(threads) as pool:
            list(pool.map(look, range(threads)))
        return z


class _SharedFirst:
    """All layers with shared weights and the full layer after them, as a `dense.First`."""

    def __init__(
        self,
        network: Network,
        velocity: Gradient | None,
        examples: Examples,
        order: npt.NDArray[np.intp],
        batch_size: int,
    ) -> None:
        self.network, self.velocity = network, velocity
        self.examples, self.order = examples, order
        self.full = shared_count(network.layers)
        self.block = -(-batch_size // BLOCKS)
        self.shared = SharedLayers(network, batch_size)
        self.back = Backward(self.shared, batch_size, self.block)
        w = network.weights[self.full]
        self.z = np.empty((batch_size, len(w)), network.dtype)
        self.scaled, self.nabla = np.empty_like(self.z), np.empty_like(w)

    def shares(self, count: int) -> list[tuple[int, int]]:
        """See `dense.First`; a share is a range of the full layer's neurons."""
        parts = np.array_split(np.arange(self.z.shape[1]), count)
        return [(int(part[0]), int(part[-1]) + 1) for part in parts if len(part)]

    def row_shares(self, m: int, threads: int) -> list[slice]:
        """See `dense.First`; each thread gets whole blocks."""
        blocks = -(-m // self.block)
        parts = np.array_split(np.arange(blocks) * self.block, min(threads, blocks))
        return [slice(int(p[0]), min(int(p[-1]) + self.block, m)) for p in parts]

    def weighted_inputs(self, begin: int, rows: slice) -> Floats:
        """See `dense.First`."""
        some = self.examples[self.order[begin + rows.start : begin + rows.stop]]
        self.shared.pictures[rows] = pictures_of(some, self.z.dtype)
        features, z = self.shared.forward(rows), self.z[rows]
        np.matmul(features, self.network.weights[self.full].T, out=z)
        return z

    def learn(self, rows: slice, delta: Floats, factor: np.floating[Any]) -> None:
        """See `dense.First`."""
        kernels.scale(delta, factor, self.scaled[rows])
        np.matmul(self.scaled[rows], self.network.weights[self.full], out=self.back.errors[rows])
        self.back.learn(rows)

    def step(self, begin: int, m: int, share: tuple[int, int], rates: Rates) -> None:  # noqa: ARG002
        """See `dense.First`; the first share includes the layers with shared weights."""
        part = slice(*share)
        features, nabla = self.shared.features[:m], self.nabla[part]
        np.matmul(self.scaled[:m, part].T, features, out=nabla)
        self._change("weights", self.full, nabla, rates, part)
        if share[0] == 0:
            for layer, (nabla, nabla_b) in enumerate(self.back.gradients(m)):
                self._change("weights", layer, nabla, rates)
                self._change("biases", layer, nabla_b, rates)
            self.shared.load(self.network)

    def put_back(self) -> None:
        """Do nothing, since weights change in place; see `dense.First`."""

    def _change(
        self, kind: str, layer: int, step: Floats, rates: Rates, part: slice = slice(None)
    ) -> None:
        """Add the step -η∇C to weights or biases."""
        parameters = getattr(self.network, kind)[layer][part]
        velocities = self.velocity and getattr(self.velocity, kind)[layer][part]
        one = step.dtype.type(1)  # the step includes the factor -η already
        take_step(parameters, velocities, step, one, rates, decays=kind == "weights")


def full_layers(network: Network) -> Network:
    """Return the full layers of a network as a network that shares their arrays."""
    count = shared_count(network.layers)
    rest = Network(
        network.sizes[count:], activation=network.activation, cost=network.cost, init="scaled",
        dtype=network.dtype,
    )  # fmt: skip
    rest.weights, rest.biases = network.weights[count:], network.biases[count:]
    return rest


def pictures_of(examples: Examples, dtype: npt.DTypeLike) -> Floats:
    """Return a network's inputs as pictures, (n, height, width)."""
    if isinstance(examples, Table):
        side = round(examples.values.shape[1] ** 0.5)
        return examples.inputs(dtype).reshape(-1, side, side)
    return as_inputs(examples.images, dtype).reshape(-1, 28, 28)


def _check(network: Network) -> int:
    count = shared_count(network.layers)
    if not count:
        raise InputError(
            "the engine conv is for networks that begin with layers of shared weights: choose auto"
        )
    return count
