import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from digitwise.errors import InputError
from digitwise.neurons import ACTIVATIONS, Perceptron, SigmoidNeuron, sigmoid

reals = st.floats(-50, 50)


@given(arrays(np.float64, 7, elements=st.floats(-1e300, 1e300)))
def test_sigmoid_is_equation_3_everywhere_without_warning(z):
    with np.errstate(all="raise", under="ignore"):
        a = sigmoid(z)
    assert ((a >= 0) & (a <= 1)).all()
    np.testing.assert_allclose(a + sigmoid(-z), 1, rtol=1e-15)
    moderate = np.abs(z) < 500
    np.testing.assert_allclose(a[moderate], 1 / (1 + np.exp(-z[moderate])), rtol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sigmoid_at_the_extremes(dtype):
    a = sigmoid(np.array([-1000, 0, 1000], dtype))
    assert a.tolist() == [0, 0.5, 1]
    assert a.dtype == dtype


@given(reals)
def test_sigmoid_is_within_exp_of_the_step(z):
    step = float(z > 0)
    if z != 0:
        assert abs(sigmoid(np.array(z)) - step) <= np.exp(-abs(z)) + 1e-15


@pytest.mark.parametrize("name", ACTIVATIONS)
@given(z=st.floats(-20, 20).filter(lambda z: abs(z) > 1e-3))
def test_derivative_is_the_derivative(name, z):
    function, derivative = ACTIVATIONS[name]
    h = 1e-5
    numerical = (function(np.array(z + h)) - function(np.array(z - h))) / (2 * h)
    np.testing.assert_allclose(derivative(np.array(z)), numerical, rtol=1e-6, atol=1e-10)


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_activations_keep_dtype_and_shape(name, dtype):
    z = np.linspace(-3, 3, 6, dtype=dtype).reshape(2, 3)
    for function in ACTIVATIONS[name]:
        assert function(z).dtype == dtype
        assert function(z).shape == (2, 3)


def test_weights_minus_two_and_bias_three_are_nand():
    nand = Perceptron([-2, -2], bias=3)
    assert nand([[0, 0], [0, 1], [1, 0], [1, 1]]).tolist() == [1, 1, 1, 0]
    assert nand([1, 1]) == 0


@pytest.mark.parametrize(
    ("threshold", "goes"),
    [
        (5, lambda weather, partner, transit: weather),
        (3, lambda weather, partner, transit: weather or (partner and transit)),
    ],
)
def test_thresholds_decide_about_the_festival(threshold, goes):
    decide = Perceptron([6, 2, 2], threshold=threshold)
    for case in itertools.product([0, 1], repeat=3):
        assert decide(case) == int(bool(goes(*case)))


def test_at_the_threshold_a_perceptron_does_not_fire():
    assert Perceptron([2, 3], threshold=5)([1, 1]) == 0


@given(
    arrays(np.float64, 4, elements=reals),
    st.integers(-50, 50),
    arrays(np.int8, 4, elements=st.integers(0, 1)),
)
def test_bias_is_minus_threshold(weights, threshold, x):
    assert Perceptron(weights, bias=-threshold)(x) == Perceptron(weights, threshold=threshold)(x)


@given(
    arrays(np.float64, 3, elements=reals),
    reals,
    arrays(np.float64, 3, elements=st.floats(0, 1)),
)
def test_sigmoid_neuron_is_equation_4(w, b, x):
    np.testing.assert_allclose(
        SigmoidNeuron(w, b)(x), 1 / (1 + np.exp(-np.dot(w, x) - b)), rtol=1e-9
    )


@pytest.mark.parametrize(
    "make",
    [
        lambda: Perceptron([1, 2]),
        lambda: Perceptron([1, 2], bias=1, threshold=1),
        lambda: Perceptron([[1, 2]], bias=1),
        lambda: Perceptron([1, float("nan")], bias=1),
        lambda: SigmoidNeuron([1], float("inf")),
    ],
)
def test_neurons_refuse_what_they_cannot_be(make):
    with pytest.raises(InputError):
        make()


def test_inputs_are_checked():
    with pytest.raises(InputError, match="2 inputs: expected shape"):
        Perceptron([1, 1], bias=0)([1, 1, 1])
    with pytest.raises(InputError, match="0 or 1"):
        Perceptron([1, 1], bias=0)([0.5, 1])
    with pytest.raises(InputError, match=r"\[0, 1\]"):
        SigmoidNeuron([1, 1], 0)([0.5, 1.5])
