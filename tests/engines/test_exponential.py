import numpy as np
import pytest
from numba import njit

from digitwise.engines.exponential import exp, sigmoid, tanh

REALS = [np.float32, np.float64]


def over(function):
    @njit(error_model="numpy")
    def apply(x, out):
        for i in range(x.size):
            out[i] = function(x[i])

    def whole(x):
        out = np.empty_like(x)
        apply(x, out)
        return out

    return whole


@pytest.mark.parametrize("real", REALS)
def test_exp_is_right_to_the_rounding_of_its_type(real):
    limit = 87 if real == np.float32 else 700
    x = np.linspace(-limit, limit, 200_001).astype(real)
    exact = np.exp(x.astype(np.longdouble))
    assert (abs(over(exp)(x) - exact) / exact).max() < np.finfo(real).eps


@pytest.mark.parametrize("real", REALS)
@pytest.mark.parametrize(
    ("ours", "exact"), [(sigmoid, lambda x: 1 / (1 + np.exp(-x))), (tanh, np.tanh)]
)
def test_sigmoid_and_tanh(ours, exact, real):
    x = np.linspace(-40, 40, 200_001).astype(real)
    error = abs(over(ours)(x) - exact(x.astype(np.longdouble)))
    assert error.max() < 2 * np.finfo(real).eps


@pytest.mark.parametrize("real", REALS)
def test_far_arguments_dont_overflow(real):
    far = np.array([-np.inf, -1e30, 1e30, np.inf], real)
    assert np.isfinite(over(exp)(far)).all()
    np.testing.assert_allclose(over(sigmoid)(far), [0, 0, 1, 1], atol=1e-30)
    np.testing.assert_allclose(over(tanh)(far), [-1, -1, 1, 1])


def test_outside_of_kernels_they_say_so():
    for function in (exp, sigmoid, tanh):
        with pytest.raises(NotImplementedError, match="compiled kernels only"):
            function(1.0)
