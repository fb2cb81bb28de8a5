"""`digitwise evaluate`."""

from typing import TYPE_CHECKING, Annotated

import typer

from digitwise.cli.output import Data, DataDir, Json, emit, people
from digitwise.percent import percent

if TYPE_CHECKING:
    from rich.table import Table

    from digitwise.training.evaluation import Evaluation


def evaluate(
    model: Annotated[
        list[str] | None,
        typer.Argument(
            help="Model file, or name of a shipped network; several form a committee, with "
            "averaged outputs.",
            metavar="[MODEL]...",
        ),
    ] = None,
    data: Data = "auto",
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Measure a network on test digits: accuracy, calibration error, confusions."""
    from digitwise.cli.loading import load_digits
    from digitwise.data.sources import resolve
    from digitwise.models.shipped import DEFAULT, open_model
    from digitwise.training.evaluation import evaluate as measure

    names = model or [DEFAULT]
    opened = [open_model(one) for one in names]
    name = resolve(data, data_dir)
    _, test = load_digits(name, data_dir)
    # The calibration of one network doesn't hold for a committee.
    calibration = opened[0].calibration if len(opened) == 1 else None
    result = measure([one.network for one in opened], test, calibration=calibration)
    shown = " + ".join(names)
    if as_json:
        emit({**result.to_dict(), "model": shown, "data": name})
    console = people(as_json)
    console.print(
        f"{shown}: {percent(result.accuracy)}, {result.correct:,} of {result.n:,} test digits of "
        f"{name} right"
    )
    console.print(
        f"Confidence is off by {percent(result.calibration_error)} on average; of the surest 99%, "
        f"{percent(result.error_among_surest(0.01))} are wrong"
    )
    console.print(_confusion(result))


def _confusion(result: "Evaluation") -> "Table":
    from rich import box
    from rich.table import Table

    table = Table("digit", *(str(d) for d in range(10)), box=box.SIMPLE, title="read as")
    for column in table.columns:
        column.justify = "right"
    for digit, row in enumerate(result.confusion):
        table.add_row(str(digit), *(str(n) if n else "·" for n in row))
    return table
