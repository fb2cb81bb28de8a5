"""What each connected component of a number is, in its place: a digit, a sign, a printed line.

Alone in a frame a slash, a comma and a rule are ones of some hand; their size and place beside the
number's other components tell what they are. A small network sees both.
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
"""Outputs of the network: a digit or a part of some; signs; what is printed; other marks."""
SIDE = 14  # pixels of the frame, as the network sees it: half as fine
FARTHEST = 3.0  # digit heights: a neighbour that is farther away is as far
LEAST = 1e-6  # added to each output: one of them is right
PLACE = 20  # numbers that tell of a component's size and place
INPUTS = SIDE * SIDE + PLACE


def tell_kinds(network: Network, numbers: Sequence[Floats]) -> list[Floats]:
    """Return how probable each of KINDS is for the components of some numbers, (n, 7) each.

    Parameters
    ----------
    numbers : sequence of float32 arrays of shape (n, INPUTS)
        What `describe` says of each number's n components.
    """
    # One by one: what is told of a number doesn't depend, in its last bits, on others beside it.
    fired = [sigmoid(network.weighted_outputs(n)).astype(np.float64) + LEAST for n in numbers]
    return [kinds / kinds.sum(axis=1, keepdims=True) for kinds in fired]


def describe(components: Sequence[Component]) -> Floats:
    """Describe each component of a number, with regard to the others: float32 (n, INPUTS)."""
    frame_components(components)
    frames = np.array([c.frame for c in components], np.float32).reshape(-1, SIDE, 2, SIDE, 2)
    seen = frames.mean(axis=(2, 4)).reshape(len(components), -1) / np.float32(255)
    return np.concatenate([seen, _places(components)], axis=1)


def _places(components: Sequence[Component]) -> npt.NDArray[np.float32]:
    """Size, form and place of each component: (n, PLACE), most of it in digit heights."""
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
    lean, bend = np.array([_form(ink) for ink in solid]).T
    farthest = FARTHEST * digit
    # Ink before and after each component, the nearest.
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
    return np.clip(np.stack(places, axis=1).astype(np.float32), -FARTHEST, FARTHEST)


def _form(solid: npt.NDArray[np.uint8]) -> tuple[float, float]:
    """How far a stroke leans, in its heights; and how far from a straight line its ink is."""
    import cv2

    moments = cv2.moments(solid, binaryImage=True)
    across, both, down = (moments[name] for name in ("mu20", "mu11", "mu02"))
    lean = -both / down if down else 0.0
    # Eigenvalues of the covariance of the ink's places.
    half, root = (across + down) / 2, hypot((across - down) / 2, both)
    bend = sqrt(max(half - root, 0.0) / (half + root)) if half else 0.0
    return min(max(lean, -2.0), 2.0), bend
