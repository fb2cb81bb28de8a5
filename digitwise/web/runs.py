"""The runs of a server: each has a process and its last reported state."""

import json
import secrets
from dataclasses import asdict
from multiprocessing import get_context
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any

from digitwise.errors import DigitwiseError, InputError
from digitwise.files import write_atomically
from digitwise.settings import Settings
from digitwise.typed_layers import layers_text
from digitwise.web.trainer import STATE, State, work

MOST = 8  # runs at a time
IDLE = ("done", "failed", "paused")
MODEL_TIMEOUT = 20.0  # time-out for a model file, s


class Running:
    """A run.

    Attributes
    ----------
    name : str
    settings : Settings
    state : dict
        Last reported `State`, as a dictionary.
    reports : int
        How many states were reported.
    """

    def __init__(self, settings: Settings) -> None:
        self.name, self.settings = secrets.token_hex(6), settings
        self.state: dict[str, Any] = asdict(State())
        self.reports = 0
        context = get_context("spawn")
        self._ours, theirs = context.Pipe()
        self._process = context.Process(target=work, args=(theirs, settings), daemon=True)
        self._process.start()
        theirs.close()
        self._saving, self._saved, self._content = Lock(), Event(), b""
        Thread(target=self._listen, daemon=True).start()

    def tell(self, command: str) -> None:
        """Send a command: start, pause, step or epoch.

        Raises
        ------
        DigitwiseError
            If the process has ended.
        """
        try:
            self._ours.send_bytes(command.encode())
        except OSError as error:
            raise DigitwiseError("this run has ended") from error

    def model(self) -> bytes:
        """Return the network as it is now, as the content of a model file.

        Raises
        ------
        DigitwiseError
            If the process doesn't answer in time.
        """
        with self._saving:
            self._saved.clear()
            self.tell("save")
            if not self._saved.wait(MODEL_TIMEOUT):
                raise DigitwiseError("this run doesn't answer")
            return self._content

    def end(self) -> None:
        """End the process."""
        self._process.terminate()
        self._process.join(5)
        self._ours.close()

    def _listen(self) -> None:
        try:
            while True:
                content = self._ours.recv_bytes()
                if content[:1] == STATE:
                    self._take(json.loads(content[1:]))
                else:
                    self._content = content[1:]
                    self._saved.set()
        except (EOFError, OSError):
            if self.state["status"] not in ("done", "failed"):
                self._take({"status": "failed", "error": "its process has ended", "rows": []})

    def _take(self, news: dict[str, Any]) -> None:
        """Take a report, whose rows follow those before."""
        rows = [*self.state["rows"], *news["rows"]]
        self.state = {**self.state, **news, "rows": rows}
        self.reports += 1


class Runs:
    """All runs of a server.

    Parameters
    ----------
    folder : Path
        Folder for saved models.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._runs: dict[str, Running] = {}
        self._starting = Lock()

    def start(self, settings: Settings) -> Running:
        """Start a run, paused.

        If there are too many, the oldest run that isn't running is removed.

        Raises
        ------
        InputError
            If all runs are running.
        """
        with self._starting:
            if len(self._runs) >= MOST:
                idle = [run for run in self.all() if run.state["status"] in IDLE]
                if not idle:
                    raise InputError(f"{MOST} networks are in training already: stop one first")
                self.remove(min(idle, key=lambda run: run.state["status"] == "paused"))
            run = Running(settings)
            self._runs[run.name] = run
        return run

    def all(self) -> list[Running]:
        """Return all runs, the oldest first."""
        return list(self._runs.values())

    def find(self, name: str) -> Running | None:
        """Return the run with a name; None if there is none."""
        return self._runs.get(name)

    def save(self, run: Running) -> str:
        """Save a run's network as it is now; return the model's name."""
        content = run.model()
        self.folder.mkdir(parents=True, exist_ok=True)
        name = f"{layers_text(run.settings.layout)}-{run.name[:4]}"
        write_atomically(self.folder / f"{name}.safetensors", content)
        return name

    def models(self) -> list[str]:
        """Return the names of saved models."""
        return sorted(path.stem for path in self.folder.glob("*.safetensors"))

    def remove(self, run: Running) -> None:
        """End a run, and forget it."""
        run.end()
        self._runs.pop(run.name, None)

    def close(self) -> None:
        """End all runs."""
        for run in list(self._runs.values()):
            self.remove(run)
