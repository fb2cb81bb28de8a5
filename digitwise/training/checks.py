"""Checks of a training run before it begins."""

import numpy as np

from digitwise.data.deform import Deformation
from digitwise.data.digits import Digits
from digitwise.data.table import Examples, Table, check_network
from digitwise.errors import InputError
from digitwise.network import Network
from digitwise.settings import Settings


def check_run(
    network: Network,
    train: Examples,
    settings: Settings,
    test: Examples | None,
    validation: Examples | None,
    deformation: Deformation | None,
) -> None:
    """Refuse a run that can't be trained.

    Raises
    ------
    InputError
        If a setting is outside its range, or network and digits don't fit.
    """
    if not isinstance(network, Network) or not isinstance(train, Examples):
        raise InputError(
            f"expected a Network and Digits, or a Table, to train it on; found "
            f"{type(network).__name__} and {type(train).__name__}"
        )
    for examples in (test, validation):
        if not isinstance(examples, Examples | None):
            found = type(examples).__name__
            raise InputError(f"expected Digits or a Table to test on, or None; found {found}")
    if not isinstance(deformation, Deformation | None):
        raise InputError(
            f"expected a Deformation, or None; found {deformation!r:.50} (a name is deform=)"
        )
    check_network(network, train)
    if not all(np.isfinite(p).all() for p in (*network.weights, *network.biases)):
        raise InputError("this network has weights or biases that are not finite numbers")
    if len(train) == 0:
        what = "digits" if isinstance(train, Digits) else "rows"
        raise InputError(f"there are no {what} to train on")
    settings.check()
    s = settings
    drawn = deformation or s.deform != "none" or s.plain_epochs or s.non_digits
    if isinstance(train, Table) and drawn:
        raise InputError(
            "only images of digits can be deformed or made into non-digits: train on a "
            "Table without deform, plain_epochs and non_digits"
        )


def check_whole(name: str, value: object, least: int) -> None:
    """Refuse anything but a whole number of at least `least`.

    Raises
    ------
    InputError
        If the value is something else.
    """
    if not isinstance(value, int | np.integer) or value < least:
        raise InputError(f"expected {name} to be a whole number >= {least}; found {value!r:.50}")
