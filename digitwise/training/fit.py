"""`fit`, which trains a network in one call."""

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

# Settings of the digits and of the network, which `fit` gets as arguments of their own.
ELSEWHERE = {
    "data", "also", "limit", "validation", "numbers", "real_numbers", "store",
    "convolutions", "hidden", "activation", "cost", "init", "start_from",
}  # fmt: skip
ARGUMENTS = sorted(TABLE.keys() - ELSEWHERE)  # settings that `fit` takes


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
        Network to train; changed in place.
    train, test, validation : Digits or Table
        Training learns from `train`. After every epoch it measures `test` and `validation`.
    settings : Settings, optional
        By default the default settings. Those of data and network are ignored.
    callbacks : sequence of Callback, optional
        `Checkpoint`, `BestModel`, `EarlyStopping`, or your own.
    history : History, optional
        History of an earlier run of this network, which goes on from there.
    progress : callable, or bool, optional
        A callable is called with the history about every 5,000 digits, and after every epoch with
        `position` 0; training stops if it returns True. True shows the epochs, False shows
        nothing. By default they are shown at a prompt and in a notebook.
    **changes
        Values of single settings: epochs, batch_size, learning_rate, momentum, ... In addition,
        `learning_rate` may be a callable from the epoch (0, 1, ...) to float, and `deformation` a
        `Deformation` of your own.

    Returns
    -------
    History
        The given history, extended, or a new one.

    Raises
    ------
    InputError
        If a value is outside its range, or network and digits don't fit.
    TrainingError
        If cost or weights are no longer finite; the network is then restored to its state after
        the last good epoch.
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
    """Return the settings with the changes, and with the settings that describe the network.

    Raises
    ------
    InputError
        If a setting is unknown, outside its range, or contradicts the network.
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
        return settings  # `check_run` refuses the network later
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
