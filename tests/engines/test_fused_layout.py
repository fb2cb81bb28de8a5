from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from digitwise.engines.fused_layout import (
    MAX_TILE_REGISTERS,
    ROWS,
    aligned_zeros,
    pack,
    plan,
    unpack,
)
from digitwise.engines.simd import REGISTER_BYTES
from digitwise.network import Network

sizes = st.lists(st.integers(1, 400), min_size=2, max_size=4)
dtypes = st.sampled_from([np.float32, np.float64])


@given(sizes, dtypes, st.integers(1, 100))
def test_what_is_packed_comes_back(sizes, dtype, batch_size):
    net, other = (Network(sizes, rng=seed, dtype=dtype) for seed in (0, 1))
    layout, tile = plan(net.sizes, net.dtype, batch_size)
    flat = pack(layout, tile, net.weights, net.biases)
    unpack(layout, tile, flat, other.weights, other.biases)
    for a, b in zip([*net.weights, *net.biases], [*other.weights, *other.biases], strict=True):
        assert np.array_equal(a, b)
    # Padding is 0, and further layers are there twice.
    twice = sum(abs(w).sum() for w in net.weights[1:])
    expected = twice + sum(abs(p).sum() for p in (*net.weights, *net.biases))
    np.testing.assert_allclose(abs(flat).sum(dtype=np.float64), expected, rtol=1e-4)


@given(sizes, dtypes, st.integers(1, 100))
def test_rows_fill_registers_and_nothing_overlaps(sizes, dtype, batch_size):
    net = Network(sizes, dtype=dtype)
    layout, tile = plan(net.sizes, net.dtype, batch_size)
    lanes = REGISTER_BYTES // net.dtype.itemsize
    assert 1 <= len(tile) <= MAX_TILE_REGISTERS
    assert layout.widths[0] % (lanes * len(tile)) == 0
    assert all(
        width % lanes == 0 and width >= n
        for width, n in zip(layout.widths, layout.sizes, strict=True)
    )
    rows = -(-batch_size // ROWS) * ROWS
    places = zip([*layout.outputs, *layout.errors], [*layout.widths] * 2, strict=True)
    spans = sorted((at, rows * width) for at, width in places)
    assert all(a + n <= b for (a, n), (b, _) in pairwise(spans))
    assert sum(spans[-1]) == layout.neuron_count


@given(st.integers(1, 1000), dtypes)
def test_arrays_begin_with_a_register(count, dtype):
    array = aligned_zeros(count, np.dtype(dtype))
    assert array.shape == (count,)
    assert array.ctypes.data % REGISTER_BYTES == 0
    assert not array.any()
