"""`digitwise evaluate`."""

from typing import TYPE_CHECKING, Annotated

import typer

from digitwise.cli.output import Data, DataDir, Json, emit, people
from digitwise.wording import percent

if TYPE_CHECKING:
    from rich.table import Table

    from digitwise.training.evaluation import Evaluation


def evaluate(
    model: Annotated[
        list[str] | None,
        typer.Argument(
            help="Model file, or name of a shipped network; several form a committee, with "
            "averaged weighted outputs.",
            metavar="[MODEL]...",
        ),
    ] = None,
    data: Data = "auto",
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Measure a network on test digits: accuracy, calibration error, confusions."""
    from digitwise.cli.loading import load_digits, load_pictures
    from digitwise.data.sources import resolve
    from digitwise.errors import InputError
    from digitwise.models.classes import classes_of
    from digitwise.models.committee import calibration_of, networks_of
    from digitwise.models.shipped import DEFAULT, open_model
    from digitwise.training.evaluation import evaluate as measure

    names = model or [DEFAULT]
    opened = [open_model(one) for one in names]
    classes = classes_of(opened[0])
    if any(classes_of(one) != classes for one in opened):
        raise InputError("expected networks that tell the same classes; found different ones")
    if classes:
        name, test = data, load_pictures(data, classes)
    else:
        name = resolve(data, data_dir)
        _, test = load_digits(name, data_dir)
    # The calibration of one model doesn't hold for a committee of several.
    calibration = calibration_of(opened[0]) if len(opened) == 1 else None
    networks = [network for one in opened for network in networks_of(one)]
    result = measure(networks, test, calibration=calibration)
    shown, told = " + ".join(names), {"classes": list(classes)} if classes else {}
    if as_json:
        emit({**result.to_dict(), "model": shown, "data": name} | told)
    console = people(as_json)
    console.print(
        f"{shown}: {percent(result.accuracy)}, {result.correct:,} of {result.n:,} "
        f"{'pictures' if classes else 'test digits'} of {name} right"
    )
    console.print(
        f"Confidence is off by {percent(result.calibration_error)} on average; of the surest 99%, "
        f"{percent(result.error_among_surest(0.01))} are wrong"
    )
    console.print(_confusion(result, classes))


def _confusion(result: "Evaluation", classes: tuple[str, ...] | None) -> "Table":
    from rich import box
    from rich.table import Table

    names = classes or tuple(str(d) for d in range(10))
    what = "class" if classes else "digit"
    table = Table(what, *names, box=box.SIMPLE, title="read as")
    for column in table.columns:
        column.justify = "right"
    for name, row in zip(names, result.confusion, strict=False):
        table.add_row(name, *(str(n) if n else "·" for n in row[: len(names)]))
    return table
