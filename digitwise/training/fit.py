"""The training loop: epochs of mini-batches of stochastic gradient descent, for all engines."""

import time
from collections.abc import Callable
from weakref import WeakKeyDictionary

import numpy as np

from digitwise.data.deform import Deformation
from digitwise.data.digits import NO_DIGIT, Digits
from digitwise.descent import Variant
from digitwise.engines import choose_engine
from digitwise.engines.choice import resolve_engine
from digitwise.engines.threads import one_blas_thread
from digitwise.engines.velocity import at_rest
from digitwise.engines.warm_up import warm_up
from digitwise.errors import InputError, TrainingError
from digitwise.network import Network
from digitwise.neurons import Floats
from digitwise.training.averaging import averaged, settle, start, update
from digitwise.training.checks import check_patience, check_rate, check_settings, check_stream
from digitwise.training.dead_outputs import warn_of_dead_outputs
from digitwise.training.evaluation import evaluate
from digitwise.training.feed import feed
from digitwise.training.history import Epoch, History, finished
from digitwise.training.schedules import Schedule

MEASURED = 10_000  # training digits that cost and accuracy are measured on after an epoch

_measured: "WeakKeyDictionary[Digits, Digits]" = WeakKeyDictionary()

Progress = Callable[[History], bool | None]


