"""A cluster of Ray (Moritz et al. 2018, arXiv:1712.05889) as an executor."""

import os
import pickle
import re
import socket
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future
from functools import partial
from typing import Any

from digitwise.engines.threads import cores
from digitwise.errors import DigitwiseError, InputError, reason_of
from digitwise.extras import need

CONNECTED_S = 5  # until a machine accepts a connection, s
ANSWERED_S = 20  # until a cluster answers, s
ADDRESS = re.compile(r"(ray://)?(\[[0-9a-fA-F:]+\]|[\w.-]+):(\d{1,5})")
WITHOUT_OUTPUT = {"logging_level": "ERROR", "log_to_driver": False}


class RayCluster(Executor):
    """A cluster of Ray as an executor; a task takes one CPU, and holds it no longer than it runs.

    Parameters
    ----------
    address : str, optional
        "HOST:PORT" of a cluster that this machine belongs to; "ray://HOST:PORT" of another one;
        "auto" for the cluster that Ray finds itself. By default processes on this machine, which
        end with the executor. A script that has called `ray.init` stays connected as it is.

    Attributes
    ----------
    workers : int
        Tasks that run at the same time: all CPUs of processes of our own, otherwise one CPU less
        than the cluster has at present, so that others go on.

    Raises
    ------
    ExtraError
        If Ray isn't installed.
    InputError
        If the address is malformed.
    DigitwiseError
        If no cluster answers there.
    """

    def __init__(self, address: str | None = None) -> None:
        # Ray would print on standard output that a process has died; it reads this when imported.
        os.environ.setdefault("RAY_DEDUP_LOGS_SKIP_REGEX", ".")
        self._ray = need("ray", "ray", "--on ray")
        self._connected = not self._ray.is_initialized()
        self._own = self._connected and address is None
        if self._own:
            os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # asks nothing of the internet
            self._connect("local", num_cpus=cores(), include_dashboard=False)
        elif self._connected:
            check_address(str(address))
            self._connect(address)
        # No retries by Ray: a picture that ends its process is to be found out.
        self._task = self._ray.remote(num_cpus=1, max_retries=0)(_call)

    def _connect(self, address: str | None, **more: Any) -> None:
        try:
            self._ray.init(address, **more, **WITHOUT_OUTPUT)
        except (Exception, SystemExit) as error:  # Ray exits if its cluster falls silent
            ended = isinstance(error, SystemExit)
            said = "no answer" if ended else (str(error).splitlines() or [repr(error)])[0]
            where = "begin" if self._own else f"be reached at {address}"
            raise DigitwiseError(f"Ray can't {where}: {said}") from error

    @property
    def workers(self) -> int:
        """Number of tasks that run at the same time."""
        cpus = int(self._ray.cluster_resources().get("CPU", 1))
        return cpus if self._own else max(1, cpus - 1)

    def put(self, content: bytes) -> Callable[[], bytes]:
        """Store bytes in the cluster; return a function that fetches them, for tasks."""
        return partial(self._ray.get, self._ray.put(content))

    def submit(self, function: Callable[..., Any], /, *given: Any, **named: Any) -> Future[Any]:
        """Run `function(*given, **named)` as a task.

        The future has a BrokenExecutor as its exception if the process or its machine has died.
        """
        future: Future[Any] = Future()
        try:
            reference = self._task.remote(function, given, named)
        except self._ray.exceptions.RayError as error:
            raise BrokenExecutor(str(error)) from error
        except (AttributeError, ImportError) as error:  # of Ray's client, whose server unpickles
            raise _other_digitwise(error) from error

        def settle(done: Future[Any]) -> None:
            if not future.set_running_or_notify_cancel():
                return
            error = done.exception()
            if error is None:
                future.set_result(pickle.loads(done.result()))
            else:
                future.set_exception(self._told(error))

        def cancel(cancelled: Future[Any]) -> None:
            if cancelled.cancelled():
                self._ray.cancel(reference, force=True)

        future.add_done_callback(cancel)
        reference.future().add_done_callback(settle)
        return future

    def _told(self, error: BaseException) -> BaseException:
        """Return the error of a task as it was raised, or a BrokenExecutor if its process died."""
        if isinstance(error, self._ray.exceptions.RayTaskError):
            cause: BaseException = getattr(error, "cause", None) or error
            if isinstance(cause, self._ray.exceptions.RaySystemError):  # it wasn't unpickled
                return _other_digitwise(cause)
            return cause
        if isinstance(error, self._ray.exceptions.RayError):
            return BrokenExecutor(str(error))
        return error

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002
        """Disconnect from the cluster; processes of our own end."""
        if self._connected:
            self._ray.shutdown()
            self._connected = False


def _call(function: Callable[..., Any], given: tuple[Any, ...], named: dict[str, Any]) -> bytes:
    # Pickled, since Ray itself would return arrays that can't be written to.
    return pickle.dumps(function(*given, **named))


def _other_digitwise(error: BaseException) -> DigitwiseError:
    reason = str(error).splitlines()[0].removeprefix("System error: ")
    return DigitwiseError(f"all machines of the cluster need the same digitwise: {reason}")


def check_address(address: str) -> None:
    """Check that a cluster answers; Ray itself takes minutes to find that none does.

    Raises
    ------
    InputError
        If the address is malformed.
    DigitwiseError
        If no cluster answers.
    """
    health = [sys.executable, "-m", "ray.scripts.scripts", "health-check"]
    if address != "auto":
        matched = ADDRESS.fullmatch(address)
        if not matched or int(matched[3]) > 65535:
            raise InputError(
                f"expected ray:auto, ray:HOST:PORT or ray:ray://HOST:PORT; found {address!r:.80}"
            )
        try:
            host = matched[2].strip("[]")
            socket.create_connection((host, int(matched[3])), CONNECTED_S).close()
        except OSError as error:
            raise _silent(address, reason_of(error)) from error
        if matched[1]:
            need("grpc", "ray", "--on ray:ray://")
            return  # Ray's client has a time limit of its own
        health += ["--address", address]
    try:
        done = subprocess.run(health, capture_output=True, timeout=ANSWERED_S, text=True)
    except subprocess.TimeoutExpired as error:
        raise _silent(address, f"no answer within {ANSWERED_S} s") from error
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no answer"])[-1]
        raise _silent(address, last.split(". ")[0].removeprefix("ray.exceptions."))


def _silent(address: str, reason: str) -> DigitwiseError:
    return DigitwiseError(
        f"no cluster of Ray answers at {address} ({reason}); `ray start --head` begins one"
    )
