"""`digitwise train`."""

from dataclasses import dataclass, replace
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digitwise.cli.options import PresetName, chosen_of, option_of, with_settings
from digitwise.cli.output import DataDir, Json, people, printable
from digitwise.errors import StoppedError
from digitwise.extras import need
from digitwise.settings import DEFAULTS, TABLE, Settings, read_settings
from digitwise.training.presets import PRESETS

if TYPE_CHECKING:
    from digitwise.data.digits import Digits
    from digitwise.data.others import Other
    from digitwise.training.run import Run

MIN_VALIDATION = 1000  # digits to draw numbers with
PLOT_FORMATS = ("png", "svg", "pdf")
# Settings that a resumed run may change: where its digits and pictures are, and its length.
CHANGEABLE = ("data", "epochs", "real_numbers")


@with_settings(option_of)
def train(
    data_dir: DataDir = None,
    preset: PresetName = "default",
    settings: Annotated[
        Path | None,
        typer.Option(
            help="TOML file of settings, as learning_rate = 0.5; options override them.",
            metavar="FILE.toml",
        ),
    ] = None,
    find_learning_rate: Annotated[
        bool,
        typer.Option(
            "--find-learning-rate",
            help="Don't train: try rising learning rates for some hundred steps, print a good one, "
            "and draw the costs into --plot (learning-rate.png).",
        ),
    ] = False,
    out: Annotated[
        Path | None, typer.Option(help="Model file to write.", metavar="FILE.safetensors")
    ] = None,
    resume: Annotated[
        Path | None, typer.Option(help="Continue an unfinished run.", metavar="FILE")
    ] = None,
    plot: Annotated[
        Path | None, typer.Option(help="Picture of the learning curves.", metavar="FILE.png")
    ] = None,
    as_json: Json = False,
    **given: Any,
) -> None:
    """Train a network, test it, save it. Ctrl-C saves the run; --resume continues it."""
    chosen = chosen_of(given)
    _check_options(chosen, resume, preset, settings, out, plot)
    if find_learning_rate and resume:
        raise typer.BadParameter("leave out --resume", param_hint="--find-learning-rate")
    from digitwise.cli.training import draw, find_rate, go, report

    if resume:
        run = _resumed(resume, chosen, data_dir, out, as_json)
    else:
        chosen = {**(read_settings(settings) if settings else {}), **chosen}
        if chosen.get("start_from"):
            chosen = _as_trained(chosen["start_from"][0]) | chosen
        loaded = _load(PRESETS[preset].changed(chosen), data_dir, as_json)
        if find_learning_rate:
            find_rate(loaded.settings, loaded.train, loaded.others, plot, as_json)
            return
        run = _started(loaded, out, as_json)
    validation = run.validation
    taught = run.settings.non_digits and validation and len(validation) >= MIN_VALIDATION
    if taught:
        need("scipy", "teach", "learning to read numbers (--non-digits with --validation)")
    finished = go(run, as_json)
    if finished and taught and validation:
        from digitwise.cli.loading import load_real_numbers, load_second
        from digitwise.training.weighing import teach

        people(as_json).print("Learning to read numbers whose digits touch: some minutes")
        second = load_second(run.settings.second)
        real = load_real_numbers(run.settings.real_numbers, data_dir)
        teach(run.out, validation, real, second)
    if finished:
        report(run, as_json)
    if plot:
        draw(run, plot)
    if not finished:
        raise StoppedError(
            f"stopped in epoch {len(run.history.epochs) + 1} of {run.settings.epochs}; go on with:"
            f" digitwise train --resume {quote(str(run.checkpoint))}"
        )


@dataclass(frozen=True)
class Loaded:
    """Settings and digits of a run."""

    settings: Settings
    train: "Digits"
    test: "Digits"
    others: "list[Other]"


def _check_options(
    chosen: dict[str, Any],
    resume: Path | None,
    preset: str,
    settings: Path | None,
    out: Path | None,
    plot: Path | None,
) -> None:
    """Refuse options that can't work, before the run takes time."""
    if resume:
        fixed = [TABLE[name].option for name in chosen if name not in CHANGEABLE]
        fixed += ["--preset"] if preset != "default" else []
        fixed += ["--settings"] if settings else []
        if fixed:
            raise typer.BadParameter(
                f"a resumed run keeps its settings; leave out {', '.join(fixed)}",
                param_hint="--resume",
            )
    if resume and not resume.name:
        raise typer.BadParameter("expected a file", param_hint="--resume")
    if chosen.get("nesterov") and not chosen.get("momentum", PRESETS[preset].momentum):
        raise typer.BadParameter("needs --momentum above 0", param_hint="--nesterov")
    if chosen.get("start_from") and "init" in chosen:
        raise typer.BadParameter(
            "a trained network keeps its weights: leave out --init", param_hint="--init"
        )
    if out and out.suffix != ".safetensors":
        raise typer.BadParameter(
            f"expected a name ending in .safetensors; found {out.name}", param_hint="--out"
        )
    if plot and plot.suffix[1:].lower() not in PLOT_FORMATS:
        raise typer.BadParameter(
            f"expected a name ending in .png, .svg or .pdf; found {plot.name}", param_hint="--plot"
        )
    if plot:
        need("matplotlib", "plots", "--plot")
    for option, path in (("--out", out), ("--plot", plot)):
        if path and not path.absolute().parent.is_dir():
            raise typer.BadParameter(f"there is no folder {path.parent}", param_hint=option)


