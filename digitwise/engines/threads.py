"""How many threads an engine may use: all cores, unless several networks are trained at once."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from threadpoolctl import threadpool_limits

_here = threading.local()


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def thread_count() -> int:
    """How many threads an engine may use here."""
    return 1 if getattr(_here, "alone", False) else cores()


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Let BLAS use the thread that calls it, and no other.

    BLAS has one setting for the whole process: only one thread may change it at a time.
    """
    if getattr(_here, "blas_at_one", False):
        yield
        return
    with threadpool_limits(limits=1):
        _here.blas_at_one = True
        try:
            yield
        finally:
            _here.blas_at_one = False


def work_alone() -> None:
    """From now on this thread's engines use no other; BLAS has been seen to by whoever began it."""
    _here.alone = _here.blas_at_one = True
