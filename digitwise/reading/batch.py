"""Many pictures on all cores: results in the pictures' order, few of them in memory at a time."""

import io
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from itertools import chain, islice
from pathlib import Path
from typing import Any

from digitwise.engines.threads import cores, one_blas_thread
from digitwise.errors import DigitwiseError, ImageError
from digitwise.interrupts import undisturbed
from digitwise.processes import make_pool
from digitwise.reading.number import Number
from digitwise.reading.reader import Reader

MOST_INPUT = 256 << 20  # bytes of one file
FEW = 6  # pictures that this process has read before others would be ready
AHEAD = 4  # tasks for each process that are begun, or wait to be fetched
TOGETHER = 12  # small pictures that are read as one task
SMALL = 1 << 17  # bytes of one of these, at most

Source = Path | io.BytesIO | DigitwiseError
Result = list[Number] | DigitwiseError | OSError
Task = list[tuple[str, Source]]


def read_all(
    reader: Reader,
    model: str | Path | None,
    sources: Iterable[tuple[str, Source]],
    options: dict[str, Any],
    jobs: int | None = None,
) -> Iterator[tuple[str, Source, Result]]:
    """Read picture after picture; what can't be read gives its error, and the rest goes on.

    Parameters
    ----------
    reader : Reader
    model : as for `Reader`
        The same again, for other processes.
    sources : iterable of (name, source)
        An error in place of a source is passed on.
    options : dict
        Arguments of `Reader.read`.
    jobs : int, optional
        How many processes; as many as cores if not given. Few pictures are read by this one.

    Yields
    ------
    (name, source, what was read or an error)

    Raises
    ------
    DigitwiseError
        If one of the processes dies.
    """
    left = iter(sources)
    jobs = jobs or cores()
    with one_blas_thread():
        for task in _tasks(islice(left, FEW if jobs > 1 else None)):
            yield from _named(task, read_some(reader, [source for _, source in task], options))
        first = next(left, None)
        if first is None:
            return
        pool = make_pool(jobs, _begin, model, reader.compiled)
        waiting: deque[tuple[Task, Future[list[Result]]]] = deque()
        try:
            for task in _tasks(chain([first], left)):
                with undisturbed():  # half begun, a process would complain in a traceback
                    future = pool.submit(_read, [source for _, source in task], options)
                waiting.append((task, future))
                if len(waiting) >= AHEAD * jobs:
                    yield from _fetched(waiting)
            while waiting:
                yield from _fetched(waiting)
        except BrokenProcessPool:
            raise DigitwiseError(
                "a process that read pictures died, perhaps for want of memory: try --jobs 1"
            ) from None
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _tasks(sources: Iterable[tuple[str, Source]]) -> Iterator[Task]:
    """Small pictures, some together; others each by itself; in place of too large ones an error."""
    task: Task = []
    for name, source in sources:
        size = _size(source)
        if size > MOST_INPUT:
            error = ImageError(f"{size:,} bytes; files of at most {MOST_INPUT:,} are read")
            source, size = error, 0
        if task and size > SMALL:
            yield task
            task = []
        task.append((name, source))
        if size > SMALL or len(task) == TOGETHER:
            yield task
            task = []
    if task:
        yield task


def _size(source: Source) -> int:
    """Bytes of a picture; 0 of what can't be read."""
    if isinstance(source, io.BytesIO):
        return source.getbuffer().nbytes
    try:
        return source.stat().st_size if isinstance(source, Path) else 0
    except OSError:
        return 0


def _fetched(
    waiting: "deque[tuple[Task, Future[list[Result]]]]",
) -> Iterator[tuple[str, Source, Result]]:
    task, future = waiting.popleft()
    return _named(task, future.result())


def _named(task: Task, results: list[Result]) -> Iterator[tuple[str, Source, Result]]:
    for (name, source), result in zip(task, results, strict=True):
        yield name, source, result


def read_some(reader: Reader, sources: list[Source], options: dict[str, Any]) -> list[Result]:
    """Read pictures together; an error is returned, not raised."""
    left = [source for source in sources if not isinstance(source, DigitwiseError)]
    read = iter(reader.read_together(left, **options))
    return [each if isinstance(each, DigitwiseError) else next(read) for each in sources]


_own: list[Reader] = []  # of a process that reads for another


def _begin(model: str | Path | None, compiled: bool) -> None:
    _own.append(Reader(model, compiled))


def _read(sources: list[Source], options: dict[str, Any]) -> list[Result]:
    return read_some(_own[0], sources, options)
