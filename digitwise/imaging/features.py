"""Points that two pictures of one page have in common: its text, marks, ends of lines."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from digitwise.imaging.region import Transform
from digitwise.imaging.surface import Light

FINE = 1_200  # pixels of the longer side that points are found at
MOST = 4_000  # points of a page
CLEARER = 0.8  # of the distance to the second nearest point: a match is no farther away (Lowe 2004)
OFF = 4.0  # pixels at that size: a match lies no farther from where the homography has it
LEAST = 8  # matches that agree


@dataclass(frozen=True)
class Points:
    """Points of a page and what is seen around each.

    Attributes
    ----------
    places : float32 array of shape (n, 2)
        x and y in the picture's pixels.
    descriptors : float32 array of shape (n, 128)
        Of SIFT (Lowe 2004).
    scale : float
        Size at which they were found against the picture's.
    """

    places: npt.NDArray[np.float32]
    descriptors: npt.NDArray[Any]
    scale: float


def find_points(grey: Light) -> Points:
    """Find the points of a page that can be told from others.

    Parameters
    ----------
    grey : float32 array of shape (h, w)
        Light, 0 black to 1 white.
    """
    import cv2

    scale = min(1.0, FINE / max(grey.shape))
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    seen = (255 * np.clip(small, 0, 1)).astype(np.uint8)
    found, descriptors = cv2.SIFT.create(nfeatures=MOST).detectAndCompute(seen, None)
    if descriptors is None:
        descriptors = np.zeros((0, 128), np.float32)
    places = np.array([point.pt for point in found], np.float32).reshape(-1, 2)
    return Points((places + 0.5) / scale - 0.5, descriptors, scale)


def match_points(own: Points, its: Points) -> tuple[Transform, int] | None:
    """Find the homography on which most matches agree (RANSAC; Fischler & Bolles 1981).

    Returns
    -------
    (array of shape (3, 3), int), or None if too few agree
        From the pixels of `its` picture to those of the `own`, and how many points agree.
    """
    import cv2

    if min(len(own.places), len(its.places)) < LEAST:
        return None
    pairs = cv2.BFMatcher(cv2.NORM_L2).knnMatch(its.descriptors, own.descriptors, k=2)
    clear = [a for a, *rest in pairs if rest and a.distance < CLEARER * rest[0].distance]
    if len(clear) < LEAST:
        return None
    start = its.places[[m.queryIdx for m in clear]]
    end = own.places[[m.trainIdx for m in clear]]
    found, agree = cv2.findHomography(start, end, cv2.RANSAC, OFF / own.scale, maxIters=5_000)
    if found is None or int(agree.sum()) < LEAST:
        return None
    return np.asarray(found, np.float64), int(agree.sum())
