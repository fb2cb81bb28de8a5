"""Upper bounds of the machine: bandwidth of its caches, rate of matrix products."""

import statistics
import time

import numpy as np

from digitwise.compiled import kernel
from digitwise.engines.fused_layout import aligned_zeros, plan
from digitwise.engines.simd import REGISTER_BYTES, add, load, multiply_add, store, zeros
from digitwise.network import Network

PASSES = 2000  # over the array, in one timing


@kernel
def read(array, like, passes):
    """Sum all tiles of an array, `passes` times."""
    tile = len(like) * REGISTER_BYTES // array.itemsize
    total, other = zeros(array, like), zeros(array, like)
    for _ in range(passes):
        for at in range(0, len(array), 2 * tile):
            total = add(total, load(array, at, like))
            other = add(other, load(array, at + tile, like))
    store(array, 0, add(total, other))


@kernel
def step(array, like, passes, factor):
    """Add a tile to all tiles of an array, `passes` times."""
    tile = len(like) * REGISTER_BYTES // array.itemsize
    delta = load(array, 0, like)
    for _ in range(passes):
        for at in range(0, len(array), tile):
            store(array, at, multiply_add(load(array, at, like), delta, factor))


def small_network_bound(hidden: int, train) -> dict[str, float]:
    """Return the lower bound of an epoch's seconds, from moving first-layer weights alone."""
    network = Network([784, hidden, 10], dtype=np.float32)
    layout, tile = plan(network.sizes, network.dtype, 10)
    tiles = 784 // 2 * 2
    weights = aligned_zeros(int(layout.widths[0]) * tiles, np.dtype(np.float32))
    bytes_of_all = weights.nbytes
    rates = {}
    for name, once in (
        ("read", lambda n: read(weights, tile, n)),
        ("step", lambda n: step(weights, tile, n, np.float32(0))),
    ):
        once(1)
        seconds = []
        for _ in range(7):
            started = time.perf_counter()
            once(PASSES)
            seconds.append(time.perf_counter() - started)
        rates[name] = PASSES * bytes_of_all / statistics.median(seconds)
    pixels = np.count_nonzero(train.images) / len(train)
    row = int(layout.widths[0]) * 4
    forward, back = pixels * row, pixels * row
    seconds = len(train) * (forward / rates["read"] + back / rates["step"])
    return {
        "pixels": pixels,
        "bytes": forward + 2 * back,
        "read": rates["read"] / 1e9,
        "step": 2 * rates["step"] / 1e9,
        "seconds": seconds,
    }


def sgemm(size: int = 2048):
    """Return a function that multiplies two square matrices, and its number of operations."""
    from scipy.linalg import blas

    rng = np.random.default_rng(0)
    a, b = (np.asfortranarray(rng.random((size, size), np.float32)) for _ in range(2))
    c = np.empty((size, size), np.float32, order="F")
    return lambda: blas.sgemm(1.0, a, b, 0.0, c, overwrite_c=1), 2 * size**3
