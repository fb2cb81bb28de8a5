"""Pictures that were turned, and their corners filled with black or white: filled with paper."""

import numpy as np

from digitwise.imaging.filled import filled
from digitwise.imaging.surface import Light

ALIKE = 14  # of 255: how far compression changes an even colour
LEAST_SIDE = 48  # pixels of a picture
STRAIGHT = 2.5  # pixels that the edge of the turned picture may be off a straight line
MOST_EDGES = 8  # of what is left of a turned picture
LEAST_LEFT = 0.45  # share of the picture
MOST_ALIKE = 0.1  # share of its rim that has the corners' colour: ink may, paper may not
RIM, MIXED = 4, 1  # pixels along the edge: its rim, and what is surely a mixture of both


def fill_corners(grey: Light) -> Light:
    """Continue the paper of a picture into its corners, if they were filled when it was turned.

    Programs that turn a picture by some degrees leave corners of one colour. They are darker, or
    brighter, than anything else, and would pass for ink or for paper.

    Parameters
    ----------
    grey : float32 array of shape (h, w)
        Light, 0 black to 1 white.

    Returns
    -------
    float32 array of shape (h, w)
        The same array if it has no such corners.
    """
    import cv2

    colours = grey[[0, 0, -1, -1], [0, -1, 0, -1]]
    if min(grey.shape) < LEAST_SIDE or np.ptp(colours) > ALIKE / 255:
        return grey
    other = (np.abs(grey - np.median(colours)) > ALIKE / 255).astype(np.uint8)
    # Compression leaves traces in the corners, near their edges.
    solid = cv2.morphologyEx(other, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    rows, columns = (np.flatnonzero(solid.any(axis=axis)) for axis in (1, 0))
    if rows.size == 0:
        return grey
    reach = (rows[0], columns[0], len(solid) - 1 - rows[-1], solid.shape[1] - 1 - columns[-1])
    if max(reach) > STRAIGHT:
        return grey  # what is there doesn't come to the edges: they are paper
    first = solid[rows].argmax(axis=1)
    last = solid.shape[1] - 1 - solid[rows, ::-1].argmax(axis=1)
    ends = np.concatenate([np.stack([x, rows], axis=1) for x in (first, last)])
    hull = cv2.convexHull(ends.astype(np.int32))
    edges = cv2.approxPolyDP(hull, STRAIGHT, closed=True)
    inside = np.zeros(grey.shape, np.uint8)
    cv2.fillConvexPoly(inside, hull, 1)
    left = inside > 0
    if len(edges) > MOST_EDGES or left.all() or left.mean() < LEAST_LEFT:
        return grey
    mixed, unknown = (
        cv2.dilate(1 - inside, np.ones((2 * pixels + 1, 2 * pixels + 1), np.uint8)) > 0
        for pixels in (MIXED, RIM)
    )
    rim = unknown & ~mixed
    if unknown.all() or other[rim].mean() < 1 - MOST_ALIKE:
        return grey  # what is within goes on beyond the edge: the corners are paper, too
    smooth = cv2.medianBlur(np.rint(255 * grey.clip(0, 1)).astype(np.uint8), 5)
    paper = filled(smooth, unknown).astype(np.float32) / np.float32(255)
    return np.where(unknown, paper, grey).astype(np.float32)
