"""Many pictures, on one core or several: results in their order, few in memory at a time."""

import io
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from digitwise.engines.threads import one_blas_thread
from digitwise.errors import DigitwiseError, ImageError
from digitwise.imaging.arrays import as_array, is_array_like
from digitwise.imaging.pictures import Picture, Source, load_pixels, open_pictures
from digitwise.reading.how import Options
from digitwise.reading.workers import Given, Result, Task, Workers, read_some

if TYPE_CHECKING:
    from digitwise.reading.reader import Reader

MOST_INPUT = 256 << 20  # bytes of one file
FEW = 6  # pictures that this process reads sooner than others would be ready
AHEAD = 4  # tasks for each process that are begun, or wait to be fetched
TOGETHER = 12  # small pictures that are read as one task
SMALL = 1 << 17  # bytes of one of these, or pixels of an array, at most

AS_THEY_ARE = (str, PathLike, bytes, bytearray, io.BytesIO, Picture, DigitwiseError)


def read_all(
    reader: "Reader", sources: Iterable[Given], options: Options, jobs: int = 1
) -> Iterator[Result]:
    """Read picture after picture; what can't be read gives its error, and the rest goes on.

    Parameters
    ----------
    reader : Reader
    sources : iterable of sources, or of errors in their place, which are passed on
    options : Options
        Arguments of `Reader.read`.
    jobs : int >= 1
        How many processes. Few pictures are read by this one. A picture that ends the process
        which reads it is set aside: its result is an error.

    Yields
    ------
    what was read of each, or the error that there is none

    Raises
    ------
    DigitwiseError
        If processes die before they read anything.
    """
    left = iter(sources)
    few = list(islice(left, FEW + 1)) if jobs > 1 else []
    tasks = _tasks(chain(few, left))
    if len(few) <= FEW:
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
    """Small pictures, some together; others each by itself; in place of too large ones an error."""
    task: Task = []
    for given in sources:
        source = _settled(given)
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


def _settled(source: Any) -> Given:
    """The same, as it stays when the next is asked for, and as other processes can have it."""
    from PIL.Image import Image

    try:
        if isinstance(source, list | tuple):
            return [_raised(_settled(one)) for one in source]
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
                source.seek(0)  # as when it is read by itself
            return io.BytesIO(source.read(MOST_INPUT + 1))
        else:
            next(open_pictures(source))  # says what was expected
    except (DigitwiseError, OSError, ValueError) as error:  # ValueError: a file that is closed
        return error if isinstance(error, DigitwiseError) else ImageError(f"can't be read: {error}")
    return cast("Given", source)


def _raised(source: Given) -> Source:
    if isinstance(source, DigitwiseError):
        raise source
    return source


def _size(source: Any) -> int:
    """Bytes of a file, pixels of other pictures; 0 of what can't be read."""
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
