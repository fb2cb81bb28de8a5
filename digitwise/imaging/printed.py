"""Printed lines of a form, where they are on a scan of it."""

import numpy as np

from digitwise.imaging.connected import connected
from digitwise.imaging.rules import Mask
from digitwise.imaging.surface import Light

SHORTEST = 0.4  # of a field's height is a line that goes down, or across
VISIBLE = 0.5  # share of a line's pixels, at least, that have ink where it is
PRESENT = 0.85  # share of the pixels of a printed letter, at least, that have ink where it is
THIN = 3  # pixels: less than half of a stroke that crosses print
INKED = 0.2  # share of full ink: lines may be pale


def place_lines(printed: Mask, ink: Light, height: int, off: int) -> tuple[Mask, Mask]:
    """Find the lines of a form's field in the ink of a scan that was laid over it.

    Each line, on its own, is where most ink is, at most so far from its place on the form.

    Parameters
    ----------
    printed : bool array of shape (h, w)
        Where the form has lines.
    ink : float32 array of shape (h, w)
        In [0, 1].
    height : int
        Of the field, in pixels.
    off : int
        Pixels.

    Returns
    -------
    two bool arrays of shape (h, w)
        Lines across, and lines that go down.
    """
    inked = ink >= INKED
    least = max(5, round(SHORTEST * height)) | 1  # odd, or lines would move by a pixel
    return _across(printed, inked, least, off), _across(printed.T, inked.T, least, off).T


def _across(printed: Mask, inked: Mask, least: int, off: int) -> Mask:
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
        if share >= VISIBLE:
            found[best, x] = True
    return found


def place_marks(printed: Mask, ink: Light, off: int) -> Mask:
    """Find what else a form has printed in a field, text and marks, in the ink of a scan.

    Each piece, on its own, is where most ink is. What somebody wrote on the reference isn't in the
    scan, and is left out. Where a stroke crosses print, the stroke stays whole.

    Parameters
    ----------
    printed : bool array of shape (h, w)
        Where the form has print other than lines.
    ink : float32 array of shape (h, w)
        In [0, 1].
    off : int
        Pixels.

    Returns
    -------
    bool array of shape (h, w)
        Pixels that are nothing but print.
    """
    import cv2

    found = np.zeros(printed.shape, bool)
    if not printed.any():
        return found
    inked = ink >= INKED
    labels, stats = connected(printed)
    steps = sorted(
        ((dy, dx) for dy in range(-off, off + 1) for dx in range(-off, off + 1)),
        key=lambda step: step[0] ** 2 + step[1] ** 2,
    )
    high, wide = printed.shape
    for label in range(1, len(stats)):
        y, x = np.nonzero(labels == label)
        best, share = (y, x), 0.0
        for dy, dx in steps:
            there = (y + dy).clip(0, high - 1), (x + dx).clip(0, wide - 1)
            visible = float(inked[there].mean())
            if visible > share:
                best, share = there, visible
        if share >= PRESENT:
            found[best] = True
    rim = cv2.dilate(found.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    left = (inked & ~rim).astype(np.uint8)
    # Between what is left on both sides of print a stroke goes on.
    width = 2 * THIN + 1
    joined = cv2.morphologyEx(left, cv2.MORPH_CLOSE, np.ones((width, width), np.uint8)) > 0
    return rim & ~(joined & inked)