def fit(
    network: Network,
    train: Digits,
    test: Digits | None = None,
    validation: Digits | None = None,
    *,
    epochs: int = 30,
    batch_size: int = 10,
    learning_rate: float | Schedule = 3.0,
    momentum: float = 0.0,
    nesterov: bool = False,
    weight_decay: float = 0.0,
    dropout: float = 0.0,
    deformation: Deformation | None = None,
    plain_epochs: int = 0,
    non_digits: float = 0.0,
    average: float = 0.0,
    patience: int | None = None,
    seed: int = 0,
    engine: str = "auto",
    history: History | None = None,
    progress: Progress | None = None,
) -> History:
    """Train a network in place by stochastic gradient descent (Eq. 18 to 21).

    Each epoch uses every training digit once, in a new random order, in mini-batches; the last
    mini-batch is short where `batch_size` doesn't divide their number.

    Parameters
    ----------
    network : Network
        784 inputs, 10 outputs; changed in place. With 4 outputs it learns the bits of the digit
        instead (`digitwise.data.answers`).
    train, test, validation : Digits
        `test` and `validation` are only ever measured, after every epoch.
    epochs : int >= 0
        In all, those of `history` included.
    batch_size : int >= 1
        m; more than there are digits means all of them.
    learning_rate : float > 0, or a callable from the epoch (0, 1, ...) to float
        η.
    momentum, nesterov, weight_decay, dropout
        See `digitwise.descent.Variant`.
    deformation : Deformation, optional
        Draw every digit anew each time: see `digitwise.data.deform`.
    plain_epochs : int >= 0
        The last so many epochs learn from digits as they are, deformed no more: what is tested on
        isn't either.
    non_digits : float in [0, 1)
        Share of examples that are made into what is not a digit; no output should fire for them.
    average : float >= 0
        Epochs that the trained network's weights are an average over; 0 for none. What is measured
        is the average.
    patience : int >= 1, optional
        Stop early: when the accuracy on `validation` has not risen for so many epochs.
    seed : int >= 0
        Of the orders, of deformations, and of what dropout leaves out.
    engine : str
        See `digitwise.engines`.
    history : History, optional
        Go on from there; the network must be the one that belongs to it.
    progress : callable, optional
        Called with the history about every 5,000 digits and after every epoch (then its
        `position` is 0); training stops early when it returns True.

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
    for digits in (test, validation):
        if not isinstance(digits, Digits | None):
            raise InputError(f"expected Digits to test on, or None; found {type(digits).__name__}")
    variant = Variant(momentum, nesterov, weight_decay, dropout)
    check_settings(network, train, epochs, batch_size, learning_rate, variant, seed)
    check_stream(deformation, plain_epochs, non_digits, average)
    check_patience(patience, validation)
    schedule = learning_rate if callable(learning_rate) else lambda _: learning_rate
    runner = choose_engine(resolve_engine(engine, network.sizes, batch_size, variant))
    warm_up(runner, network, variant)
    history = history or History()
    # The same slice every time, so that what engines know of it stays known.
    first = train[:MEASURED]
    if NO_DIGIT in first.labels:
        first = first[first.labels != NO_DIGIT]
    measured = _measured.setdefault(train, first)
    if variant.momentum and history.velocity is None:
        history.velocity = at_rest(network)
    if average and history.average is None:
        history.average = start(network)
    # Small products don't wait for threads that another program holds up, and sums don't depend on
    # how many cores there are; an engine that wants several has threads of its own.
    with one_blas_thread(), np.errstate(over="ignore", invalid="ignore"):
        while not finished(history, epochs, patience):
            number = len(history.epochs)
            good, good_position = _copies(network, history), history.position
            eta = check_rate(schedule(number))
            seconds = 0.0 if history.position == 0 else None
            drawn = deformation if number < epochs - plain_epochs else None
            parts = feed(train, batch_size, seed, number, history.position, drawn, non_digits)
            started = time.perf_counter()
            for digits, part in parts:
                rng = _dropout_source(seed, number, history.position) if variant.dropout else None
                runner.run(network, digits, part, batch_size, eta, variant, history.velocity, rng)
                if not all(np.isfinite(p).all() for p in _all(network, history)):
                    _put_back(network, history, good, good_position)
                    raise _diverged(history, "the weights", eta)
                history.position += len(part)
                if history.average is not None:
                    seen = number + history.position / len(train)  # epochs
                    share = len(part) / len(train) / min(average, seen)
                    update(history.average, network, min(share, 1.0))
                if seconds is not None:
                    seconds += time.perf_counter() - started
                if history.position < len(train) and progress and progress(history):
                    return history
                started = time.perf_counter()
            judged = averaged(network, history.average)
            on_train = evaluate(judged, measured, runner)
            if not np.isfinite(on_train.cost):
                _put_back(network, history, good, good_position)
                raise _diverged(history, "the cost", eta)
            tested, validated = (
                None if digits is None else evaluate(judged, digits, runner).accuracy
                for digits in (test, validation)
            )
            history.epochs.append(
                Epoch(number + 1, on_train.cost, on_train.accuracy, tested, validated, seconds)
            )
            history.position = 0
            warn_of_dead_outputs(history, network, on_train, epochs)
            if progress and progress(history) and not finished(history, epochs, patience):
                return history
    if history.average is not None:
        settle(network, history.average)
        history.average = None
    return history


def _dropout_source(seed: int, epoch: int, position: int) -> np.random.Generator:
    """What dropout leaves out from a place in an epoch on: a pure function of all three."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(epoch, position)))


def _all(network: Network, history: History) -> list[Floats]:
    """Everything that steps change."""
    found = [*network.weights, *network.biases]
    for arrays in (history.velocity, history.average):
        found += [*arrays.weights, *arrays.biases] if arrays else []
    return found


def _copies(network: Network, history: History) -> list[Floats]:
    return [array.copy() for array in _all(network, history)]


def _put_back(
    network: Network,
    history: History,
    good: list[Floats],
    position: int,
) -> None:
    for array, value in zip(_all(network, history), good, strict=True):
        array[...] = value
    history.position = position


def _diverged(history: History, what: str, learning_rate: float) -> TrainingError:
    return TrainingError(
        f"{what} stopped being finite numbers in epoch {len(history.epochs) + 1}: the learning "
        f"rate, {learning_rate:g}, is too large for this network. Try a tenth of it, or the "
        f"scaled start (init); the network is back where it was after epoch {len(history.epochs)}"
    )
