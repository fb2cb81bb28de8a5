"""A pool of worker processes."""

import os
import signal
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import Any


def make_pool(
    jobs: int, begin: Callable[..., None] | None = None, *given: Any
) -> ProcessPoolExecutor:
    """Return a pool of `jobs` processes, each with one BLAS thread; `begin(*given)` starts each.

    The processes ignore Ctrl-C. They end when this process does, even if it is killed.
    """
    return ProcessPoolExecutor(jobs, get_context("spawn"), _begin, (begin, given))


def _begin(begin: Callable[..., None] | None, given: tuple[Any, ...]) -> None:
    from threadpoolctl import threadpool_limits

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends this process
    Thread(target=_end_with_parent, daemon=True).start()
    if begin:
        begin(*given)
    threadpool_limits(limits=1)


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
