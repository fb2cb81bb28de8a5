"""`digitwise sweep`."""

from dataclasses import replace
from pathlib import Path
from shlex import quote
from typing import Annotated, Any, Literal

import typer

from digitwise.cli import axes
from digitwise.cli.output import DATA_HELP, DataDir, Json, people, printable
from digitwise.cli.train import check_range
from digitwise.errors import StoppedError
from digitwise.training.presets import PRESETS
from digitwise.training.settings import Settings

Values = Annotated[str | None, typer.Option(metavar="VALUES")]


def sweep(
    data: Annotated[str, typer.Option(help=DATA_HELP, metavar="SET")] = "auto",
    data_dir: DataDir = None,
    preset: Annotated[
        Literal["default", "chapter", "fast", "best", "reader"],
        typer.Option(help="What the options below change."),
    ] = "default",
    hidden: Annotated[
        str | None,
        typer.Option(help="15,30,100 are three networks; 100-30 has two layers.", metavar="VALUES"),
    ] = None,
    learning_rate: Values = None,
    batch_size: Values = None,
    epochs: Values = None,
    momentum: Values = None,
    weight_decay: Values = None,
    dropout: Values = None,
    schedule: Annotated[
        str | None, typer.Option(help="constant, linear, cosine", metavar="NAMES")
    ] = None,
    cost: Annotated[
        str | None, typer.Option(help="quadratic, cross-entropy", metavar="NAMES")
    ] = None,
    activation: Annotated[
        str | None, typer.Option(help="sigmoid, tanh, relu", metavar="NAMES")
    ] = None,
    init: Annotated[str | None, typer.Option(help="gaussian, scaled, he", metavar="NAMES")] = None,
    nesterov: Annotated[bool, typer.Option("--nesterov", help="For all.")] = False,
    seeds: Annotated[str, typer.Option(help="How many, or which: 5, or 3,7.")] = "1",
    engine: Annotated[
        Literal["auto", "reference", "fused", "dense"], typer.Option(help="What runs the epochs.")
    ] = "auto",
    limit: Annotated[
        int | None, typer.Option(min=1, help="Train on the first so many digits only.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, max=1024, help="Networks at a time; all cores by default.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for results.", metavar="DIR")] = Path("sweep"),
    as_json: Json = False,
) -> None:
    """Train a network for every combination of settings, on all cores, and draw what came of it.

    VALUES are single ones, 0.1,0.3,1, and ranges, 0.1:10:log7 (seven values, evenly spaced in their
    logarithms) or 1:5:lin5. Judged on the last sixth of the training digits; the test digits are
    not touched. Stop it when you like: the same command goes on where it was.
    """
    from digitwise.costs import COSTS
    from digitwise.network import INITS
    from digitwise.neurons import ACTIVATIONS
    from digitwise.training.schedules import SCHEDULES

    grid: dict[str, list[Any] | None] = {
        "hidden": axes.layers(hidden, "--hidden"),
        "learning_rate": _within("learning_rate", axes.numbers(learning_rate, "--learning-rate")),
        "batch_size": _whole("batch_size", batch_size),
        "epochs": _whole("epochs", epochs),
        "momentum": _within("momentum", axes.numbers(momentum, "--momentum")),
        "weight_decay": _within("weight_decay", axes.numbers(weight_decay, "--weight-decay")),
        "dropout": _within("dropout", axes.numbers(dropout, "--dropout")),
        "schedule": axes.words(schedule, "--schedule", list(SCHEDULES)),
        "cost": axes.words(cost, "--cost", list(COSTS)),
        "activation": axes.words(activation, "--activation", list(ACTIVATIONS)),
        "init": axes.words(init, "--init", list(INITS)),
        "seed": axes.seeds(seeds, "--seeds"),
    }
    base = replace(PRESETS[preset], nesterov=nesterov, engine=engine)
    base = replace(base, limit=limit) if limit else base
    if nesterov and not all(grid["momentum"] or [base.momentum]):
        raise typer.BadParameter("needs every value of --momentum above 0", param_hint="--nesterov")
    if out.exists() and not out.is_dir():
        raise typer.BadParameter(f"expected a folder; {out} is a file", param_hint="--out")
    _run(base, {k: v for k, v in grid.items() if v}, data, data_dir, workers, out, as_json)


def _whole(name: str, text: str | None) -> list[Any] | None:
    option = f"--{name.replace('_', '-')}"
    values = axes.numbers(text, option, whole=True)
    if values and not all(1 <= value <= 10**9 for value in values):
        raise typer.BadParameter(f"expected 1 or more; found {min(values)}", param_hint=option)
    return values


def _within(name: str, values: list[Any] | None) -> list[Any] | None:
    for value in values or []:
        check_range(name, value)
    return values


def _run(
    base: Settings,
    grid: dict[str, list[Any]],
    data: str,
    data_dir: Path | None,
    workers: int | None,
    out: Path,
    as_json: bool,
) -> None:
    from digitwise.cli.loading import load_digits
    from digitwise.cli.sweeping import follow, report, write
    from digitwise.data.sources import resolve
    from digitwise.training.sweep import Sweep, combinations, split

    name = resolve(data, data_dir)
    digits, _ = load_digits(name, data_dir)
    train, validation = split(digits)
    train = train[: base.limit]
    sweep = Sweep(combinations(replace(base, data=name), grid), train, validation, out)
    known = len(sweep.rows())
    console = people(as_json)
    console.print(
        f"{len(sweep.grid):,} network{'s' if len(sweep.grid) > 1 else ''}, judged on "
        f"{len(validation):,} of the training digits of {name}; {len(train):,} others to learn from"
    )
    if known:
        console.print(f"{known:,} of them are in {printable(str(out))} already")
    try:
        follow(sweep, workers, as_json)
    except KeyboardInterrupt:
        write(sweep)
        raise StoppedError(
            f"interrupted; {len(sweep.rows()):,} of {len(sweep.grid):,} results are kept in "
            f"{quote(str(out))}, and the same command goes on"
        ) from None
    report(sweep, data_dir, as_json)
