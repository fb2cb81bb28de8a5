"""What a training run can't do is refused before it begins."""

import math
from numbers import Real

import numpy as np

from digitwise.bitwise import BITS
from digitwise.data.deform import Deformation
from digitwise.data.digits import Digits, check_digit_network
from digitwise.descent import Variant
from digitwise.errors import InputError
from digitwise.network import Network
from digitwise.training.schedules import Schedule


def check_settings(
    network: Network,
    train: Digits,
    epochs: int,
    batch_size: int,
    learning_rate: float | Schedule,
    variant: Variant,
    seed: int,
) -> None:
    """Refuse what `fit` can't do.

    Raises
    ------
    InputError
        If a value is outside its range, or network and digits don't fit.
    """
    if not isinstance(network, Network) or not isinstance(train, Digits):
        raise InputError(
            f"expected a Network and Digits to train it on; found {type(network).__name__} and "
            f"{type(train).__name__}"
        )
    check_digit_network(network, BITS)
    if not all(np.isfinite(p).all() for p in (*network.weights, *network.biases)):
        raise InputError("this network has weights or biases that are not finite numbers")
    if len(train) == 0:
        raise InputError("there are no digits to train on")
    for name, value, least in (
        ("epochs", epochs, 0),
        ("batch_size", batch_size, 1),
        ("seed", seed, 0),
    ):
        check_whole(name, value, least)
    rate = check_rate(learning_rate(0) if callable(learning_rate) else learning_rate)
    for name, share, below in (
        ("momentum", variant.momentum, 1),
        ("weight_decay", variant.weight_decay, math.inf),
        ("dropout", variant.dropout, 1),
    ):
        if not isinstance(share, Real) or not 0 <= share < below:
            raise InputError(f"expected 0 <= {name} < {below}; found {share!r:.50}")
    if rate * variant.weight_decay >= 1:
        raise InputError(
            f"a step would take {rate * variant.weight_decay:.3g} times each weight from "
            "it: expected learning_rate × weight_decay below 1"
        )
    if variant.nesterov and not variant.momentum:
        raise InputError("nesterov is a kind of momentum: expected momentum > 0, found 0")


def check_stream(deformation: object, plain_epochs: int, non_digits: float, average: float) -> None:
    """Refuse what can't be drawn, or averaged over.

    Raises
    ------
    InputError
        If it can't.
    """
    if not isinstance(deformation, Deformation | None):
        raise InputError(f"expected a Deformation, or None; found {deformation!r:.50}")
    check_whole("plain_epochs", plain_epochs, 0)
    for name, value, below in (("non_digits", non_digits, 1.0), ("average", average, math.inf)):
        if not isinstance(value, Real) or not 0 <= value < below:
            raise InputError(f"expected 0 <= {name} < {below}; found {value!r:.50}")


def check_patience(patience: int | None, validation: Digits | None) -> None:
    """Refuse to stop early for no reason that could be seen.

    Raises
    ------
    InputError
        If `patience` is not a whole number above 0, or there is nothing to judge by.
    """
    if patience is None:
        return
    check_whole("patience", patience, 1)
    if validation is None or not len(validation):
        raise InputError("patience needs validation digits to judge by")


def check_whole(name: str, value: object, least: int) -> None:
    """Refuse what is no whole number of at least `least`.

    Raises
    ------
    InputError
        If it isn't one.
    """
    if not isinstance(value, int | np.integer) or value < least:
        raise InputError(f"expected {name} to be a whole number >= {least}; found {value!r:.50}")


def check_rate(learning_rate: float) -> float:
    """Refuse a learning rate that is no finite number above 0.

    Raises
    ------
    InputError
        If it isn't one.
    """
    if not isinstance(learning_rate, Real) or not 0 < learning_rate < math.inf:
        raise InputError(f"expected a finite learning rate > 0; found {learning_rate!r:.50}")
    return float(learning_rate)
