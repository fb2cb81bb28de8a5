"""`Predictor`: a trained network prepared for fast answers, for one image or many."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt

from digitwise.engines.codes import ACTIVATION_CODES
from digitwise.engines.fused_layout import aligned_zeros, pack, plan, unpack
from digitwise.engines.predictor_kernel import outputs
from digitwise.engines.simd import HALVES, REGISTER_BYTES
from digitwise.errors import InputError
from digitwise.layers import shared_count
from digitwise.network import Network
from digitwise.neurons import Floats

AT_ONCE = 64  # images that fit into the cache together
PIECE_IMAGES = 8 * AT_ONCE  # images that a thread takes at a time
MAX_UINT16_NEURONS = 60_000  # neurons of a layer whose indices fit into uint16
THREADED_IMAGES = 1024  # images from which on several threads are faster
THREADED_IMAGES_SHARED = 16  # the same for networks with shared weights, which take longer

Worker = Callable[[Floats, Floats, bool], None]


class Predictor:
    """A network prepared for fast answers, with packed weights and compiled code.

    Making the first one on a machine takes some seconds, later ones a fraction of a second. A call
    compiles nothing, and allocates only the answer.

    >>> predictor = Predictor(Network([784, 30, 10], rng=0))
    >>> predictor(np.zeros(784)).shape, predictor(np.zeros((5, 784))).shape
    ((10,), (5, 10))

    Parameters
    ----------
    network : Network
        Network to copy; later changes of it have no effect.
    threads : int >= 1
        Threads for many images. Any number of threads may call a Predictor at the same time.
    """

    def __init__(self, network: Network, threads: int = 1) -> None:
        if not isinstance(network, Network):
            raise InputError(f"expected a Network; found {type(network).__name__}")
        if not isinstance(threads, int) or threads < 1:
            raise InputError(f"expected at least one thread; found {threads!r:.50}")
        self.sizes, self.dtype, self.activation = network.sizes, network.dtype, network.activation
        self._one, self._shape = (self.sizes[0],), network.layout
        shared = shared_count(network.layers)
        # Layers with shared weights come first, and are kept as a network of their own.
        self._shared = _first_layers(network, shared) if shared else None
        self._full = network.sizes[shared:]
        # Most rectified neurons don't fire; a tiled layout skips them.
        self._tiled = network.activation == "relu" and max(self._full) <= MAX_UINT16_NEURONS
        self._layout, self._tile = plan(self._full, network.dtype, AT_ONCE, self._tiled)
        weights, biases = network.weights[shared:], network.biases[shared:]
        parameters = pack(self._layout, self._tile, weights, biases, self._tiled)
        self._parameters = _halved(parameters) if self._tiled and HALVES else parameters
        self._places = np.array(self._layout[1:8])
        self._free: list[Worker] = []
        self._pool = ThreadPoolExecutor(threads - 1) if threads > 1 else None
        self._others = range(threads - 1)
        self(np.zeros(self.sizes[0], self.dtype))

    def __reduce__(self) -> tuple[type["Predictor"], tuple[Network, int]]:
        """Pickle and copy the network; the packed weights are made again from it."""
        network = Network(
            self._shape, activation=self.activation, cost="cross-entropy", init="scaled",
            dtype=self.dtype,
        )  # fmt: skip
        flat = self._parameters
        if flat.dtype == np.uint16:
            flat = flat.view(np.float16).astype(self.dtype)
        shared = shared_count(network.layers)
        weights, biases = network.weights[shared:], network.biases[shared:]
        unpack(self._layout, self._tile, flat, weights, biases, self._tiled)
        if self._shared:
            network.weights[:shared] = self._shared.weights[:shared]
            network.biases[:shared] = self._shared.biases[:shared]
        return Predictor, (network, len(self._others) + 1)

    def __call__(self, x: npt.ArrayLike) -> Floats:
        """Return the outputs in [0, 1] for inputs in [0, 1]: (n, n_in) → (n, n_out), or one row.

        Inputs of type uint8 are images, 0 paper, 255 ink, also of shape (28, 28) or (n, 28, 28).

        Raises
        ------
        InputError
            If the shape doesn't fit the network.
        """
        return self._ask(x, squash=True)

    def weighted_outputs(self, x: npt.ArrayLike) -> Floats:
        """Return z = w·a + b of the output layer, before its sigmoid, for the same inputs."""
        return self._ask(x, squash=False)

    def predict(self, x: npt.ArrayLike) -> npt.NDArray[np.intp]:
        """Return the index of the largest output, the first of equal ones, for each input."""
        return np.asarray(self(x).argmax(axis=-1))

    def _ask(self, x: npt.ArrayLike, squash: bool) -> Floats:
        inputs = self._inputs(x)
        rows = inputs if inputs.ndim == 2 else inputs.reshape(1, -1)
        out = np.empty((len(rows), self.sizes[-1]), self.dtype)
        if self._pool is None or len(rows) < (
            THREADED_IMAGES_SHARED if self._shared else THREADED_IMAGES
        ):
            work = self._take()
            work(rows, out, squash)
            self._free.append(work)
        else:
            # A free thread takes the next piece, so that a delayed core does less.
            size = min(PIECE_IMAGES, -(-len(rows) // (len(self._others) + 1)))
            pieces = iter(
                [(rows[at : at + size], out[at : at + size]) for at in range(0, len(rows), size)]
            )
            waiting = [self._pool.submit(self._run, pieces, squash) for _ in self._others]
            self._run(pieces, squash)
            for future in waiting:
                future.result()
        return out if inputs.ndim == 2 else out[0]

    def _run(self, pieces: Iterable[tuple[Floats, Floats]], squash: bool) -> None:
        work = self._take()
        for x, out in pieces:
            work(x, out, squash)
        self._free.append(work)

    def _take(self) -> Worker:
        try:
            return self._free.pop()
        except IndexError:  # other threads use all of them
            return self._worker()

    def _inputs(self, x: npt.ArrayLike) -> Floats:
        inputs = np.asarray(x)
        shape = inputs.shape
        if (
            inputs.dtype == self.dtype
            and shape[-1:] == self._one
            and len(shape) <= 2
            and inputs.flags.c_contiguous
        ):
            return inputs
        if inputs.dtype == np.uint8:
            if inputs.shape[-2:] == (28, 28):
                inputs = inputs.reshape(*inputs.shape[:-2], 28 * 28)
            inputs = inputs / self.dtype.type(255)
        if inputs.ndim not in (1, 2) or inputs.shape[-1] != self.sizes[0]:
            raise InputError(
                f"this network takes inputs of shape (n, {self.sizes[0]}) or ({self.sizes[0]},), "
                f"in [0, 1], or images, uint8 (n, 28, 28); found {inputs.dtype} {inputs.shape}"
            )
        return np.ascontiguousarray(inputs, self.dtype)

    def _worker(self) -> Worker:
        """Return a function that computes outputs from inputs, with scratch buffers of its own."""
        # One register more than the pixels, since whole registers are written.
        inputs = self._full[0]
        widest = max(inputs, *self._layout.widths.tolist())
        count = AT_ONCE * widest + REGISTER_BYTES
        place = np.uint16 if inputs <= MAX_UINT16_NEURONS else np.uint32
        pixels, values = np.zeros(count, place), np.zeros(count, self.dtype)
        starts = np.zeros(2 * AT_ONCE + 1, np.int64)
        starts[:AT_ONCE] = range(AT_ONCE)
        neurons = aligned_zeros(self._layout.neuron_count, self.dtype)
        numbers = (inputs, ACTIVATION_CODES[self.activation], AT_ONCE)
        places, tile, parameters = self._places, self._tile, self._parameters
        dense = None if self._tiled else True

        def work(x: Floats, out: Floats, squash: bool) -> None:
            outputs(
                x, numbers, places, tile, parameters, neurons, starts, pixels, values, out, squash,
                dense,
            )  # fmt: skip

        return work if self._shared is None else _after_shared(self._shared, work)


def _after_shared(network: Network, work: Worker) -> Worker:
    """Return a worker for pictures, from a worker for the outputs of the shared layers."""
    from digitwise.engines.conv_layers import SharedLayers

    shared = SharedLayers(network, AT_ONCE)

    def work_on_pictures(x: Floats, out: Floats, squash: bool) -> None:
        for begin in range(0, len(x), AT_ONCE):
            some = x[begin : begin + AT_ONCE]
            shared.pictures[: len(some)] = some.reshape(len(some), *shared.pictures.shape[1:])
            features = shared.forward(slice(0, len(some)))
            work(np.ascontiguousarray(features), out[begin : begin + AT_ONCE], squash)

    return work_on_pictures


def _first_layers(network: Network, count: int) -> Network:
    """Return a network with copies of the first `count` layers, and an unused output."""
    first = Network(
        [*network.layout[: count + 1], 1], activation=network.activation, cost="cross-entropy",
        init="scaled", dtype=network.dtype,
    )  # fmt: skip
    for layer in range(count):
        first.weights[layer][...] = network.weights[layer]
        first.biases[layer][...] = network.biases[layer]
    return first


def _halved(parameters: Floats) -> npt.NDArray[Any]:
    """Return the parameters as float16, viewed as uint16, if that loses nothing; else unchanged.

    Twice as many float16 fit into the cache. A model stored as float16 loses nothing.
    """
    halves = aligned_zeros(len(parameters), np.dtype(np.float16))
    with np.errstate(over="ignore"):
        halves[:] = parameters
    same = parameters.dtype == np.float32 and np.array_equal(halves, parameters)
    return halves.view(np.uint16) if same else parameters
