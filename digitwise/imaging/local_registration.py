"""Local registration: place each field by the print around it, as paper and lenses bend pages."""

from dataclasses import dataclass

import numpy as np

from digitwise.imaging.align import Landmarks, likeness_of
from digitwise.imaging.ink import SOLID
from digitwise.imaging.region import Transform
from digitwise.imaging.surface import Light

MARGIN_HEIGHTS = 0.5  # print compared around a field, in field heights
MIN_MARGIN_SIDES = 0.015  # minimum print compared, as a share of the page's longer side
REACH_HEIGHTS = 0.3  # maximum shift of a field, in field heights
FIELD_HEIGHT_PX = 64  # height of a field in the compared windows
BLUR_PX = 1.2  # standard deviation of the blur
DISTANCE_PENALTY = 0.15  # correlation lost at the largest shift: a line matches all along itself
MIN_GAIN = 0.02  # minimum gain of correlation for moving a field
MIN_PRINT_PX = 20  # minimum pixels of print in a window


@dataclass(frozen=True)
class Place:
    """The place of a field on a page.

    Attributes
    ----------
    transform : float64 array of shape (3, 3)
        From the reference's pixels to the page's.
    alike : float or None
        Likeness of the print around it: see `digitwise.imaging.align.Fit`. None if there is
        hardly any print.
    """

    transform: Transform
    alike: float | None


def settle(
    page: Landmarks, reference: Landmarks, transform: Transform, box: tuple[float, ...]
) -> Place:
    """Shift a field to the best match of the print around it.

    Parameters
    ----------
    transform : array of shape (3, 3)
        Registration of the whole page: from the reference's pixels to the page's.
    box : (left, top, right, bottom)
        In the reference's pixels.
    """
    import cv2

    left, top, right, bottom = box
    high = bottom - top
    around = max(MARGIN_HEIGHTS * high, MIN_MARGIN_SIDES * max(reference.grey.shape))
    scale = FIELD_HEIGHT_PX / high
    reach = max(2, round(REACH_HEIGHTS * FIELD_HEIGHT_PX))
    start = left - around, top - around
    size = [max(8, round((length + 2 * around) * scale)) for length in (right - left, high)]
    its = _window(reference.ink, np.eye(3), start, scale, size, 0)
    if (its >= SOLID).sum() < MIN_PRINT_PX:
        return Place(transform, None)
    own = _window(page.ink, transform, start, scale, size, reach)
    soft_own, soft_its = (cv2.GaussianBlur(ink, (0, 0), BLUR_PX) for ink in (own, its))
    alike = cv2.matchTemplate(soft_own, soft_its, cv2.TM_CCORR_NORMED)
    away = np.arange(-reach, reach + 1) / reach
    alike = alike - DISTANCE_PENALTY * (away[:, None] ** 2 + away**2)
    y, x = (int(v) for v in np.unravel_index(alike.argmax(), alike.shape))
    if alike[y, x] < alike[reach, reach] + MIN_GAIN:
        y, x = reach, reach
    moved = np.eye(3)
    moved[:2, 2] = (x - reach) / scale, (y - reach) / scale
    there = own[y : y + its.shape[0], x : x + its.shape[1]]
    return Place(transform @ moved, likeness_of(there, its, brush_px=5))


def _window(
    ink: Light,
    transform: Transform,
    start: tuple[float, float],
    scale: float,
    size: list[int],
    beyond: int,
) -> Light:
    """Cut a window out of a page's ink, scaled, with `beyond` pixels on each side."""
    import cv2

    to_reference = np.array(
        [
            [1 / scale, 0, start[0] - beyond / scale],
            [0, 1 / scale, start[1] - beyond / scale],
            [0, 0, 1],
        ]
    )
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    wide, high = (length + 2 * beyond for length in size)
    return np.asarray(cv2.warpPerspective(ink, transform @ to_reference, (wide, high), flags=flags))
