"""Cost functions of a network with sigmoid output neurons.

Each is a pair: the cost C_x of every training example, and the output error ∂C_x/∂z. Both are
functions of the weighted inputs z of the output layer, whose outputs are a = σ(z), and of the
desired outputs y; all have shape (n, n_out). Working from z instead of a keeps them exact
where a rounds to 0 or 1. The cost of a set of examples is the mean, C = (1/n) Σₓ C_x.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from digitwise.errors import InputError
from digitwise.neurons import Floats, sigmoid, sigmoid_derivative


def one_hot(labels: npt.ArrayLike, n: int, dtype: npt.DTypeLike = np.float64) -> Floats:
    """y(x): 1 at the label, 0 elsewhere; labels (m,) in 0..n → (m, n), of n, "none of them", all 0.

    Raises
    ------
    InputError
        If a label is outside the range.
    """
    labels = np.asarray(labels)
    if labels.size and not (labels.min() >= 0 and labels.max() <= n):
        raise InputError(f"labels must lie in 0..{n}; found {labels.min()}..{labels.max()}")
    return np.asarray(np.equal.outer(labels, np.arange(n)), dtype)


def quadratic(z: Floats, y: Floats) -> Floats:
    """C_x = ½‖y - a‖², so that the mean over n examples is Eq. 6. Returns shape (n,)."""
    difference: Floats = y - sigmoid(z)
    return np.asarray(np.square(difference).sum(axis=-1) / 2)


def quadratic_error(z: Floats, y: Floats) -> Floats:
    """∂C_x/∂z = (a - y) σ′(z), shape (n, n_out)."""
    return np.asarray((sigmoid(z) - y) * sigmoid_derivative(z))


def cross_entropy(z: Floats, y: Floats) -> Floats:
    """C_x = -Σⱼ (yⱼ ln aⱼ + (1 - yⱼ) ln(1 - aⱼ)) = Σⱼ (ln(1 + e^zⱼ) - yⱼ zⱼ), shape (n,).

    The chapter's continuation (its chapter 3) introduces it: neurons that are badly wrong
    learn fast.
    """
    return np.asarray((np.logaddexp(0, z) - y * z).sum(axis=-1))


def cross_entropy_error(z: Floats, y: Floats) -> Floats:
    """∂C_x/∂z = a - y, shape (n, n_out)."""
    return np.asarray(sigmoid(z) - y)


class Cost(NamedTuple):
    """A cost function: its value per example, (n,), and its output error ∂C_x/∂z, (n, n_out)."""

    value: Callable[[Floats, Floats], Floats]
    output_error: Callable[[Floats, Floats], Floats]


COSTS: dict[str, Cost] = {
    "quadratic": Cost(quadratic, quadratic_error),
    "cross-entropy": Cost(cross_entropy, cross_entropy_error),
}
