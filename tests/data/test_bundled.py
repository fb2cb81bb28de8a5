import hashlib

import numpy as np
import pytest

from digitwise.data.bundled import FILE
from digitwise.imaging.framing import centre_of_mass


def test_there_are_1437_training_and_360_test_digits(bundled):
    train, test = bundled
    assert (len(train), len(test)) == (1437, 360)
    assert set(train.labels) == set(test.labels) == set(range(10))


def test_framed_as_mnist_is(bundled):
    for image in bundled[0].images[:300]:
        rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
        assert max(rows[-1] - rows[0], columns[-1] - columns[0]) == 19
        assert image.max() == 255
        assert all(14 < c <= 15 for c in centre_of_mass(image))


def test_they_are_those_of_scikit_learn():
    load_digits = pytest.importorskip("sklearn.datasets").load_digits
    theirs = load_digits()
    with np.load(FILE) as ours:
        np.testing.assert_array_equal(ours["images"], theirs.images)
        np.testing.assert_array_equal(ours["labels"], theirs.target)


def test_the_very_same_bytes(bundled):
    digest = hashlib.sha256()
    for digits in bundled:
        digest.update(digits.images.tobytes() + digits.labels.tobytes())
    assert digest.hexdigest() == "ee96a54ecd10d5b45398bba83e8bc3cd98355f5e11b6e96ac89a6c72d38bdfe5"


def test_their_terms_are_beside_them():
    terms = FILE.with_suffix(".txt").read_text()
    assert "Alpaydin" in terms
    assert "CC BY 4.0" in terms
