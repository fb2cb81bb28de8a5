import numpy as np

from digitwise.imaging.framing import centre_of_mass


def test_how_many(bundled):
    train, test = bundled
    assert (len(train), len(test)) == (1437, 360)
    assert set(train.labels) == set(test.labels) == set(range(10))


def test_framed_as_mnist_is(bundled):
    for image in bundled[0].images[:300]:
        rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
        assert max(rows[-1] - rows[0], columns[-1] - columns[0]) == 19
        assert image.max() == 255
        assert all(14 < c <= 15 for c in centre_of_mass(image))
