"""Kinds of a number's connected components: digit, sign, printed line.

Alone in its frame, a slash, a comma or a rule may be somebody's 1. Size and place beside the other
components tell the kinds apart. A small network sees both.
"""

from collections.abc import Sequence
from math import hypot, sqrt
from statistics import median

import numpy as np
import numpy.typing as npt

from digitwise.imaging.components import Component, frame_components, that_tell_size
from digitwise.imaging.ink import SOLID
from digitwise.imaging.strokes import stroke_width
from digitwise.network import Network
from digitwise.neurons import Floats, sigmoid
from digitwise.reading.splitting.fragments import digit_height

KINDS = ("digit", "-", ".", ",", "/", "line", "other")
"""Outputs of the network: a digit or parts of digits; four signs; a printed line; other marks."""
SIDE = 14  # pixels: side of the frame at half resolution
MAX_DISTANCE = 3.0  # digit heights: all values of size and place are clipped to this
MIN_OUTPUT = 1e-6  # added to each output, so that the sum of a component's outputs is positive
OWN_PLACE = 20  # values of a component's own size and place
NEIGHBOUR = 4  # values of the size and place of each of two neighbours
PLACE = OWN_PLACE + 2 * NEIGHBOUR
INPUTS = SIDE * SIDE + PLACE


def tell_kinds(network: Network, numbers: Sequence[Floats]) -> list[Floats]:
    """Return the probability of each of KINDS for every component, shape (n, 7) a number.

    Parameters
    ----------
    numbers : sequence of float32 arrays of shape (n, INPUTS)
        Results of `describe`, one a number.
    """
    # One call a number: the last bits of a result must not depend on the numbers beside it.
    # A network of an older file knows nothing of neighbours, whose values stand last.
    seen = [n[:, : network.sizes[0]] for n in numbers]
    fired = [sigmoid(network.weighted_outputs(n)).astype(np.float64) + MIN_OUTPUT for n in seen]
    return [kinds / kinds.sum(axis=1, keepdims=True) for kinds in fired]


def describe(components: Sequence[Component]) -> Floats:
    """Return the network's inputs for each component of a number, float32 of shape (n, INPUTS)."""
    frame_components(components)
    frames = np.array([c.frame for c in components], np.float32).reshape(-1, SIDE, 2, SIDE, 2)
    seen = frames.mean(axis=(2, 4)).reshape(len(components), -1) / np.float32(255)
    return np.concatenate([seen, _places(components)], axis=1)


def _places(components: Sequence[Component]) -> npt.NDArray[np.float32]:
    """Return size, form and place of components and of their neighbours, shape (n, PLACE).

    Lengths are in digit heights.
    """
    telling = that_tell_size(components)
    digit = digit_height(telling)
    left, top, right, bottom = np.array(
        [(c.left, c.top, c.right, c.bottom) for c in components], np.float64
    ).T
    wide, high = right - left, bottom - top
    those = {id(c) for c in telling}
    tells = np.array([id(c) in those for c in components])
    tall = tells & (high >= digit / 2)
    tall = tall if tall.any() else tells
    line_top, line_bottom = median(top[tall].tolist()), median(bottom[tall].tolist())
    solid = [(c.ink >= SOLID).view(np.uint8) for c in components]
    pens = np.array([max(1.0, stroke_width(c.ink)) for c in components])
    lean, bend = np.array([_slant_and_bend(ink) for ink in solid]).T
    farthest = MAX_DISTANCE * digit
    # Distance to the nearest ink before and after each component.
    before = np.where(left <= left[:, None], left[:, None] - right, farthest)
    after = np.where(left > left[:, None], left - right[:, None], farthest)
    np.fill_diagonal(before, farthest)
    np.fill_diagonal(after, farthest)
    places = [
        np.log(high / digit),
        np.log(wide / digit),
        np.log(wide / high) / 2,
        high / high[tells].max(),
        (top - line_top) / digit,
        (bottom - line_bottom) / digit,
        ((top + bottom) - (line_top + line_bottom)) / 2 / digit,
        np.minimum(before.min(axis=1), farthest) / digit,
        np.minimum(after.min(axis=1), farthest) / digit,
        left < left.max(),
        left > left.min(),
        *np.array([c.at_edge for c in components]).T,
        np.array([ink.mean() for ink in solid]),
        np.log(pens / median(pens[tells].tolist())),
        lean,
        lean - median(lean[tall].tolist()),
        bend,
    ]
    # Parts of one sign, as of "=", "%" or "/-", tell each other's kind.
    own = np.stack([places[0], places[1], places[6], lean], axis=1)
    order = np.argsort(left, kind="stable")
    neighbours = np.zeros((2, len(own), NEIGHBOUR))
    neighbours[0, order[1:]] = own[order[:-1]]
    neighbours[1, order[:-1]] = own[order[1:]]
    every = np.concatenate([np.stack(places, axis=1), *neighbours], axis=1)
    return np.clip(every.astype(np.float32), -MAX_DISTANCE, MAX_DISTANCE)


def _slant_and_bend(solid: npt.NDArray[np.uint8]) -> tuple[float, float]:
    """Return a stroke's slant, columns a row, and how far its ink is from a straight line.

    The latter is 0 for a straight line and 1 for a disc: the square root of the ratio of the two
    eigenvalues of the covariance of its ink's places.
    """
    import cv2

    moments = cv2.moments(solid, binaryImage=True)
    across, both, down = (moments[name] for name in ("mu20", "mu11", "mu02"))
    lean = -both / down if down else 0.0
    # The eigenvalues are half ± root.
    half, root = (across + down) / 2, hypot((across - down) / 2, both)
    bend = sqrt(max(half - root, 0.0) / (half + root)) if half else 0.0
    return min(max(lean, -2.0), 2.0), bend
