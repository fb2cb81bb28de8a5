"""`digitwise import`."""

from pathlib import Path
from typing import Annotated

import typer

from digitwise.cli.output import Data, DataDir, Json, emit, people
from digitwise.errors import InputError
from digitwise.wording import percent

SUSPICIOUS = 0.9  # below this accuracy, an option was probably forgotten


def import_(
    path: Annotated[
        Path,
        typer.Argument(
            help="State dict of Conv2d and Linear layers, from safetensors.torch.save_file.",
            metavar="FILE",
        ),
    ],
    out: Annotated[
        Path,
        typer.Option("-o", "--out", help="Model file to write.", metavar="MODEL.safetensors"),
    ],
    activation: Annotated[
        str | None,
        typer.Option(
            help="Activation of the hidden layers, if the file lacks it: sigmoid, tanh or relu.",
            metavar="NAME",
        ),
    ] = None,
    convolutions: Annotated[
        str | None,
        typer.Option(
            help="Conv2d layers with their pooling, if the file lacks them: 3x3x16p2,3x3x32.",
            metavar="KxKxMAPS[pN],...",
        ),
    ] = None,
    normalize: Annotated[
        str,
        typer.Option(
            help="Mean and standard deviation of transforms.Normalize, for pixels in [0, 1].",
            metavar="MEAN,STD",
        ),
    ] = "0,1",
    data: Data = "auto",
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Make a model file of a network trained by PyTorch; calibrate it on test digits."""
    from digitwise.cli.loading import load_digits
    from digitwise.data.sources import resolve
    from digitwise.exchange.torch import from_torch, import_torch
    from digitwise.models.files import save
    from digitwise.typed_layers import layers_text

    if out.exists():
        raise InputError(f"{out} is there already: name another file with -o, or move it away")
    said = _two_numbers(normalize)
    from_torch(path, activation, said, convolutions)  # report a bad file before any download
    name = resolve(data, data_dir)
    _, test = load_digits(name, data_dir)
    model = import_torch(path, test, name, activation, said, convolutions)
    save(model, out)
    accuracy = model.results["test_accuracy"]
    layers = layers_text(model.network.layout)
    if as_json:
        emit({"model": str(out), "layers": layers, "data": name, **model.results})
    console = people(as_json)
    console.print(
        f"{out}: {layers}, {percent(accuracy)} of {len(test):,} test digits of {name} right"
    )
    if accuracy < SUSPICIOUS:
        console.print(
            "That is low: was it trained on other digits, with another --activation, or on "
            "normalized pixels (MNIST's are often --normalize 0.1307,0.3081)?"
        )


def _two_numbers(text: str) -> tuple[float, float]:
    try:
        mean, deviation = (float(part) for part in text.split(","))
    except ValueError:
        raise typer.BadParameter(
            f"expected MEAN,STD, as 0.1307,0.3081; found {text}", param_hint="--normalize"
        ) from None
    return mean, deviation
