"""The training loop: epochs of mini-batches of stochastic gradient descent, for all engines."""

import time
from collections.abc import Callable
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from digitwise.data.digits import Digits
from digitwise.descent import Variant
from digitwise.engines import Engine, choose_engine
from digitwise.engines.choice import resolve_engine
from digitwise.engines.threads import one_blas_thread
from digitwise.engines.velocity import at_rest
from digitwise.engines.warm_up import warm_up
from digitwise.errors import InputError, TrainingError
from digitwise.network import Gradient, Network
from digitwise.neurons import Floats
from digitwise.training.checks import check_rate, check_settings
from digitwise.training.evaluation import Evaluation, evaluate
from digitwise.training.history import Epoch, History
from digitwise.training.schedules import Schedule

MEASURED = 10_000  # training digits that cost and accuracy are measured on after an epoch
CHUNK = 5_000  # digits between two calls of `progress`, about
DEAD_FROM = 3  # epochs after which an output that never fires is worth a warning

_measured: "WeakKeyDictionary[Digits, Digits]" = WeakKeyDictionary()

Progress = Callable[[History], bool | None]


def epoch_order(seed: int, epoch: int, n: int) -> npt.NDArray[np.intp]:
    """Return the order of the n training digits in an epoch (0 for the first).

    A pure function of seed and epoch: there is no random state to save, and a run resumes
    anywhere.
    """
    # The spawn key keeps this stream apart from the one that draws the start from `seed`.
    source = np.random.SeedSequence(seed, spawn_key=(epoch,))
    return np.random.default_rng(source).permutation(n)


def fit(
    network: Network,
    train: Digits,
    test: Digits | None = None,
    *,
    epochs: int = 30,
    batch_size: int = 10,
    learning_rate: float | Schedule = 3.0,
    momentum: float = 0.0,
    nesterov: bool = False,
    weight_decay: float = 0.0,
    dropout: float = 0.0,
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
        784 inputs, 10 outputs; changed in place.
    train, test : Digits
        `test` is only ever measured, after every epoch.
    epochs : int >= 0
        In all, those of `history` included.
    batch_size : int >= 1
        m; more than there are digits means all of them.
    learning_rate : float > 0, or a callable from the epoch (0, 1, ...) to float
        η.
    momentum, nesterov, weight_decay, dropout
        See `digitwise.descent.Variant`.
    seed : int >= 0
        Of the orders, and of what dropout leaves out.
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
    if not isinstance(test, Digits | None):
        raise InputError(f"expected Digits to test on, or None; found {type(test).__name__}")
    variant = Variant(momentum, nesterov, weight_decay, dropout)
    check_settings(network, train, epochs, batch_size, learning_rate, variant, seed)
    runner = choose_engine(resolve_engine(engine, network.sizes, batch_size, variant))
    warm_up(runner, network, variant)
    # Small products don't wait for threads that another program holds up, and sums don't depend on
    # how many cores there are; an engine that wants several has threads of its own.
    with one_blas_thread():
        return _run_epochs(
            network,
            train,
            test,
            epochs=epochs,
            batch_size=batch_size,
            schedule=learning_rate if callable(learning_rate) else lambda _: learning_rate,
            variant=variant,
            seed=seed,
            runner=runner,
            history=history or History(),
            progress=progress,
        )


def _run_epochs(
    network: Network,
    train: Digits,
    test: Digits | None,
    *,
    epochs: int,
    batch_size: int,
    schedule: Schedule,
    variant: Variant,
    seed: int,
    runner: Engine,
    history: History,
    progress: Progress | None,
) -> History:
    # Whole mini-batches, so that chunks don't change the steps.
    chunk = batch_size * max(1, CHUNK // batch_size)
    # The same slice every time, so that what engines know of it stays known.
    measured = _measured.setdefault(train, train[:MEASURED])
    if variant.momentum and history.velocity is None:
        history.velocity = at_rest(network)
    with np.errstate(over="ignore", invalid="ignore"):
        while (number := len(history.epochs)) < epochs:
            good, good_position = _copies(network, history), history.position
            order = epoch_order(seed, number, len(train))
            learning_rate = check_rate(schedule(number))
            seconds = 0.0 if history.position == 0 else None
            while history.position < len(train):
                part = order[history.position : history.position + chunk]
                rng = _dropout_source(seed, number, history.position) if variant.dropout else None
                started = time.perf_counter()
                runner.run(
                    network, train, part, batch_size, learning_rate, variant, history.velocity, rng
                )
                if seconds is not None:
                    seconds += time.perf_counter() - started
                if not all(np.isfinite(p).all() for p in _all(network, history)):
                    _put_back(network, history, good, good_position)
                    raise _diverged(history, "the weights", learning_rate)
                history.position += len(part)
                if history.position < len(train) and progress and progress(history):
                    return history
            on_train = evaluate(network, measured, runner)
            if not np.isfinite(on_train.cost):
                _put_back(network, history, good, good_position)
                raise _diverged(history, "the cost", learning_rate)
            accuracy = evaluate(network, test, runner).accuracy if test is not None else None
            history.epochs.append(
                Epoch(number + 1, on_train.cost, on_train.accuracy, accuracy, seconds)
            )
            history.position = 0
            _warn_of_dead_outputs(history, network, on_train, epochs)
            if progress and progress(history):
                return history
    return history


def _dropout_source(seed: int, epoch: int, position: int) -> np.random.Generator:
    """What dropout leaves out from a place in an epoch on: a pure function of all three."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(epoch, position)))


def _all(network: Network, history: History) -> list[Floats]:
    """Everything that steps change."""
    moving = history.velocity or Gradient([], [])
    return [*network.weights, *network.biases, *moving.weights, *moving.biases]


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


def _warn_of_dead_outputs(
    history: History, network: Network, measured: Evaluation, epochs: int
) -> None:
    number = len(history.epochs)
    if history.warnings or not (number >= DEAD_FROM or number == epochs):
        return
    dead = np.flatnonzero(measured.peaks < 0.5)
    if dead.size == 0:
        return
    many = dead.size > 1
    names = ", ".join(map(str, dead))
    peaks = ", ".join(f"{measured.peaks[digit]:.2f}" for digit in dead)
    if network.init == "gaussian" and dead.size <= 2:
        advice = "a start from N(0, 1) can do that: try another seed, or the scaled start (init)"
    else:
        advice = "try more epochs, more hidden neurons, another learning rate or another seed"
    history.warnings.append(
        f"output{'s' if many else ''} {names} never fire{'' if many else 's'}: the largest "
        f"value{'s' if many else ''} for {'their' if many else 'its'} own digits "
        f"{'are' if many else 'is'} {peaks}; {advice}"
    )
