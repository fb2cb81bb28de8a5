"""Feature points that two pictures of one page share: text, marks, ends of lines."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from digitwise.imaging.region import Transform
from digitwise.imaging.surface import Light

MAX_SIDE_PX = 1_200  # longer side of the picture in which points are found
MAX_POINTS = 4_000  # maximum number of points per page
MAX_RATIO = 0.8  # maximum distance of a match divided by that of the second nearest (Lowe 2004)
MAX_ERROR_PX = 4.0  # maximum reprojection error of an inlier, at MAX_SIDE_PX
MIN_INLIERS = 8  # minimum number of inliers of a homography


@dataclass(frozen=True)
class Points:
    """Feature points of a page with their descriptors.

    Attributes
    ----------
    places : float32 array of shape (n, 2)
        x and y in the picture's pixels.
    descriptors : float32 array of shape (n, 128)
        SIFT descriptors (Lowe 2004).
    scale : float
        Size of the picture in which they were found, divided by the page's.
    """

    places: npt.NDArray[np.float32]
    descriptors: npt.NDArray[Any]
    scale: float


def find_points(grey: Light) -> Points:
    """Find the distinctive points of a page.

    Parameters
    ----------
    grey : float32 array of shape (h, w)
        Light, 0 black to 1 white.
    """
    import cv2

    scale = min(1.0, MAX_SIDE_PX / max(grey.shape))
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    seen = (255 * np.clip(small, 0, 1)).astype(np.uint8)
    found, descriptors = cv2.SIFT.create(nfeatures=MAX_POINTS).detectAndCompute(seen, None)
    if descriptors is None:
        descriptors = np.zeros((0, 128), np.float32)
    places = np.array([point.pt for point in found], np.float32).reshape(-1, 2)
    return Points((places + 0.5) / scale - 0.5, descriptors, scale)


def match_points(own: Points, its: Points) -> tuple[Transform, int] | None:
    """Find the homography with the most inliers (RANSAC; Fischler & Bolles 1981).

    Returns
    -------
    (float64 array of shape (3, 3), int), or None if there are too few inliers
        Homography from the pixels of `its` picture to those of `own`; number of inliers.
    """
    import cv2

    if min(len(own.places), len(its.places)) < MIN_INLIERS:
        return None
    pairs = cv2.BFMatcher(cv2.NORM_L2).knnMatch(its.descriptors, own.descriptors, k=2)
    clear = [a for a, *rest in pairs if rest and a.distance < MAX_RATIO * rest[0].distance]
    if len(clear) < MIN_INLIERS:
        return None
    start = its.places[[m.queryIdx for m in clear]]
    end = own.places[[m.trainIdx for m in clear]]
    found, agree = cv2.findHomography(
        start, end, cv2.RANSAC, MAX_ERROR_PX / own.scale, maxIters=5_000
    )
    if found is None or int(agree.sum()) < MIN_INLIERS:
        return None
    return np.asarray(found, np.float64), int(agree.sum())
