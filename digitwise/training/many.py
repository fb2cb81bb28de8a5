"""Training of many networks at the same time, each on one thread, with one copy of the digits.

Threads suffice, since the compiled engines run without Python's global lock.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Any
from weakref import WeakSet

from digitwise.data.digits import Digits
from digitwise.engines.threads import cores, one_blas_thread, work_alone
from digitwise.errors import InputError, TrainingError
from digitwise.network import Network
from digitwise.settings import Settings
from digitwise.training.fit import ARGUMENTS, fit
from digitwise.training.history import History


@dataclass
class Job:
    """A network to train, with its settings.

    Attributes
    ----------
    network : Network
        Changed in place.
    settings : dict or Settings
        Arguments of `fit`, such as epochs, batch_size, learning_rate, seed; or complete settings.
    """

    network: Network
    settings: dict[str, Any] | Settings = field(default_factory=dict)


Progress = Callable[[int, Job, History], bool | None]
Done = Callable[[int, Job, History], None]


def fit_many(
    jobs: Iterable[Job],
    train: Digits,
    test: Digits | None = None,
    *,
    workers: int | None = None,
    progress: Progress | None = None,
    done: Done | None = None,
) -> list[History]:
    """Train many networks, each as `fit` does on one thread; `workers` doesn't affect results.

    Parameters
    ----------
    jobs : iterable of Job
        A free worker takes the next job, so that a generator may make the networks one by one.
    train, test : Digits
        Digits of all jobs.
    workers : int >= 1, optional
        Number of networks trained at the same time; by default the number of cores.
    progress, done : callable, optional
        Called with a job's number, the job and its history: `progress` after every epoch, `done`
        at the end of the job. Calls don't overlap. All jobs stop if `progress` returns True.

    Returns
    -------
    list of History
        A history for each job that was begun, in order. A network that diverged is restored to its
        state after the last good epoch, and a warning in its history says so.

    Raises
    ------
    InputError
        If `fit` refuses a job, or two jobs have the same network.
    """
    workers = cores() if workers is None else workers
    if workers < 1:
        raise InputError(f"expected at least one worker; found {workers}")
    source = enumerate(jobs)
    taking, telling, stop = Lock(), Lock(), Event()
    histories: dict[int, History] = {}
    seen: WeakSet[Network] = WeakSet()

    def work() -> None:
        work_alone()
        while not stop.is_set():
            with taking:
                try:
                    number, job = next(source, (-1, None))
                    if job is None:
                        return
                    _check_job(job, seen)
                except BaseException:
                    stop.set()
                    raise
                history = histories[number] = History()

            def watch(history: History, number: int = number, job: Job = job) -> bool:
                if progress and history.position == 0:
                    with telling:
                        if not stop.is_set() and progress(number, job, history):
                            stop.set()
                return stop.is_set()

            try:
                how: dict[str, Any] = (
                    job.settings if isinstance(job.settings, dict) else {"settings": job.settings}
                )
                fit(job.network, train, test, history=history, progress=watch, **how)
            except TrainingError as error:
                history.warnings.append(str(error))
            except BaseException:
                stop.set()
                raise
            if done and not stop.is_set():
                with telling:
                    done(number, job, history)

    with one_blas_thread(), ThreadPoolExecutor(workers) as pool:
        futures = [pool.submit(work) for _ in range(workers)]
        try:
            for future in futures:
                future.result()
        finally:
            stop.set()
    return [histories[number] for number in sorted(histories)]


def _check_job(job: object, seen: "WeakSet[Network]") -> None:
    if not isinstance(job, Job) or not isinstance(job.network, Network):
        raise InputError(f"expected Jobs, each with a Network; found {job!r:.80}")
    if job.network in seen:
        raise InputError("two jobs are for the same network: give each a network of its own")
    seen.add(job.network)
    if isinstance(job.settings, dict):
        unknown = set(job.settings) - {*ARGUMENTS, "deformation", "validation"}
        if unknown:
            named = ", ".join(sorted(unknown))
            raise InputError(f"fit has no setting {named} for a job")
