"""Weigh a reading by the agreement of a pattern's slashes with the slashes drawn."""

from collections.abc import Sequence

import numpy as np

from digitwise.data.signs import SIGNS
from digitwise.reading.pattern import Way
from digitwise.reading.signs import KINDS
from digitwise.reading.splitting.arcs import Arcs

MIN_FACTOR = 0.02  # of a slash: the network of signs is small
OF_SEVERAL = 0.1  # factor of a slash that is not exactly one component
SLASH = KINDS.index("/")


def trust(arcs: Arcs, way: Way, path: Sequence[tuple[int, str]]) -> float:
    """Return a factor for the probability of a path, by its slashes.

    A pattern's slash is taken for a digit if it is as high as one, or else skipped as a sign. The
    factor is low if the component taken for a slash isn't one, or if a skipped slash stands where
    the pattern has no sign.

    Parameters
    ----------
    path : sequence of (arc, digit)
        Includes a digit for each of `way.slashes`.

    Returns
    -------
    float in [0, 1]
    """
    factor = 1.0
    taken: set[int] = set()
    middles = []
    for place, (arc, _) in enumerate(path):
        left_out = {arcs.alone[k] for k in arcs.without[arc]}
        taken |= set(arcs.components[arcs.starts[arc] : arcs.ends[arc]].tolist()) - left_out
        if place not in way.slashes:
            middles.append((arcs.pieces[arc].left + arcs.pieces[arc].right) / 2)
        elif arcs.alone[arc] < 0:
            factor *= OF_SEVERAL
        else:
            slash, digit = arcs.kinds[arcs.alone[arc], [SLASH, 0]].tolist()
            factor *= max(MIN_FACTOR, slash / (slash + digit))
    between = way.between or ("",) * (len(middles) + 1)
    for arc in np.flatnonzero(arcs.alone >= 0).tolist():
        kinds = arcs.kinds[arcs.alone[arc]]
        if arcs.alone[arc] in taken or KINDS[int(kinds.argmax())] != "/":
            continue
        middle = (arcs.pieces[arc].left + arcs.pieces[arc].right) / 2
        behind = int(np.sum(np.less(middles, middle)))
        in_place = not way.slashes and any(char in SIGNS for char in between[behind])
        factor *= 1.0 if in_place else max(MIN_FACTOR, 1 - float(kinds[SLASH]))
    return factor
