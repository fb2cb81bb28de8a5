"""`digitwise learn` as a process of its own, and what is heard of it."""

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
MOST_LINES = 12  # of what it says, the last


@dataclass(frozen=True)
class Learning:
    """What is known of it.

    Attributes
    ----------
    status : {"idle", "running", "done", "refused", "failed", "stopped"}
    said : list of str
        Its last lines, for people.
    result : dict or None
        What `digitwise learn --json` prints: right before and after.
    model : str or None
        The new model's file, once it is there.
    """

    status: str = "idle"
    said: list[str] = field(default_factory=list)
    result: dict[str, Any] | None = None
    model: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """As the page is told."""
        return asdict(self)


class Learner:
    """Learns from corrections when it is told to, once at a time.

    Parameters
    ----------
    model : str
        File or name of the model to go on from.
    folder : Path
        Where the new one goes, under a name that no other file has.
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
            If it is at it already, or there is nothing to learn from.
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
        """End it; the network that reads stays as it is."""
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
                lines = [*lines, line.strip().removeprefix("digitwise: ")][-MOST_LINES:]
                self.state = Learning("running", lines)
            printed = process.stdout.read().strip()
        code = process.returncode
        result = json.loads(printed.splitlines()[-1]) if printed else None
        status = "done" if code == 0 else "refused" if result else "failed"
        if self._stopped and code:
            status = "stopped"
        self.state = Learning(status, lines, result, str(out) if code == 0 else None)


def _free(folder: Path, stem: str) -> Path:
    """A name that no file has: nothing is overwritten."""
    number = 1
    while (path := folder / f"{stem}-{number}.safetensors").exists():
        number += 1
    return path
