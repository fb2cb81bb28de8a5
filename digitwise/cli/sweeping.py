"""Follow a sweep: a live table, the results, the summary."""

from concurrent.futures import Executor
from pathlib import Path
from shlex import quote
from typing import Any

from rich.console import Group
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from digitwise.cli.logs import logger, timed
from digitwise.cli.output import emit, people, printable
from digitwise.cli.training import noticing_compilation
from digitwise.extras import has, missing
from digitwise.files import write_atomically
from digitwise.settings import Settings
from digitwise.training.history import History
from digitwise.training.sweep import (
    Combination,
    Row,
    Sweep,
    accuracy,
    diverged,
    ranked,
    write_csv,
)
from digitwise.training.sweep_picture import draw_sweep, varied
from digitwise.wording import percent

ROWS_SHOWN = 12  # of the live table and of the summary


def follow(sweep: Sweep, workers: int | None, cluster: Executor | None, as_json: bool) -> None:
    """Run a sweep; show a table of the networks in training and of the best so far."""
    console = people(as_json)
    rows = sweep.rows()
    names = _names(sweep)
    under_way: dict[Settings, History] = {}
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
        console=console,
    )  # fmt: skip
    task = bar.add_task("networks", total=len(sweep.grid), completed=len(rows))

    with Live(
        console=console, refresh_per_second=4, transient=True, auto_refresh=console.is_terminal
    ) as live:

        def show() -> None:
            if console.is_terminal:
                live.update(Group(_table(names, under_way, rows), bar))

        def progress(settings: Settings, history: History) -> None:
            under_way[settings] = history
            show()

        def finished(row: Row) -> None:
            under_way.pop(Settings.from_dict(row["settings"]), None)
            rows.append(row)
            bar.update(task, completed=len(rows))
            if as_json:
                emit({"event": "network", **row})
            if not console.is_terminal:
                told = ", ".join(f"{name} {_value(row, name)}" for name in names)
                console.print(f"{len(rows):>5} of {len(sweep.grid)}: {_accuracy(row)}   {told}")
            show()

        with noticing_compilation("fused", console), timed("making engines ready"):
            sweep.prepare()
        with timed(f"{len(sweep.grid):,} networks"):
            sweep.run(workers, progress=progress, finished=finished, on=cluster)


def write(sweep: Sweep) -> tuple[Path, Path | None]:
    """Write the table and, with matplotlib, the picture of the results; return their paths."""
    rows = sweep.rows()
    table, picture = sweep.folder / "results.csv", sweep.folder / "sweep.png"
    if rows:
        write_csv(rows, table)
    if not has("matplotlib"):
        logger.warning("%s", missing("matplotlib", "plots", "the picture of a sweep"))
        return table, None
    if rows:
        write_atomically(picture, draw_sweep(rows))
    return table, picture


def report(sweep: Sweep, data_dir: Path | None, as_json: bool) -> None:
    """Write the table and the picture; print the best combinations."""
    table, picture = write(sweep)
    combinations = ranked(sweep.rows())
    best = combinations[0]
    if as_json:
        emit(
            {
                "event": "done",
                "networks": len(sweep.grid),
                "folder": str(sweep.folder),
                "table": str(table),
                "picture": str(picture) if picture else None,
                "best": {
                    "settings": best.settings.to_dict(),
                    "validation_accuracy": best.median,
                    "seeds": len(best.accuracies),
                },
            }
        )
    console = people(as_json)
    console.print(_summary(sweep, combinations))
    drawn = f", picture in {printable(str(picture))}" if picture else ""
    console.print(f"Results in {printable(str(table))}{drawn}")
    if not best.median:
        console.print("All networks diverged: try lower learning rates")
        return
    where = f" --data-dir {quote(str(data_dir))}" if data_dir else ""
    console.print(
        f"Best on the validation digits: {percent(best.median)}. To train it:\n"
        f"{best.settings.command()}{where}"
    )


def _summary(sweep: Sweep, combinations: list[Combination]) -> Table:
    """Return a table of the best combinations: medians over seeds."""
    names = [name for name in _names(sweep) if name != "seed"]
    table = Table(box=None, header_style="bold")
    for name in (*names, "networks", "validation", "least", "most"):
        table.add_column(name.replace("_", " "), justify="right")
    for found in combinations[:ROWS_SHOWN]:
        values = (_value({"settings": found.settings.to_dict()}, name) for name in names)
        shares = (found.median, min(found.accuracies), max(found.accuracies))
        told = (percent(share) if share else "diverged" for share in shares)
        table.add_row(*values, str(len(found.accuracies)), *told)
    return table


def _names(sweep: Sweep) -> list[str]:
    rows: list[Any] = [{"settings": settings.to_dict()} for settings in sweep.grid]
    seeds = {settings.seed for settings in sweep.grid}
    return [*varied(rows), *(["seed"] if len(seeds) > 1 else [])] or ["seed"]


def _table(names: list[str], under_way: dict[Settings, History], rows: list[Row]) -> Table:
    table = Table(box=None, header_style="bold")
    for name in (*names, "epoch", "validation"):
        table.add_column(name.replace("_", " "), justify="right")
    for settings, history in under_way.items():
        row = {"settings": settings.to_dict()}
        last = history.epochs[-1].test_accuracy if history.epochs else None
        epoch = f"{len(history.epochs)} of {settings.epochs}"
        table.add_row(*(_value(row, name) for name in names), epoch, percent(last), style="dim")
    for row in sorted(rows, key=accuracy, reverse=True)[: max(3, ROWS_SHOWN - len(under_way))]:
        values = (_value(row, name) for name in names)
        table.add_row(*values, str(row["epochs_run"]), _accuracy(row))
    return table


def _value(row: Row, name: str) -> str:
    value = row["settings"][name]
    if isinstance(value, list | tuple):
        return "-".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def _accuracy(row: Row) -> str:
    return "diverged" if diverged(row) else percent(row["validation_accuracy"])
