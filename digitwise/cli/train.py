"""`digitwise train`."""

from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from digitwise.cli.output import DATA_HELP, DataDir, Json, people, printable
from digitwise.errors import StoppedError
from digitwise.training.presets import PRESETS
from digitwise.training.settings import Settings

if TYPE_CHECKING:
    from digitwise.training.run import Run

ENOUGH = 1000  # validation digits to draw numbers with
PLOT_FORMATS = ("png", "svg", "pdf")
RANGES: dict[str, tuple[Callable[[float], bool], str]] = {
    "learning_rate": (lambda v: 0 < v < float("inf"), "a finite number above 0"),
    "momentum": (lambda v: 0 <= v < 1, "a number from 0 to below 1"),
    "weight_decay": (lambda v: 0 <= v < float("inf"), "a finite number, 0 or above"),
    "dropout": (lambda v: 0 <= v < 1, "a number from 0 to below 1"),
    "non_digits": (lambda v: 0 <= v < 1, "a number from 0 to below 1"),
    "average": (lambda v: 0 <= v < float("inf"), "a finite number, 0 or above"),
}
# Of a resumed run: where its digits and pictures are, how long it goes on.
CHANGEABLE = ("data", "epochs", "real_numbers")


def train(
    data: Annotated[str | None, typer.Option(help=DATA_HELP, metavar="SET")] = None,
    also: Annotated[
        list[str] | None,
        typer.Option(
            help="Mix in another set, a collection's name or file, given several times; SHARE is "
            "its share of all examples. none: leave out what the preset mixes in.",
            metavar="SET[:SHARE]",
        ),
    ] = None,
    data_dir: DataDir = None,
    preset: Annotated[
        Literal["default", "chapter", "fast", "best", "reader"],
        typer.Option(help="Settings that have a name; the options below change them."),
    ] = "default",
    hidden: Annotated[
        str | None,
        typer.Option(
            help="Neurons of the hidden layers: 30, or 100,30 (also 100-30).", metavar="N[,N...]"
        ),
    ] = None,
    epochs: Annotated[
        int | None, typer.Option(min=0, max=10**9, help="Passes over the digits.")
    ] = None,
    batch_size: Annotated[int | None, typer.Option(min=1, max=10**9, help="Digits a step.")] = None,
    learning_rate: Annotated[float | None, typer.Option(help="Step size, above 0.")] = None,
    schedule: Annotated[
        Literal["constant", "linear", "cosine"] | None,
        typer.Option(help="How the learning rate goes on: it stays, or falls to 0."),
    ] = None,
    momentum: Annotated[
        float | None, typer.Option(help="Share of a step that the next one keeps, below 1.")
    ] = None,
    nesterov: Annotated[
        bool | None, typer.Option("--nesterov", help="Nesterov's kind of momentum.")
    ] = None,
    weight_decay: Annotated[
        float | None, typer.Option(help="λ: a step takes learning rate × λ of every weight.")
    ] = None,
    dropout: Annotated[
        float | None, typer.Option(help="Share of hidden neurons left out of a step, below 1.")
    ] = None,
    deform: Annotated[
        Literal["none", "mnist", "wild"] | None,
        typer.Option(help="Draw every digit anew each time: slanted, turned, bent."),
    ] = None,
    plain_epochs: Annotated[
        int | None,
        typer.Option(min=0, help="The last so many epochs learn from digits as they are."),
    ] = None,
    non_digits: Annotated[
        float | None, typer.Option(help="Share of examples made into what is no digit, below 1.")
    ] = None,
    numbers: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=10**6,
            help="Draw so many numbers, and learn too from what they might be cut into.",
        ),
    ] = None,
    real_numbers: Annotated[
        str | None,
        typer.Option(
            help="Learn how to weigh a number's parts from real pictures too: a folder of them "
            "with truth.json. none: leave out what the preset names.",
            metavar="DIR",
        ),
    ] = None,
    average: Annotated[
        float | None, typer.Option(help="Epochs that the weights are averaged over.")
    ] = None,
    validation: Annotated[
        int | None,
        typer.Option(min=0, help="Set aside the last so many digits; measure these, not the test."),
    ] = None,
    patience: Annotated[
        int | None,
        typer.Option(min=1, help="Stop after so many epochs without a gain in validation."),
    ] = None,
    cost: Annotated[
        Literal["quadratic", "cross-entropy"] | None, typer.Option(help="Cost function.")
    ] = None,
    activation: Annotated[
        Literal["sigmoid", "tanh", "relu"] | None, typer.Option(help="Of the hidden neurons.")
    ] = None,
    init: Annotated[
        Literal["gaussian", "scaled", "he"] | None, typer.Option(help="How weights start.")
    ] = None,
    start_from: Annotated[
        list[str] | None,
        typer.Option(
            help="Begin with a trained network: a model file, or a shipped one's name. Given "
            "several times: with the average of networks that were trained from one start.",
            metavar="MODEL",
        ),
    ] = None,
    store: Annotated[
        Literal["float32", "float16"] | None,
        typer.Option(help="How the model is written: float16 halves the file."),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, max=2**63 - 1, help="Of the start and of the order.")
    ] = None,
    engine: Annotated[
        Literal["auto", "reference", "fused", "dense"] | None,
        typer.Option(help="What runs the epochs."),
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Train on the first so many digits only.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Model file to write.", metavar="FILE.safetensors")
    ] = None,
    resume: Annotated[
        Path | None, typer.Option(help="Go on with an unfinished run.", metavar="FILE")
    ] = None,
    plot: Annotated[
        Path | None, typer.Option(help="Learning curves to draw.", metavar="FILE.png")
    ] = None,
    as_json: Json = False,
) -> None:
    """Train a network, test it, save it. Ctrl-C saves the run; --resume goes on with it."""
    given = {
        **locals(),
        "hidden": _layers(hidden),
        "start_from": tuple(start_from or ()) or None,
        "also": () if also == ["none"] else tuple(also or ()) or None,
        "real_numbers": "" if real_numbers == "none" else real_numbers,
    }
    chosen = {f.name: given[f.name] for f in fields(Settings) if given[f.name] is not None}
    _check_options(chosen, resume, preset, out, plot)
    from digitwise.cli.training import draw, go, report

    if resume:
        run = _resumed(resume, chosen, data_dir, out, as_json)
    else:
        if start_from:
            chosen = _as_trained(start_from[0]) | chosen
        run = _started(replace(PRESETS[preset], **chosen), data_dir, out, as_json)
    finished = go(run, as_json)
    if finished and run.settings.non_digits and len(run.validation) >= ENOUGH:
        from digitwise.cli.loading import load_real_numbers
        from digitwise.reading.learning import teach

        people(as_json).print("Learning to read numbers whose digits touch: some minutes")
        teach(run.out, run.validation, load_real_numbers(run.settings.real_numbers, data_dir))
    if finished:
        report(run, as_json)
    if plot:
        draw(run, plot)
    if not finished:
        raise StoppedError(
            f"stopped in epoch {len(run.history.epochs) + 1} of {run.settings.epochs}; go on with:"
            f" digitwise train --resume {quote(str(run.checkpoint))}"
        )


