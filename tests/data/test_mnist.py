import gzip
import shutil

import numpy as np
import pytest

from digitwise.data.idx import idx_header
from digitwise.data.mnist import (
    FILES,
    find_file,
    missing_files,
    read_folder,
    read_verified,
    verify,
    verify_file,
)
from digitwise.errors import DataError
from tests.conftest import random_digits


@pytest.fixture
def small(tmp_path):
    """A folder of four IDX files that are whole, but not MNIST's."""
    for part, digits in (("train", random_digits(30)), ("t10k", random_digits(10, seed=1))):
        for kind, array in (("images-idx3", digits.images), ("labels-idx1", digits.labels)):
            content = idx_header(array) + array.tobytes()
            (tmp_path / f"{part}-{kind}-ubyte.gz").write_bytes(gzip.compress(content))
    return tmp_path


def test_the_real_ones(mnist, mnist_folder):
    train, test = mnist
    assert (len(train), len(test)) == (60_000, 10_000)
    assert train.labels[:5].tolist() == [5, 0, 4, 1, 9]
    assert np.bincount(test.labels)[0] == 980
    assert len(verify(mnist_folder)) == 4


def test_any_idx_files(small):
    train, test = read_folder(small)
    np.testing.assert_array_equal(train.images, random_digits(30).images)
    assert len(test) == 10


@pytest.mark.parametrize("name", ["train-images-idx3-ubyte", "train-images.idx3-ubyte"])
def test_unpacked_files_under_either_name(small, name):
    zipped = small / "train-images-idx3-ubyte.gz"
    (small / name).write_bytes(gzip.decompress(zipped.read_bytes()))
    zipped.unlink()
    assert find_file(small, "train-images-idx3-ubyte") == small / name
    assert len(read_folder(small)[0]) == 30


def test_others_are_not_taken_for_mnist(small):
    with pytest.raises(DataError, match="not MNIST's.*--data"):
        read_verified(small)
    with pytest.raises(DataError, match="expected 47,040,016 bytes .* found 23,536"):
        verify(small)


def test_a_missing_file(small):
    (small / "t10k-labels-idx1-ubyte.gz").unlink()
    for use in (read_folder, verify):
        with pytest.raises(DataError, match="four files; missing t10k-labels-idx1-ubyte.gz$"):
            use(small)
    assert missing_files(small) == ["t10k-labels-idx1-ubyte.gz"]


def test_images_and_labels_that_do_not_match(small):
    shutil.copy(small / "t10k-labels-idx1-ubyte.gz", small / "train-labels-idx1-ubyte.gz")
    with pytest.raises(DataError, match="30 images.* 10 labels.*don't belong together"):
        read_folder(small)


def test_images_of_another_size(small):
    array = np.zeros((10, 8, 8), np.uint8)
    (small / "t10k-images-idx3-ubyte.gz").write_bytes(
        gzip.compress(idx_header(array) + array.tobytes())
    )
    with pytest.raises(DataError, match=r"expected images of 28×28; found shape \(10, 8, 8\)"):
        read_folder(small)


def test_labels_that_are_no_digits(small):
    array = np.full(10, 17, np.uint8)
    (small / "t10k-labels-idx1-ubyte.gz").write_bytes(idx_header(array) + array.tobytes())
    with pytest.raises(DataError, match="0 to 9; found 17"):
        read_folder(small)


def test_verifying_a_bomb_stops_early(tmp_path, monkeypatch):
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(bytes(100 << 20)))
    read = gzip.GzipFile.read
    unpacked = []

    def counted(self, size):
        piece = read(self, size)
        unpacked.append(len(piece))
        return piece

    monkeypatch.setattr(gzip.GzipFile, "read", counted)
    with pytest.raises(DataError, match="more than 10,008"):
        verify_file(path, FILES[3])
    assert sum(unpacked) <= 2 << 20
