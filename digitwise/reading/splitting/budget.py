"""Bounds on a page's cost: a page of noise would have too many candidates for time and memory."""

from digitwise.errors import ImageError

MOST_CANDIDATES = 16_000  # of a page; 0.1 to 0.3 ms each. 600 digits have 800, dirty ones 12,000
MOST_PIXELS = 80_000_000  # of the boxes of a page's candidates, at four bytes each
MOST_FRAGMENTS = 1_000  # of a number: more are a texture
WAYS_OF_ONE = 8  # ways of a pattern, times arcs, that cost as much as one candidate


class BusyError(ImageError):
    """A page, or a part of it, has too many candidate digits."""

    def __init__(self, found: str) -> None:
        self.found = found
        super().__init__(
            f"too busy for a page of numbers: {found}; cut the numbers out, or clean the picture "
            "of its texture"
        )

    def __reduce__(self) -> tuple[type["BusyError"], tuple[str]]:
        """Come out of a worker process with the same message, not one within another."""
        return BusyError, (self.found,)


class Budget:
    """Cost of the candidates of one proposal; all proposals of a page share the bounds.

    Attributes
    ----------
    spent : BusyError or None
        The reason to judge no more of this proposal.
    texture : BusyError or None
        The reason why a part of it was left out; the rest may be read.
    """

    def __init__(self) -> None:
        self._left = [MOST_CANDIDATES, MOST_PIXELS]
        self.spent: BusyError | None = None
        self.texture: BusyError | None = None

    def of_another_way(self) -> "Budget":
        """Return the budget of another proposal for the same page, with the same bounds."""
        other = Budget()
        other._left = self._left
        return other

    def take(self, candidates: int, pixels: int = 0) -> None:
        """Count candidates, and the pixels of their boxes, before they are made.

        Raises
        ------
        BusyError
            If a bound is exceeded now or was exceeded before.
        """
        self._left[0] -= candidates
        self._left[1] -= pixels
        if self._left[0] < 0:
            self.spent = BusyError(f"more than {MOST_CANDIDATES:,} candidate digits")
        elif self._left[1] < 0:
            self.spent = BusyError(f"candidate digits of more than {MOST_PIXELS:,} pixels")
        if self.spent:
            raise self.spent

    def has_room(self, components: int) -> bool:
        """Whether a number with this many components may be judged."""
        try:
            self.check_fragments(components)
        except BusyError:
            return False
        return not self.spent

    def check_fragments(self, n: int) -> None:
        """Check the number of fragments of a number.

        Raises
        ------
        BusyError
            If there are more than 1,000.
        """
        if n > MOST_FRAGMENTS:
            self.texture = BusyError(f"{n:,} pieces of ink in one number, not {MOST_FRAGMENTS:,}")
            raise self.texture
