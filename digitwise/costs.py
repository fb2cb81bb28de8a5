"""Cost functions of a network with sigmoid output neurons.

Each is a pair: the cost C_x of every training example, and the output error ∂C_x/∂z. Both are
functions of the weighted inputs z of the output layer, whose outputs are a = σ(z), and of the
desired outputs y; all have shape (n, n_out). Working from z instead of a keeps them exact
where a rounds to 0 or 1. The cost of a set of examples is the mean, C = (1/n) Σₓ C_x.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from digitwise.neurons import Floats, sigmoid, sigmoid_derivative


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
