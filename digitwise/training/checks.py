"""What a training run can't do is refused before it begins."""

import numpy as np

from digitwise.bitwise import BITS
from digitwise.data.deform import Deformation
from digitwise.data.digits import Digits, check_digit_network
from digitwise.errors import InputError
from digitwise.network import Network
from digitwise.settings import Settings


def check_run(
    network: Network,
    train: Digits,
    settings: Settings,
    test: Digits | None,
    validation: Digits | None,
    deformation: Deformation | None,
) -> None:
    """Refuse what can't be trained.

    Raises
    ------
    InputError
        If a setting is outside its range, or network and digits don't fit.
    """
    if not isinstance(network, Network) or not isinstance(train, Digits):
        raise InputError(
            f"expected a Network and Digits to train it on; found {type(network).__name__} and "
            f"{type(train).__name__}"
        )
    for digits in (test, validation):
        if not isinstance(digits, Digits | None):
            raise InputError(f"expected Digits to test on, or None; found {type(digits).__name__}")
    if not isinstance(deformation, Deformation | None):
        raise InputError(f"expected a Deformation, or None; found {deformation!r:.50}")
    check_digit_network(network, BITS)
    if not all(np.isfinite(p).all() for p in (*network.weights, *network.biases)):
        raise InputError("this network has weights or biases that are not finite numbers")
    if len(train) == 0:
        raise InputError("there are no digits to train on")
    settings.check()
