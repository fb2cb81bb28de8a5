"""Packages that come with an extra, for those who need them."""

from importlib import import_module
from typing import Any

from digitwise.errors import InputError


def need(package: str, extra: str, purpose: str) -> Any:
    """Import a package.

    Raises
    ------
    InputError
        If it isn't there: it says which extra has it.
    """
    try:
        return import_module(package)
    except ImportError as error:
        raise InputError(
            f"{purpose} needs the package {package}: pip install 'digitwise[{extra}]', or "
            f"'.[{extra}]' in a clone"
        ) from error
