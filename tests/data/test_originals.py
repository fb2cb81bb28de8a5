import bz2
import gzip

import numpy as np
import pytest

import digitwise as dw
from digitwise.data.idx import idx_header
from digitwise.data.originals import EMNIST
from digitwise.errors import DataError
from digitwise.imaging.framing import bounding_box
from tests.conftest import random_digits


def idx(array):
    return gzip.compress(idx_header(array) + array.tobytes())


@pytest.fixture
def emnist(tmp_path):
    """EMNIST's four files, of ten digits each, and these digits."""
    digits = random_digits(10)
    for images, labels in (EMNIST[:2], EMNIST[2:]):
        lying = np.ascontiguousarray(digits.images.transpose(0, 2, 1))
        (tmp_path / f"{images}.gz").write_bytes(idx(lying))
        (tmp_path / f"{labels}.gz").write_bytes(idx(digits.labels))
    return tmp_path, digits


def test_emnist_stands_upright(emnist):
    folder, digits = emnist
    for part in dw.load(folder):
        np.testing.assert_array_equal(part.images, digits.images)
        np.testing.assert_array_equal(part.labels, digits.labels)
    (folder / f"{EMNIST[3]}.gz").unlink()
    with pytest.raises(DataError, match=r"EMNIST's four files; missing emnist-digits-test-lab"):
        dw.load(folder)


# A 7 by pen: along the top, then down to the lower left; y is upward in these files.
SEVEN = "0,100,30,100,60,100,100,100,80,70,60,45,45,20,30,0,7\n"
ONE = "50,100,50,86,50,71,50,57,50,43,50,29,50,14,50,0,1\n"


def seven_halves(digits):
    return digits.images[0, :10] > 76, digits.images[0, 18:] > 76


def test_pendigits_are_strokes(tmp_path):
    (tmp_path / "pendigits.tra").write_text(SEVEN + ONE)
    (tmp_path / "pendigits.tes").write_text(ONE)
    train, test = dw.load(tmp_path)
    assert (train.labels.tolist(), test.labels.tolist()) == ([7, 1], [1])
    assert train.strokes is not None
    assert len(train.strokes.points) == 16
    wide = [columns.stop - columns.start for _, columns in map(bounding_box, seven_halves(train))]
    assert wide[0] > 1.5 * wide[1]
    rows, columns = bounding_box(train.images[1] > 76)
    assert rows.stop - rows.start > 3 * (columns.stop - columns.start)


def test_optdigits_are_those_that_are_bundled(tmp_path):
    from sklearn.datasets import load_digits

    from digitwise.data.bundled import read_bundled

    bundle = load_digits()
    rows = np.column_stack([bundle.data, bundle.target]).astype(int)
    for name, some in (("optdigits.tra", rows[:40]), ("optdigits.tes", rows[40:50])):
        np.savetxt(tmp_path / name, some, "%d", ",")
    train, test = dw.load(tmp_path)
    bundled = read_bundled()[0]
    np.testing.assert_array_equal(train.images, bundled.images[:40])
    np.testing.assert_array_equal(test.labels, bundled.labels[40:50])


def usps(pictures, labels):
    """Lines as LIBSVM has them: labels from 1 on, pixels from -1 to 1."""
    lines = [
        f"{label + 1} " + " ".join(f"{k}:{ink:.3f}" for k, ink in enumerate(picture.ravel(), 1))
        for picture, label in zip(pictures, labels, strict=True)
    ]
    return bz2.compress("\n".join(lines).encode())


def test_usps_is_framed_as_mnist_is(tmp_path):
    bar = np.full((16, 16), -1.0)
    bar[:, 6:9] = 1.0
    (tmp_path / "usps.bz2").write_bytes(usps([bar, bar.T], [1, 0]))
    (tmp_path / "usps.t.bz2").write_bytes(usps([bar], [1]))
    train, test = dw.load(tmp_path)
    assert (train.labels.tolist(), test.labels.tolist()) == ([1, 0], [1])
    rows, columns = bounding_box(train.images[0] > 76)
    assert rows.stop - rows.start == 20
    assert 3 <= columns.stop - columns.start <= 5


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("pendigits.tra", b"1,2,3\n", "16 whole numbers from 0 to 100"),
        ("pendigits.tra", b"", "16 whole numbers"),
        ("pendigits.tra", SEVEN.replace("60,45", "60,145").encode(), "from 0 to 100"),
        ("pendigits.tra", SEVEN.replace(",7\n", ",12\n").encode(), "labels; found 12"),
        ("optdigits.tra", b"x" * 65 + b"\n", "64 whole numbers from 0 to 16"),
        ("usps.bz2", b"no bzip2", "can't read"),
        ("usps.bz2", bz2.compress(b"1 1:0.5 999:1"), "line 1 is not in USPS's"),
        ("usps.bz2", bz2.compress(b"1 one:0.5"), "line 1 is not in USPS's"),
        ("usps.bz2", bz2.compress(b"12 1:0.5"), "labels; found 11"),
        ("usps.bz2", bz2.compress(b""), "found none"),
    ],
)
def test_what_is_damaged_is_refused(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=message):
        dw.load(tmp_path)


def test_a_missing_test_part_is_named(tmp_path):
    (tmp_path / "pendigits.tra").write_text(SEVEN)
    with pytest.raises(DataError, match=r"can't read .*pendigits.tes"):
        dw.load(tmp_path)
