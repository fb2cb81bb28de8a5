"""Read many pictures on one core or several: results in order, few pictures in memory."""

import io
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor
from itertools import chain, islice
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from digitwise.engines.threads import one_blas_thread
from digitwise.errors import DigitwiseError, ImageError, reason_of
from digitwise.imaging.arrays import as_array, is_array_like
from digitwise.imaging.pictures import Picture, Source, load_pixels, open_pictures
from digitwise.reading.how import Options
from digitwise.reading.workers import Given, Result, Task, Workers, read_some

if TYPE_CHECKING:
    from digitwise.reading.reader import Reader

MOST_INPUT = 256 << 20  # bytes of one file
FEW = 6  # pictures: so few are read here before worker processes would be ready
AHEAD = 4  # unfetched tasks a process
TOGETHER = 12  # small pictures of one task
SMALL = 1 << 17  # bytes of a file, or pixels of an array: largest small picture

AS_THEY_ARE = (str, PathLike, bytes, bytearray, io.BytesIO, Picture, DigitwiseError)


def read_all(
    reader: "Reader",
    sources: Iterable[Given],
    options: Options,
    jobs: int | None = None,
    on: str | Executor | None = None,
    isolated: bool = False,
) -> Iterator[Result]:
    """Read pictures one after the other; a picture that can't be read yields its error.

    Parameters
    ----------
    reader : Reader
    sources : iterable of sources
        An error in place of a source is passed on.
    options : Options
        Arguments of `Reader.read`.
    jobs : int >= 1, optional
        Number of processes: by default one, or as many as the cluster has room for. On one machine
        a few pictures are read by this process. A picture that kills another one yields an error.
    on : "ray", "ray:ADDRESS" or Executor, optional
        Cluster that reads: see `digitwise.engines.remote.executor_on`.
    isolated : bool
        No picture is read by this process.

    Yields
    ------
    Numbers, DigitwiseError or OSError

    Raises
    ------
    DigitwiseError
        If processes die before they read anything.
    """
    if on is not None:
        from digitwise.engines.remote import executor_on
        from digitwise.reading.batch_on import read_all_on

        with executor_on(on) as executor:
            yield from read_all_on(executor, reader, _tasks(sources), options, jobs)
        return
    jobs = jobs or 1
    left = iter(sources)
    few = list(islice(left, FEW + 1)) if jobs > 1 and not isolated else []
    tasks = _tasks(chain(few, left))
    if len(few) <= FEW and not isolated:
        for task in tasks:
            with one_blas_thread():
                results = read_some(reader, task, options)
            yield from results
        return
    workers = Workers(reader, options, jobs)
    try:
        for task in tasks:
            workers.submit(task)
            while workers.is_ready() or len(workers) >= AHEAD * jobs:
                yield from workers.next()
        while len(workers):
            yield from workers.next()
    finally:
        workers.close()


def _tasks(sources: Iterable[Given]) -> Iterator[Task]:
    """Yield tasks: several small pictures, or one large one; an error replaces a huge one."""
    task: Task = []
    for given in sources:
        source = _detached(given)
        size = _size(source)
        if size > MOST_INPUT:
            source = ImageError(f"{size:,} bytes; files of at most {MOST_INPUT:,} are read")
            size = 0
        if task and size > SMALL:
            yield task
            task = []
        task.append(source)
        if size > SMALL or len(task) == TOGETHER:
            yield task
            task = []
    if task:
        yield task


def _detached(source: Any) -> Given:
    """Return a source that can be pickled and that doesn't change when the next is taken."""
    from PIL.Image import Image

    try:
        if isinstance(source, list | tuple):
            return [_raised(_detached(one)) for one in source]
        if isinstance(source, AS_THEY_ARE):
            return cast("Given", source)
        if isinstance(source, Image):
            load_pixels(source)
        elif isinstance(source, memoryview):
            return bytes(source)
        elif is_array_like(source):
            return as_array(source)
        elif hasattr(source, "read") and not isinstance(source, io.TextIOBase):
            if source.seekable():
                source.seek(0)  # as `Reader.read` does
            return io.BytesIO(source.read(MOST_INPUT + 1))
        else:
            next(open_pictures(source))  # raises an error with the expected types
    except (DigitwiseError, OSError, ValueError) as error:  # ValueError: a closed file
        if isinstance(error, DigitwiseError):
            return error
        return ImageError(f"can't be read: {reason_of(error)}")
    return cast("Given", source)


def _raised(source: Given) -> Source:
    if isinstance(source, DigitwiseError):
        raise source
    return source


def _size(source: Any) -> int:
    """Return a file's bytes or another picture's pixels; 0 for an unreadable source."""
    from PIL.Image import Image

    if isinstance(source, list):
        return SMALL + 1
    if isinstance(source, io.BytesIO):
        return source.getbuffer().nbytes
    if isinstance(source, bytes | bytearray):
        return len(source)
    if isinstance(source, Image | Picture):
        return source.width * source.height
    if isinstance(source, np.ndarray):
        return int(np.prod(source.shape[:2]))
    try:
        return Path(source).stat().st_size if isinstance(source, str | PathLike) else 0
    except (OSError, ValueError):
        return 0
