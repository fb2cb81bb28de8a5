"""How far the slashes of a pattern are where slashes are drawn."""

from collections.abc import Sequence

import numpy as np

from digitwise.data.signs import SIGNS
from digitwise.reading.pattern import Way
from digitwise.reading.signs import KINDS
from digitwise.reading.splitting.arcs import Arcs

LEAST = 0.02  # of a factor: signs are told by a small network
OF_SEVERAL = 0.1  # factor of a slash that is more, or less, than one component
SLASH = KINDS.index("/")


def trust(arcs: Arcs, way: Way, path: Sequence[tuple[int, str]]) -> float:
    """Weigh a way to read a number by its slashes.

    A pattern's slash may be taken for a digit, where it is as high as one, or be passed over as a
    sign. What is taken for a slash should be one, and what is passed over as a sign should stand
    where the pattern has one.

    Parameters
    ----------
    path : sequence of (arc, digit)
        In which `way.slashes` are digits.

    Returns
    -------
    float in [0, 1]
        What the probability of this path is times.
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
            factor *= max(LEAST, slash / (slash + digit))
    between = way.between or ("",) * (len(middles) + 1)
    for arc in np.flatnonzero(arcs.alone >= 0).tolist():
        kinds = arcs.kinds[arcs.alone[arc]]
        if arcs.alone[arc] in taken or KINDS[int(kinds.argmax())] != "/":
            continue
        middle = (arcs.pieces[arc].left + arcs.pieces[arc].right) / 2
        behind = int(np.sum(np.less(middles, middle)))
        in_place = not way.slashes and any(char in SIGNS for char in between[behind])
        factor *= 1.0 if in_place else max(LEAST, 1 - float(kinds[SLASH]))
    return factor
