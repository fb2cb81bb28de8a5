"""Cost functions of a network with sigmoid output neurons.

A cost is a pair of functions: the cost C_x of each example, and the output error ∂C_x/∂z. Both take
the weighted inputs z of the output layer and the desired outputs y, each of shape (n, n_out). The
outputs are a = σ(z). Functions of z stay exact where a rounds to 0 or 1. The cost of a set of
examples is the mean, C = (1/n) Σₓ C_x.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from digitwise.errors import InputError
from digitwise.neurons import Floats, sigmoid, sigmoid_derivative


def one_hot(labels: npt.ArrayLike, n: int, dtype: npt.DTypeLike = np.float64) -> Floats:
    """Return y(x), (m, n), for labels (m,) from 0 to n: 1 at the label, 0 elsewhere.

    The label n means "non-digit": no output should fire, so its row is all 0.

    Raises
    ------
    InputError
        If a label is outside 0..n.
    """
    labels = np.asarray(labels)
    if labels.size and not (labels.min() >= 0 and labels.max() <= n):
        raise InputError(f"labels must lie in 0..{n}; found {labels.min()}..{labels.max()}")
    return np.asarray(np.equal.outer(labels, np.arange(n)), dtype)


def quadratic(z: Floats, y: Floats) -> Floats:
    """Return C_x = ½‖y - a‖², shape (n,); the mean over the examples is Eq. 6."""
    difference: Floats = y - sigmoid(z)
    return np.asarray(np.square(difference).sum(axis=-1) / 2)


def quadratic_error(z: Floats, y: Floats) -> Floats:
    """Return ∂C_x/∂z = (a - y) σ′(z), shape (n, n_out)."""
    return np.asarray((sigmoid(z) - y) * sigmoid_derivative(z))


def cross_entropy(z: Floats, y: Floats) -> Floats:
    """Return C_x = -Σⱼ (yⱼ ln aⱼ + (1 - yⱼ) ln(1 - aⱼ)) = Σⱼ (ln(1 + e^zⱼ) - yⱼ zⱼ), shape (n,).

    With this cost, badly wrong neurons learn fast (chapter 3 of Nielsen's book).
    """
    return np.asarray((np.logaddexp(0, z) - y * z).sum(axis=-1))


def cross_entropy_error(z: Floats, y: Floats) -> Floats:
    """Return ∂C_x/∂z = a - y, shape (n, n_out)."""
    return np.asarray(sigmoid(z) - y)


class Cost(NamedTuple):
    """A cost function: its value C_x, (n,), and its output error ∂C_x/∂z, (n, n_out)."""

    value: Callable[[Floats, Floats], Floats]
    output_error: Callable[[Floats, Floats], Floats]


COSTS: dict[str, Cost] = {
    "quadratic": Cost(quadratic, quadratic_error),
    "cross-entropy": Cost(cross_entropy, cross_entropy_error),
}
