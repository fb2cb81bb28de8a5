"""`digitwise export`."""

from pathlib import Path
from typing import Annotated

import typer

from digitwise.cli.output import Json, emit, people


def export(
    model: Annotated[
        str, typer.Argument(help="Model file, or name of a shipped network.", metavar="MODEL")
    ],
    out: Annotated[Path, typer.Argument(help="File to write; for hub, a folder.", metavar="OUT")],
    to: Annotated[
        str,
        typer.Option(
            help="onnx (a graph, for ONNX Runtime), torch (a state dict in safetensors), or hub (a "
            "folder for the Hugging Face Hub).",
            metavar="FORMAT",
        ),
    ],
    as_json: Json = False,
) -> None:
    """Write a network for other programs."""
    from digitwise.exchange import FORMATS
    from digitwise.exchange import export as write

    if to not in FORMATS:
        raise typer.BadParameter(
            f"expected one of {', '.join(FORMATS)}; found {to}", param_hint="--to"
        )
    write(model, to, out)
    files = sorted(out.iterdir()) if out.is_dir() else [out]
    result = {"model": model, "to": to, "out": str(out)}
    console = people(as_json)
    console.print(f"{model}, exported to {out}")
    if to == "torch":
        from digitwise.exchange.torch import sequential_code
        from digitwise.models.files import load_model

        result["code"] = sequential_code(load_model(out), out)
        console.print(f"In PyTorch:\n\n{result['code']}", end="")
    if as_json:
        emit({**result, "bytes": sum(file.stat().st_size for file in files)})
