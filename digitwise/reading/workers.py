"""Processes that read pictures: if one dies, only the picture that caused it is lost."""

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

SET_ASIDE = "set aside: it ended the process that read it, perhaps for want of memory"

# A pool whose processes die closes its queues. If another process is starting then, `submit`
# raises OSError ("handle is closed"), or ValueError ("bad value(s) in fds_to_keep") if a new
# pipe has the descriptor of a closed queue.
_BROKEN = (BrokenProcessPool, OSError, ValueError)


def read_some(reader: "Reader", sources: Task, options: Options) -> list[Result]:
    """Read pictures together; return an error in place of its picture's result."""
    left = [source for source in sources if not isinstance(source, DigitwiseError)]
    read = iter(reader.read_together(left, **options))
    return [each if isinstance(each, DigitwiseError) else next(read) for each in sources]


class Workers:
    """Worker processes and their tasks; results come in the order of the tasks.

    When a process dies, its task is unknown. Then each unfinished task is read alone, one after
    the other; if a task kills its process again, each of its pictures is read alone.
    """

    def __init__(self, reader: "Reader", options: Options, jobs: int) -> None:
        self._pickled, self._options, self._jobs = pickle.dumps(reader), options, jobs
        self._waiting: deque[tuple[Task, Future[list[Result]]]] = deque()
        self._pool = make_pool(jobs, _begin, self._pickled)

    def __len__(self) -> int:
        """Return the number of tasks without a fetched result."""
        return len(self._waiting)

    def submit(self, task: Task) -> None:
        """Give a task to the processes."""
        self._waiting.append((task, self._submit(task)))

    def is_ready(self) -> bool:
        """Whether the next result is ready."""
        return bool(self._waiting) and self._waiting[0][1].done()

    def next(self) -> list[Result]:
        """Wait for the results of the oldest task, and return them.

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
            with undisturbed():  # an interrupted start would print a traceback
                return self._pool.submit(_read, task, self._options)
        except _BROKEN as error:
            failed: Future[list[Result]] = Future()
            failed.set_exception(BrokenProcessPool(str(error)))
            return failed

    def _recover(self) -> None:
        """Read the unfinished tasks after a process died."""
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
        return [ImageError(SET_ASIDE)]

    def _restart(self) -> None:
        self.close()
        self._pool = make_pool(self._jobs, _begin, self._pickled)
        try:
            self._pool.submit(int).result()
        except _BROKEN:
            raise DigitwiseError(
                "the processes that read pictures die as they begin, perhaps for want of memory: "
                "try with one (jobs=1, --jobs 1); a script of your own needs "
                '`if __name__ == "__main__":` around its statements'
            ) from None


_own: "list[Reader]" = []  # the reader of a worker process


def _begin(pickled: bytes) -> None:
    _own.append(pickle.loads(pickled))


def _read(sources: Task, options: Options) -> list[Result]:
    return read_some(_own[0], sources, options)
