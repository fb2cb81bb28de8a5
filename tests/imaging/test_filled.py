import numpy as np
import pytest

from digitwise.imaging.filled import filled


@pytest.mark.parametrize("seed", range(3))
def test_each_takes_the_value_of_a_nearest_known_one(seed):
    rng = np.random.default_rng(seed)
    shape = (31, 47)
    unknown = rng.random(shape) < 0.97
    places = np.arange(np.prod(shape)).reshape(shape)  # every value says where it comes from
    found = filled(places, unknown)
    np.testing.assert_array_equal(found[~unknown], places[~unknown])
    known = np.argwhere(~unknown)
    for y, x in np.argwhere(unknown):
        assert not unknown.flat[found[y, x]]
        taken = np.hypot(*(np.array(np.divmod(found[y, x], shape[1])) - (y, x)))
        nearest = np.hypot(*(known - (y, x)).T).min()
        assert taken <= 1.02 * nearest + 1e-9


def test_types_are_kept_and_nothing_known_changes_nothing():
    values = np.array([[0.25, 0.5]], np.float32)
    assert filled(values, np.array([[False, True]])).dtype == np.float32
    np.testing.assert_array_equal(filled(values, np.array([[True, True]])), values)
