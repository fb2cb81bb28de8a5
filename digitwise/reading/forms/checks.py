"""Checks of a field's text: check digits and dates."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

DIGITS = "0123456789"
YEARS = (1800, 2199)  # first and last year of a valid date


def luhn(text: str) -> bool:
    """Whether the last digit is Luhn's check digit (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, char in enumerate(reversed(text)):
        digit = int(char) * (1 + place % 2)
        total += digit - 9 * (digit > 9)
    return total % 10 == 0


def mod11(text: str) -> bool:
    """Whether digits, times 1, 2, 3, … from the right, add up to a multiple of 11."""
    return sum(place * int(char) for place, char in enumerate(reversed(text), 1)) % 11 == 0


def mod97(text: str) -> bool:
    """Whether the last two digits are those of ISO/IEC 7064, MOD 97-10, as in an IBAN."""
    return int(text) % 97 == 1


def is_date(text: str) -> bool:
    """Whether a text is a date that exists, in any usual order of day, month and year.

    A sign stands between the parts. Without signs, the text has 6 or 8 digits: two for day and
    month, two or four for the year.
    """
    parts = "".join(char if char in DIGITS else " " for char in text).split()
    if len(parts) == 1:
        (run,) = parts
        parted = {6: [(2, 2, 2)], 8: [(2, 2, 4), (4, 2, 2)]}.get(len(run), [])
        split = [[run[:a], run[a : a + b], run[a + b :]] for a, b, _ in parted]
        return any(map(_may_be_date, split))
    return len(parts) == 3 and _may_be_date(parts)


def _may_be_date(parts: list[str]) -> bool:
    first, second, third = parts
    orders = [(third, second, first), (third, first, second)]
    if len(first) == 4:
        orders = [(first, second, third)]
    return any(_is_day(*order) for order in orders)


def _is_day(year: str, month: str, day: str) -> bool:
    if max(len(month), len(day)) > 2 or len(year) not in (2, 4):
        return False
    full = int(year) if len(year) == 4 else 2000 + int(year)
    if not YEARS[0] <= full <= YEARS[1]:
        return False
    try:
        date(full, int(month), int(day))
    except ValueError:
        return False
    return True


@dataclass(frozen=True)
class Check:
    """A condition on a text.

    Attributes
    ----------
    holds : callable
        Takes the text's digits, or the whole text of a date.
    chance : float
        Share of wrong texts that satisfy it.
    """

    holds: Callable[[str], bool]
    chance: float


CHECKS = {
    "luhn": Check(luhn, 1 / 10),
    "mod11": Check(mod11, 1 / 11),
    "mod97": Check(mod97, 1 / 97),
    "date": Check(is_date, 1 / 20),
}


def passes(text: str, name: str) -> bool:
    """Whether a text passes the check of this name; a text without digits fails."""
    if name == "date":
        return is_date(text)
    digits = "".join(char for char in text if char in DIGITS)
    return bool(digits) and CHECKS[name].holds(digits)
