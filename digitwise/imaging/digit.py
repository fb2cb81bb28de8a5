"""Frame of a picture that shows exactly one digit."""

import numpy as np
import numpy.typing as npt

from digitwise.imaging.components import Component, find_components, join
from digitwise.imaging.frames import looks_framed
from digitwise.imaging.framing import SIDE
from digitwise.imaging.ink import extract_ink
from digitwise.imaging.surface import Light

MIN_INK = 0.12  # minimum ink of a stroke, as a share of full ink; fine pens are pale
# Maximum ink of a neighbour as a share of the digit's, and of its columns that the digit shares.
MAX_NEIGHBOUR = 0.35


def find_digit(grey: Light) -> Component | None:
    """Find the digit of a picture: all its ink as one component; None if there is no ink.

    Parameters
    ----------
    grey : float32 array of shape (h, w)
        Light, 0 black to 1 white.
    """
    ink = extract_ink(grey)
    if looks_framed(ink):
        return Component(0, 0, SIDE, SIDE, ink)
    components = _without_neighbours(find_components(ink, MIN_INK), ink.shape[1])
    return join(components) if components else None


def _without_neighbours(components: list[Component], width: int) -> list[Component]:
    """Drop remains of neighbouring digits: small strokes at the picture's sides.

    They lie beside the digit, not above or below it.
    """
    if not components:
        return []
    digit = max(components, key=lambda c: c.ink.sum())

    def foreign(c: Component) -> bool:
        at_side = c.left <= 0 or c.right >= width
        shared = min(c.right, digit.right) - max(c.left, digit.left)
        small = c.ink.sum() < MAX_NEIGHBOUR * digit.ink.sum()
        return bool(at_side and small and shared < MAX_NEIGHBOUR * c.width)

    return [c for c in components if not foreign(c)]


def frame_picture(grey: Light) -> npt.NDArray[np.uint8]:
    """Frame the digit of a picture as MNIST does, uint8 (28, 28); all 0 if there is no ink."""
    digit = find_digit(grey)
    return digit.frame if digit else np.zeros((SIDE, SIDE), np.uint8)
