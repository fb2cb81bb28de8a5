"""Pen width: measured, and increased for pens finer than those of MNIST."""

import numpy as np
import numpy.typing as npt

from digitwise.imaging.framing import BOX
from digitwise.imaging.ink import SOLID
from digitwise.imaging.surface import Light

# Pen widths in pixels of the 20×20 box. MNIST's strokes are mostly 2 to 4 wide.
MIN_WIDTH_PX = 1.7  # minimum pen width; thinner strokes are thickened
WANTED_WIDTH_PX = 2.3  # pen width of thickened strokes
MIN_SIDE_PX = 80  # minimum longer side; strokes of smaller digits are only a pixel or two wide


def stroke_width(ink: Light) -> float:
    """Return the mean pen width, in pixels: area divided by half the outline's length."""
    return _mean_width(_solid(ink))


def _solid(ink: Light) -> npt.NDArray[np.uint8]:
    return (ink >= SOLID).view(np.uint8)


def _mean_width(solid: npt.NDArray[np.uint8]) -> float:
    import cv2

    outlines, _ = cv2.findContours(solid, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    # An outline runs through the centres of the rim's pixels, half a pixel inside.
    outline = sum([cv2.arcLength(o, closed=True) for o in outlines])
    return 2 * float(cv2.countNonZero(solid)) / outline if outline else 0.0


def _longer_side(solid: npt.NDArray[np.uint8]) -> int:
    """Return the longer side of the strokes' box, in pixels."""
    import cv2

    return max(cv2.boundingRect(solid)[2:])


def thicken(ink: Light) -> Light:
    """Widen strokes that would be thinner than MNIST's in the frame; leave others alone.

    Parameters
    ----------
    ink : float32 array of shape (h, w)
        One digit, in [0, 1].

    Returns
    -------
    float32 array of shape (h', w')
        The digit; if its strokes were widened, with a margin and perhaps enlarged.
    """
    import cv2

    solid = _solid(ink)
    longest = _longer_side(solid)
    if longest < BOX or (width := _mean_width(solid)) * BOX / longest >= MIN_WIDTH_PX:
        return ink
    if longest < MIN_SIDE_PX:
        zoom = MIN_SIDE_PX / longest
        larger = cv2.resize(ink, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_CUBIC)
        ink = np.clip(np.asarray(larger, np.float32), 0, 1)
        solid = _solid(ink)
        longest, width = _longer_side(solid), _mean_width(solid)
    missing = WANTED_WIDTH_PX * longest / BOX - width
    side = max(1, 2 * round(missing / 2) + 1)
    brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    return np.asarray(cv2.dilate(np.pad(ink, side), brush), np.float32)
