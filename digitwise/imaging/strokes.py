"""Stroke thickness: fine pens brought nearer to what a network has seen."""

import numpy as np
import numpy.typing as npt

from digitwise.imaging.framing import BOX
from digitwise.imaging.ink import SOLID
from digitwise.imaging.surface import Light

# In pixels of the 20×20 box. MNIST's strokes are mostly 2 to 4 wide.
THIN = 1.7
WANTED = 2.3
LEAST_SIDE = 80  # pixels, so that a stroke's width is more than a pixel or two


def stroke_width(ink: Light) -> float:
    """Mean width of the strokes, in pixels: area over half of the outline's length."""
    return _mean_width(_solid(ink))


def _solid(ink: Light) -> npt.NDArray[np.uint8]:
    return (ink >= SOLID).view(np.uint8)


def _mean_width(solid: npt.NDArray[np.uint8]) -> float:
    import cv2

    outlines, _ = cv2.findContours(solid, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    # An outline runs through the middle of the rim's pixels, half a pixel inside.
    outline = sum([cv2.arcLength(o, closed=True) for o in outlines])
    return 2 * float(cv2.countNonZero(solid)) / outline if outline else 0.0


def _longest_side(solid: npt.NDArray[np.uint8]) -> int:
    """Of the box around the strokes, in pixels."""
    import cv2

    return max(cv2.boundingRect(solid)[2:])


def thicken(ink: Light) -> Light:
    """Widen strokes that would be thinner than MNIST's once framed; leave others alone.

    Parameters
    ----------
    ink : float32 array of shape (h, w)
        One digit, in [0, 1].

    Returns
    -------
    float32 array of shape (h', w')
        The same digit, perhaps at a higher resolution, with a margin.
    """
    import cv2

    solid = _solid(ink)
    longest = _longest_side(solid)
    if longest < BOX or (width := _mean_width(solid)) * BOX / longest >= THIN:
        return ink
    if longest < LEAST_SIDE:
        zoom = LEAST_SIDE / longest
        larger = cv2.resize(ink, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_CUBIC)
        ink = np.clip(np.asarray(larger, np.float32), 0, 1)
        solid = _solid(ink)
        longest, width = _longest_side(solid), _mean_width(solid)
    missing = WANTED * longest / BOX - width
    side = max(1, 2 * round(missing / 2) + 1)
    brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    return np.asarray(cv2.dilate(np.pad(ink, side), brush), np.float32)
