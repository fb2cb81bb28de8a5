"""How many threads BLAS uses: a setting of the whole process, so only one place may change it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from threadpoolctl import threadpool_limits

_here = threading.local()


@contextmanager
def blas_threads(limit: int | None) -> Iterator[None]:
    """Let BLAS use so many threads (None: as many as it likes), unless somebody keeps it at one."""
    if getattr(_here, "kept_at_one", False):
        yield
    else:
        with threadpool_limits(limits=limit):
            yield


def keep_at_one() -> None:
    """In this thread, leave the setting alone: several threads train, each for itself."""
    _here.kept_at_one = True
