"""Number of threads of an engine: all cores, or one if several networks are trained at once."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from math import ceil, inf
from pathlib import Path

from threadpoolctl import threadpool_limits

_here = threading.local()
GROUP = Path("/proc/self/cgroup")  # control groups of this process
GROUPS = Path("/sys/fs/cgroup")  # root of all control groups


def cores() -> int:
    """Return the number of cores that this process may use, by affinity and container quota."""
    if hasattr(os, "sched_getaffinity"):  # on Linux
        there = len(os.sched_getaffinity(0))
    else:
        there = os.cpu_count() or 1
    return max(1, ceil(min(there, _quota())))


@cache
def _quota() -> float:
    """Return the quota of Linux' control groups for this process, in cores; infinite without one.

    It is the least quota of its group and of the groups above: cgroups(7), "cpu.max" of version 2,
    "cpu.cfs_quota_us" of version 1.
    """
    quotas = [inf]
    with suppress(OSError, ValueError, ZeroDivisionError):
        for line in GROUP.read_text().splitlines():
            _, controllers, name = line.split(":", 2)
            if controllers and "cpu" not in controllers.split(","):
                continue
            top = GROUPS / controllers
            group = top / name.lstrip("/")  # inside a container, this may be `top` itself
            quotas += [_quota_of(folder) for folder in (group, *group.parents, GROUPS / "cpu")]
    return min(quotas)


def _quota_of(folder: Path) -> float:
    with suppress(OSError, ValueError, ZeroDivisionError):
        quota, period = (folder / "cpu.max").read_text().split()
        return inf if quota == "max" else int(quota) / int(period)
    with suppress(OSError, ValueError, ZeroDivisionError):
        quota, period = (
            (folder / f"cpu.cfs_{what}_us").read_text() for what in ("quota", "period")
        )
        return inf if int(quota) < 0 else int(quota) / int(period)
    return inf


def thread_count() -> int:
    """Return the number of threads that an engine may use on this thread."""
    return 1 if getattr(_here, "alone", False) else cores()


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Limit BLAS to the calling thread, within the block.

    BLAS has one setting for the whole process, so only one thread may change it at a time.
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
    """Limit engines on this thread to one thread; the caller has limited BLAS already."""
    _here.alone = _here.blas_at_one = True
