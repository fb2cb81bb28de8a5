"""Decode a lattice: the most probable texts of a number, with their probabilities."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp

import numpy as np

from digitwise.neurons import Floats
from digitwise.reading.pattern import Way
from digitwise.reading.splitting.lattice import Lattice

ALTERNATIVES = 5  # texts that a number is given, at most
MAX_PROBABILITY_OF_NONE = 0.95  # probability of no number, above which none is read
MOST_PATHS = 7  # texts of the best paths, among which the most probable texts are sought

Reading = tuple[float, int, list[tuple[int, str]]]
"""(probability, index of the way, path)."""


@dataclass(frozen=True)
class Decision:
    """The readings of a number.

    Attributes
    ----------
    alternatives : list of (text, probability)
        The most probable first; "" alone where there is no digit.
    digits : list of (arc, char, probability)
        Digits of the best path to the first alternative.
    paths : list of lists of (arc, char)
        The best path to each alternative.
    """

    alternatives: list[tuple[str, float]]
    digits: list[tuple[int, str, float]]
    paths: list[list[tuple[int, str]]]


def decide(
    lattice: Lattice,
    ways: Sequence[Way],
    bounded: bool,
    is_number: Callable[[Floats, float], float] = lambda *_: 1.0,
    expected: bool = False,
    trust: Callable[[Way, list[tuple[int, str]]], float] = lambda *_: 1.0,
    alternatives: int = ALTERNATIVES,
    chosen: int = 0,
    tried: int = MOST_PATHS,
) -> Decision | None:
    """Find the most probable texts, each summed over all of its paths.

    Parameters
    ----------
    ways : sequence of Way
        One or more ways to write the number.
    bounded : bool
        Whether other ways are ruled out: probabilities are then shares of texts of these ways.
    is_number : callable
        Returns the probability of a number from the posterior of all candidates and the log sum
        of all paths.
    expected : bool
        Whether a number is known to be there: ink that looks like letters is then read, too.
    trust : callable
        Returns a factor of a path's probability from its way and the path: see `forms.slashes`.
    alternatives : int
        Greatest number of texts.
    chosen : int
        Rank of the text to put first, if there are so many; the others keep their order.
    tried : int
        Number of texts of the best paths, among which the most probable are sought.

    Returns
    -------
    Decision, or None if no path fits a way
    """
    known = [lattice.posterior(way.allowed, way.least if bounded else 0) for way in ways]
    total = float(np.logaddexp.reduce([of_way for _, of_way in known]))
    if total == -np.inf:
        return None
    number = 1.0 if bounded else is_number(known[0][0], total)

    chances: dict[str, float] = {}
    likeliest: dict[str, Reading] = {}
    blank = before = 0.0
    for k, way in enumerate(ways):
        paths = dict(lattice.best(way.allowed, way.least, max(tried, alternatives)))
        texts = ["", *(text for text in paths if text)]
        nothing, *shares = np.exp(lattice.of_texts(texts) - total).tolist()
        blank += 0.0 if way.least else nothing
        for text, share in zip(texts[1:], shares, strict=True):
            written = way.write(text)
            before += number * share
            share *= trust(way, paths[text])
            chances[written] = chances.get(written, 0.0) + number * share
            reading = share, k, paths[text]
            likeliest[written] = max(likeliest.get(written, reading), reading)
    nothing = blank if expected else 1 - number * (1 - blank)
    if not chances or nothing > MAX_PROBABILITY_OF_NONE:
        return Decision([("", nothing)], [], [[]])
    # The factors of the texts tried stand for those of the others.
    kept = sum(chances.values()) / before if before else 1.0
    chances = {text: chance / kept if kept else chance for text, chance in chances.items()}
    found = sorted(chances.items(), key=lambda alternative: -alternative[1])
    if chosen < len(found):
        found.insert(0, found.pop(chosen))
    text, probability = found[0]
    _, k, path = likeliest[text]
    posterior, of_way = known[k]
    share = number * exp(of_way - total)
    # Paths to a text may part the ink differently, so that a marginal may be below the whole's.
    digits = [
        (arc, char, max(probability, share * _marginal(lattice, posterior, arc, char)))
        for arc, char in ways[k].without_slashes(path)
    ]
    best = found[:alternatives]
    likely = [likeliest[text] for text, _ in best]
    return Decision(best, digits, [ways[way].without_slashes(path) for _, way, path in likely])


def _marginal(lattice: Lattice, posterior: Floats, arc: int, char: str) -> float:
    """Return the probability that the ink in the middle of an arc belongs to this digit."""
    middle = (lattice.starts[arc] + lattice.ends[arc] - 1) // 2
    over = (lattice.starts <= middle) & (middle < lattice.ends)
    return float(min(1.0, posterior[over, int(char)].sum()))
