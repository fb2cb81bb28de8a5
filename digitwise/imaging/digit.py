"""A picture of exactly one digit → the 28×28 that a network sees."""

import numpy as np
import numpy.typing as npt

from digitwise.imaging.components import Component, find_components, join
from digitwise.imaging.framing import SIDE
from digitwise.imaging.ink import extract_ink
from digitwise.imaging.seen import looks_framed
from digitwise.imaging.surface import Light

PALE = 0.12  # share of full ink that is a stroke where all ink is one digit's: fine pens are pale
NEIGHBOUR = 0.35  # of the digit's ink, and of its own width above or below it, has less


def find_digit(grey: Light) -> Component | None:
    """All the ink of a picture, as one component; None if there is none.

    Parameters
    ----------
    grey : float32 array of shape (h, w)
        Light, 0 black to 1 white.
    """
    ink = extract_ink(grey)
    if looks_framed(ink):
        return Component(0, 0, SIDE, SIDE, ink)
    components = _without_neighbours(find_components(ink, PALE), ink.shape[1])
    return join(components) if components else None


def _without_neighbours(components: list[Component], width: int) -> list[Component]:
    """Leave out what a cut has left of the digits before and after: strokes at the picture's sides.

    They lie beside the digit, not above or below, and are small against it.
    """
    if not components:
        return []
    digit = max(components, key=lambda c: c.ink.sum())

    def foreign(c: Component) -> bool:
        at_side = c.left <= 0 or c.right >= width
        shared = min(c.right, digit.right) - max(c.left, digit.left)
        small = c.ink.sum() < NEIGHBOUR * digit.ink.sum()
        return bool(at_side and small and shared < NEIGHBOUR * c.width)

    return [c for c in components if not foreign(c)]


def frame_picture(grey: Light) -> npt.NDArray[np.uint8]:
    """Frame the digit of a picture as MNIST does, uint8 (28, 28); all 0 if there is no ink."""
    digit = find_digit(grey)
    return digit.frame if digit else np.zeros((SIDE, SIDE), np.uint8)
