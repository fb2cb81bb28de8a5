"""The skew of a page with printed lines, and the page turned upright."""

import numpy as np

from digitwise.imaging.components import weighted_median
from digitwise.imaging.sheet import MAX_SKEW_DEGREES
from digitwise.imaging.surface import Light

MIN_LINE_INK = 0.5  # ink from which a pixel may be a part of a line
STEP_DEGREES = 0.1  # of the angles tried
MIN_LENGTH = 0.12  # of a line, as a share of the page's longer side
MAX_GAP_PX = 6  # within a line
MIN_INKED = 0.5  # share of the shortest line's pixels that are inked


def skew_of(ink: Light) -> float:
    """Return the skew of a page's long printed lines in degrees, clockwise; 0 if it has none.

    Parameters
    ----------
    ink : float32 array of shape (h, w)
    """
    import cv2

    length = MIN_LENGTH * max(ink.shape)
    found = cv2.HoughLinesP(
        (ink > MIN_LINE_INK).astype(np.uint8),
        1,
        np.radians(STEP_DEGREES),
        round(MIN_INKED * length),
        minLineLength=length,
        maxLineGap=MAX_GAP_PX,
    )
    if found is None:
        return 0.0
    x0, y0, x1, y1 = np.asarray(found, np.float64).reshape(-1, 4).T
    angles = np.degrees(np.arctan2(y1 - y0, x1 - x0))
    lengths = np.hypot(x1 - x0, y1 - y0)
    level = np.abs(angles) <= MAX_SKEW_DEGREES
    return weighted_median(angles[level], lengths[level])


def turned_upright(grey: Light, skew: float) -> Light:
    """Turn a page by its skew in degrees, onto a page that is large enough for all of it.

    Parameters
    ----------
    grey : float32 array of shape (h, w)
        Light. Beyond the page it is continued.
    skew : float
    """
    import cv2

    high, wide = grey.shape
    turn = cv2.getRotationMatrix2D((wide / 2, high / 2), skew, 1.0)
    cos, sin = abs(turn[0, 0]), abs(turn[0, 1])
    size = round(wide * cos + high * sin), round(high * cos + wide * sin)
    turn[:, 2] += (size[0] - wide) / 2, (size[1] - high) / 2
    turned = cv2.warpAffine(
        grey, turn, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(turned, np.float32)