def _as_trained(model: str) -> dict[str, Any]:
    """Return the settings that a network from a file fixes."""
    from digitwise.models.shipped import open_model
    from digitwise.typed_layers import layer_settings

    network = open_model(model).network
    return {
        **layer_settings(network),
        "activation": network.activation,
        "cost": network.cost,
    }


def _load(settings: Settings, data_dir: Path | None, as_json: bool) -> Loaded:
    from digitwise.cli.loading import check_real_numbers, load_digits, load_others, load_second
    from digitwise.data.others import check_others
    from digitwise.data.sources import resolve
    from digitwise.training.start import with_engine

    name = resolve(settings.data, data_dir)
    settings = with_engine(replace(settings, data=name))
    settings.check()
    for judging in ("patience", "keep_best"):
        if getattr(settings, judging) and not settings.validation:
            raise typer.BadParameter(
                "needs validation digits to judge by: --validation 5000, for example",
                param_hint=TABLE[judging].option,
            )
    check_others(settings.also, data_dir)
    check_real_numbers(settings.real_numbers, data_dir)
    load_second(settings.second)  # refused before time is spent on training
    train_digits, test_digits = load_digits(name, data_dir)
    people(as_json).print(
        f"{len(train_digits[: settings.limit]):,} training and {len(test_digits):,} test digits: "
        f"{'MNIST, from ' if name == 'mnist' else ''}{train_digits.source}"
    )
    others = load_others(settings.also, data_dir, as_json)
    return Loaded(settings, train_digits, test_digits, others)


def _started(loaded: Loaded, out: Path | None, as_json: bool) -> "Run":
    from digitwise.training.run import Run

    settings = loaded.settings
    if settings.numbers:
        people(as_json).print(
            f"Drawing {settings.numbers:,} numbers to cut into pieces: some minutes"
        )
    path = out or _free_name(settings)
    run = Run.start(settings, loaded.train, loaded.test, path, loaded.others)
    if run.aside:
        people(as_json).print(
            f"An earlier run to {run.out} was unfinished; it is kept in {run.aside}"
        )
    return run


def _resumed(
    path: Path, chosen: dict[str, Any], data_dir: Path | None, out: Path | None, as_json: bool
) -> "Run":
    from digitwise.cli.loading import check_real_numbers, load_digits, load_others, load_second
    from digitwise.training.checkpoint import find_checkpoint, model_path
    from digitwise.training.saved import read_saved

    found = find_checkpoint(path)
    saved = read_saved(found)
    if "epochs" in chosen:
        saved = saved.with_epochs(chosen["epochs"])
    moved = {name: chosen[name] for name in ("data", "real_numbers") if name in chosen}
    data = moved.get("data", saved.settings.data)
    if saved.settings.data == DEFAULTS.data:
        moved.pop("data", None)  # the run was started from Python, so no command repeats it
    saved = replace(saved, settings=replace(saved.settings, **moved))
    settings = saved.settings
    check_real_numbers(settings.real_numbers, data_dir)
    load_second(settings.second)  # refused before time is spent on training
    done = len(saved.history.epochs)
    people(as_json).print(
        f"Going on after epoch {done} of {settings.epochs}: {printable(str(found))}"
    )
    train_digits, test_digits = load_digits(data, data_dir)
    others = load_others(settings.also, data_dir, as_json)
    return saved.resume(train_digits, test_digits, out or model_path(found), others)


def _free_name(settings: Settings) -> Path:
    """Claim an unused name for the model: `mnist-784-30-10.safetensors`, or with `-2`, ..."""
    from digitwise.temporary import claim
    from digitwise.training.checkpoint import checkpoint_path
    from digitwise.typed_layers import layers_text

    sizes = layers_text(settings.layout)
    stem, number = f"{Path(settings.data).absolute().name}-{sizes}"[:150], 1
    while True:
        path = Path(f"{stem}{'' if number == 1 else f'-{number}'}.safetensors")
        if not path.exists() and not checkpoint_path(path).exists() and claim(path):
            return path
        number += 1
