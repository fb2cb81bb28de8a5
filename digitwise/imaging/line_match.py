"""Registration of a page with a reference by their printed lines alone."""

import numpy as np
import numpy.typing as npt

from digitwise.imaging.region import Transform
from digitwise.imaging.rules import find_rules
from digitwise.imaging.surface import Light
from digitwise.neurons import Floats

SMALL_SIDE_PX = 600  # longer side of the small pictures that are compared
BLURS_PX = (7.5, 2.5)  # standard deviations of the coarse blur and of the fine one
ECC_STEPS = 50  # maximum iterations of one refinement
UPRIGHT_CORRELATION = 0.8  # correlation below which a page is also tried upside down
SKEWS = np.radians(np.arange(-8, 8.1, 0.5))  # angles tried, radians

PageLines = tuple[Light, Transform]
"""Printed lines of a page, deskewed and small, and the transform from there to its pixels."""


def lines_over(own: PageLines, its: PageLines) -> list[Transform]:
    """Find transforms that lay a page's printed lines over a reference's.

    Writing doesn't affect lines. The page may be shifted, rotated by up to 8 degrees, scaled and
    a little sheared. Unless it is clearly upright, it is tried upside down, too.

    Parameters
    ----------
    own, its : PageLines
        Results of `find_lines` for the page and the reference.

    Returns
    -------
    list of float64 arrays of shape (3, 3)
        From the reference's pixels to the page's.
    """
    (lines, to_page), (its_lines, to_reference) = own, its
    back = np.linalg.inv(to_reference)
    upright, alike = _lay_over(lines, its_lines)
    found = [to_page @ upright @ back]
    if alike < UPRIGHT_CORRELATION:
        high, wide = lines.shape
        turn = np.array([[-1.0, 0, wide - 1], [0, -1, high - 1], [0, 0, 1]])
        turned, _ = _lay_over(np.ascontiguousarray(lines[::-1, ::-1]), its_lines)
        found.append(to_page @ turn @ turned @ back)
    return found


def _lay_over(own: Light, its: Light) -> tuple[Transform, float]:
    """Return the affine transform from reference to page, and the correlation of their lines."""
    import cv2

    best, alike = np.eye(3), -1.0
    for start in _guesses(own, its):
        for blur in BLURS_PX:
            soft = [cv2.GaussianBlur(lines, (0, 0), blur) for lines in (its, own)]
            criteria = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, ECC_STEPS, 1e-5)
            try:
                correlation, found_here = cv2.findTransformECC(
                    soft[0], soft[1], start, cv2.MOTION_AFFINE, criteria
                )
            except cv2.error:  # they don't overlap
                correlation = -1.0
                break
            start = np.asarray(found_here, np.float32)
        if correlation > alike:
            best, alike = np.vstack([start, [0, 0, 1]]).astype(np.float64), float(correlation)
    return best, alike


def find_lines(ink: Light) -> PageLines | None:
    """Find the printed lines in a page's ink; None if there are too few for registration."""
    import cv2

    skew = np.degrees(_skew(_shrunk(ink)))
    centre = (ink.shape[1] / 2, ink.shape[0] / 2)
    upright = cv2.getRotationMatrix2D(centre, skew, 1.0)
    turned = np.asarray(cv2.warpAffine(ink, upright, ink.shape[::-1]), np.float32)
    lines = find_rules(turned)
    if lines.sum() < 2 * max(ink.shape):
        return None
    scale = SMALL_SIDE_PX / max(ink.shape)
    back = np.linalg.inv(np.vstack([upright, [0, 0, 1]])) @ np.diag([1 / scale, 1 / scale, 1])
    return np.minimum(3 * _shrunk(lines.astype(np.float32)), np.float32(1)), back


def _shrunk(page: Light) -> Light:
    """Resize a page to SMALL_SIDE_PX on its longer side."""
    import cv2

    scale = SMALL_SIDE_PX / max(page.shape)
    size = [max(1, round(length * scale)) for length in page.shape[::-1]]
    return np.asarray(cv2.resize(page, size, interpolation=cv2.INTER_AREA), np.float32)


def _guesses(own: Light, its: Light) -> list[npt.NDArray[np.float32]]:
    """Return starting transforms, shape (2, 3): extents matched, and the identity."""
    extents = []
    for lines in (own, its):
        y, x = np.nonzero(lines > 0.3)
        places = np.stack([x, y])
        extents.append((np.percentile(places, 0.5, axis=1), np.percentile(places, 99.5, axis=1)))
    (low, high), (its_low, its_high) = extents
    scale = (high - low) / np.maximum(its_high - its_low, 1)
    over = np.column_stack([np.diag(scale), low - scale * its_low])
    return [over.astype(np.float32), np.eye(2, 3, dtype=np.float32)]


def _skew(lines: Light) -> float:
    """Return the skew of a page in radians: the angle with the sharpest horizontal projection."""
    y, x = np.nonzero(lines > 0.3)
    if not y.size:
        return 0.0
    sharpness = []
    for angle in SKEWS:
        rows = y * np.cos(angle) - x * np.sin(angle)
        counts: Floats = np.bincount((rows - rows.min()).astype(np.intp)).astype(np.float64)
        sharpness.append((counts**2).sum())
    return float(SKEWS[int(np.argmax(sharpness))])
