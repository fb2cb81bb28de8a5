import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from digitwise.costs import COSTS
from digitwise.neurons import sigmoid

zs = arrays(np.float64, (3, 4), elements=st.floats(-8, 8))
ys = arrays(np.float64, (3, 4), elements=st.floats(0, 1))


@pytest.mark.parametrize("name", COSTS)
@given(z=zs, y=ys)
def test_output_error_is_the_derivative_of_the_value(name, z, y):
    value, output_error = COSTS[name]
    stated, h = output_error(z, y), 1e-5
    for i in range(z.shape[1]):
        up, down = z.copy(), z.copy()
        up[:, i] += h
        down[:, i] -= h
        numerical = (value(up, y) - value(down, y)) / (2 * h)
        np.testing.assert_allclose(stated[:, i], numerical, rtol=1e-6, atol=1e-9)


@given(z=zs, y=ys)
def test_quadratic_is_equation_6(z, y):
    n, a = len(z), sigmoid(z)
    equation_6 = sum(np.linalg.norm(y[x] - a[x]) ** 2 for x in range(n)) / (2 * n)
    np.testing.assert_allclose(COSTS["quadratic"].value(z, y).mean(), equation_6, rtol=1e-12)


@given(z=zs, y=ys)
def test_cross_entropy_is_its_definition(z, y):
    a = sigmoid(z)
    definition = -(y * np.log(a) + (1 - y) * np.log(1 - a)).sum(axis=1)
    np.testing.assert_allclose(COSTS["cross-entropy"].value(z, y), definition, rtol=1e-9)


@pytest.mark.parametrize("name", COSTS)
def test_costs_are_finite_where_outputs_saturate(name):
    z, y = np.array([[1e4, -1e4]]), np.array([[0.0, 1.0]])
    with np.errstate(all="raise", under="ignore"):
        assert np.isfinite(COSTS[name].value(z, y)).all()
        assert np.isfinite(COSTS[name].output_error(z, y)).all()


@pytest.mark.parametrize("name", COSTS)
def test_a_right_answer_costs_nothing_and_a_wrong_one_something(name):
    y = np.array([[1.0, 0.0]])
    assert COSTS[name].value(np.array([[60.0, -60.0]]), y)[0] < 1e-20
    assert COSTS[name].value(np.array([[-60.0, -60.0]]), y)[0] > 0.4
