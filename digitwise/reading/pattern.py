"""What a number is known to look like: `DDDDD`, `D{2}.D{2}`, `[0-3]D/[01]D/20DD`."""

import re
from dataclasses import dataclass
from itertools import zip_longest

import numpy as np
import numpy.typing as npt

from digitwise.errors import InputError
from digitwise.reading.lattice import SKIP, Allowed

MOST_DIGITS = 200
SLASH = (1, 7)  # what it is taken for
PART = re.compile(r"(D|\d|\[[0-9-]+\]|[^\[\]{}\\])(?:\{(\d{1,3})\})?")


@dataclass(frozen=True)
class Pattern:
    """Which digits may stand where, and what is written between them.

    Attributes
    ----------
    source : str
        As it was given.
    allowed : bool array of shape (digits, 10)
    between : tuple of str
        What comes before each digit, and after the last: digits + 1 of them.
    """

    source: str
    allowed: Allowed
    between: tuple[str, ...]

    @classmethod
    def parse(cls, source: str) -> "Pattern":
        """Understand a pattern.

        `D` is any digit, `7` only that one, `[0-3]` or `[05]` one of these; `{5}` repeats what
        comes before it. Anything else is written between digits, as it is.

        Raises
        ------
        InputError
            If it isn't one, or has no digits, or more than 200.
        """
        rows: list[list[bool]] = []
        between = [""]
        at = 0
        while at < len(source):
            found = PART.match(source, at)
            if not found:
                raise InputError(f"{_expected()}; found {source!r:.60}, unclear from {at + 1} on")
            at = found.end()
            sign, times = found[1], int(found[2] or 1)
            digits = _digits(sign, source)
            for _ in range(min(times, MOST_DIGITS + 1)):
                if digits is None:
                    between[-1] += sign
                else:
                    rows.append([digit in digits for digit in range(SKIP)])
                    between.append("")
        if not 1 <= len(rows) <= MOST_DIGITS:
            raise InputError(f"{_expected()}, of 1 to {MOST_DIGITS} digits; found {source!r:.60}")
        return cls(source, np.array(rows), tuple(between))

    def with_slashes(self) -> tuple[Allowed, tuple[int, ...]]:
        """The same with a row for each slash, and which rows these are.

        A slash is no digit, but a stroke as high as one: it looks like a 1, or a 7.
        """
        rows: list[npt.NDArray[np.bool_]] = []
        slashes: list[int] = []
        for before, row in zip_longest(self.between, self.allowed):
            for _ in range(before.count("/")):
                slashes.append(len(rows))
                rows.append(np.isin(range(SKIP), SLASH))
            if row is not None:
                rows.append(row)
        return np.array(rows), tuple(slashes)

    def write(self, text: str) -> str:
        """Put what is between digits in its places."""
        signs = zip(self.between, [*text, ""], strict=True)
        return "".join(before + digit for before, digit in signs)


def _digits(sign: str, source: str) -> set[int] | None:
    """Digits that a part of a pattern stands for; None if it stands for itself."""
    if sign == "D":
        return set(range(SKIP))
    if sign.isascii() and sign.isdigit():
        return {int(sign)}
    if not sign.startswith("["):
        return None
    if not re.fullmatch(r"\[(?:\d-\d|\d)+\]", sign):
        raise InputError(f"{_expected()}; found {sign} in {source!r:.60}")
    digits: set[int] = set()
    for first, last in re.findall(r"(\d)(?:-(\d))?", sign):
        digits |= set(range(int(first), int(last or first) + 1))
    if not digits:
        raise InputError(f"{_expected()}; found {sign} in {source!r:.60}, which no digit fits")
    return digits


def _expected() -> str:
    return "expected a pattern as DDDDD, D{2}.D{2} or [0-3]D/20DD"
