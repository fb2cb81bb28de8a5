"""The command line: one file a command. Heavy modules are imported only when they are used."""

import io
import os
import re
import sys
import time

import typer

from digitwise.cli.data import data
from digitwise.cli.evaluate import evaluate
from digitwise.cli.export import export
from digitwise.cli.fields import fields
from digitwise.cli.import_ import import_
from digitwise.cli.lab import lab
from digitwise.cli.learn import learn
from digitwise.cli.logs import begin, logged, logger
from digitwise.cli.man import man
from digitwise.cli.models import models
from digitwise.cli.options import Grouped
from digitwise.cli.output import complain
from digitwise.cli.read import read
from digitwise.cli.review import review
from digitwise.cli.serve import serve
from digitwise.cli.site import site
from digitwise.cli.sweep import sweep
from digitwise.cli.train import train
from digitwise.errors import DigitwiseError, StoppedError, reason_of

INTERRUPTED = 130

app = typer.Typer(
    name="digitwise",
    help="Train networks that recognise handwritten digits, and read handwritten numbers.",
    no_args_is_help=True,
    # Plain help: Rich's takes longer to import than everything else together.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (train, evaluate, read, fields, review, learn, sweep, serve, site, models, export):
    app.command(cls=Grouped if command in (train, sweep) else None)(logged(command))
app.command("import")(logged(import_))
app.command()(logged(man))
app.add_typer(data, name="data")
app.add_typer(lab, name="lab")


def _print_version(wanted: bool) -> None:
    if wanted:
        from digitwise import __version__

        typer.echo(f"digitwise {__version__}")
        raise typer.Exit


@app.callback()
@logged
def _options(
    version: bool = typer.Option(
        False, "--version", callback=_print_version, is_eager=True, help="Show the version."
    ),
) -> None:
    """Train networks that recognise handwritten digits, and read handwritten numbers."""


def main() -> None:
    """Run the command line. Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted."""
    _prepare_streams()
    begin()
    begun = time.perf_counter()
    try:
        app(prog_name="digitwise")
    except SystemExit as end:
        logger.info("all of it: %.2f s", time.perf_counter() - begun)
        if end.code == INTERRUPTED:  # no command handled this Ctrl-C
            complain("interrupted")
        raise
    except StoppedError as error:
        _end(str(error), INTERRUPTED)
    except DigitwiseError as error:
        _end(str(error))
    except BrokenPipeError:
        # The reader of our output has exited. Keep the interpreter from complaining as it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        what = error.filename or "can't read or write"
        _end(f"{what}: {reason_of(error)}")
    except ModuleNotFoundError as error:
        package = "numba" if error.name == "llvmlite" else error.name
        _end(
            f"this needs the package {package}, which a small install lacks: pip install {package}"
        )
    except MemoryError:
        _end("out of memory: try fewer neurons, a smaller batch or a smaller picture")
    except Exception as error:
        if os.environ.get("DIGITWISE_DEBUG"):
            raise
        _end(
            f"internal error: {type(error).__name__}: {str(error)[:300]} "
            "(this is a fault of digitwise; DIGITWISE_DEBUG=1 shows where)"
        )


def _prepare_streams() -> None:
    """Make output and messages possible: closed streams, poor terminals, a width of nonsense."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by the shell; so no file that is opened later gets its number
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115, PTH123
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # some terminals can't show η
    if not re.fullmatch("[1-9][0-9]{0,5}", os.environ.get("COLUMNS", "")):
        os.environ.pop("COLUMNS", None)  # Rich prints nothing into no columns


def _end(message: str, code: int = 1) -> None:
    complain(message)
    sys.exit(code)
