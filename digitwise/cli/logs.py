"""Messages of commands on standard error: one logger, --verbose and --quiet."""

import logging
import platform
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from inspect import Parameter, signature
from typing import Annotated, Any

import typer

from digitwise.cli.output import complain

logger = logging.getLogger("digitwise")


class Lines(logging.Handler):
    """Handler that prints each record as a line on standard error, like errors."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print a record."""
        complain(record.getMessage())


def begin() -> None:
    """Show warnings and errors of the package, unless --verbose or --quiet follow."""
    if not any(isinstance(handler, Lines) for handler in logger.handlers):
        logger.addHandler(Lines())
    logger.setLevel(logging.WARNING)


def _verbose(wanted: bool) -> None:
    if wanted:
        from digitwise import __version__

        logger.setLevel(logging.INFO)
        logger.info("digitwise %s, Python %s", __version__, platform.python_version())


def _quiet(wanted: bool) -> None:
    if wanted:
        logger.setLevel(logging.ERROR)


VERBOSE = Annotated[
    bool,
    typer.Option(
        "--verbose",
        "-v",
        callback=_verbose,
        expose_value=False,
        help="Report models, settings, engines and times on stderr.",
    ),
]
QUIET = Annotated[
    bool,
    typer.Option(
        "--quiet",
        "-q",
        callback=_quiet,
        expose_value=False,
        help="Print only errors on stderr.",
    ),
]


def logged(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command --verbose and --quiet."""
    made = {"verbose": VERBOSE, "quiet": QUIET}
    own = signature(command)

    @wraps(command)
    def called(**given: Any) -> None:
        # Their callbacks have acted already, but Typer still passes them on.
        command(**{name: value for name, value in given.items() if name not in made})

    options = [
        Parameter(name, Parameter.KEYWORD_ONLY, default=False, annotation=option)
        for name, option in made.items()
    ]
    described: Any = called
    described.__signature__ = own.replace(parameters=[*own.parameters.values(), *options])
    described.__annotations__ = command.__annotations__ | made
    return called


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Log the time that the block takes."""
    begun = time.perf_counter()
    yield
    logger.info("%s: %.2f s", what, time.perf_counter() - begun)
