"""What is known of a number before it is read: how many digits, which of them where."""

from dataclasses import dataclass, replace

from digitwise.errors import InputError
from digitwise.reading.pattern import Pattern, Way, anything

MOST_DIGITS = 1_000_000


def parse_count(text: str) -> tuple[int, int]:
    """Read "5" or "3-6": the least and the most digits.

    Raises
    ------
    InputError
        If it is neither.
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
    """Bounds of the number of digits, or a pattern."""

    least: int = 1
    most: int = MOST_DIGITS
    pattern: Pattern | None = None

    @classmethod
    def of(cls, count: int | tuple[int, int] | None, pattern: str | Pattern | None) -> "Expected":
        """Understand the arguments of `Reader.read`.

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
    def nothing(self) -> bool:
        """Whether nothing is known."""
        return (self.least, self.most, self.pattern) == (1, MOST_DIGITS, None)

    def ways(self, n: int) -> list[Way]:
        """How a number may be written that has n signs at most."""
        if self.pattern is not None:
            return [way for way in self.pattern.ways if way.least <= n]
        return [replace(anything(min(self.most, n)), least=self.least)]
