"""Artificial neurons: the perceptron, the sigmoid neuron, and activation functions.

Equation numbers refer to chapter 1 of M. Nielsen, *Neural Networks and Deep Learning*.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from digitwise.errors import InputError

Floats = npt.NDArray[np.floating[Any]]
"""An array of real numbers, float32 or float64."""


def sigmoid(z: Floats) -> Floats:
    """Return σ(z) = 1 / (1 + e⁻ᶻ), elementwise (Eq. 3); no z overflows."""
    # e^-|z| stays in (0, 1].
    decay: Floats = np.exp(-np.abs(z))
    return np.asarray(np.where(z >= 0, 1, decay) / (1 + decay))


def sigmoid_derivative(z: Floats) -> Floats:
    """Return σ′(z) = σ(z)(1 - σ(z)) = σ(z)σ(-z), elementwise."""
    decay: Floats = np.exp(-np.abs(z))
    return np.asarray(decay / np.square(1 + decay))


def tanh_derivative(z: Floats) -> Floats:
    """Return tanh′(z) = 1 - tanh²(z), elementwise."""
    return 1 - np.square(np.tanh(z))


def relu(z: Floats) -> Floats:
    """Return max(0, z), elementwise."""
    return np.maximum(z, 0)


def relu_derivative(z: Floats) -> Floats:
    """Return 1 where z > 0, else 0, elementwise; 0 at z = 0 is a convention."""
    return (z > 0).astype(z.dtype)


class Activation(NamedTuple):
    """An activation function f and its derivative f′, both elementwise in z = w·x + b."""

    function: Callable[[Floats], Floats]
    derivative: Callable[[Floats], Floats]


ACTIVATIONS: dict[str, Activation] = {
    "sigmoid": Activation(sigmoid, sigmoid_derivative),
    "tanh": Activation(np.tanh, tanh_derivative),
    "relu": Activation(relu, relu_derivative),
}


class Perceptron:
    """A neuron with binary inputs and a binary output.

    With a bias, its output is 1 if w·x + b > 0, else 0 (Eq. 2). With a threshold, its output is 1
    if w·x > threshold, else 0 (Eq. 1). Both say the same, with b = -threshold.

    >>> nand = Perceptron([-2, -2], bias=3)
    >>> nand([[0, 0], [0, 1], [1, 0], [1, 1]])
    array([1, 1, 1, 0])

    Parameters
    ----------
    weights : array of shape (n_inputs,)
    bias, threshold : float
        Give exactly one.

    Raises
    ------
    InputError
        If neither or both of `bias` and `threshold` are given, or a number is not finite.
    """

    def __init__(
        self,
        weights: npt.ArrayLike,
        bias: float | None = None,
        *,
        threshold: float | None = None,
    ) -> None:
        if (bias is None) == (threshold is None):
            raise InputError("a perceptron takes either a bias or a threshold: give exactly one")
        self.weights, self.bias = _parameters(
            weights, bias if threshold is None else -float(threshold)
        )

    def __call__(self, x: npt.ArrayLike) -> Any:
        """Return 0 or 1 for x of shape (n_inputs,), an int array (n,) for x (n, n_inputs).

        Raises
        ------
        InputError
            If x has another shape, or holds anything but 0 and 1.
        """
        inputs = _inputs(x, self.weights)
        if not np.isin(inputs, (0, 1)).all():
            raise InputError("a perceptron's inputs are 0 or 1; found other values")
        fires = inputs @ self.weights + self.bias > 0
        return fires.astype(np.int64) if fires.ndim else int(fires)

    def __repr__(self) -> str:
        """Show weights and bias."""
        return f"Perceptron({self.weights.tolist()}, bias={self.bias:g})"


class SigmoidNeuron:
    """A neuron with inputs in [0, 1] and the output σ(w·x + b), also in [0, 1] (Eq. 4).

    Parameters
    ----------
    weights : array of shape (n_inputs,)
    bias : float

    Raises
    ------
    InputError
        If a number is not finite.
    """

    def __init__(self, weights: npt.ArrayLike, bias: float) -> None:
        self.weights, self.bias = _parameters(weights, bias)

    def __call__(self, x: npt.ArrayLike) -> Any:
        """Return the output in [0, 1]: a float for x of shape (n_inputs,), (n,) for (n, n_inputs).

        Raises
        ------
        InputError
            If x has another shape, or a value is outside [0, 1].
        """
        inputs = _inputs(x, self.weights)
        if not ((inputs >= 0) & (inputs <= 1)).all():
            raise InputError("a sigmoid neuron's inputs lie in [0, 1]; found values outside")
        output = sigmoid(np.asarray(inputs @ self.weights + self.bias))
        return output if output.ndim else float(output)

    def __repr__(self) -> str:
        """Show weights and bias."""
        return f"SigmoidNeuron({self.weights.tolist()}, bias={self.bias:g})"


def _parameters(weights: npt.ArrayLike, bias: float | None) -> tuple[Floats, float]:
    w = np.array(weights, dtype=np.float64)
    b = np.float64(bias if bias is not None else np.nan)
    if w.ndim != 1 or not np.isfinite(w).all() or not np.isfinite(b):
        raise InputError(
            f"a neuron takes a list of finite weights and a finite bias; found weights of shape "
            f"{w.shape} and bias {bias}"
        )
    return w, float(b)


def _inputs(x: npt.ArrayLike, weights: Floats) -> Floats:
    inputs = np.asarray(x, dtype=np.float64)
    if inputs.ndim not in (1, 2) or inputs.shape[-1] != weights.size:
        raise InputError(
            f"this neuron has {weights.size} inputs: expected shape ({weights.size},) or "
            f"(n, {weights.size}), found {inputs.shape}"
        )
    return inputs
