"""Run `digitwise learn` as a process, and follow its output."""

import json
import subprocess
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from threading import Lock, Thread
from typing import Any

from digitwise.errors import InputError

COMMAND = (sys.executable, "-m", "digitwise", "learn")
LINES_KEPT = 12  # last lines of its messages


@dataclass(frozen=True)
class Learning:
    """State of the process.

    Attributes
    ----------
    status : {"idle", "running", "done", "refused", "failed", "stopped"}
    said : list of str
        Its last messages.
    result : dict or None
        Output of `digitwise learn --json`: right numbers before and after.
    model : str or None
        File of the new model, once it is written.
    """

    status: str = "idle"
    said: list[str] = field(default_factory=list)
    result: dict[str, Any] | None = None
    model: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the state as the page gets it."""
        return asdict(self)


class Learner:
    """Learns from corrections on request, one process at a time.

    Parameters
    ----------
    model : str
        File or name of the model to start from.
    folder : Path
        Folder for the new model, which gets an unused name.
    """

    def __init__(self, model: str, folder: Path) -> None:
        self._model, self._folder = model, folder
        self._process: subprocess.Popen[str] | None = None
        self._lock = Lock()
        self._stopped = False
        self.state = Learning()

    def start(self, corrections: Path, stem: str) -> None:
        """Begin to learn.

        Raises
        ------
        InputError
            If a process is running already, or there are no corrections.
        """
        with self._lock:
            if self.state.status == "running":
                raise InputError("it is learning already")
            if not corrections.is_file():
                raise InputError("there is nothing to learn from: correct some numbers first")
            self._folder.mkdir(parents=True, exist_ok=True)
            out = _free(self._folder, stem)
            self._process = subprocess.Popen(
                [*COMMAND, corrections.absolute(), "--model", self._model, "--out", out, "--json"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                errors="replace",
            )
            self._stopped = False
            self.state = Learning("running", ["beginning"])
            Thread(target=self._listen, args=(self._process, out), daemon=True).start()

    def stop(self) -> None:
        """End the process; the network that reads stays as it is."""
        self._stopped = True
        if self._process:
            with suppress(OSError):
                self._process.terminate()
            self._process.wait()

    def _listen(self, process: "subprocess.Popen[str]", out: Path) -> None:
        lines: list[str] = []
        assert process.stdout
        assert process.stderr
        with process:
            for line in process.stderr:
                lines = [*lines, line.strip().removeprefix("digitwise: ")][-LINES_KEPT:]
                self.state = Learning("running", lines)
            printed = process.stdout.read().strip()
        code = process.returncode
        result = json.loads(printed.splitlines()[-1]) if printed else None
        status = "done" if code == 0 else "refused" if result else "failed"
        if self._stopped and code:
            status = "stopped"
        self.state = Learning(status, lines, result, str(out) if code == 0 else None)


def _free(folder: Path, stem: str) -> Path:
    """Return an unused name: nothing is overwritten."""
    number = 1
    while (path := folder / f"{stem}-{number}.safetensors").exists():
        number += 1
    return path
