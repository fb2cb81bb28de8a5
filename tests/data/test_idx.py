import contextlib
import gzip
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from digitwise.data.idx import IMAGES, LABELS, idx_header, read_idx
from digitwise.errors import DataError

LIMIT = 64 << 20  # far more memory than any of these may take

ARRAY = np.arange(3 * 4 * 5, dtype=np.uint8).reshape(3, 4, 5)
CONTENT = idx_header(ARRAY) + ARRAY.tobytes()


@given(arrays(np.uint8, array_shapes(min_dims=3, max_dims=3, max_side=6)), st.booleans())
def test_what_is_written_is_read_back(tmp_path_factory, array, zipped):
    path = tmp_path_factory.mktemp("idx") / "file"
    content = idx_header(array) + array.tobytes()
    path.write_bytes(gzip.compress(content) if zipped else content)
    np.testing.assert_array_equal(read_idx(path, IMAGES), array)


def test_an_empty_set(tmp_path):
    (tmp_path / "none").write_bytes(struct.pack(">II", 0x801, 0))
    assert read_idx(tmp_path / "none", LABELS).shape == (0,)


def test_the_header_is_big_endian():
    assert idx_header(np.zeros((60000,), np.uint8)).hex() == "000008010000ea60"


WRONG = {
    "empty": (b"", "header of 16 bytes; found 0"),
    "cut header": (CONTENT[:10], "header of 16 bytes; found 10"),
    "labels": (idx_header(ARRAY[0, 0]) + bytes(20), r"magic number 2051; found .* 2049 .*labels"),
    "other magic": (b"\x89PNG" + CONTENT[4:], "found magic number"),
    "floats": (b"\0\0\x0d\x03" + CONTENT[4:], "unsigned bytes"),
    "truncated": (CONTENT[:-1], "60 bytes.*(59|75).*truncated|truncated"),
    "padded": (CONTENT + b"\0", "left over"),
    "huge count": (struct.pack(">IIII", 0x803, 2**32 - 1, 28, 28), "promises .* can't hold"),
    "huge product": (struct.pack(">IIII", 0x803, *[2**32 - 1] * 3) + bytes(99), "can't hold"),
}


@pytest.mark.parametrize("zipped", [False, True], ids=["raw", "gzip"])
@pytest.mark.parametrize("kind", WRONG)
def test_wrong_files_are_refused_with_their_path(tmp_path, kind, zipped):
    content, message = WRONG[kind]
    path = tmp_path / "wrong-idx3-ubyte"
    path.write_bytes(gzip.compress(content) if zipped else content)
    with pytest.raises(DataError, match=message) as error:
        read_idx(path, IMAGES)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


def test_a_gzip_bomb_takes_no_more_than_its_header_promises(tmp_path):
    import tracemalloc

    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(CONTENT + bytes(200 << 20)))
    tracemalloc.start()
    with pytest.raises(DataError, match="left over"):
        read_idx(path, IMAGES)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5 << 20


def test_a_lying_gzip_header_takes_no_memory_for_what_is_not_there(tmp_path):
    import tracemalloc

    # Compresses so well that the file could hold what it promises; it doesn't.
    path = tmp_path / "liar.gz"
    path.write_bytes(gzip.compress(struct.pack(">IIII", 0x803, 200_000, 28, 28) + bytes(1 << 27)))
    tracemalloc.start()
    with pytest.raises(DataError, match="truncated"):
        read_idx(path, IMAGES)
    tracemalloc.stop()


@pytest.mark.parametrize("cut", [15, 40, -5])
def test_damaged_gzip_is_refused(tmp_path, cut):
    path = tmp_path / "damaged.gz"
    path.write_bytes(gzip.compress(CONTENT)[:cut])
    with pytest.raises(DataError, match="damaged gzip"):
        read_idx(path, IMAGES)


@given(st.integers(2, 70), st.integers(0, 255))
def test_any_flipped_byte_of_a_gzip_is_noticed_or_harmless(tmp_path_factory, place, value):
    path = tmp_path_factory.mktemp("flip") / "file.gz"
    zipped = bytearray(gzip.compress(CONTENT))
    zipped[place % len(zipped)] ^= value
    path.write_bytes(zipped)
    with contextlib.suppress(DataError):
        np.testing.assert_array_equal(read_idx(path, IMAGES), ARRAY)


def test_missing_files_and_folders_are_refused(tmp_path):
    with pytest.raises(DataError, match="No such file"):
        read_idx(tmp_path / "nothing", IMAGES)
    with pytest.raises(DataError, match="directory"):
        read_idx(tmp_path, IMAGES)
