"""The engine for networks that begin with layers of shared weights; full layers as `dense`.

Each thread takes its rows of a mini-batch through all layers and back (`conv_kernels`), then
changes its share of the weights. Layers with shared weights have few: one thread changes them.
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

BLOCKS = 8  # of a mini-batch, each with sums of its own: as many threads can be used
PIECE = 256  # examples that a thread looks at together


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
        """Eq. 20 and 21 for each mini-batch, in place; see `Engine`.

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
        """See `Engine`; some examples at a time for each thread."""
        _check(network)
        rest = full_layers(network)
        starts = range(0, len(examples), PIECE)
        threads = max(1, min(thread_count(), len(starts)))
        shared = [SharedLayers(network, min(PIECE, len(examples))) for _ in range(threads)]
        z = np.empty((len(examples), network.sizes[-1]), network.dtype)

        def look(part: int) -> None:
            for at in starts[part::threads]:
                some = examples[at : at + PIECE]
                shared[part].pictures[: len(some)] = pictures_of(some, network.dtype)
                features = shared[part].forward(slice(0, len(some)))
                z[at : at + len(some)] = rest.weighted_outputs(features)

        with one_blas_thread(), ThreadPoolExecutor(threads) as pool:
            list(pool.map(look, range(threads)))
        return z


class _SharedFirst:
    """All layers with shared weights, and the full one after them: see `dense.First`."""

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
        """See `dense.First`: neurons of the full layer, from and to."""
        parts = np.array_split(np.arange(self.z.shape[1]), count)
        return [(int(part[0]), int(part[-1]) + 1) for part in parts if len(part)]

    def row_shares(self, m: int, threads: int) -> list[slice]:
        """See `dense.First`: whole blocks."""
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
        """See `dense.First`; the first share has the layers with shared weights, too."""
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
        """See `dense.First`: nothing to do, since weights change in place."""

    def _change(
        self, kind: str, layer: int, step: Floats, rates: Rates, part: slice = slice(None)
    ) -> None:
        """Take a step -η∇C."""
        parameters = getattr(self.network, kind)[layer][part]
        velocities = self.velocity and getattr(self.velocity, kind)[layer][part]
        one = step.dtype.type(1)  # factor: a step has -η already
        take_step(parameters, velocities, step, one, rates, decays=kind == "weights")


def full_layers(network: Network) -> Network:
    """The full layers of a network as a network of their own, with the same arrays."""
    count = shared_count(network.layers)
    rest = Network(
        network.sizes[count:], activation=network.activation, cost=network.cost, init="scaled",
        dtype=network.dtype,
    )  # fmt: skip
    rest.weights, rest.biases = network.weights[count:], network.biases[count:]
    return rest


def pictures_of(examples: Examples, dtype: npt.DTypeLike) -> Floats:
    """What a network sees, as pictures: (n, height, width)."""
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
