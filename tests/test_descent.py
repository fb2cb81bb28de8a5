import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitwise.descent import Variant, descend, momentum_step
from digitwise.errors import InputError


def bowl(curvatures):
    """C(v) = ½ Σ cᵢ vᵢ²: its smallest rate that diverges is 2 / max(c)."""
    c = np.asarray(curvatures)
    return lambda v: 0.5 * (c * v * v).sum(), lambda v: c * v


@pytest.mark.parametrize("m", [1, 2, 50])
def test_finds_the_minimum_in_any_number_of_variables(m):
    f, grad = bowl(np.linspace(1, 3, m))
    found = descend(f, grad, np.full(m, 5.0), learning_rate=0.5)
    assert found.stopped == "gradient"
    np.testing.assert_allclose(found.v, 0, atol=1e-8)


def test_any_shape_even_a_single_number():
    assert descend(lambda v: (v - 3) ** 2, lambda v: 2 * (v - 3), 0.0, 0.1).v == pytest.approx(3)
    square = descend(lambda v: (v * v).sum(), lambda v: 2 * v, np.ones((2, 3)), 0.1)
    assert square.v.shape == (2, 3)


@given(st.floats(0.01, 0.99), st.floats(0.1, 10))
def test_cost_falls_below_two_over_the_curvature_and_rises_above(share, curvature):
    f, grad = bowl([curvature])
    falls = descend(f, grad, [1.0], share * 2 / curvature, steps=20)
    assert (np.diff(falls.costs) <= 0).all()
    rises = descend(f, grad, [1.0], (1 + share) * 2 / curvature, steps=20)
    assert (np.diff(rises.costs) > 0).all()


def test_a_small_step_lowers_the_cost_by_eta_times_the_squared_gradient():
    f, grad = bowl([1.0, 2.0])
    start, eta = np.array([1.0, -2.0]), 1e-6
    path = descend(f, grad, start, eta, steps=1)
    fall = path.costs[1] - path.costs[0]
    assert fall == pytest.approx(-eta * (grad(start) ** 2).sum(), rel=1e-4)


def test_divergence_ends_at_the_last_finite_point():
    f, grad = bowl([1.0])
    found = descend(f, grad, [1.0], learning_rate=1e9, steps=1000)
    assert found.stopped == "diverged"
    assert np.isfinite(found.path).all()
    assert np.isfinite(found.costs).all()
    assert len(found.path) == len(found.costs)


def test_the_learning_rate_may_vary():
    f, grad = bowl([1.0])
    path = descend(f, grad, [1.0], lambda number: 0.5 if number == 0 else 0.25, steps=2)
    assert path.path.ravel().tolist() == [1.0, 0.5, 0.375]


def test_the_start_is_not_changed():
    start = np.ones(2)
    descend(*bowl([1.0, 1.0]), start, 0.1)
    assert start.tolist() == [1, 1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"start": [np.nan]}, "finite"),
        ({"start": [1.0], "learning_rate": 0}, "positive"),
        ({"start": [1.0], "learning_rate": 0.1, "steps": -1}, "negative"),
    ],
)
def test_bad_arguments_are_refused(arguments, message):
    with pytest.raises(InputError, match=message):
        descend(*bowl([1.0]), **{"learning_rate": 0.1, **arguments})


def test_a_gradient_of_another_shape():
    with pytest.raises(InputError, match=r"shape of v, \(2,\); found \(3,\)"):
        descend(lambda v: 0, lambda v: np.zeros(3), [1.0, 1.0], 0.1)


def test_momentum_goes_as_its_definition():
    variant = Variant(momentum=0.5)
    w, v = np.array([1.0, -2.0]), np.zeros(2)
    for _ in range(2):
        momentum_step(w, v, 2 * w, 0.1, variant)
    # v: -0.2, then -0.1 - 0.16; w: 0.8, then 0.54 (and -2 times as much).
    np.testing.assert_allclose(v, [-0.26, 0.52])
    np.testing.assert_allclose(w, [0.54, -1.08])


def test_nesterov_is_momentum_with_the_gradient_taken_ahead():
    """Sutskever's form: at θ = w - μv the classical rule has its gradient at θ + μv."""
    variant, rate, a = Variant(momentum=0.6, nesterov=True), 0.1, 3.0
    w, v = np.array([1.0]), np.zeros(1)
    theta, ahead_v = 1.0, 0.0
    for _ in range(5):
        momentum_step(w, v, a * w, rate, variant)
        ahead_v = 0.6 * ahead_v - rate * a * (theta + 0.6 * ahead_v)
        theta += ahead_v
        np.testing.assert_allclose(w, theta + 0.6 * ahead_v)
        np.testing.assert_allclose(v, ahead_v)
