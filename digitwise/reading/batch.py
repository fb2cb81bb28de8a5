"""Many pictures on all cores: results in the pictures' order, few of them in memory at a time."""

import io
import signal
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from threading import current_thread, main_thread
from typing import Any

from digitwise.engines.threads import cores, one_blas_thread
from digitwise.errors import DigitwiseError, ImageError
from digitwise.processes import make_pool
from digitwise.reading.number import Number
from digitwise.reading.reader import Reader

MOST_INPUT = 256 << 20  # bytes of one file
FEW = 6  # pictures that this process has read before others would be ready
AHEAD = 4  # pictures for each process that are begun, or wait to be fetched

Source = Path | io.BytesIO | DigitwiseError
Result = list[Number] | DigitwiseError | OSError


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
        for name, source in islice(left, FEW if jobs > 1 else None):
            yield name, source, read_one(reader, source, options)
        first = next(left, None)
        if first is None:
            return
        pool = make_pool(jobs, _begin, model, reader.compiled)
        waiting: deque[tuple[str, Source, Future[Result]]] = deque()
        try:
            for name, source in _again(first, left):
                with _undisturbed():
                    waiting.append((name, source, pool.submit(_read, source, options)))
                if len(waiting) >= AHEAD * jobs:
                    yield _fetched(waiting)
            while waiting:
                yield _fetched(waiting)
        except BrokenProcessPool:
            raise DigitwiseError(
                "a process that read pictures died, perhaps for want of memory: try --jobs 1"
            ) from None
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def read_one(reader: Reader, source: Source, options: dict[str, Any]) -> Result:
    """Read one picture; an error is returned, not raised."""
    try:
        if isinstance(source, DigitwiseError):
            return source
        size = source.stat().st_size if isinstance(source, Path) else source.getbuffer().nbytes
        if size > MOST_INPUT:
            return ImageError(f"{size:,} bytes; files of at most {MOST_INPUT:,} are read")
        return reader.read(source, **options)
    except (DigitwiseError, OSError) as error:
        return error


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Put Ctrl-C off while a process is started: half begun, it would complain in a traceback.

    What is started meanwhile doesn't get it at all; whoever began it ends it.
    """
    if current_thread() is not main_thread() or not hasattr(signal, "pthread_sigmask"):
        yield
        return
    came: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: came.append(number))
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        signal.signal(signal.SIGINT, before)
    if came:
        raise KeyboardInterrupt


def _again(first: tuple[str, Source], left: Iterator[tuple[str, Source]]) -> Iterator[Any]:
    yield first
    yield from left


def _fetched(waiting: "deque[tuple[str, Source, Future[Result]]]") -> tuple[str, Source, Result]:
    name, source, future = waiting.popleft()
    return name, source, future.result()


_own: list[Reader] = []  # of a process that reads for another


def _begin(model: str | Path | None, compiled: bool) -> None:
    _own.append(Reader(model, compiled))


def _read(source: Source, options: dict[str, Any]) -> Result:
    return read_one(_own[0], source, options)
