"""Parse the values of a sweep's axes: `15,30,100`, `0.1:10:log7`, `0:0.9:lin4`."""

import math
import re
from typing import Any

import typer

FORMS = "numbers, as 0.1,0.3,1, or ranges, as 0.1:10:log7 or 1:5:lin5"
WHOLE_FORMS = "whole numbers, as 5,10,20, or ranges, as 1:100:log5 or 1:5:lin5"
MOST_VALUES = 1000  # of one axis


def numbers(text: str, option: str, *, whole: bool = False) -> list[Any]:
    """Return the values, in the order given, each once.

    A range FROM:TO:logN or FROM:TO:linN has N values from the first to the last, evenly spaced in
    their logarithms or in themselves. `whole` rounds them to whole numbers.

    Raises
    ------
    typer.BadParameter
        If the text can't be understood.
    """
    values: list[float] = []
    try:
        for part in text.split(","):
            values += _range(part) if ":" in part else [float(part)]
    except (ValueError, OverflowError):
        values = []
    values = values if all(math.isfinite(value) for value in values) else []
    if whole and not all(":" in text or value == int(value) for value in values):
        values = []
    if not 1 <= len(values) <= MOST_VALUES:
        raise typer.BadParameter(
            f"expected {WHOLE_FORMS if whole else FORMS}; found {text[:60]!r}", param_hint=option
        )
    return list(dict.fromkeys(round(v) if whole else v for v in values))


def layers(text: str, option: str) -> list[tuple[int, ...]]:
    """Return hidden layers: 15,30,100 are three networks, 100-30 two layers, none no layer."""
    found: list[tuple[int, ...]] = []
    for part in text.split(","):
        if part.strip() == "none":
            found.append(())
        elif re.fullmatch(r"\d+(-\d+)+", part.strip()):
            for of_layer in part.strip().split("-"):
                numbers(of_layer, option, whole=True)  # raises if this is no size, or far too long
            found.append(tuple(map(int, part.strip().split("-"))))
        else:
            found += [(n,) for n in numbers(part, option, whole=True)]
    return list(dict.fromkeys(found))


def words(text: str, option: str, choices: list[str]) -> list[str]:
    """Return the names between commas, each once."""
    found = [part.strip() for part in text.split(",")]
    if wrong := [word for word in found if word not in choices]:
        raise typer.BadParameter(
            f"expected some of {', '.join(choices)}; found {wrong[0][:60]!r}", param_hint=option
        )
    return list(dict.fromkeys(found))


def seeds(text: str, option: str) -> list[int]:
    """Return seeds: `5` means 0 to 4; `3,7` and `10:19:lin10` list them."""
    found = numbers(text, option, whole=True)
    if len(found) == 1 and "," not in text:
        found = list(range(min(found[0], MOST_VALUES + 1)))
    if not 1 <= len(found) <= MOST_VALUES or min(found) < 0:
        raise typer.BadParameter(
            f"expected how many seeds, 1 to {MOST_VALUES}, or a list of them; found {text[:60]!r}",
            param_hint=option,
        )
    return found


def _range(text: str) -> list[float]:
    first, last, steps = text.split(":")
    spacing, count = steps[:3], int(steps[3:])
    start, stop = float(first), float(last)
    if not 1 <= count <= MOST_VALUES or spacing not in ("log", "lin"):
        raise ValueError(steps)
    if spacing == "log":
        if min(start, stop) <= 0:
            raise ValueError(text)
        start, stop = math.log(start), math.log(stop)
    digits = 3 if spacing == "log" else 6
    shares = [k / max(1, count - 1) for k in range(count)]
    values = [start + (stop - start) * share for share in shares]
    if spacing == "log":
        values = [math.exp(value) for value in values]
    # Both ends stay exact; computed values are rounded to as many digits as people type.
    return [float(first), *(float(f"{v:.{digits}g}") for v in values[1:-1]), float(last)][:count]
