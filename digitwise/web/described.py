"""Descriptions of forms on their way between a TOML file and a page, which has JSON."""

import math
import re
from pathlib import Path
from typing import Any

from digitwise.errors import InputError
from digitwise.reading.forms.description import LONGEST_SIDE, MOST_FIELDS, form_of
from digitwise.reading.forms.entries import whole_numbers
from digitwise.web.fields_models import Description

STRINGS = re.compile(r'"(\\.|[^"\\\n])*"|\'[^\'\n]*\'')
INFINITE = ("inf", "-inf")


def require_drawable(saved: Description) -> None:
    """Check that a description has fields with names and boxes, whatever else is wrong in it.

    Raises
    ------
    InputError
        If one has none, or the page has no size.
    """
    page = {key: value for key, value in saved.items() if key not in ("field", "rule")}
    form_of({**page, "field": [{"name": "any", "box": [0, 0, 1, 1]}]}, Path())
    entries = saved.get("field", [])
    if not isinstance(entries, list) or len(entries) > MOST_FIELDS:
        raise InputError(f"expected at most {MOST_FIELDS:,} tables [[field]]")
    for k, entry in enumerate(entries, 1):
        if not (isinstance(entry, dict) and isinstance(entry.get("name"), str)):
            raise InputError(f"expected field {k} to have a name; found {entry!r:.50}")
        box = whole_numbers(entry.get("box"), 4, f"box of {entry['name']!r:.50}")
        if max(map(abs, box)) > LONGEST_SIDE:
            raise InputError(f"expected the box of field {k} near the page; found {box!s:.60}")
    rules = saved.get("rule", [])
    if not isinstance(rules, list) or not all(map(_is_rule, rules)):
        raise InputError('expected rules as sum = ["a", "b"] and equals = "c"')


def _is_rule(rule: Any) -> bool:
    parts = rule.get("sum") if isinstance(rule, dict) else None
    names = [*parts, rule.get("equals")] if isinstance(parts, list) else [None]
    return all(isinstance(name, str) for name in names)


def for_json(saved: Any) -> Any:
    """Return a description without what JSON lacks: numbers that are not finite, dates."""
    if isinstance(saved, dict):
        return {key: for_json(value) for key, value in saved.items()}
    if isinstance(saved, list):
        return [for_json(value) for value in saved]
    finite = isinstance(saved, str | int) or (isinstance(saved, float) and math.isfinite(saved))
    return saved if finite else str(saved)


def from_json(sent: Any) -> Description:
    """Take the description that was sent; ends of a range may be "inf" and "-inf".

    Raises
    ------
    InputError
        If it is no object.
    """
    if not isinstance(sent, dict):
        raise InputError("expected the description as a JSON object")
    entries = sent.get("field")
    for entry in entries if isinstance(entries, list) else []:
        bounds = entry.get("range") if isinstance(entry, dict) else None
        if isinstance(bounds, list):
            entry["range"] = [float(v) if v in INFINITE else v for v in bounds]
    return sent


def has_comments(toml: str) -> bool:
    """Whether a TOML file has comments, which an editor doesn't keep."""
    return "#" in STRINGS.sub("", toml)
