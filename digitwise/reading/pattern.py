"""Patterns of numbers: `DDDDD`, `D{1-5}.DD`, `[0-3]D/[01]D/20DD`."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import TypeVar

import numpy as np

from digitwise.errors import InputError
from digitwise.reading.splitting.lattice import SKIP, Allowed

MOST_DIGITS = 200  # of a pattern, which bounds the time of the lattice
MOST_WAYS = 200  # to write a pattern, each of which has a lattice
Digits = frozenset[int]
Sign = TypeVar("Sign")
SLASH = frozenset([1, 7])  # digits that a slash is taken for
PART = re.compile(r"(D|\d|\[[0-9-]+\]|[^\[\]{}\\])(?:\{(\d{1,3})(?:[-,](\d{1,3}))?\})?")


@dataclass(frozen=True)
class Way:
    """A way to write a number.

    Attributes
    ----------
    allowed : bool array of shape (most signs, 10)
        Which digits may stand at which place.
    least : int
        Least number of digits and drawn slashes.
    slashes : tuple of int
        Places of drawn slashes, as high as digits, which the network takes for digits.
    between : tuple of str, optional
        Text before each digit, and after the last: one item more than digits.
    """

    allowed: Allowed
    least: int
    slashes: tuple[int, ...] = ()
    between: tuple[str, ...] | None = None

    @property
    def digits(self) -> int:
        """Greatest number of digits."""
        return len(self.allowed) - len(self.slashes)

    def write(self, signs: str) -> str:
        """Return the text of recognised signs: slashes left out, the pattern's own text put in."""
        text = self.without_slashes(signs)
        if self.between is None:
            return "".join(text)
        pairs = zip(self.between, [*text, ""], strict=True)
        return "".join(before + digit for before, digit in pairs)

    def without_slashes(self, signs: Sequence[Sign]) -> list[Sign]:
        """Return the items at the places of digits, out of one item a sign."""
        return [sign for place, sign in enumerate(signs) if place not in self.slashes]


def anything(n: int) -> Way:
    """Return the way to write any number of 0 to n digits."""
    return Way(np.ones((n, SKIP), bool), least=0)


@dataclass(frozen=True)
class Pattern:
    """Which digits may stand at which place, and the text between them.

    Attributes
    ----------
    source : str
        The pattern as it was given.
    ways : tuple of Way
        One a length; two if there are slashes: with slashes drawn, and without.
    """

    source: str
    ways: tuple[Way, ...]

    @classmethod
    def parse(cls, source: str) -> "Pattern":
        """Parse a pattern.

        `D` is any digit, `7` that digit, `[0-3]` or `[05]` one of several. `{5}` repeats the item
        before it five times, `{1-5}` or `{1,5}` repeats a digit one to five times. Any other
        character is written between digits as it is.

        Raises
        ------
        InputError
            If the source is no pattern, has no digits or more than 200, or more than 200 ways to
            be written.
        """
        parts: list[tuple[str, range]] = []
        at = 0
        while at < len(source):
            found = PART.match(source, at)
            if not found:
                raise InputError(f"{_expected()}; found {source!r:.60}, unclear from {at + 1} on")
            at = found.end()
            least = int(found[2] or 1)
            parts.append((found[1], range(least, int(found[3] or least) + 1)))
        digits = {sign: _digits(sign, source) for sign, _ in parts}
        most = sum(times[-1] for sign, times in parts if times and digits[sign])
        clear = all(times and (digits[sign] or len(times) == 1) for sign, times in parts)
        if not clear or not 1 <= most <= MOST_DIGITS:
            raise InputError(f"{_expected()}, of 1 to {MOST_DIGITS} digits; found {source!r:.60}")
        if prod(len(times) for _, times in parts) > MOST_WAYS:
            raise InputError(
                f"a pattern may be written in {MOST_WAYS} ways at most: in {source!r:.60}, give "
                "repetitions closer bounds"
            )
        ways: list[Way] = []
        for counts in product(*(times for _, times in parts)):
            signs = [sign for (sign, _), n in zip(parts, counts, strict=True) for _ in range(n)]
            ways += _ways([(sign, digits[sign]) for sign in signs])
        return cls(source, tuple(way for way in ways if way.digits))


def _ways(signs: list[tuple[str, Digits | None]]) -> Iterable[Way]:
    """Yield the ways to write a sequence of signs: without its slashes, and with them drawn."""
    between = [""]
    plain: list[Digits] = []
    high: list[Digits] = []
    slashes: list[int] = []
    for sign, digits in signs:
        if digits is None:
            between[-1] += sign
        else:
            between.append("")
            plain.append(digits)
            high.append(digits)
        if sign == "/":
            slashes.append(len(high))
            high.append(SLASH)
    yield Way(_rows(plain), len(plain), (), tuple(between))
    if slashes:
        yield Way(_rows(high), len(high), tuple(slashes), tuple(between))


def _rows(places: list[Digits]) -> Allowed:
    return np.array([[digit in digits for digit in range(SKIP)] for digits in places], bool)


def _digits(sign: str, source: str) -> Digits | None:
    """Return the digits that an item of a pattern stands for; None if it stands for itself."""
    if sign == "D":
        return frozenset(range(SKIP))
    if sign.isascii() and sign.isdigit():
        return frozenset([int(sign)])
    if not sign.startswith("["):
        return None
    if not re.fullmatch(r"\[(?:\d-\d|\d)+\]", sign):
        raise InputError(f"{_expected()}; found {sign} in {source!r:.60}")
    digits: set[int] = set()
    for first, last in re.findall(r"(\d)(?:-(\d))?", sign):
        digits |= set(range(int(first), int(last or first) + 1))
    if not digits:
        raise InputError(f"{_expected()}; found {sign} in {source!r:.60}, which no digit fits")
    return frozenset(digits)


def _expected() -> str:
    return "expected a pattern as DDDDD, D{1-5}.DD or [0-3]D/20DD"
