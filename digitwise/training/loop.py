"""The training loop: epochs of mini-batches of stochastic gradient descent, for all engines.

It is the only loop: `fit`, the command line, sweeps, the page and the estimator use it. It takes
steps and measures; callbacks do everything else.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from weakref import WeakKeyDictionary

import numpy as np

from digitwise.data.deform import Deformation, find_deformation
from digitwise.data.digits import NO_DIGIT, Digits
from digitwise.data.table import Examples
from digitwise.engines import choose_engine
from digitwise.engines.choice import resolve_engine
from digitwise.engines.threads import one_blas_thread
from digitwise.engines.velocity import at_rest
from digitwise.engines.warm_up import warm_up
from digitwise.errors import TrainingError
from digitwise.network import Network
from digitwise.neurons import Floats
from digitwise.settings import Settings
from digitwise.training.averaging import Average, averaged
from digitwise.training.best import BestModel
from digitwise.training.callback import Callback, check_callbacks
from digitwise.training.checks import check_run, check_whole
from digitwise.training.dead_outputs import warn_of_dead_outputs
from digitwise.training.evaluation import Evaluation, evaluate
from digitwise.training.feed import Part, feed, step_of
from digitwise.training.history import Epoch, History
from digitwise.training.schedules import Schedule, check_rate, make_schedule
from digitwise.training.stopping import EarlyStopping

MEASURED_DIGITS = 10_000  # training digits on which cost and accuracy are measured, at most
MEASURED_ROWS = 2_000  # the same for rows of a table: an epoch of few features is short

_measured: "WeakKeyDictionary[Examples, Examples]" = WeakKeyDictionary()


class Training:
    """A network in training (Eq. 18 to 21).

    Each epoch uses every training example once, in a new random order, in mini-batches. The last
    mini-batch is shorter if `batch_size` doesn't divide the number of examples.

    Parameters
    ----------
    network : Network
        Network to train; changed in place. For digits it has 784 inputs and 10 outputs, or 4
        outputs for the bits of the digit (`digitwise.data.answers`). For a Table it has an input
        for each feature and an output for each class.
    train : Digits or Table
    settings : Settings
        Settings of the run; the network's own settings are ignored.
    test, validation : Digits or Table, optional
        Examples that are only measured, after every epoch.
    history : History, optional
        History of an earlier run of this network, which goes on from there.
    callbacks : sequence of Callback
        Called in this order, after the callbacks that the settings ask for.
    schedule : callable from the epoch (0, 1, ...) to float, optional
        η of each epoch, in place of the settings' schedule.
    deformation : Deformation, optional
        Replaces the settings' `deform`.

    Attributes
    ----------
    step_size : int
        Examples between two calls of `begin_step`, whole mini-batches. Callbacks may change it.
    learning_rate : float
        η of the next step, set at the beginning of each epoch. Callbacks may change it.
    learnt : int
        Number of examples between the latest `begin_step` and `end_step`.
    on_test : Evaluation or None
        Evaluation on the test examples after the latest epoch.
    seconds : float or None
        Duration of the steps of the present epoch; None if it began in another process.
    error : BaseException or None
        Exception that ended the run.
    by_name : bool
        Whether the settings describe the run: it has no schedule or deformation of its own.

    Raises
    ------
    InputError
        If a setting is outside its range, or network and digits don't fit.
    """

    def __init__(
        self,
        network: Network,
        train: Examples,
        settings: Settings,
        *,
        test: Examples | None = None,
        validation: Examples | None = None,
        history: History | None = None,
        callbacks: Sequence[Callback] = (),
        schedule: Schedule | None = None,
        deformation: Deformation | None = None,
    ) -> None:
        check_run(network, train, settings, test, validation, deformation)
        check_callbacks(callbacks)
        self.network, self.train = network, train
        self.test, self.validation = test, validation
        self.history = history or History()
        self._callbacks = [*_asked_for(settings), *callbacks]
        self._schedule = schedule or make_schedule(
            settings.schedule, settings.learning_rate, settings.epochs
        )
        self._deformation = deformation or find_deformation(settings.deform)
        self.by_name = schedule is None and deformation is None
        self.variant = settings.variant
        self.engine = choose_engine(
            resolve_engine(
                settings.engine, network.layout, settings.batch_size, self.variant, train
            )
        )
        self.settings = replace(settings, engine=self.engine.name)
        self.step_size = step_of(settings.batch_size)
        self.learning_rate = settings.learning_rate
        self.learnt = 0
        self.on_test: Evaluation | None = None
        self.seconds: float | None = None
        self.error: BaseException | None = None
        self._finished = self._stopped = False

    @property
    def finished(self) -> bool:
        """Whether the run is finished: after its last epoch, or after `finish`."""
        done = len(self.history.epochs) >= self.settings.epochs
        return (done or self._finished) and not self.history.position

    @property
    def judged(self) -> Network:
        """Network that is measured: with averaged weights if there are any."""
        return averaged(self.network, self.history.average)

    def finish(self) -> None:
        """Finish the run after this epoch, before the last one."""
        self._finished = True

    def run(self) -> History:
        """Train to the end, or until a callback stops the run; return the history.

        Raises
        ------
        TrainingError
            If cost or weights are no longer finite; the network is then restored to its state
            after the last good epoch.
        """
        warm_up(self.engine, self.network, self.variant, self.train)
        if self.variant.momentum and self.history.velocity is None and not self.finished:
            self.history.velocity = at_rest(self.network)
        try:
            # With one BLAS thread, small products don't wait for threads that another program
            # delays, and sums don't depend on the number of cores. An engine may use own threads.
            with one_blas_thread(), np.errstate(over="ignore", invalid="ignore"):
                self._tell("begin_run")
                while not (self.finished or self._stopped):
                    self._epoch()
        except BaseException as error:
            self.error = error
            raise
        finally:
            self._end()
        return self.history

    def _end(self) -> None:
        """Call every `end_run`, even after one fails; then raise its error, or the run's own."""
        failed: BaseException | None = None
        for callback in self._callbacks:
            try:
                callback.end_run(self)
            except BaseException as error:
                failed = failed or error
        if failed and self.error is None:
            raise failed

    def _epoch(self) -> None:
        """Take the remaining steps of an epoch, and measure."""
        history, number = self.history, len(self.history.epochs)
        good, good_position = self._copies(), history.position
        self.learning_rate = check_rate(self._schedule(number))
        self.seconds = 0.0 if history.position == 0 else None
        self._tell("begin_epoch")
        parts = self._parts(number)
        while not self._stopped and history.position < len(self.train):
            self._tell("begin_step")
            if self._stopped:
                return
            started = time.perf_counter()
            self._step(*next(parts))
            if self.seconds is not None:
                self.seconds += time.perf_counter() - started
            if not all(np.isfinite(p).all() for p in self._arrays()):
                self._put_back(good, good_position)
                raise self._diverged("the weights")
            self._tell("end_step")
        if history.position == len(self.train):
            # A callback that stops the run in the last step stops it after the epoch.
            stopped, self._stopped = self._stopped, False
            self._measure(number, good, good_position)
            self._tell("end_epoch")
            self._stopped |= stopped

    def _step(self, examples: Examples, order: Part) -> None:
        """Apply Eq. 20 and 21 to each mini-batch of these examples."""
        s, history = self.settings, self.history
        rng = None
        if self.variant.dropout:
            rng = dropout_source(s.seed, len(history.epochs), history.position)
        self.engine.run(
            self.network, examples, order, s.batch_size, check_rate(self.learning_rate),
            self.variant, history.velocity, rng,
        )  # fmt: skip
        self.learnt = len(order)
        history.position += self.learnt

    def _parts(self, number: int) -> Iterator[tuple[Examples, Part]]:
        s = self.settings
        drawn = self._deformation if number < s.epochs - s.plain_epochs else None
        return feed(
            self.train, s.seed, number, self.history.position, self._step_size, drawn, s.non_digits
        )  # fmt: skip

    def _step_size(self) -> int:
        """Return `step_size`, which callbacks may change, rounded up to whole mini-batches."""
        check_whole("step_size", self.step_size, 1)
        m = self.settings.batch_size
        return -(-self.step_size // m) * m

    def _measure(self, number: int, good: list[Floats], good_position: int) -> None:
        on_train = evaluate(self.judged, self.measured, self.engine)
        if not np.isfinite(on_train.cost):
            self._put_back(good, good_position)
            raise self._diverged("the cost")
        self.on_test, on_validation = (
            None if examples is None else evaluate(self.judged, examples, self.engine)
            for examples in (self.test, self.validation)
        )
        self.history.epochs.append(
            Epoch(
                number + 1,
                on_train.cost,
                on_train.accuracy,
                self.on_test.accuracy if self.on_test else None,
                on_validation.accuracy if on_validation else None,
                self.seconds,
            )
        )
        self.history.position = 0
        times = "once" if number == 0 else f"{number + 1} times"
        what = "digits" if isinstance(self.train, Digits) else "rows"
        self.network.trained_on = f"{len(self.train):,} {what} from {self.train.source}, {times}"
        warn_of_dead_outputs(self.history, self.network, on_train)

    @cached_property
    def measured(self) -> Examples:
        """Training examples on which cost and accuracy are measured."""
        # The same object for every run, so that an engine prepares it once.
        some: Examples
        if isinstance(self.train, Digits):
            some, none = self.train[:MEASURED_DIGITS], NO_DIGIT
        else:
            some = self.train[:: -(-len(self.train) // MEASURED_ROWS)]
            none = self.train.classes
        if none in some.labels:
            some = some[some.labels != none]
        return _measured.setdefault(self.train, some)

    def _tell(self, hook: str) -> None:
        for callback in self._callbacks:
            if getattr(callback, hook)(self):
                self._stopped = True

    def _arrays(self) -> list[Floats]:
        """Return all arrays that steps change."""
        found = [*self.network.weights, *self.network.biases]
        for arrays in (self.history.velocity, self.history.average):
            found += [*arrays.weights, *arrays.biases] if arrays else []
        return found

    def _copies(self) -> list[Floats]:
        return [array.copy() for array in self._arrays()]

    def _put_back(self, good: list[Floats], position: int) -> None:
        for array, value in zip(self._arrays(), good, strict=True):
            array[...] = value
        self.history.position = position

    def _diverged(self, what: str) -> TrainingError:
        done = len(self.history.epochs)
        return TrainingError(
            f"{what} stopped being finite numbers in epoch {done + 1}: the learning rate, "
            f"{self.learning_rate:g}, is too large for this network. Try a tenth of it, or the "
            f"scaled start (init); the network is restored to its state after epoch {done}"
        )


def _asked_for(settings: Settings) -> list[Callback]:
    """Return the callbacks that the settings ask for, in the order of their calls."""
    found: list[Callback] = []
    if settings.average:
        found.append(Average(settings.average))
    if settings.keep_best:
        found.append(BestModel())
    if settings.patience is not None:
        found.append(EarlyStopping(settings.patience))
    return found


def dropout_source(seed: int, epoch: int, position: int) -> np.random.Generator:
    """Return the generator of dropout from a position in an epoch on, so that a run can resume."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(epoch, position)))
