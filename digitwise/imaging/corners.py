"""Corners of a rotated picture that were filled with black or white: replaced by paper."""

import numpy as np

from digitwise.imaging.filled import filled
from digitwise.imaging.surface import Light

MAX_DIFFERENCE = 14  # maximum change of an even colour by compression, in 8-bit levels
MIN_SIDE_PX = 48  # minimum shorter side of a picture
MAX_OFF_STRAIGHT_PX = 2.5  # maximum distance of the rotated picture's edge from a straight line
MAX_EDGES = 8  # maximum number of the remaining polygon's edges
MIN_REMAINING = 0.45  # minimum share of the picture covered by the polygon
MAX_FILL_SHARE = 0.1  # maximum share of the polygon's rim with the corners' colour: ink, not paper
RIM_PX = 4  # width of the polygon's rim
MIXED_PX = 1  # width of the outermost rim, whose pixels mix both colours


def fill_corners(grey: Light) -> Light:
    """Continue a picture's paper into its corners, if a rotation left them in one colour.

    Corners that are darker or brighter than everything else would pass for ink or for paper.

    Parameters
    ----------
    grey : float32 array of shape (h, w)
        Light, 0 black to 1 white.

    Returns
    -------
    float32 array of shape (h, w)
        The given array itself if it has no such corners.
    """
    import cv2

    colours = grey[[0, 0, -1, -1], [0, -1, 0, -1]]
    if min(grey.shape) < MIN_SIDE_PX or np.ptp(colours) > MAX_DIFFERENCE / 255:
        return grey
    other = (np.abs(grey - np.median(colours)) > MAX_DIFFERENCE / 255).astype(np.uint8)
    # Compression leaves traces in the corners, near their edges.
    solid = cv2.morphologyEx(other, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    rows, columns = (np.flatnonzero(solid.any(axis=axis)) for axis in (1, 0))
    if rows.size == 0:
        return grey
    reach = (rows[0], columns[0], len(solid) - 1 - rows[-1], solid.shape[1] - 1 - columns[-1])
    if max(reach) > MAX_OFF_STRAIGHT_PX:
        return grey  # other colours don't reach the edges, so the corners are paper
    first = solid[rows].argmax(axis=1)
    last = solid.shape[1] - 1 - solid[rows, ::-1].argmax(axis=1)
    ends = np.concatenate([np.stack([x, rows], axis=1) for x in (first, last)])
    hull = cv2.convexHull(ends.astype(np.int32))
    edges = cv2.approxPolyDP(hull, MAX_OFF_STRAIGHT_PX, closed=True)
    inside = np.zeros(grey.shape, np.uint8)
    cv2.fillConvexPoly(inside, hull, 1)
    left = inside > 0
    if len(edges) > MAX_EDGES or left.all() or left.mean() < MIN_REMAINING:
        return grey
    mixed, unknown = (
        cv2.dilate(1 - inside, np.ones((2 * pixels + 1, 2 * pixels + 1), np.uint8)) > 0
        for pixels in (MIXED_PX, RIM_PX)
    )
    rim = unknown & ~mixed
    if unknown.all() or other[rim].mean() < 1 - MAX_FILL_SHARE:
        return grey  # the inside has the corners' colour: the corners are paper, too
    smooth = cv2.medianBlur(np.rint(255 * grey.clip(0, 1)).astype(np.uint8), 5)
    paper = filled(smooth, unknown).astype(np.float32) / np.float32(255)
    return np.where(unknown, paper, grey).astype(np.float32)
