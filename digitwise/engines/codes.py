"""Codes of activations and costs for compiled kernels, and the factors of a step."""

from typing import NamedTuple

import numpy as np

from digitwise.descent import Variant

SIGMOID, TANH, RELU = range(3)
QUADRATIC, CROSS_ENTROPY = range(2)
ACTIVATION_CODES = {"sigmoid": SIGMOID, "tanh": TANH, "relu": RELU}
COST_CODES = {"quadratic": QUADRATIC, "cross-entropy": CROSS_ENTROPY}


class Rates(NamedTuple):
    """The factors of a step, in the network's type, for a velocity v and a parameter w.

    v → momentum·v - decay·w - η∇C, and w → w - back·(old v) + reach·v. Without momentum, v is the
    step itself.
    """

    learning_rate: np.floating
    decay: np.floating
    momentum: np.floating
    back: np.floating
    reach: np.floating


def rates_of(variant: Variant, learning_rate: float, real: type[np.floating]) -> Rates:
    """Return the factors of a variant of descent; Nesterov's step is w → w + μv - η∇C."""
    mu = variant.momentum
    return Rates(
        real(learning_rate),
        real(learning_rate * variant.weight_decay),
        real(mu),
        real(mu if variant.nesterov else 0),
        real(1 + mu if variant.nesterov else 1),
    )
