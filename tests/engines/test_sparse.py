import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from digitwise.data.digits import Digits
from digitwise.engines.sparse import sparse_images
from tests.conftest import random_table


@given(st.integers(0, 20), st.sampled_from([0, 0.01, 0.2, 1]), st.integers(0, 99))
def test_nothing_but_zeros_is_lost(n, density, seed):
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (n, 28, 28), dtype=np.uint8)
    images[rng.random(images.shape) >= density] = 0
    sparse = sparse_images(Digits(images, np.zeros(n, np.uint8)))
    back = np.zeros((n, 784), np.uint8)
    for i in range(n):
        entries = slice(sparse.starts[i], sparse.starts[i + 1])
        back[i, sparse.pixels[entries]] = sparse.values[entries]
    assert np.array_equal(back, images.reshape(n, 784))
    assert len(sparse.pixels) == np.count_nonzero(images)


def test_made_once_a_set(few):
    assert sparse_images(few) is sparse_images(few)
    assert sparse_images(few[:10]) is not sparse_images(few)


def test_a_table_is_kept_in_the_type_of_each_network():
    table = random_table(30)
    wide, narrow = (sparse_images(table, dtype) for dtype in (np.float64, np.float32))
    assert wide.values.dtype == np.float64
    assert narrow.values.dtype == np.float32
    assert sparse_images(table, np.float64) is wide
    assert np.array_equal(wide.values, table.values[table.values != 0])
    assert np.array_equal(wide.pixels, np.nonzero(table.values)[1])
