"""A network in training, in a separate process that takes commands between mini-batches."""

import json
import os
import time
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from digitwise.data.digits import Digits
from digitwise.data.sources import load
from digitwise.display.png import as_text
from digitwise.engines.threads import work_alone
from digitwise.errors import DigitwiseError
from digitwise.models.files import Model, to_bytes
from digitwise.settings import Settings
from digitwise.training.callback import Callback
from digitwise.training.loop import Training
from digitwise.training.start import make_network
from digitwise.web.first_layer import first_layer

TELL_EVERY = 0.25  # seconds
TURN = 0.05  # seconds of training between checks for commands
WRONG_SHOWN = 24  # test digits
STATE, MODEL = b"S", b"M"  # first byte of a message, by its content


@dataclass
class State:
    """State of a run; None for a value that was not measured yet.

    Attributes
    ----------
    status : {"starting", "paused", "running", "done", "failed"}
    engine : str
    parameters, n : int
        Number of weights and biases; of training digits.
    epoch, position : int
        Completed epochs, and digits used of the next epoch.
    rows : list of dict
        The epochs, as `Epoch.to_dict` returns them.
    speed : float
        Training digits a second.
    confusion : 10 × 10
        Counts of test digits: [true digit][answer].
    wrong : list of dict
        Misread test digits: label, said, image (PNG in base64).
    first_layer : dict
        As `first_layer` returned it when its numbers were last finite.
    error : str
    """

    status: str = "starting"
    engine: str = ""
    parameters: int = 0
    n: int = 0
    epoch: int = 0
    position: int = 0
    rows: list[dict[str, Any]] = field(default_factory=list)
    speed: float | None = None
    confusion: list[list[int]] | None = None
    wrong: list[dict[str, Any]] = field(default_factory=list)
    first_layer: dict[str, Any] | None = None
    error: str | None = None


def work(connection: Connection, settings: Settings) -> None:
    """Train by commands from a connection, until the other side closes it."""
    if hasattr(os, "nice"):  # Windows lacks it
        os.nice(10)  # reading numbers has priority
    work_alone()
    try:
        train, test = load(settings.data)
        network, told = make_network(settings), Told(connection)
        Training(network, train[: settings.limit], settings, test=test, callbacks=[told]).run()
    except (EOFError, BrokenPipeError, KeyboardInterrupt):
        return
    except DigitwiseError as error:
        send_state(connection, State(status="failed", error=str(error)))


def send_state(connection: Connection, state: State, sent: int = 0) -> None:
    """Send a state to the server, as JSON, without the rows that were sent already."""
    new = {**vars(state), "rows": state.rows[sent:]}
    connection.send_bytes(STATE + json.dumps(new).encode())


class Told(Callback):
    """Continues or pauses the run between mini-batches, by commands."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.wanted = 0  # digits to learn from before the next pause
        self.chunk = 0  # digits of a step
        self.told = 0.0
        self.rows_sent = 0
        self.state = State()

    def begin_run(self, training: Training) -> None:
        """Send the first state; the first step waits for a command."""
        parameters, n = training.network.parameter_count, len(training.train)
        self.state = State("paused", training.engine.name, parameters, n)
        self.chunk = training.settings.batch_size
        self._tell(training, now=True)

    def begin_step(self, training: Training) -> None:
        """Take commands, and wait while paused."""
        while self.connection.poll(None if self.wanted <= 0 else 0):
            self._obey(training)
        training.step_size = min(self.chunk, self.wanted)
        self._began = time.perf_counter()

    def end_step(self, training: Training) -> None:
        """Note the speed, and adapt the size of steps to `TURN`."""
        seconds, m = time.perf_counter() - self._began, training.settings.batch_size
        self.state.speed = training.learnt / max(seconds, 1e-9)
        if seconds < TURN / 2 and training.learnt == self.chunk:
            self.chunk *= 2
        elif seconds > 2 * TURN:
            self.chunk = max(m, self.chunk // (2 * m) * m)
        self.wanted -= training.learnt
        self.state.position = training.history.position
        if self.state.position < len(training.train):  # otherwise `end_epoch` follows
            self._rest(training)

    def end_epoch(self, training: Training) -> None:
        """Report the epoch's measurements and misread digits."""
        state, on_test = self.state, training.on_test
        state.epoch, state.position = len(training.history.epochs), 0
        state.rows.append(training.history.epochs[-1].to_dict())
        if on_test is not None and isinstance(training.test, Digits):
            state.confusion = on_test.confusion.tolist()
            wrong = np.flatnonzero(~on_test.right)[:WRONG_SHOWN]
            state.wrong = _show(training, training.test[wrong]) if wrong.size else []
        self._rest(training)

    def end_run(self, training: Training) -> None:
        """Report the end; then save the network on request, until the other side closes."""
        self.wanted = 0
        if not isinstance(training.error, DigitwiseError | None):
            return
        self.state.status = "failed" if training.error else "done"
        self.state.error = str(training.error) if training.error else None
        self._tell(training, now=True)
        while self.connection.poll(None):
            self._obey(training)

    def _obey(self, training: Training) -> None:
        command = self.connection.recv_bytes().decode()
        if command == "save":
            self.connection.send_bytes(MODEL + _model(training))
            return
        if self.state.status in ("done", "failed"):
            return
        n = len(training.train)
        self.wanted = {
            "start": n * training.settings.epochs,
            "pause": 0,
            "step": training.settings.batch_size,
            "epoch": n - training.history.position,
        }[command]
        self.state.status = "running" if self.wanted else "paused"
        self._tell(training, now=True)

    def _rest(self, training: Training) -> None:
        """Report now and then; pause if the wanted digits are used up."""
        if self.wanted <= 0 and self.state.status == "running":
            self.state.status = "paused"
        self._tell(training, now=self.wanted <= 0)

    def _tell(self, training: Training, now: bool = False) -> None:
        if not now and time.monotonic() - self.told < TELL_EVERY:
            return
        self.state.first_layer = first_layer(training.network) or self.state.first_layer
        send_state(self.connection, self.state, self.rows_sent)
        self.rows_sent, self.told = len(self.state.rows), time.monotonic()


def _show(training: Training, digits: Digits) -> list[dict[str, Any]]:
    """Return some test digits with their labels and the answers."""
    said = training.engine.weighted_outputs(training.network, digits).argmax(axis=1)
    rows = zip(digits.labels, said, digits.images, strict=True)
    return [{"label": int(d), "said": int(a), "image": as_text(image)} for d, a, image in rows]


def _model(training: Training) -> bytes:
    settings = training.settings
    made_by = {"settings": settings.to_dict(), "command": settings.command()}
    return to_bytes(Model(training.network, made_by))
