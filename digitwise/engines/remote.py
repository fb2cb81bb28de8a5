"""Work on an executor, whose processes may be on other machines, as of Ray or Dask.

Items are grouped so that a task takes seconds. A task whose process dies is run again.
"""

import pickle
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Executor,
    Future,
    ThreadPoolExecutor,
    wait,
)
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from itertools import islice
from time import perf_counter
from typing import Any, TypeVar

from threadpoolctl import threadpool_limits

from digitwise.engines.threads import cores, work_alone
from digitwise.errors import DigitwiseError, InputError

GROUP_S = 2.0  # duration of a task, s
ALONE_AFTER = 2  # deaths after which each item of a task is run alone
GIVEN_UP_AFTER = 4  # deaths alone after which an item is given up

Item = TypeVar("Item")
Result = TypeVar("Result")
Found = list[tuple[int, Any]]


class Lost:
    """Takes the place of the result of an item whose processes have all died."""


@contextmanager
def executor_on(on: str | Executor) -> Iterator[Executor]:
    """Open the executor that `on` names, and close it after the block.

    Parameters
    ----------
    on : "ray", "ray:ADDRESS" or Executor
        "ray" means processes of this machine; `RayCluster` describes addresses. An executor has
        processes (Dask: `client.get_executor()`), and is not closed.

    Raises
    ------
    InputError
        If `on` is none of these, or an executor of threads.
    ExtraError
        If Ray isn't installed.
    DigitwiseError
        If no cluster answers.
    """
    if isinstance(on, str):
        kind, _, address = on.partition(":")
        if kind != "ray" or on == "ray:":
            raise InputError(f"expected ray or ray:ADDRESS; found {on!r:.80}")
        from digitwise.engines.ray_cluster import RayCluster

        with RayCluster(address or None) as cluster:
            yield cluster
        return
    if not isinstance(on, Executor) or isinstance(on, ThreadPoolExecutor):
        raise InputError(f"expected ray, ray:ADDRESS or an Executor of processes; found {on!r:.80}")
    yield on


@dataclass
class _Group:
    """Items of a task with their numbers, and how many processes have died of it.

    An item runs alone if others of its task may have been the cause of the deaths.
    """

    items: list[tuple[int, Any]]
    deaths: int = 0
    alone: bool = False


def run_on(
    executor: Executor,
    function: Callable[[Any, Item], Result],
    common: Any,
    items: Iterable[Item],
    workers: int | None = None,
) -> Generator[tuple[int, Result | Lost], None, None]:
    """Yield the number of each item and `function(common, item)`, in any order.

    Parameters
    ----------
    executor : Executor
        An attribute `workers` is the number of tasks that it can run at the same time. `put`,
        bytes → callable that returns them, stores what all tasks share.
    function : callable
        A function of a module; its results depend on its arguments alone.
    common : picklable
        Each process unpickles it once.
    items : iterable
        Taken as workers become free, so that there may be any number.
    workers : int, optional
        Most tasks at the same time.

    Raises
    ------
    DigitwiseError
        If processes die as they begin, or have another version of digitwise.
    """
    from digitwise import __version__

    numbered, size = enumerate(items), 1
    again: deque[_Group] = deque()
    under_way: dict[Future[Any], _Group] = {}
    shared = _share(executor, common)

    def fill() -> None:
        there: int | None = getattr(executor, "workers", None)
        most = min(filter(None, (workers, there)), default=cores())
        while len(under_way) < most:
            group = again.popleft() if again else _Group(list(islice(numbered, size)))
            if not group.items:
                return
            arguments = __version__, shared, function, [item for _, item in group.items]
            under_way[_submit(executor, _work, *arguments)] = group

    try:
        fill()
        while under_way:
            ready: Found = []
            for future in wait(under_way, return_when=FIRST_COMPLETED).done:
                group = under_way.pop(future)
                try:
                    seconds, results = future.result()
                except Exception as error:
                    if not _has_died(error):
                        raise
                    group.deaths += 1
                    if group.alone and group.deaths >= GIVEN_UP_AFTER:
                        _check_life(executor)
                        ready += [(number, Lost()) for number, _ in group.items]
                    elif group.alone or group.deaths < ALONE_AFTER:
                        again.append(group)
                    else:
                        again += [_Group([item], alone=True) for item in group.items]
                    continue
                ready += zip((number for number, _ in group.items), results, strict=True)
                fitting = int(GROUP_S * len(results) / max(seconds, 1e-6))
                size = max(1, min(fitting, 2 * size))
            fill()  # first, so that workers don't wait for what is done with the results
            yield from ready
    finally:
        for future in under_way:
            future.cancel()


def _submit(executor: Executor, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
    try:
        return executor.submit(function, *arguments)
    except BrokenExecutor as error:
        failed: Future[Any] = Future()
        failed.set_exception(error)
        return failed


def _has_died(error: Exception) -> bool:
    # Dask's own error, which it raises after three deaths, is an ordinary exception.
    return isinstance(error, BrokenExecutor) or type(error).__name__ == "KilledWorker"


def _check_life(executor: Executor) -> None:
    try:
        _submit(executor, int).result()
    except Exception as error:
        if not _has_died(error):
            raise
        raise DigitwiseError(
            "the processes of the cluster die as they begin, perhaps for want of memory"
        ) from error


@dataclass(frozen=True)
class _Shared:
    """What all tasks share: a key, and a function that fetches it pickled."""

    key: str
    fetch: Callable[[], bytes]


def _share(executor: Executor, common: Any) -> _Shared:
    content = pickle.dumps(common)
    put = getattr(executor, "put", None)
    fetch = put(content) if put else partial(bytes, content)
    return _Shared(sha256(content).hexdigest(), fetch)


_unpickled: dict[str, Any] = {}  # what the tasks of this process share


def _work(
    version: str,
    shared: _Shared,
    function: Callable[[Any, Item], Result],
    items: list[Item],
) -> tuple[float, list[Result]]:
    """Run a task in a process of its own; return its duration in seconds and the results."""
    from digitwise import __version__

    if version != __version__:
        raise DigitwiseError(
            f"this is digitwise {version}, the cluster has {__version__}: install the same"
        )
    if shared.key not in _unpickled:
        _unpickled.clear()
        _unpickled[shared.key] = pickle.loads(shared.fetch())
        threadpool_limits(limits=1)
    work_alone()
    begin = perf_counter()
    results = [function(_unpickled[shared.key], item) for item in items]
    return perf_counter() - begin, results
