"""Training of many networks at the same time, each on one thread, with one copy of the digits.

On one machine threads suffice, since the compiled engines run without Python's global lock.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Any
from weakref import WeakSet

from digitwise.data.digits import Digits
from digitwise.engines.remote import executor_on
from digitwise.engines.threads import cores, one_blas_thread, work_alone
from digitwise.errors import InputError, TrainingError
from digitwise.network import Network
from digitwise.settings import Settings
from digitwise.training.fit import ARGUMENTS, fit
from digitwise.training.history import History
from digitwise.training.start import make_network


@dataclass
class Job:
    """A network to train, with its settings.

    Attributes
    ----------
    network : Network or None
        Changed in place. None means that it is made from complete settings where it is trained.
    settings : dict or Settings
        Arguments of `fit`, such as epochs, batch_size, learning_rate, seed; or complete settings.
    """

    network: Network | None
    settings: dict[str, Any] | Settings = field(default_factory=dict)

    @property
    def arguments(self) -> dict[str, Any]:
        """The settings as arguments of `fit`."""
        if isinstance(self.settings, Settings):
            return {"settings": self.settings}
        return self.settings

    def made(self) -> Network:
        """Return the network, made now if it is None."""
        if self.network is None and isinstance(self.settings, Settings):
            self.network = make_network(self.settings)
        if self.network is None:
            raise InputError("a job without a network needs complete Settings")
        return self.network


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
    on: str | Executor | None = None,
) -> list[History]:
    """Train many networks, each as `fit` does on one thread; `workers` doesn't affect results.

    Parameters
    ----------
    jobs : iterable of Job
        A free worker takes the next job, so that a generator may make the networks one by one.
    train, test : Digits
        Digits of all jobs.
    workers : int >= 1, optional
        Number of networks trained at the same time; by default the number of cores, or as many as
        a cluster has room for.
    progress, done : callable, optional
        Called with a job's number, the job and its history: `progress` after every epoch, `done`
        at the end of the job. Calls don't overlap. All jobs stop if `progress` returns True. On a
        cluster, both are called at the end of a job.
    on : "ray", "ray:ADDRESS" or Executor, optional
        Cluster that trains the networks: see `digitwise.engines.remote.executor_on`. Results are
        the same, bit for bit, on processors of one kind.

    Returns
    -------
    list of History
        A history for each job that was begun, in order. A network that diverged is restored to its
        state after the last good epoch, and a warning in its history says so.

    Raises
    ------
    InputError
        If `fit` refuses a job, or two jobs have the same network.
    TrainingError
        If the processes of a network die again and again, on a cluster; after the other jobs.
    """
    if workers is not None and workers < 1:
        raise InputError(f"expected at least one worker; found {workers}")
    if on is not None:
        from digitwise.training.many_on import fit_many_on

        with executor_on(on) as executor:
            return fit_many_on(executor, jobs, train, test, workers, progress, done)
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
                    check_job(job, seen)
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
                fit(job.made(), train, test, history=history, progress=watch, **job.arguments)
            except TrainingError as error:
                history.warnings.append(str(error))
            except BaseException:
                stop.set()
                raise
            if done and not stop.is_set():
                with telling:
                    done(number, job, history)

    count = workers or cores()
    with one_blas_thread(), ThreadPoolExecutor(count) as pool:
        futures = [pool.submit(work) for _ in range(count)]
        try:
            for future in futures:
                future.result()
        finally:
            stop.set()
    return [histories[number] for number in sorted(histories)]


def check_job(job: object, seen: "WeakSet[Network]") -> None:
    """Check a job's types and the names of its settings; `seen` has the networks of others.

    Raises
    ------
    InputError
        If one is wrong, or another job has the same network.
    """
    if not isinstance(job, Job) or not isinstance(job.network, Network | None):
        raise InputError(f"expected Jobs, each with a Network; found {job!r:.80}")
    if job.network is not None:
        if job.network in seen:
            raise InputError("two jobs are for the same network: give each a network of its own")
        seen.add(job.network)
    elif not isinstance(job.settings, Settings):
        raise InputError("a job without a network needs complete Settings")
    if isinstance(job.settings, dict):
        unknown = set(job.settings) - {*ARGUMENTS, "deformation", "validation"}
        if unknown:
            named = ", ".join(sorted(unknown))
            raise InputError(f"fit has no setting {named} for a job")
