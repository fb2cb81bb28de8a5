"""JSON and TOML from files that anybody may have written."""

import json
import tomllib
from typing import Any

from digitwise.errors import reason_of

NESTED = "nested too deeply"


def parse_json(text: str | bytes, *, finite: bool = False) -> Any:
    """Parse JSON.

    Parameters
    ----------
    text : str or bytes
    finite : bool
        Refuse NaN and infinities.

    Raises
    ------
    ValueError
        If it is no JSON, or nested too deeply for Python's parser.
    """
    try:
        return json.loads(text, parse_constant=_refuse_constant if finite else None)
    except RecursionError:
        raise ValueError(NESTED) from None


def parse_json_line(text: str, number: int) -> Any:
    """Parse a line of JSON lines.

    Raises
    ------
    ValueError
        If it is no JSON, with the number of the line.
    """
    try:
        return parse_json(text)
    except ValueError as error:
        raise ValueError(f"line {number} is not JSON ({reason_of(error)})") from error


def parse_toml(text: str) -> dict[str, Any]:
    """Parse TOML.

    Raises
    ------
    ValueError
        If it is no TOML, holds a number of thousands of digits, or is nested too deeply.
    """
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError(NESTED) from None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")
