"""Training of many networks on a cluster.

A task holds settings, or a network's first weights. The digits are sent once to each process.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import Executor
from contextlib import closing
from copy import deepcopy
from typing import TypeAlias
from weakref import WeakSet

from digitwise.data.digits import Digits
from digitwise.engines.remote import Lost, run_on
from digitwise.errors import TrainingError
from digitwise.network import Network
from digitwise.training.fit import fit
from digitwise.training.history import History
from digitwise.training.many import Done, Job, Progress, check_job

Common: TypeAlias = tuple[Digits, Digits | None]


def fit_many_on(
    executor: Executor,
    jobs: Iterable[Job],
    train: Digits,
    test: Digits | None,
    workers: int | None,
    progress: Progress | None,
    done: Done | None,
) -> list[History]:
    """Train many networks on an executor; see `fit_many`."""
    taken: dict[int, Job] = {}
    histories: dict[int, History] = {}
    lost: list[int] = []
    results = run_on(executor, _train, (train, test), _checked(jobs, taken), workers)
    with closing(results):
        for number, result in results:
            job = taken.pop(number)
            if isinstance(result, Lost):
                lost.append(number)
                continue
            trained, histories[number] = result
            if job.network is None:
                job.network = trained
            else:
                vars(job.network).update(vars(trained))
            if progress and progress(number, job, histories[number]):
                break
            if done:
                done(number, job, histories[number])
    if lost:
        named = ", ".join(map(str, sorted(lost)))
        raise TrainingError(
            f"{len(lost)} of {len(lost) + len(histories)} networks ended the processes that "
            f"trained them, perhaps for want of memory: numbers {named}, from 0"
        )
    return [histories[number] for number in sorted(histories)]


def _checked(jobs: Iterable[Job], taken: dict[int, Job]) -> Iterator[Job]:
    """Yield the jobs, checked; keep each in `taken` until its result is there."""
    seen: WeakSet[Network] = WeakSet()
    for number, job in enumerate(jobs):
        check_job(job, seen)
        taken[number] = job
        yield job


def _train(common: Common, job: Job) -> tuple[Network, History]:
    network = deepcopy(job.made())  # the arrays of an argument may be read-only
    history, (train, test) = History(), common
    try:
        fit(network, train, test, history=history, progress=False, **job.arguments)
    except TrainingError as error:
        history.warnings.append(str(error))
    return network, history
