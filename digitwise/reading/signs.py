"""What each connected component of a number is, in its place: a digit, a sign, a printed line.

Alone in a frame a slash, a comma and a rule are ones of some hand; their size and place beside the
number's other components tell what they are. A small network sees both.
"""

from collections.abc import Sequence
from math import log
from statistics import median

import numpy as np
import numpy.typing as npt

from digitwise.imaging.components import Component, frame_components, that_tell_size
from digitwise.imaging.ink import SOLID
from digitwise.imaging.strokes import stroke_width
from digitwise.network import Network
from digitwise.neurons import Floats, sigmoid
from digitwise.reading.fragments import digit_height

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
    if not numbers:
        return []
    fired = sigmoid(network.weighted_outputs(np.concatenate(numbers))).astype(np.float64) + LEAST
    kinds = fired / fired.sum(axis=1, keepdims=True)
    return np.split(kinds, np.cumsum([len(number) for number in numbers])[:-1])


def describe(components: Sequence[Component]) -> Floats:
    """Describe each component of a number, with regard to the others: float32 (n, INPUTS)."""
    frame_components(components)
    frames = np.array([c.frame for c in components], np.float32).reshape(-1, SIDE, 2, SIDE, 2)
    seen = frames.mean(axis=(2, 4)).reshape(len(components), -1) / np.float32(255)
    return np.concatenate([seen, _places(components)], axis=1)


def _places(components: Sequence[Component]) -> npt.NDArray[np.float32]:
    """Size, form and place of each component: (n, PLACE), most of it in digit heights."""
    height = digit_height(list(components))
    telling = that_tell_size(components)
    tall = [c for c in telling if c.height >= height / 2] or telling
    top, bottom = median(c.top for c in tall), median(c.bottom for c in tall)
    highest = max(c.height for c in telling)
    pens = [max(1.0, stroke_width(c.ink)) for c in components]
    pen = median(max(1.0, stroke_width(c.ink)) for c in telling)
    forms = [_form(c) for c in components]
    lean = median(_form(c)[0] for c in tall)
    left, right = (np.array([getattr(c, side) for c in components]) for side in ("left", "right"))
    found = []
    for k, c in enumerate(components):
        others = np.arange(len(components)) != k
        before = (c.left - right[others & (left <= c.left)]).min(initial=FARTHEST * height)
        after = (left[others & (left > c.left)] - c.right).min(initial=FARTHEST * height)
        found.append(
            [
                log(c.height / height),
                log(c.width / height),
                log(c.width / c.height) / 2,
                c.height / highest,
                (c.top - top) / height,
                (c.bottom - bottom) / height,
                ((c.top + c.bottom) - (top + bottom)) / 2 / height,
                before / height,
                after / height,
                float((left[others] > c.left).any()),
                float((left[others] < c.left).any()),
                *(float(edge) for edge in c.at_edge),
                float((c.ink >= SOLID).mean()),
                log(pens[k] / pen),
                forms[k][0],
                forms[k][0] - lean,
                forms[k][1],
            ]
        )
    return np.clip(np.array(found, np.float32), -FARTHEST, FARTHEST)


def _form(component: Component) -> tuple[float, float]:
    """How far a stroke leans, in its heights; and how far from a straight line its ink is."""
    y, x = np.nonzero(component.ink >= SOLID)
    if len(y) < 2:
        return 0.0, 0.0
    x, y = x - x.mean(), y - y.mean()
    spread = float(y @ y)
    lean = -float(x @ y) / spread if spread else 0.0
    covariance = np.array([[x @ x, x @ y], [x @ y, spread]]) / len(y)
    small, large = np.sqrt(np.maximum(np.linalg.eigvalsh(covariance), 0)).tolist()
    return float(np.clip(lean, -2, 2)), small / large if large else 0.0
