"""Expectations of a number: its count of digits or its pattern."""

from dataclasses import dataclass, replace

from digitwise.errors import InputError
from digitwise.reading.pattern import Pattern, Way, anything

MOST_DIGITS = 1_000_000  # of a number, unless the user says how many


def parse_count(text: str) -> tuple[int, int]:
    """Return the least and the greatest number of digits of a text like "5" or "3-6".

    Raises
    ------
    InputError
        If the text has another form.
    """
    least, dash, most = text.partition("-")
    try:
        bounds = int(least), int(most if dash else least)
    except ValueError:
        bounds = (0, 0)
    if not 1 <= bounds[0] <= bounds[1]:
        raise InputError(f"expected a count of 5 or 3-6, say; found {text!r:.50}")
    return bounds


@dataclass(frozen=True)
class Expected:
    """Least and greatest number of digits, or a pattern."""

    least: int = 1
    most: int = MOST_DIGITS
    pattern: Pattern | None = None

    @classmethod
    def of(cls, count: int | tuple[int, int] | None, pattern: str | Pattern | None) -> "Expected":
        """Make expectations of the arguments of `Reader.read`.

        Raises
        ------
        InputError
            If they make no sense, or contradict each other.
        """
        if isinstance(pattern, str):
            pattern = Pattern.parse(pattern)
        if pattern is not None:
            if count is not None:
                raise InputError("a pattern says how many digits there are: leave out the count")
            return cls(pattern=pattern)
        if count is None:
            return cls()
        bounds = (count, count) if isinstance(count, int) else count
        whole = isinstance(bounds, tuple) and all(isinstance(n, int) for n in bounds)
        if not whole or len(bounds) != 2 or not 1 <= bounds[0] <= bounds[1]:
            raise InputError(f"expected a count of 5, say, or (3, 6); found {count!r:.50}")
        return cls(*bounds)

    @property
    def allows_any(self) -> bool:
        """Whether every number fits: neither a count nor a pattern is given."""
        return (self.least, self.most, self.pattern) == (1, MOST_DIGITS, None)

    def ways(self, n: int) -> list[Way]:
        """Return the ways to write a number of at most n signs."""
        if self.pattern is not None:
            return [way for way in self.pattern.ways if way.least <= n]
        return [replace(anything(min(self.most, n)), least=self.least)]
