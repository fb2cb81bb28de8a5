"""`Mixture`: several sets of digits, mixed in fixed shares and balanced by class."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isclose

import numpy as np
import numpy.typing as npt

from digitwise.data.digits import Digits, join
from digitwise.errors import InputError

Order = npt.NDArray[np.intp]
Weighted = tuple[str, Digits, float | None, bool]
"""A set to mix: name, digits, share of an epoch's examples, whether its classes are balanced."""


@dataclass(frozen=True)
class Part:
    """One set in a mixture.

    Attributes
    ----------
    name : str
    start, stop : int
        Range of its digits in the mixture, `stop` exclusive.
    share : float in (0, 1]
        Share of an epoch's examples.
    balanced : bool
        Whether an epoch has equally many examples of each label of the set.
    """

    name: str
    start: int
    stop: int
    share: float
    balanced: bool = True


@dataclass(frozen=True, eq=False, repr=False)
class Mixture(Digits):
    """Digits of several sets, with the share of each in an epoch.

    An epoch has as many examples as the mixture has digits. The order of an epoch is a pure
    function of seed and epoch, so that a run resumes anywhere without stored state.

    Attributes
    ----------
    parts : tuple of Part
        Consecutive parts, whose shares add up to 1.

    Raises
    ------
    InputError
        If the parts don't cover the mixture's digits, or the shares don't add up to 1.
    """

    parts: tuple[Part, ...] = ()

    def __post_init__(self) -> None:
        """Check that the parts cover all digits and the shares add up to 1."""
        super().__post_init__()
        bounds = [0, *(part.stop for part in self.parts)]
        empty = any(part.start >= part.stop for part in self.parts)
        if empty or bounds[:-1] != [p.start for p in self.parts] or bounds[-1] != len(self):
            raise InputError("the parts of a mixture must cover its digits, one after the other")
        total = sum(part.share for part in self.parts)
        if not all(part.share > 0 for part in self.parts) or not isclose(total, 1, abs_tol=1e-6):
            raise InputError(f"shares must be above 0 and add up to 1; found {total:g}")

    def epoch_order(self, seed: int, epoch: int) -> Order:
        """Return the shuffled positions of an epoch's examples, int array of shape (n,).

        Each class of each part is an endless sequence of permutations, of which each epoch takes
        the next section. So all digits of a class are used equally often.
        """
        n = len(self)
        chosen = [
            _section(members, seed, (number, label), epoch * quota, (epoch + 1) * quota)
            for number, part in enumerate(self.parts)
            for label, members, quota in _quotas(self.labels, part, n)
        ]
        positions = np.concatenate(chosen)
        return positions[_generator(seed, (epoch,)).permutation(len(positions))[:n]]

    def sha256(self) -> str:
        """Return the SHA-256 of digits, strokes and shares."""
        import hashlib

        shares = [(p.name, p.start, p.stop, p.share, p.balanced) for p in self.parts]
        return hashlib.sha256(f"{super().sha256()}{shares}".encode()).hexdigest()


def mix(sets: Sequence[Weighted], source: str) -> Mixture:
    """Mix sets of digits.

    Sets whose share is None divide the remaining share in proportion to their sizes.

    Raises
    ------
    InputError
        If a set is empty, or the given shares leave nothing for sets without a share.
    """
    for name, digits, share, _ in sets:
        if not len(digits):
            raise InputError(f"{name}: there are no digits to train on")
        if share is not None and not 0 < share < 1:
            raise InputError(f"{name}: expected a share above 0 and below 1; found {share:g}")
    given = sum(share for _, _, share, _ in sets if share is not None)
    open_size = sum(len(digits) for _, digits, share, _ in sets if share is None)
    if open_size and given >= 1:
        raise InputError(f"shares add up to {given:g}: nothing is left for sets without a share")
    parts, start = [], 0
    for name, digits, share, balanced in sets:
        if share is None:
            share = (1 - given) * len(digits) / open_size
        elif not open_size:
            share /= given
        parts.append(Part(name, start, start + len(digits), share, balanced))
        start += len(digits)
    joined = join([digits for _, digits, _, _ in sets], source)
    return Mixture(joined.images, joined.labels, joined.source, joined.strokes, tuple(parts))


def _quotas(labels: npt.NDArray[np.uint8], part: Part, n: int) -> list[tuple[int, Order, int]]:
    """Return label, positions and number of examples an epoch, for each class of a part.

    Numbers are rounded up; an epoch drops the random few examples above n.
    """
    own = labels[part.start : part.stop]
    classes = np.unique(own).tolist() if part.balanced else [-1]
    quota = int(np.ceil(part.share * n / len(classes)))
    return [
        (int(c), part.start + (np.flatnonzero(own == c) if c >= 0 else np.arange(len(own))), quota)
        for c in classes
    ]


def _section(members: Order, seed: int, stream: tuple[int, int], start: int, stop: int) -> Order:
    """Return section `start` to `stop` of an endless sequence of permutations of the members."""
    number, label = stream
    cycles = range(start // len(members), (stop - 1) // len(members) + 1)
    rows = [
        members[_generator(seed, (number, label + 1, cycle)).permutation(len(members))]
        for cycle in cycles
    ]
    first = cycles.start * len(members)
    return np.concatenate(rows)[start - first : stop - first]


def _generator(seed: int, key: tuple[int, ...]) -> np.random.Generator:
    # The spawn key separates these streams from the one that draws the first weights.
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))