def check_range(name: str, value: float | None) -> None:
    """Refuse a value, if there is one, that an option can't have.

    Raises
    ------
    typer.BadParameter
        If it is outside the range in RANGES.
    """
    fits, expected = RANGES[name]
    if value is not None and not fits(value):
        raise typer.BadParameter(
            f"expected {expected}; found {value}", param_hint=f"--{name.replace('_', '-')}"
        )


def _layers(text: str | None) -> tuple[int, ...] | None:
    if text is None:
        return None
    try:
        layers = tuple(int(part) for part in text.replace("-", ",").split(","))
    except ValueError:
        layers = ()
    if not layers or not all(1 <= n <= 1_000_000 for n in layers) or len(layers) > 90:
        raise typer.BadParameter(
            f"expected neurons per layer, as 30 or 100,30, 1 to 1,000,000 each, in at most 90 "
            f"layers; found {text[:60]!r}",
            param_hint="--hidden",
        )
    return layers


def _check_options(
    chosen: dict[str, Any], resume: Path | None, preset: str, out: Path | None, plot: Path | None
) -> None:
    """Refuse what can't work before any time is spent."""
    if resume:
        fixed = [f"--{name.replace('_', '-')}" for name in chosen if name not in CHANGEABLE]
        fixed += ["--preset"] if preset != "default" else []
        if fixed:
            raise typer.BadParameter(
                f"a resumed run keeps its settings; leave out {', '.join(fixed)}",
                param_hint="--resume",
            )
    if resume and not resume.name:
        raise typer.BadParameter("expected a file", param_hint="--resume")
    for name in RANGES:
        check_range(name, chosen.get(name))
    if chosen.get("nesterov") and not chosen.get("momentum"):
        raise typer.BadParameter("needs --momentum above 0", param_hint="--nesterov")
    if chosen.get("start_from") and "init" in chosen:
        raise typer.BadParameter("a trained network starts as it is", param_hint="--init")
    if out and out.suffix != ".safetensors":
        raise typer.BadParameter(
            f"expected a name ending in .safetensors; found {out.name}", param_hint="--out"
        )
    if plot and plot.suffix[1:].lower() not in PLOT_FORMATS:
        raise typer.BadParameter(
            f"expected a name ending in .png, .svg or .pdf; found {plot.name}", param_hint="--plot"
        )
    for option, path in (("--out", out), ("--plot", plot)):
        if path and not path.absolute().parent.is_dir():
            raise typer.BadParameter(f"there is no folder {path.parent}", param_hint=option)


