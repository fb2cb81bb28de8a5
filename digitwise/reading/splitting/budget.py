"""What a page may cost: a page of noise has more candidate digits than there is time or memory."""

from digitwise.errors import ImageError

MOST_CANDIDATES = 16_000  # of a page; 0.1 to 0.3 ms each. 600 digits have 800, dirty ones 12,000
MOST_PIXELS = 80_000_000  # of all candidates' boxes; four bytes each are kept
MOST_FRAGMENTS = 1_000  # of a number: more, and it is a texture
WAYS_OF_ONE = 8  # further ways to write a number that cost as much as one candidate more


class BusyError(ImageError):
    """A page, or a part of it, has too many candidate digits."""

    def __init__(self, found: str) -> None:
        super().__init__(
            f"too busy for a page of numbers: {found}; cut the numbers out, or clean the picture "
            "of its texture"
        )


class Budget:
    """What the candidates of a page, seen in one way, may cost; all ways together have the bounds.

    Attributes
    ----------
    spent : BusyError or None
        Why nothing more is judged of the page, seen in this way.
    texture : BusyError or None
        Why a part of it was left out: the rest may be read.
    """

    def __init__(self) -> None:
        self._left = [MOST_CANDIDATES, MOST_PIXELS]
        self.spent: BusyError | None = None
        self.texture: BusyError | None = None

    def of_another_way(self) -> "Budget":
        """The budget of the same page seen in another way: it draws on the same bounds."""
        other = Budget()
        other._left = self._left
        return other

    def take(self, candidates: int, pixels: int = 0) -> None:
        """Count so many candidates, whose boxes have so many pixels, before they are made.

        Raises
        ------
        BusyError
            If there were too many before, or now are.
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
        """Whether a number of so many components may be judged."""
        try:
            self.check_fragments(components)
        except BusyError:
            return False
        return not self.spent

    def check_fragments(self, n: int) -> None:
        """Check how many fragments of ink a number has.

        Raises
        ------
        BusyError
            If there are more than 1,000.
        """
        if n > MOST_FRAGMENTS:
            self.texture = BusyError(f"{n:,} pieces of ink in one number, not {MOST_FRAGMENTS:,}")
            raise self.texture
