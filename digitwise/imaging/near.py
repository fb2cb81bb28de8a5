"""Where a field is on a page, looked at from near: paper is bent, and lenses are round."""

from dataclasses import dataclass

import numpy as np

from digitwise.imaging.align import STROKE, Landmarks
from digitwise.imaging.region import Transform
from digitwise.imaging.surface import Light

AROUND = 0.5  # of a field's height, and
AT_LEAST = 0.015  # of the page's longer side: print is looked at so far around the field
REACH = 0.3  # of a field's height: how far it is sought, at most
HIGH = 64  # pixels: a field is looked at so high, if the page is fine enough
SOFT = 1.2  # pixels of blur
DISTANCE = 0.15  # likeness that the farthest place is worth less: a line is alike all along
BETTER = 0.02  # likeness gained, at least, for a field to be moved
LEAST_PRINT = 20  # pixels: from less print nothing is told


@dataclass(frozen=True)
class Place:
    """Where a field is.

    Attributes
    ----------
    transform : float64 array of shape (3, 3)
        From the reference's pixels to the page's.
    alike : float or None
        Share of the print around it that is on the page: see `digitwise.imaging.align.Fit`. None
        where there is hardly any print.
    """

    transform: Transform
    alike: float | None


def settle(
    page: Landmarks, reference: Landmarks, transform: Transform, box: tuple[float, ...]
) -> Place:
    """Move a field to where the print around it is.

    Parameters
    ----------
    transform : array of shape (3, 3)
        Of the whole page: from the reference's pixels to the page's.
    box : (left, top, right, bottom)
        In the reference's pixels.
    """
    import cv2

    left, top, right, bottom = box
    high = bottom - top
    around = max(AROUND * high, AT_LEAST * max(reference.grey.shape))
    scale = HIGH / high
    reach = max(2, round(REACH * HIGH))
    start = left - around, top - around
    size = [max(8, round((length + 2 * around) * scale)) for length in (right - left, high)]
    its = _window(reference.ink, np.eye(3), start, scale, size, 0)
    if (its >= STROKE).sum() < LEAST_PRINT:
        return Place(transform, None)
    own = _window(page.ink, transform, start, scale, size, reach)
    soft_own, soft_its = (cv2.GaussianBlur(ink, (0, 0), SOFT) for ink in (own, its))
    alike = cv2.matchTemplate(soft_own, soft_its, cv2.TM_CCORR_NORMED)
    away = np.arange(-reach, reach + 1) / reach
    alike = alike - DISTANCE * (away[:, None] ** 2 + away**2)
    y, x = (int(v) for v in np.unravel_index(alike.argmax(), alike.shape))
    if alike[y, x] < alike[reach, reach] + BETTER:
        y, x = reach, reach
    moved = np.eye(3)
    moved[:2, 2] = (x - reach) / scale, (y - reach) / scale
    there = own[y : y + its.shape[0], x : x + its.shape[1]]
    return Place(transform @ moved, _share(there, its))


def _window(
    ink: Light,
    transform: Transform,
    start: tuple[float, float],
    scale: float,
    size: list[int],
    beyond: int,
) -> Light:
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


def _share(own: Light, its: Light) -> float:
    import cv2

    near = cv2.dilate((own >= STROKE).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    chance = float(near.mean())
    return (float(near[its >= STROKE].mean()) - chance) / max(1 - chance, 1e-6)
