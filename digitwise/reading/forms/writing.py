"""A form's description written as TOML."""

import json
import re
from typing import Any

from digitwise.errors import InputError

BARE = re.compile(r"[A-Za-z0-9_-]+")


def as_toml(saved: dict[str, Any]) -> str:
    """Write a description, right or wrong, so that `parse_description` gives it back.

    Parameters
    ----------
    saved : dict
        Values, then the lists of tables `field` and `rule`.

    Raises
    ------
    InputError
        If TOML has no such values.
    """
    tables = {key: value for key, value in saved.items() if _is_tables(value)}
    lines = _lines({key: value for key, value in saved.items() if key not in tables})
    for key, entries in tables.items():
        for entry in entries:
            lines += ["", f"[[{_key(key)}]]", *_lines(entry)]
    return "\n".join(lines) + "\n"


def _is_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, dict) for v in value)


def _lines(table: dict[str, Any]) -> list[str]:
    return [f"{_key(key)} = {_value(value)}" for key, value in table.items()]


def _key(key: str) -> str:
    return key if BARE.fullmatch(key) else _value(key)


def _value(value: Any) -> str:
    if isinstance(value, str):
        if any("\ud800" <= char <= "\udfff" for char in value):
            raise InputError(f"expected text; found {value!r:.50}")
        # A JSON string is a TOML string, but for one sign.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    raise InputError(f"expected a text, a number or a list; found {value!r:.50}")
