"""Frames for the network, 28×28 bytes, from the ink of digits or candidates."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from digitwise.imaging.framing import BOX, SIDE, bounding_box, centre_of_mass, frame_all
from digitwise.imaging.strokes import thicken
from digitwise.imaging.surface import Light

MAX_SIDE_PX = 160  # larger digits are shrunk to eight pixels per frame pixel: a broad brush is slow


def frame_digits(inks: Sequence[Light]) -> npt.NDArray[np.uint8]:
    """Frame the ink of n digits, each as MNIST does; uint8 (n, 28, 28).

    Fine strokes are thickened. A very small digit is enlarged first, since MNIST doesn't enlarge
    boxes of under 10 pixels; a very large one is shrunk to save time.
    """
    return frame_all([_ready(ink) for ink in inks])


def _ready(ink: Light) -> Light:
    if looks_framed(ink):
        return ink
    if max(ink.shape) > MAX_SIDE_PX:
        import cv2

        shrink = MAX_SIDE_PX / max(ink.shape)
        size = [max(1, round(length * shrink)) for length in ink.shape[::-1]]
        ink = np.asarray(cv2.resize(ink, size, interpolation=cv2.INTER_AREA), np.float32)
    if max(ink.shape) < BOX:
        ink = ink.repeat(4, axis=0).repeat(4, axis=1)
    return thicken(ink)


def looks_framed(ink: Light) -> bool:
    """Tell whether ink is framed like MNIST's already, and is best left alone.

    It must be 28×28, its box's longer side 20, its centre of mass as in MNIST's training images
    (13.98 to 15.00 on either axis).
    """
    if ink.shape != (SIDE, SIDE) or not ink.any():
        return False
    longest = max(ink[bounding_box(ink)].shape)
    return longest == BOX and all(13.9 <= c <= 15.1 for c in centre_of_mass(ink))
