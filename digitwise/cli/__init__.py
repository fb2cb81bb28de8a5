"""The command line: one file a command; nothing heavy is imported before it is needed."""

import os
import sys

import typer

from digitwise.cli.data import data
from digitwise.cli.evaluate import evaluate
from digitwise.cli.models import models
from digitwise.cli.read import read
from digitwise.cli.train import train
from digitwise.errors import DigitwiseError

app = typer.Typer(
    name="digitwise",
    help="Train networks that recognise handwritten digits, and read handwritten numbers.",
    add_completion=False,
    no_args_is_help=True,
    # Plain help: Rich's takes longer to import than everything else together.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
for command in (train, evaluate, read, models):
    app.command()(command)
app.add_typer(data, name="data")


def _print_version(wanted: bool) -> None:
    if wanted:
        from digitwise import __version__

        typer.echo(f"digitwise {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(
        False, "--version", callback=_print_version, is_eager=True, help="Show the version."
    ),
) -> None:
    """Train networks that recognise handwritten digits, and read handwritten numbers."""


def main() -> None:
    """Run the command line. Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted."""
    try:
        app(prog_name="digitwise")
    except DigitwiseError as error:
        _fail(str(error))
    except BrokenPipeError:
        # Whoever read our output has gone. Keep the interpreter from complaining as it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except MemoryError:
        _fail("out of memory: try fewer neurons, a smaller batch or a smaller picture")
    except Exception as error:
        if os.environ.get("DIGITWISE_DEBUG"):
            raise
        _fail(
            f"internal error: {type(error).__name__}: {' '.join(str(error).split())[:300]} "
            "(this is a fault of digitwise; DIGITWISE_DEBUG=1 shows where)"
        )


def _fail(message: str) -> None:
    print(f"digitwise: {message}", file=sys.stderr)  # noqa: T201
    sys.exit(1)
