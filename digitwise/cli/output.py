"""Printing: JSON for programs on standard output, text for people."""

import json
import logging
import os
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digitwise.settings import TABLE

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from rich.console import Console

Json = Annotated[bool, typer.Option("--json", help="Print JSON, and nothing else, on stdout.")]
DataDir = Annotated[
    Path | None,
    typer.Option(help="Folder with MNIST's four files (also: DIGITWISE_DATA).", metavar="DIR"),
]


def _check_on(on: str | None) -> str | None:
    if on is not None and on != "ray" and not on.startswith("ray:"):
        raise typer.BadParameter(f"expected ray or ray:ADDRESS; found {on!r:.80}")
    return on


def cluster_on(on: str | None) -> "AbstractContextManager[Executor | None]":
    """Open the cluster of `--on` for a block; without one, the block gets None."""
    if on is None:
        return nullcontext()
    from digitwise.engines.remote import executor_on

    return executor_on(on)


On = Annotated[
    str | None,
    typer.Option(
        help="Work on a cluster: ray (processes of this machine), ray:auto, ray:HOST:PORT.",
        metavar="ray[:ADDRESS]",
        callback=_check_on,
    ),
]
DATA_HELP = TABLE["data"].row.meaning
Data = Annotated[str, typer.Option(help=DATA_HELP, metavar="SET")]


def emit(value: dict[str, Any]) -> None:
    """Print one JSON object as a line on standard output, and flush."""
    sys.stdout.write(json.dumps(value, allow_nan=False) + "\n")
    sys.stdout.flush()


def people(as_json: bool) -> "Console":
    """Return the console for people: standard output, or standard error beside JSON.

    Only a terminal gets bars and cursor movements. FORCE_COLOR gives colours, in a pipe too.
    """
    from rich.console import Console

    stream = sys.stderr if as_json else sys.stdout
    piped = stream is None or not stream.isatty()
    return Console(
        stderr=as_json,
        quiet=as_json and not logging.getLogger("digitwise").isEnabledFor(logging.WARNING),
        highlight=False,
        markup=False,
        soft_wrap=True,
        force_terminal=False if piped else None,
        color_system="standard" if piped and os.environ.get("FORCE_COLOR") else "auto",
    )


def complain(message: str) -> None:
    """Print one line on standard error."""
    sys.stderr.write(f"digitwise: {printable(message)}\n")
    sys.stderr.flush()


def printable(text: str) -> str:
    """Return text on one line, without control characters, which names of files may hold."""
    text = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(text.split()).encode(errors="replace").decode()
