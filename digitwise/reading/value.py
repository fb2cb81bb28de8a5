"""Values of a number's text: its grouping signs and its decimal sign."""

import re

from digitwise.errors import InputError

DECIMALS = (",", ".")
WRITTEN = re.compile(r"-?[0-9]+(?:[.,][0-9]+)*")


def possible_values(text: str, decimal: str | None = None) -> list[float]:
    """Return the possible values of a text, the likelier first; empty if it is no number.

    Signs before groups of three digits may group them, and the last sign may be the decimal sign:
    "1,026.50" is 1026.5, "12.34" is 12.34, and "1.026" may be 1.026 or 1026.

    Parameters
    ----------
    text : str
        Digits, with "." and "," between them, perhaps after "-".
    decimal : {",", "."}, optional
        Decimal sign, where it is known.

    Raises
    ------
    InputError
        If `decimal` is something else.
    """
    if decimal not in (None, *DECIMALS):
        raise InputError(f"expected the decimal sign to be , or .; found {decimal!r:.20}")
    if not WRITTEN.fullmatch(text):
        return []
    found: dict[float, None] = {}
    for sign in DECIMALS if decimal is None else (decimal,):
        whole, parted, tenths = text.partition(sign)
        group = "," if sign == "." else "."
        grouped = re.fullmatch(rf"-?[0-9]{{1,3}}(?:{re.escape(group)}[0-9]{{3}})+", whole)
        if (grouped or group not in whole) and group not in tenths and sign not in tenths:
            value = float(f"{whole.replace(group, '')}.{tenths or 0}")
            found.setdefault(int(value) if not parted or value.is_integer() else value)
    return list(found)
