"""Packages that come with an extra, for those who need them: `pyproject.toml` lists the extras."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from digitwise.errors import ExtraError


def need(package: str, extra: str, purpose: str) -> Any:
    """Import a package.

    Raises
    ------
    ExtraError
        If it isn't there: it says which extra has it.
    """
    try:
        return import_module(package)
    except ImportError as error:
        raise missing(package, extra, purpose) from error


def missing(package: str, extra: str, purpose: str) -> ExtraError:
    """Return the error that says which extra has a package."""
    return ExtraError(
        f"{purpose} needs the package {package}: pip install 'digitwise[{extra}]', or "
        f"'.[{extra}]' in a clone"
    )


def has(package: str) -> bool:
    """Whether a package is installed; it is not imported."""
    return find_spec(package) is not None
