"""Which number a lattice says, and how probable that is."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from digitwise.neurons import Floats
from digitwise.reading.lattice import Allowed, Lattice

Item = TypeVar("Item")

ALTERNATIVES = 5
NOTHING = 0.95  # none is read where it is more probable than this that there is none
TRIED = 7  # texts of the best paths, among which are those of the most probable


@dataclass(frozen=True)
class Decision:
    """What a number says.

    Attributes
    ----------
    alternatives : list of (text, probability)
        The most probable first; "" alone where there is no digit.
    digits : list of (arc, char, probability)
        Of the best path to the first of them.
    """

    alternatives: list[tuple[str, float]]
    digits: list[tuple[int, str, float]]


def decide(
    lattice: Lattice,
    allowed: Allowed,
    least: int,
    bounded: bool,
    is_number: Callable[[float], float] = lambda _: 1.0,
    expected: bool = False,
    signs: Collection[int] = (),
) -> Decision | None:
    """Find the most probable texts of so many digits, each summed over all of its paths.

    Parameters
    ----------
    allowed : bool array of shape (most digits, 10)
    least : int
        How many digits there are at least.
    bounded : bool
        Whether that is known: probabilities are then among texts of so many digits.
    is_number : callable
        From the logarithm of what all paths add up to, how probable it is that they are right to
        look for digits at all.
    expected : bool
        Whether a number was to be there: what looks like letters is then read all the same.
    signs : collection of int
        Places that hold no digit, but a slash that is taken for one: they are left out, and texts
        that differ nowhere else are one.

    Returns
    -------
    Decision, or None if no path has so many digits
    """
    if least > len(allowed):
        return None
    posterior, total = lattice.posterior(allowed, least if bounded else 0)
    paths = dict(lattice.best(allowed, least, TRIED))
    if not paths:
        return None
    number = 1.0 if bounded else is_number(total)

    texts = ["", *(text for text in paths if text)]
    blank, *shares = np.exp(lattice.of_texts(texts) - total).tolist()
    chances: dict[str, float] = {}
    likeliest: dict[str, str] = {}  # digits → of the texts that come down to them
    for text, share in sorted(zip(texts[1:], shares, strict=True), key=lambda said: -said[1]):
        digits_only = "".join(_without(text, signs))
        chances[digits_only] = chances.get(digits_only, 0.0) + number * share
        likeliest.setdefault(digits_only, text)
    found = sorted(chances.items(), key=lambda alternative: -alternative[1])
    blank = 0.0 if least else blank
    nothing = blank if expected else 1 - number * (1 - blank)
    if not found or nothing > NOTHING:
        return Decision([("", nothing)], [])
    text, probability = found[0]
    # Where the ways to a text differ in whose ink is whose, no place tells of all of them.
    digits = [
        (arc, char, max(probability, number * _marginal(lattice, posterior, arc, char)))
        for arc, char in _without(paths[likeliest[text]], signs)
    ]
    return Decision(found[:ALTERNATIVES], digits)


def _without(row: Sequence[Item], places: Collection[int]) -> list[Item]:
    return [item for place, item in enumerate(row) if place not in places]


def _marginal(lattice: Lattice, posterior: Floats, arc: int, char: str) -> float:
    """Probability that the ink in the middle of an arc belongs to this digit, wherever cut."""
    middle = (lattice.starts[arc] + lattice.ends[arc] - 1) // 2
    over = (lattice.starts <= middle) & (middle < lattice.ends)
    return float(min(1.0, posterior[over, int(char)].sum()))
