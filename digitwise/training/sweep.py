"""A sweep: trains a network for every combination of settings and writes each result to disk.

Settings are compared on the last training digits, as validation digits; a sweep never sees the test
digits. Each result is a line of `results.jsonl`, on disk before a worker begins its next network. A
sweep that was stopped or killed goes on from there.
"""

import csv
import io
import json
import os
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

from digitwise.data.digits import Digits
from digitwise.engines import choose_engine
from digitwise.engines.warm_up import warm_up
from digitwise.errors import DataError, InputError
from digitwise.files import write_atomically
from digitwise.network import Network
from digitwise.parsing import parse_json
from digitwise.settings import Settings
from digitwise.training.history import History
from digitwise.training.many import Job, fit_many
from digitwise.training.start import make_network, with_engine

RESULTS = "results.jsonl"
VALIDATION_DIVISOR = 6  # one in six training digits is for validation: MNIST's last 10,000

Row = dict[str, Any]


def combinations(base: Settings, axes: Mapping[str, Sequence[Any]]) -> list[Settings]:
    """Return the settings for every combination of the axes' values; the last axis is fastest."""
    return [
        replace(base, **dict(zip(axes, values, strict=True))) for values in product(*axes.values())
    ]


def split(train: Digits) -> tuple[Digits, Digits]:
    """Split off the last sixth of the training digits, for validation.

    Raises
    ------
    DataError
        If there are too few digits for both.
    """
    held_out = len(train) // VALIDATION_DIVISOR
    if held_out == 0:
        raise DataError(f"{train.source}: {len(train)} digits are too few to set a part aside")
    return train[:-held_out], train[-held_out:]


@dataclass
class Sweep:
    """Settings to train with, digits to train on, and a folder for the results.

    Attributes
    ----------
    grid : list of Settings
    train, validation : Digits
    folder : Path
        Folder of `results.jsonl`; made if it is missing.
    """

    grid: list[Settings]
    train: Digits
    validation: Digits
    folder: Path

    def __post_init__(self) -> None:
        """Choose every combination's engine, and drop duplicates."""
        self.grid = list(dict.fromkeys(with_engine(settings) for settings in self.grid))
        self._train_sha256 = self.train.sha256()

    def run(
        self,
        workers: int | None = None,
        *,
        progress: Callable[[Settings, History], bool | None] | None = None,
        finished: Callable[[Row], None] | None = None,
        on: str | Executor | None = None,
    ) -> None:
        """Train every combination that has no result yet.

        Parameters
        ----------
        workers, on : optional
            As in `fit_many`.
        progress : callable, optional
            Called with settings and history after every epoch; True stops the sweep.
        finished : callable, optional
            Called with each new result when it is on disk.

        Raises
        ------
        DataError
            If the folder holds results of other digits, or a damaged file.
        InputError
            If a combination can't be trained.
        """
        known = self._results()
        todo = [settings for settings in self.grid if settings not in known]
        self.folder.mkdir(parents=True, exist_ok=True)

        def watch(number: int, _job: Job, history: History) -> bool | None:
            return progress(todo[number], history) if progress else None

        def ended(number: int, job: Job, history: History) -> None:
            row = self._row(todo[number], job.made(), history)
            _append(self.folder / RESULTS, row)
            if finished:
                finished(row)

        fit_many(
            (Job(None, settings) for settings in todo),
            self.train,
            self.validation,
            workers=workers,
            progress=watch,
            done=ended,
            on=on,
        )

    def prepare(self) -> None:
        """Compile or load the kernels of all networks before the first one is trained."""
        shapes: dict[object, Settings] = {}
        for s in self.grid:
            # Compiled kernels depend on these settings.
            shapes.setdefault((s.engine, s.convolutions, s.hidden[:1], bool(s.momentum)), s)
        for settings in shapes.values():
            warm_up(choose_engine(settings.engine), make_network(settings), settings.variant)

    def rows(self) -> list[Row]:
        """Return the results so far, in the order of the grid.

        Raises
        ------
        DataError
            If they are of other digits, or the file is damaged.
        """
        known = self._results()
        return [known[settings] for settings in self.grid if settings in known]

    def _results(self) -> dict[Settings, Row]:
        rows = _read(self.folder / RESULTS)
        if any(row["train_sha256"] != self._train_sha256 for row in rows):
            raise DataError(
                f"{self.folder / RESULTS} holds results of other digits: name another folder "
                "(--out)"
            )
        return {Settings.from_dict(row["settings"]): row for row in rows}

    def _row(self, settings: Settings, network: Network, history: History) -> Row:
        accuracies = [e.test_accuracy for e in history.epochs if e.test_accuracy is not None]
        last = history.epochs[-1] if history.epochs else None
        return {
            "settings": settings.to_dict(),
            "parameters": network.parameter_count,
            "epochs_run": len(history.epochs),
            "training_cost": last and last.cost,
            "train_accuracy": last and last.train_accuracy,
            "validation_accuracy": last and last.test_accuracy,
            "best_validation_accuracy": max(accuracies, default=None),
            "seconds": round(history.seconds, 6),
            "warnings": history.warnings,
            "train_n": len(self.train),
            "train_sha256": self._train_sha256,
        }