def _as_trained(model: str) -> dict[str, Any]:
    """Settings that a network from a file has already."""
    from digitwise.models.shipped import open_model

    network = open_model(model).network
    return {
        "hidden": tuple(network.sizes[1:-1]),
        "activation": network.activation,
        "cost": network.cost,
    }


def _started(settings: Settings, data_dir: Path | None, out: Path | None, as_json: bool) -> "Run":
    from digitwise.cli.loading import check_real_numbers, load_digits, load_others
    from digitwise.data.others import check_others
    from digitwise.data.sources import resolve
    from digitwise.training.run import Run

    name = resolve(settings.data, data_dir)
    settings = replace(settings, data=name).with_engine()
    check_others(settings.also, data_dir)
    check_real_numbers(settings.real_numbers, data_dir)
    train_digits, test_digits = load_digits(name, data_dir)
    people(as_json).print(
        f"{len(train_digits[: settings.limit]):,} training and {len(test_digits):,} test digits: "
        f"{'MNIST, from ' if name == 'mnist' else ''}{train_digits.source}"
    )
    others = load_others(settings.also, data_dir, as_json)
    if settings.numbers:
        people(as_json).print(f"Drawing {settings.numbers:,} numbers, to cut them up: minutes")
    path = out or _free_name(settings)
    run = Run.start(settings, train_digits, test_digits, path, others)
    if run.aside:
        people(as_json).print(
            f"An earlier run to {run.out} was unfinished; it is kept in {run.aside}"
        )
    return run


def _resumed(
    path: Path, chosen: dict[str, Any], data_dir: Path | None, out: Path | None, as_json: bool
) -> "Run":
    from digitwise.cli.loading import check_real_numbers, load_digits, load_others
    from digitwise.training.run import find_checkpoint, model_path
    from digitwise.training.saved import read_saved

    found = find_checkpoint(path)
    saved = read_saved(found)
    if "epochs" in chosen:
        saved = saved.with_epochs(chosen["epochs"])
    moved = {name: chosen[name] for name in ("data", "real_numbers") if name in chosen}
    saved = replace(saved, settings=replace(saved.settings, **moved))
    settings = saved.settings
    check_real_numbers(settings.real_numbers, data_dir)
    done = len(saved.history.epochs)
    people(as_json).print(
        f"Going on after epoch {done} of {settings.epochs}: {printable(str(found))}"
    )
    train_digits, test_digits = load_digits(settings.data, data_dir)
    others = load_others(settings.also, data_dir, as_json)
    return saved.resume(train_digits, test_digits, out or model_path(found), others)


def _free_name(settings: Settings) -> Path:
    """Name for the model that takes no other's place: `mnist-784-30-10.safetensors`, `...-2...`."""
    from digitwise.training.run import checkpoint_path

    sizes = "-".join(map(str, settings.sizes))
    stem, number = f"{Path(settings.data).absolute().name}-{sizes}"[:150], 1
    while True:
        path = Path(f"{stem}{'' if number == 1 else f'-{number}'}.safetensors")
        if not path.exists() and not checkpoint_path(path).exists():
            return path
        number += 1
