"""A picture of exactly one digit → the 28×28 that a network sees."""

import numpy as np
import numpy.typing as npt

from digitwise.imaging.components import Component, find_components, join
from digitwise.imaging.framing import BOX, SIDE, bounding_box, centre_of_mass, frame
from digitwise.imaging.ink import Light, extract_ink
from digitwise.imaging.strokes import thicken

LARGE = 400  # pixels: twenty for each of the frame's
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
    return frame_digit(digit.ink) if digit else np.zeros((SIDE, SIDE), np.uint8)


def frame_digit(ink: Light) -> npt.NDArray[np.uint8]:
    """Frame the ink of one digit as MNIST does; uint8 (28, 28).

    Fine strokes are thickened. A digit of few pixels is enlarged first, or MNIST's smallest box
    would make it smaller than others; one of very many is brought to a size that costs no time.
    """
    if looks_framed(ink):
        return frame(ink)
    if max(ink.shape) > LARGE:
        import cv2

        shrink = LARGE / max(ink.shape)
        size = [max(1, round(length * shrink)) for length in ink.shape[::-1]]
        ink = np.asarray(cv2.resize(ink, size, interpolation=cv2.INTER_AREA), np.float32)
    if max(ink.shape) < BOX:
        ink = ink.repeat(4, axis=0).repeat(4, axis=1)
    return frame(thicken(ink))


def looks_framed(ink: Light) -> bool:
    """Whether ink is framed like MNIST's already, and is best left alone.

    It is if it is 28×28, its box's longer side 20, its centre of mass where MNIST puts it
    (measured on its training images: 13.98 to 15.00 on either axis).
    """
    if ink.shape != (SIDE, SIDE) or not ink.any():
        return False
    longest = max(ink[bounding_box(ink)].shape)
    return longest == BOX and all(13.9 <= c <= 15.1 for c in centre_of_mass(ink))
