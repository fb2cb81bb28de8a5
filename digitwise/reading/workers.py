"""Processes that read pictures: one that dies costs the picture that it died of, no other."""

import pickle
from collections import deque
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING, TypeAlias

from digitwise.errors import DigitwiseError, ImageError
from digitwise.imaging.pictures import Source
from digitwise.interrupts import undisturbed
from digitwise.processes import make_pool
from digitwise.reading.how import Options
from digitwise.reading.numbers import Numbers

if TYPE_CHECKING:
    from digitwise.reading.reader import Reader

Given: TypeAlias = "Source | DigitwiseError"
Result: TypeAlias = Numbers | DigitwiseError | OSError
Task: TypeAlias = list[Given]


def read_some(reader: "Reader", sources: Task, options: Options) -> list[Result]:
    """Read pictures together; an error is returned, not raised."""
    left = [source for source in sources if not isinstance(source, DigitwiseError)]
    read = iter(reader.read_together(left, **options))
    return [each if isinstance(each, DigitwiseError) else next(read) for each in sources]


class Workers:
    """Processes, and the tasks that they were given, whose results come in the tasks' order.

    Of a process that dies, nobody knows which task it had. Then those that are left are read by
    themselves, one after the other; of one that ends a process again, the pictures.
    """

    def __init__(self, reader: "Reader", options: Options, jobs: int) -> None:
        self._pickled, self._options, self._jobs = pickle.dumps(reader), options, jobs
        self._waiting: deque[tuple[Task, Future[list[Result]]]] = deque()
        self._pool = make_pool(jobs, _begin, self._pickled)

    def __len__(self) -> int:
        """How many tasks wait to be read, or for their results to be fetched."""
        return len(self._waiting)

    def submit(self, task: Task) -> None:
        """Have pictures read."""
        self._waiting.append((task, self._submit(task)))

    def is_ready(self) -> bool:
        """Whether the next result is there."""
        return bool(self._waiting) and self._waiting[0][1].done()

    def next(self) -> list[Result]:
        """Wait for the results of the task that was submitted first.

        Raises
        ------
        DigitwiseError
            If processes die before they read anything.
        """
        _, future = self._waiting[0]
        if isinstance(future.exception(), BrokenProcessPool):
            self._recover()
        return self._waiting.popleft()[1].result()

    def close(self) -> None:
        """End the processes."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _submit(self, task: Task) -> "Future[list[Result]]":
        try:
            with undisturbed():  # half begun, a process would complain in a traceback
                return self._pool.submit(_read, task, self._options)
        except BrokenProcessPool as error:
            failed: Future[list[Result]] = Future()
            failed.set_exception(error)
            return failed

    def _recover(self) -> None:
        """Read what was left unread when a process died."""
        self._restart()
        tasks, self._waiting = self._waiting, deque()
        for task, future in tasks:
            if isinstance(future.exception(), BrokenProcessPool):
                future = Future()
                future.set_result(self._read_alone(task))
            self._waiting.append((task, future))

    def _read_alone(self, task: Task) -> list[Result]:
        try:
            return self._submit(task).result()
        except BrokenProcessPool:
            self._restart()
        if len(task) > 1:
            return [self._read_alone([source])[0] for source in task]
        return [ImageError("set aside: it ended the process that read it, for want of memory?")]

    def _restart(self) -> None:
        self.close()
        self._pool = make_pool(self._jobs, _begin, self._pickled)
        try:
            self._pool.submit(int).result()
        except BrokenProcessPool:
            raise DigitwiseError(
                "the processes that read pictures die as they begin, perhaps for want of memory: "
                "try with one (jobs=1, --jobs 1); a script of your own needs "
                '`if __name__ == "__main__":` around what it does'
            ) from None


_own: "list[Reader]" = []  # of a process that reads for another


def _begin(pickled: bytes) -> None:
    _own.append(pickle.loads(pickled))


def _read(sources: Task, options: Options) -> list[Result]:
    return read_some(_own[0], sources, options)
