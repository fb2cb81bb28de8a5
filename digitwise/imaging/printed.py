"""Print of a form, lines and marks, located in the ink of a scan."""

import numpy as np

from digitwise.imaging.connected import connected
from digitwise.imaging.rules import Mask
from digitwise.imaging.surface import Light

MIN_LENGTH_HEIGHTS = 0.4  # minimum length of a printed line, in field heights
MIN_LINE_INKED = 0.5  # minimum inked share of a line's pixels in the scan
MIN_MARK_INKED = 0.85  # minimum inked share of a printed letter's pixels in the scan
CROSSING_PX = 3  # less than half the width of a stroke that crosses print
MIN_INK = 0.2  # minimum ink of a pixel of print, as a share of full ink; lines may be pale


def place_lines(printed: Mask, ink: Light, height: int, off: int) -> tuple[Mask, Mask]:
    """Find the printed lines of a form's field in the ink of a registered scan.

    Each line is placed by itself, where it covers most ink.

    Parameters
    ----------
    printed : bool array of shape (h, w)
        Pixels of the form's lines.
    ink : float32 array of shape (h, w)
        Ink of the scan, in [0, 1].
    height : int
        Height of the field, in pixels.
    off : int
        Maximum shift of a line, in pixels.

    Returns
    -------
    two bool arrays of shape (h, w)
        Horizontal lines, and vertical lines.
    """
    inked = ink >= MIN_INK
    least = max(5, round(MIN_LENGTH_HEIGHTS * height)) | 1  # odd: an even one shifts lines
    return _across(printed, inked, least, off), _across(printed.T, inked.T, least, off).T


def _across(printed: Mask, inked: Mask, least: int, off: int) -> Mask:
    """Find the horizontal lines: see `place_lines`."""
    import cv2

    lines = cv2.morphologyEx(
        printed.astype(np.uint8), cv2.MORPH_OPEN, np.ones((1, least), np.uint8)
    )
    labels, stats = connected(lines > 0)
    found = np.zeros(printed.shape, bool)
    for label in range(1, len(stats)):
        y, x = np.nonzero(labels == label)
        best, share = y, 0.0
        for step in sorted(range(-off, off + 1), key=abs):
            there = (y + step).clip(0, len(inked) - 1)
            visible = float(inked[there, x].mean())
            if visible > share:
                best, share = there, visible
        if share >= MIN_LINE_INKED:
            found[best, x] = True
    return found


def place_marks(printed: Mask, ink: Light, off: int) -> Mask:
    """Find a field's other print, text and marks, in the ink of a registered scan.

    Each connected component is placed by itself, where it covers most ink. Writing on the
    reference is missing in the scan, and is left out. Strokes that cross print stay whole.

    Parameters
    ----------
    printed : bool array of shape (h, w)
        Pixels of the form's print other than lines.
    ink : float32 array of shape (h, w)
        Ink of the scan, in [0, 1].
    off : int
        Maximum shift of a component, in pixels.

    Returns
    -------
    bool array of shape (h, w)
        Pixels of print that no stroke crosses.
    """
    import cv2

    found = np.zeros(printed.shape, bool)
    if not printed.any():
        return found
    inked = ink >= MIN_INK
    labels, stats = connected(printed)
    steps = sorted(
        ((dy, dx) for dy in range(-off, off + 1) for dx in range(-off, off + 1)),
        key=lambda step: step[0] ** 2 + step[1] ** 2,
    )
    rows, columns = ink.shape
    # An edge's pixels continue beyond it.
    around = cv2.copyMakeBorder(inked.astype(np.float32), off, off, off, off, cv2.BORDER_REPLICATE)
    for label, (left, top, wide, high, area) in enumerate(stats.tolist()):
        if label == 0:  # what isn't print
            continue
        own = labels[top : top + high, left : left + wide] == label
        there = around[top : top + high + 2 * off, left : left + wide + 2 * off]
        covered = cv2.matchTemplate(there, own.astype(np.float32), cv2.TM_CCORR)
        shares = [covered[off + dy, off + dx] for dy, dx in steps]
        best = int(np.argmax(np.rint(shares)))  # the nearest of equal ones
        if np.rint(shares[best]) >= MIN_MARK_INKED * area:
            y, x = np.nonzero(own)
            dy, dx = steps[best]
            found[(y + top + dy).clip(0, rows - 1), (x + left + dx).clip(0, columns - 1)] = True
    rim = cv2.dilate(found.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    left = (inked & ~rim).astype(np.uint8)
    # A stroke continues through print if ink remains on both sides.
    width = 2 * CROSSING_PX + 1
    joined = cv2.morphologyEx(left, cv2.MORPH_CLOSE, np.ones((width, width), np.uint8)) > 0
    return rim & ~(joined & inked)
