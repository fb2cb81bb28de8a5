"""Lessons that a server gives: symbols of somebody's own, learnt one lesson after the other."""

import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

from digitwise.errors import DigitwiseError
from digitwise.models.files import to_bytes
from digitwise.training.callback import Callback
from digitwise.training.loop import Training
from digitwise.training.teaching import Symbol, as_model, split, teach, warm_up
from digitwise.web.desk import BusyError

MAX_LESSONS = 8  # kept
MAX_WAITING = 4
EPOCH_SECONDS = 0.04  # at least, so that people can watch; computing takes half of it
MAX_SECONDS = 30.0  # of a lesson


class Lesson(Callback):
    """A network in training on somebody's symbols.

    Attributes
    ----------
    name : str
    status : {"waiting", "learning", "done", "failed"}
    rows : list of dict
        As `Epoch` has them: the epochs so far.
    content : bytes or None
        The network after the latest epoch, as a model file.
    error : str or None
    """

    def __init__(self, symbols: list[Symbol], seed: int) -> None:
        split(symbols)  # says at once what is amiss
        self.name, self.symbols, self.seed = secrets.token_hex(6), symbols, seed
        self.status = "waiting"
        self.error: str | None = None
        self.rows: list[dict[str, Any]] = []
        self.content: bytes | None = None
        self._stop = Event()

    def learn(self) -> None:
        """Learn, unless it was stopped before its turn."""
        if self._stop.is_set():
            return
        self.status, self._until = "learning", time.monotonic() + MAX_SECONDS
        try:
            teach(self.symbols, self.seed, [self])
            self.status = "done"
        except Exception as error:
            told = str(error) if isinstance(error, DigitwiseError) else type(error).__name__
            self.status, self.error = "failed", told

    def stop(self) -> None:
        """Stop before the next mini-batches."""
        self._stop.set()

    def begin_epoch(self, _training: Training) -> None:
        """Note the time."""
        self._began = time.monotonic()

    def end_step(self, _training: Training) -> bool:
        """Stop if that was asked for, or it has taken too long."""
        return self._stop.is_set() or time.monotonic() > self._until

    def end_epoch(self, training: Training) -> bool:
        """Keep the network as it is now, and wait for people to see it."""
        row = training.history.epochs[-1].to_dict()
        on_test = training.on_test
        results = {"test_accuracy": on_test.accuracy, "test_n": on_test.n} if on_test else {}
        self.content = to_bytes(as_model(training.network, self.symbols, results))
        self.rows.append(row)
        return self._stop.wait(max(0.0, EPOCH_SECONDS - time.monotonic() + self._began))


class Lessons:
    """All of them; one learns at a time."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="teacher")
        self._lessons: dict[str, Lesson] = {}
        self._warm = False

    def warm_up(self) -> None:
        """Have what lessons need compiled before the first one, while somebody still draws."""
        if not self._warm:
            self._warm = True
            self._thread.submit(warm_up)

    def begin(self, symbols: list[Symbol], seed: int) -> Lesson:
        """Begin a lesson when it is its turn; the oldest that is over makes room.

        Raises
        ------
        InputError
            If there are too few or too many classes or examples, or some are not sound.
        BusyError
            If too many are waiting.
        """
        lesson = Lesson(symbols, seed)
        if sum(one.status == "waiting" for one in self._lessons.values()) >= MAX_WAITING:
            raise BusyError("too many lessons are waiting: try again in a few seconds")
        over = [one for one in self._lessons.values() if one.status in ("done", "failed")]
        if len(self._lessons) >= MAX_LESSONS and over:
            self.remove(over[0])
        self._lessons[lesson.name] = lesson
        self._thread.submit(lesson.learn)
        return lesson

    def find(self, name: str) -> Lesson | None:
        """Return the lesson of that name."""
        return self._lessons.get(name)

    def remove(self, lesson: Lesson) -> None:
        """Stop a lesson, and forget it."""
        lesson.stop()
        self._lessons.pop(lesson.name, None)

    def close(self) -> None:
        """Stop all."""
        for lesson in list(self._lessons.values()):
            self.remove(lesson)
        self._thread.shutdown(wait=False, cancel_futures=True)
