"""Import of optional packages; `pyproject.toml` lists the extra that each belongs to."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from digitwise.errors import ExtraError


def need(package: str, extra: str, purpose: str) -> Any:
    """Import an optional package and return it; `purpose` says in an error what needs it.

    Raises
    ------
    ExtraError
        If the package isn't installed; the message names the extra.
    """
    try:
        return import_module(package)
    except ImportError as error:
        raise missing(package, extra, purpose) from error


def missing(package: str, extra: str, purpose: str) -> ExtraError:
    """Return the error that names the extra of a missing package."""
    return ExtraError(
        f"{purpose} needs the package {package}: pip install 'digitwise[{extra}]', or "
        f"'.[{extra}]' in a clone"
    )


def has(package: str) -> bool:
    """Tell whether a package is installed, without importing it."""
    return find_spec(package) is not None
