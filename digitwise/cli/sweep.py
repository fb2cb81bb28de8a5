"""`digitwise sweep`."""

from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path
from shlex import quote
from typing import Annotated, Any

import typer

from digitwise.cli import axes
from digitwise.cli.options import (
    PANELS,
    PresetName,
    checked,
    chosen_of,
    help_of,
    option_of,
    with_settings,
)
from digitwise.cli.output import DataDir, Json, On, cluster_on, people, printable
from digitwise.errors import StoppedError
from digitwise.setting import Setting
from digitwise.settings import TABLE, Settings
from digitwise.training.presets import PRESETS
from digitwise.wording import counted

FIXED = ("data", "limit", "nesterov", "engine")  # one value for all networks


def axis_of(setting: Setting) -> Any:
    """Return a setting's option: for several values, for one value of all networks, or None."""
    if setting.name in FIXED:
        return option_of(setting)
    if not setting.row.axis:
        return None
    metavar = "NAMES" if setting.row.choices else "VALUES"
    panel = PANELS[setting.row.group]
    info = typer.Option(help=help_of(setting), metavar=metavar, rich_help_panel=panel)
    return Annotated[str | None, info]


@with_settings(axis_of)
def sweep(
    data_dir: DataDir = None,
    preset: PresetName = "default",
    seeds: Annotated[str, typer.Option(help="Number of seeds, or a list: 5, or 3,7.")] = "1",
    workers: Annotated[
        int | None,
        typer.Option(min=1, max=1024, help="Networks at a time [default: the number of cores]."),
    ] = None,
    on: On = None,
    out: Annotated[Path, typer.Option(help="Folder for results.", metavar="DIR")] = Path("sweep"),
    as_json: Json = False,
    **given: Any,
) -> None:
    """Train a network for every combination of settings, on all cores, and draw the results.

    VALUES are lists, 0.1,0.3,1, or ranges, 0.1:10:log7 (seven values, evenly spaced in their
    logarithms) or 1:5:lin5; NAMES are separated by commas. --hidden 15,30,100 means three networks;
    100-30 has two layers. The networks are judged on the last sixth of the training digits; the
    test digits are not touched. Stop it when you like: the same command continues it.
    """
    grid = {name: values for name in given if (values := values_of(TABLE[name], given[name]))}
    grid["seed"] = [checked(TABLE["seed"], seed) for seed in axes.seeds(seeds, "--seeds")]
    base = PRESETS[preset].changed(chosen_of({name: given[name] for name in FIXED}))
    if base.nesterov and not all(grid.get("momentum") or [base.momentum]):
        raise typer.BadParameter("needs every value of --momentum above 0", param_hint="--nesterov")
    if out.exists() and not out.is_dir():
        raise typer.BadParameter(f"expected a folder; {out} is a file", param_hint="--out")
    with cluster_on(on) as cluster:
        _run(base, grid, data_dir, workers, cluster, out, as_json)


def values_of(setting: Setting, text: str | None) -> list[Any]:
    """Return the values that a text lists; an empty list without text, or if there is no axis.

    Raises
    ------
    typer.BadParameter
        If the text can't be understood, or a value is outside the setting's range.
    """
    if text is None or setting.name in FIXED:
        return []
    option = setting.option
    if setting.row.choices:
        values: list[Any] = axes.words(text, option, list(setting.row.choices))
    elif setting.many:
        values = axes.layers(text, option)
    else:
        values = axes.numbers(text, option, whole=setting.kind is int)
    return [checked(setting, value) for value in values]


def _run(
    base: Settings,
    grid: dict[str, list[Any]],
    data_dir: Path | None,
    workers: int | None,
    cluster: Executor | None,
    out: Path,
    as_json: bool,
) -> None:
    from digitwise.cli.loading import load_digits
    from digitwise.cli.sweeping import follow, report, write
    from digitwise.data.sources import resolve
    from digitwise.training.sweep import Sweep, combinations, split

    name = resolve(base.data, data_dir)
    digits, _ = load_digits(name, data_dir)
    train, validation = split(digits)
    train = train[: base.limit]
    sweep = Sweep(combinations(replace(base, data=name), grid), train, validation, out)
    known = len(sweep.rows())
    console = people(as_json)
    console.print(
        f"{counted(len(sweep.grid), 'network')}, judged on "
        f"{len(validation):,} training digits of {name}; {len(train):,} others to learn from"
    )
    if known:
        console.print(f"{known:,} of them are in {printable(str(out))} already")
    try:
        follow(sweep, workers, cluster, as_json)
    except KeyboardInterrupt:
        write(sweep)
        raise StoppedError(
            f"interrupted; {len(sweep.rows()):,} of {len(sweep.grid):,} results are kept in "
            f"{quote(str(out))}; continue with the same command"
        ) from None
    report(sweep, data_dir, as_json)
