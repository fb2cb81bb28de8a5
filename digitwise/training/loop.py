"""The training loop: epochs of mini-batches of stochastic gradient descent, for all engines.

There is no other: `fit`, runs of the command line, sweeps, the page's runs and the estimator are
made of it. It steps and measures; all else is done by callbacks.
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

MEASURED = 10_000  # training digits that cost and accuracy are measured on after an epoch
MEASURED_ROWS = 2_000  # of a table at most, evenly spread: an epoch of few features is short

_measured: "WeakKeyDictionary[Examples, Examples]" = WeakKeyDictionary()


class Training:
    """A network in training (Eq. 18 to 21).

    Each epoch uses every training digit once, in a new random order, in mini-batches; the last
    mini-batch is short where `batch_size` doesn't divide their number.

    Parameters
    ----------
    network : Network
        784 inputs, 10 outputs; changed in place. With 4 outputs it learns the bits of the digit
        instead (`digitwise.data.answers`). For a Table, an input a feature, an output a class.
    train : Digits or Table
    settings : Settings
        Those of its groups "learning" and "running" count, and how digits are drawn.
    test, validation : Digits or Table, optional
        Only ever measured, after every epoch.
    history : History, optional
        Go on from there; the network must be the one that belongs to it.
    callbacks : sequence of Callback
        Called in this order, after those that the settings ask for.
    schedule : callable from the epoch (0, 1, ...) to float, optional
        η, in place of what the settings say.
    deformation : Deformation, optional
        In place of the settings' `deform`.

    Attributes
    ----------
    step_size : int
        Examples between two calls of a callback: whole mini-batches. Callbacks may change it.
    learning_rate : float
        η of the next step, set at the beginning of each epoch. Callbacks may change it.
    learnt : int
        Examples of the step before.
    on_test : Evaluation or None
        Of the test examples, after the latest epoch.
    seconds : float or None
        Spent in steps of the epoch under way; None if it began in another process.
    error : BaseException or None
        What ended the run.
    by_name : bool
        Whether the settings say all of it: neither schedule nor deformation are others.

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
        """Whether the run is at its end."""
        done = len(self.history.epochs) >= self.settings.epochs
        return (done or self._finished) and not self.history.position

    @property
    def judged(self) -> Network:
        """The network as it is measured: with the averages of its weights, where there are any."""
        return averaged(self.network, self.history.average)

    def finish(self) -> None:
        """Bring the run to its end before the last epoch."""
        self._finished = True

    def run(self) -> History:
        """Train to the end, or until a callback stops the run.

        Raises
        ------
        TrainingError
            If cost or weights stop being finite numbers; the network is put back to where the
            last good epoch left it.
        """
        warm_up(self.engine, self.network, self.variant, self.train)
        if self.variant.momentum and self.history.velocity is None and not self.finished:
            self.history.velocity = at_rest(self.network)
        try:
            # Small products don't wait for threads that another program holds up, and sums don't
            # depend on how many cores there are; an engine that wants several has its own threads.
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
        """Tell every callback, also after one that fails; the run's own error comes first."""
        failed: BaseException | None = None
        for callback in self._callbacks:
            try:
                callback.end_run(self)
            except BaseException as error:
                failed = failed or error
        if failed and self.error is None:
            raise failed

    def _epoch(self) -> None:
        """Take the steps of an epoch, or what is left of it, and measure."""
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
            # A stop that was asked for in the last step comes after the epoch.
            stopped, self._stopped = self._stopped, False
            self._measure(number, good, good_position)
            self._tell("end_epoch")
            self._stopped |= stopped

    def _step(self, examples: Examples, order: Part) -> None:
        """Eq. 20 and 21 for each mini-batch of these."""
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
        """As callbacks may have changed it, in whole mini-batches."""
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
        """Training examples that cost and accuracy are measured on."""
        # The same slice every time, so that what engines know of it stays known.
        some: Examples
        if isinstance(self.train, Digits):
            some, none = self.train[:MEASURED], NO_DIGIT
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
        """Everything that steps change."""
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
            f"scaled start (init); the network is back where it was after epoch {done}"
        )


def _asked_for(settings: Settings) -> list[Callback]:
    """Callbacks that settings stand for, in the order in which they are called."""
    found: list[Callback] = []
    if settings.average:
        found.append(Average(settings.average))
    if settings.keep_best:
        found.append(BestModel())
    if settings.patience is not None:
        found.append(EarlyStopping(settings.patience))
    return found


def dropout_source(seed: int, epoch: int, position: int) -> np.random.Generator:
    """What dropout leaves out from a place in an epoch on: a pure function of all three."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(epoch, position)))
