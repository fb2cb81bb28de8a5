"""A network in training, in a process of its own: it does as it is told between mini-batches."""

import json
import os
import time
from dataclasses import asdict, dataclass, field
from multiprocessing.connection import Connection
from typing import Any

import numpy as np
import numpy.typing as npt

from digitwise.data.sources import load
from digitwise.engines import choose_engine
from digitwise.engines.choice import resolve_engine
from digitwise.engines.threads import one_blas_thread, work_alone
from digitwise.errors import DigitwiseError
from digitwise.models.files import Model, to_bytes
from digitwise.network import Network
from digitwise.neurons import Floats
from digitwise.training.evaluation import evaluate
from digitwise.training.feed import epoch_order
from digitwise.training.fit import MEASURED
from digitwise.training.history import Epoch
from digitwise.training.settings import Settings
from digitwise.web.png import as_text

TELL_EVERY = 0.25  # seconds
TURN = 0.05  # seconds of training between two looks at what is wanted
SHOWN_WRONG = 24
SHOWN_NEURONS = 30
STATE, MODEL = b"S", b"M"  # what a message begins with
NEGATIVE, POSITIVE = (224, 130, 20), (84, 39, 136)


@dataclass
class State:
    """What is known of a run; what was not measured yet is None.

    Attributes
    ----------
    status : {"starting", "paused", "running", "done", "failed"}
    engine : str
    parameters, n : int
        Weights and biases; training digits.
    epoch, position : int
        Epochs completed, and digits of the next that were used.
    rows : list of dict
        As `Epoch` has them.
    speed : float
        Digits a second.
    confusion : 10 × 10
        Of test digits: [true digit][answer].
    wrong : list of dict
        Test digits that are taken for others: label, said, image (PNG in base64).
    weights : str
        Of the first hidden neurons, as PNG in base64.
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
    weights: str | None = None
    error: str | None = None


def work(connection: Connection, settings: Settings) -> None:
    """Train as the other side of the connection says, until it has gone."""
    os.nice(10)  # whoever reads a number meanwhile comes first
    work_alone()
    try:
        with one_blas_thread(), np.errstate(over="ignore", invalid="ignore"):
            Trainer(connection, settings).run()
    except (EOFError, BrokenPipeError, KeyboardInterrupt):
        return
    except DigitwiseError as error:
        send_state(connection, State(status="failed", error=str(error)))


def send_state(connection: Connection, state: State) -> None:
    """Tell the server, as JSON."""
    connection.send_bytes(STATE + json.dumps(asdict(state)).encode())


class Trainer:
    """Trains a network: a mini-batch, an epoch, or as long as it may."""

    def __init__(self, connection: Connection, settings: Settings) -> None:
        self.connection, self.settings = connection, settings
        self.train, self.test = load(settings.data)
        self.train = self.train[: settings.limit]
        # The same slice every time, so that what engines know of it stays known.
        self.measured = self.train[:MEASURED]
        self.network = Network(
            settings.sizes,
            activation=settings.activation,
            cost=settings.cost,
            init=settings.init,
            rng=settings.seed,
            dtype=np.float32,
        )
        name = resolve_engine("auto", self.network.sizes, settings.batch_size, settings.variant)
        self.engine = choose_engine(name)
        self.state = State(
            "paused", self.engine.name, self.network.parameter_count, len(self.train)
        )
        self.chunk = settings.batch_size
        self.told = 0.0
        self.wanted = 0  # digits: to be learnt from before it pauses again
        self.seconds = 0.0  # of the epoch

    def run(self) -> None:
        """Do as told."""
        self._tell(now=True)
        while True:
            while self.connection.poll(None if self.wanted <= 0 else 0):
                self._obey(self.connection.recv_bytes().decode())
            if self.wanted > 0:
                self._learn()

    def _obey(self, command: str) -> None:
        left = len(self.train) - self.state.position
        endless = len(self.train) * self.settings.epochs
        if command == "save":
            self.connection.send_bytes(MODEL + self._model())
            return
        if self.state.status in ("done", "failed"):
            return
        self.wanted = {
            "start": endless, "pause": 0, "step": self.settings.batch_size, "epoch": left,
        }[command]  # fmt: skip
        self.state.status = "running" if self.wanted else "paused"
        self._tell(now=True)

    def _learn(self) -> None:
        """Take steps for a moment."""
        m, position = self.settings.batch_size, self.state.position
        count = min(self.chunk, self.wanted, len(self.train) - position)
        if position == 0:
            self.order = epoch_order(self.settings.seed, self.state.epoch, len(self.train))
        part = self.order[position : position + count]
        started = time.perf_counter()
        rate = self.settings.learning_rate
        self.engine.run(self.network, self.train, part, m, rate)
        seconds = time.perf_counter() - started
        self.seconds += seconds
        self.state.speed = len(part) / max(seconds, 1e-9)
        if seconds < TURN / 2 and count == self.chunk:
            self.chunk *= 2
        elif seconds > 2 * TURN:
            self.chunk = max(m, self.chunk // (2 * m) * m)
        self.state.position += len(part)
        self.wanted -= len(part)
        if not all(np.isfinite(w).all() for w in self.network.weights):
            self._end(
                "failed",
                f"the weights stopped being finite numbers: the learning rate, {rate:g}, is too "
                "large for this network",
            )
        elif self.state.position >= len(self.train):
            self._end_epoch()
        if self.wanted <= 0 and self.state.status == "running":
            self.state.status = "paused"
        self._tell(now=self.wanted <= 0)

    def _end_epoch(self) -> None:
        state = self.state
        on_train = evaluate(self.network, self.measured, self.engine)
        on_test = evaluate(self.network, self.test, self.engine)
        state.epoch, state.position = state.epoch + 1, 0
        row = Epoch(
            state.epoch, on_train.cost, on_train.accuracy, on_test.accuracy, None, self.seconds
        )
        state.rows.append(row.to_dict())
        state.confusion = on_test.confusion.tolist()
        state.wrong = self._show(np.flatnonzero(~on_test.right)[:SHOWN_WRONG])
        self.seconds = 0.0
        if state.epoch >= self.settings.epochs:
            self._end("done")

    def _end(self, status: str, error: str | None = None) -> None:
        self.state.status, self.state.error, self.wanted = status, error, 0

    def _show(self, places: npt.NDArray[np.intp]) -> list[dict[str, Any]]:
        """Show some test digits, and what they are taken for."""
        if not places.size:
            return []
        digits = self.test[places]
        said = self.engine.weighted_outputs(self.network, digits).argmax(axis=1)
        rows = zip(digits.labels, said, digits.images, strict=True)
        return [{"label": int(d), "said": int(a), "image": as_text(image)} for d, a, image in rows]

    def _model(self) -> bytes:
        training = {"settings": self.settings.to_dict(), "command": self.settings.command()}
        return to_bytes(Model(self.network, training))

    def _tell(self, now: bool = False) -> None:
        if not now and time.monotonic() - self.told < TELL_EVERY:
            return
        self.state.weights = as_text(draw_weights(self.network.weights[0]))
        send_state(self.connection, self.state)
        self.told = time.monotonic()


def draw_weights(weights: Floats) -> Any:
    """Weights of the first neurons as a picture: white is 0, purple above, orange below."""
    shown = weights[:SHOWN_NEURONS].reshape(-1, 28, 28).astype(np.float64)
    columns = min(10, len(shown))
    rows = -(-len(shown) // columns)
    limit = max(float(np.quantile(np.abs(shown), 0.995)), 1e-9)
    strength = np.clip(shown / limit, -1, 1)[..., None]
    ink = np.where(strength > 0, np.array(POSITIVE), np.array(NEGATIVE))
    tiles = 255 + np.abs(strength) * (ink - 255.0)
    picture = np.full((rows * 30 - 2, columns * 30 - 2, 3), 255, np.uint8)
    for k, tile in enumerate(tiles):
        top, left = 30 * (k // columns), 30 * (k % columns)
        picture[top : top + 28, left : left + 28] = tile.astype(np.uint8)
    return picture