def diverged(row: Row) -> bool:
    """Tell whether a network diverged, and so stopped before its last epoch."""
    return bool(row["epochs_run"] < row["settings"]["epochs"])


def accuracy(row: Row) -> float:
    """Return the validation accuracy after the last epoch, 0 to 1; 0 if the network diverged."""
    return 0.0 if diverged(row) else float(row["validation_accuracy"] or 0)


@dataclass(frozen=True)
class Combination:
    """The results of one combination of settings, which differ by seed.

    Attributes
    ----------
    settings : Settings
        Settings, with the first seed.
    accuracies : list of float
        Accuracy for each seed, 0 for networks that diverged.
    """

    settings: Settings
    accuracies: list[float]

    @property
    def median(self) -> float:
        """Median accuracy, which ranks combinations; one lucky seed doesn't affect it much."""
        return statistics.median(self.accuracies)


def ranked(rows: Iterable[Row]) -> list[Combination]:
    """Return all combinations, the highest median first."""
    found: dict[Settings, Combination] = {}
    for row in rows:
        settings = Settings.from_dict(row["settings"])
        combination = Combination(settings, [])
        found.setdefault(replace(settings, seed=0), combination).accuracies.append(accuracy(row))
    return sorted(found.values(), key=lambda combination: -combination.median)


def write_csv(rows: Sequence[Row], path: Path) -> None:
    """Write the results as a CSV table with a column for every setting and measure."""
    text = io.StringIO()
    flat = [_flat(row) for row in rows]
    if flat:
        writer = csv.DictWriter(text, list(flat[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(flat)
    write_atomically(path, text.getvalue().encode())


def _flat(row: Row) -> Row:
    settings = dict(row["settings"], hidden="-".join(map(str, row["settings"]["hidden"])))
    measured = {name: value for name, value in row.items() if name != "settings"}
    return {**settings, **measured, "warnings": "; ".join(row["warnings"])}


def _append(path: Path, row: Row) -> None:
    """Append a line, and wait until it is on disk."""
    with path.open("ab") as file:
        file.write(json.dumps(row, allow_nan=False).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _read(path: Path) -> list[Row]:
    """Return the results in a file; remove an incomplete last line, left by a crash."""
    if not path.exists():
        return []
    content = path.read_bytes()
    whole = content[: content.rfind(b"\n") + 1]
    if whole != content:
        write_atomically(path, whole)
    rows = []
    for number, line in enumerate(whole.splitlines(), 1):
        try:
            row = parse_json(line, finite=True)
            Settings.from_dict(row["settings"])
            if not isinstance(row["train_sha256"], str) or not isinstance(row["warnings"], list):
                raise TypeError("no result of a sweep")
            accuracy(row)
        except (AttributeError, InputError, KeyError, TypeError, ValueError) as error:
            raise DataError(
                f"{path}, line {number}: expected a result of `digitwise sweep`; found something "
                "else. Name another folder (--out), or remove the line"
            ) from error
        rows.append(row)
    return rows
