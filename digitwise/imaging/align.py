"""Laying one page over another by their printed lines."""

import numpy as np
import numpy.typing as npt

from digitwise.errors import ImageError
from digitwise.imaging.region import Transform
from digitwise.imaging.rules import find_rules
from digitwise.imaging.sheet import ink_of_page
from digitwise.imaging.surface import Light
from digitwise.neurons import Floats

SMALL = 600  # pixels of the longer side that pages are compared at
BLUR = (9.0, 2.5)  # pixels: first from afar, then from near
STEPS = 60
LEAST_ALIKE = 0.45  # correlation of the lines of both
CLEARLY = 0.8  # from this on, a page isn't looked at upside down
SKEWS = np.radians(np.arange(-8, 8.1, 0.5))

PageLines = tuple[Light, Transform]
"""Printed lines of a page, upright and small, and how to come from there to its pixels."""


def align(page: Light, reference: PageLines | None) -> Transform:
    """Find where the places of a reference page are on another scan of such a page.

    Both are compared by their printed lines, which what is written doesn't change. The page may be
    shifted, turned by up to 8 degrees, of another size, and a little slanted; or upside down, where
    its lines say so.

    Parameters
    ----------
    page : float32 array of shape (h, w)
        Light, 0 black to 1 white.
    reference : PageLines or None
        What `find_lines` found on the reference.

    Returns
    -------
    float64 array of shape (3, 3)
        From the reference's pixels to the page's.

    Raises
    ------
    ImageError
        If there are too few lines, or they aren't the reference's.
    """
    found = find_lines(page)
    if found is None or reference is None:
        which = "the reference" if reference is None else "the page"
        raise ImageError(f"{which} has too few printed lines to tell where its fields are")
    (own, to_page), (its, to_reference) = found, reference
    best, alike = _lay_over(own, its)
    if alike < CLEARLY:
        turned, alike_turned = _lay_over(np.ascontiguousarray(own[::-1, ::-1]), its)
        if alike_turned > alike:
            high, wide = own.shape
            to_page = to_page @ np.array([[-1.0, 0, wide - 1], [0, -1, high - 1], [0, 0, 1]])
            best, alike = turned, alike_turned
    if alike < LEAST_ALIKE:
        raise ImageError(
            f"the printed lines of this page aren't those of the reference (alike: {alike:.2f}, "
            f"at least {LEAST_ALIKE} is wanted)"
        )
    return to_page @ best @ np.linalg.inv(to_reference)


def _lay_over(own: Light, its: Light) -> tuple[Transform, float]:
    """Where the places of a reference are on a page, and how alike the lines of both are then."""
    import cv2

    best, alike = np.eye(3), -1.0
    for start in _guesses(own, its):
        for blur in BLUR:
            soft = [cv2.GaussianBlur(lines, (0, 0), blur) for lines in (its, own)]
            criteria = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, STEPS, 1e-5)
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


def find_lines(grey: Light) -> PageLines | None:
    """Find the printed lines of a page; None if there are too few to tell where it lies."""
    import cv2

    ink = ink_of_page(grey)
    skew = np.degrees(_skew(_shrunk(ink)))
    centre = (grey.shape[1] / 2, grey.shape[0] / 2)
    upright = cv2.getRotationMatrix2D(centre, skew, 1.0)
    turned = np.asarray(cv2.warpAffine(ink, upright, grey.shape[::-1]), np.float32)
    lines = find_rules(turned)
    if lines.sum() < 2 * max(grey.shape):
        return None
    scale = SMALL / max(grey.shape)
    back = np.linalg.inv(np.vstack([upright, [0, 0, 1]])) @ np.diag([1 / scale, 1 / scale, 1])
    return np.minimum(3 * _shrunk(lines.astype(np.float32)), np.float32(1)), back


def _shrunk(page: Light) -> Light:
    import cv2

    scale = SMALL / max(page.shape)
    size = [max(1, round(length * scale)) for length in page.shape[::-1]]
    return np.asarray(cv2.resize(page, size, interpolation=cv2.INTER_AREA), np.float32)


def _guesses(own: Light, its: Light) -> list[npt.NDArray[np.float32]]:
    """Where the one might be on the other: their extents laid over each other, or as they are."""
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
    """Angle of what is on a page, radians: at which its projection to the left is sharpest."""
    y, x = np.nonzero(lines > 0.3)
    if not y.size:
        return 0.0
    sharpness = []
    for angle in SKEWS:
        rows = y * np.cos(angle) - x * np.sin(angle)
        counts: Floats = np.bincount((rows - rows.min()).astype(np.intp)).astype(np.float64)
        sharpness.append((counts**2).sum())
    return float(SKEWS[int(np.argmax(sharpness))])
