"""`fit`: train a network, in one call."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from digitwise.data.table import Examples
from digitwise.errors import InputError
from digitwise.network import Network
from digitwise.settings import DEFAULTS, TABLE, Settings, find_setting
from digitwise.training.callback import Callback, check_callbacks
from digitwise.training.history import History
from digitwise.training.loop import Training
from digitwise.training.progress import Progress, callbacks_of
from digitwise.typed_layers import layer_settings

# What `fit` is given in other ways: its digits, and the network.
ELSEWHERE = {
    "data", "also", "limit", "validation", "numbers", "real_numbers", "store",
    "convolutions", "hidden", "activation", "cost", "init", "start_from",
}  # fmt: skip
ARGUMENTS = sorted(TABLE.keys() - ELSEWHERE)  # names of the settings that `fit` takes


def fit(
    network: Network,
    train: Examples,
    test: Examples | None = None,
    validation: Examples | None = None,
    *,
    settings: Settings | None = None,
    callbacks: Sequence[Callback] = (),
    history: History | None = None,
    progress: Progress | bool | None = None,
    **changes: Any,
) -> History:
    """Train a network in place by stochastic gradient descent (Eq. 18 to 21); see `Training`.

    >>> train, test = dw.load("digits")
    >>> net = dw.Network([784, 30, 10], rng=0)
    >>> history = dw.fit(net, train, test, epochs=3, learning_rate=0.5)
    >>> len(history.epochs)
    3

    Parameters
    ----------
    network : Network
        Changed in place.
    train, test, validation : Digits or Table
        `test` and `validation` are only ever measured, after every epoch.
    settings : Settings, optional
        The defaults if not given. What they say of data and network doesn't count.
    callbacks : sequence of Callback, optional
        `Checkpoint`, `BestModel`, `EarlyStopping`, your own.
    history : History, optional
        Go on from there; the network must be the one that belongs to it.
    progress : callable, or bool, optional
        Called with the history about every 5,000 digits and after every epoch (then its
        `position` is 0); training stops early when it returns True. True shows the epochs, False
        nothing; by default they are shown where people type (a prompt, a notebook).
    **changes
        Other values of settings: epochs, batch_size, learning_rate, momentum, ... Besides,
        `learning_rate` may be a callable from the epoch (0, 1, ...) to float, and `deformation` a
        `Deformation` of your own.

    Returns
    -------
    History
        The given one, extended, or a new one.

    Raises
    ------
    InputError
        If a value is outside its range, or network and digits don't fit.
    TrainingError
        If cost or weights stop being finite numbers; the network is put back to where the
        last good epoch left it.
    """
    schedule, deformation = None, changes.pop("deformation", None)
    if callable(changes.get("learning_rate")):
        schedule = changes.pop("learning_rate")
        if changes.get("schedule", (settings or DEFAULTS).schedule) != DEFAULTS.schedule:
            raise InputError("learning_rate is a function of the epoch: leave out schedule")
    check_callbacks(callbacks)
    called = callbacks_of(progress)
    return Training(
        network,
        train,
        settings_of(network, settings or DEFAULTS, changes),
        test=test,
        validation=validation,
        history=history,
        callbacks=[*callbacks, *called],
        schedule=schedule,
        deformation=deformation,
    ).run()


def settings_of(network: Network, settings: Settings, changes: dict[str, Any]) -> Settings:
    """Return settings with changes, and of the network what they say of one.

    Raises
    ------
    InputError
        If there is no such setting, or a value is outside its range.
    """
    if not isinstance(settings, Settings):
        raise InputError(f"expected Settings; found {type(settings).__name__}")
    for name in changes:
        if name in ELSEWHERE:
            said = ", ".join(ARGUMENTS)
            raise InputError(f"{name} is no argument of fit; expected some of: {said}")
        find_setting(name, ARGUMENTS)
    settings = settings.changed(changes)
    if not isinstance(network, Network):
        return settings  # refused later, with the digits
    of_network: dict[str, Any] = {
        **layer_settings(network),
        "activation": network.activation,
        "cost": network.cost,
        "init": network.init,
    }
    for name, value in of_network.items():
        if getattr(settings, name) not in (value, getattr(DEFAULTS, name)):
            raise InputError(
                f"settings say {name} {getattr(settings, name)!r}, the network has {value!r}: make "
                "the network as they say (digitwise.training.start.make_network does)"
            )
    return replace(settings, **of_network)
