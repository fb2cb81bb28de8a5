"""Laying one page over another by what both have: lines, text, marks, the sheet's corners."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from digitwise.errors import ImageError
from digitwise.imaging.features import Points, find_points, match_points
from digitwise.imaging.line_match import PageLines, find_lines, lines_over
from digitwise.imaging.region import Transform
from digitwise.imaging.sheet import ink_of_page, sheet_corners
from digitwise.imaging.surface import Light

SMALL = 800  # pixels of the longer side that pages are compared at
STROKE = 0.3  # share of full ink from which a pixel there is print
BLUR = (6.0, 2.0)  # pixels: first from afar, then from near
STEPS = 40
SURE = 0.93  # likeness from which on nothing else is tried
LEAST = 0.55  # likeness of a page that is the form
MANY = 20  # points that agree: a page that has them is the form, whatever covers its print


@dataclass(frozen=True)
class Landmarks:
    """A page, and what others are compared with on it.

    Attributes
    ----------
    grey : float32 array of shape (h, w)
        Light, 0 black to 1 white.
    """

    grey: Light

    @cached_property
    def ink(self) -> Light:
        """In [0, 1], what lies around a sheet left out."""
        return ink_of_page(self.grey)

    @cached_property
    def lines(self) -> PageLines | None:
        """Printed lines, if there are enough."""
        return find_lines(self.ink)

    @cached_property
    def points(self) -> Points:
        """Points that can be told from others."""
        return find_points(self.grey)

    @cached_property
    def corners(self) -> "np.ndarray[tuple[int, int], np.dtype[np.float64]] | None":
        """Of the sheet, if it lies on something darker."""
        return sheet_corners(self.grey)

    @cached_property
    def small(self) -> Light:
        """Its ink, SMALL pixels on the longer side; thin lines are as dark as thick ones."""
        import cv2

        size = [max(1, round(length * self.scale)) for length in self.grey.shape[::-1]]
        small = cv2.resize(self.ink, size, interpolation=cv2.INTER_AREA)
        return np.asarray(np.minimum(3 * small, 1), np.float32)

    @property
    def scale(self) -> float:
        """Of the small picture against the page."""
        return SMALL / float(max(self.grey.shape))


@dataclass(frozen=True)
class Fit:
    """Where a reference's places are on a page.

    Attributes
    ----------
    transform : float64 array of shape (3, 3)
        From the reference's pixels to the page's.
    alike : float
        Share of the reference's print that the page has where it should be, less what it would have
        by chance: 1 for all of it.
    """

    transform: Transform
    alike: float


def align(page: Landmarks, reference: Landmarks) -> Fit:
    """Find where the places of a reference are on a scan, or a photograph, of such a page.

    Each way to compare pages proposes homographies. Each is refined on all that is printed (ECC;
    Evangelidis & Psarakis 2008). The one is taken on which most print of the reference is found on
    the page.

    Raises
    ------
    ImageError
        If the page doesn't show what is printed on the reference.
    """
    agree, best = 0, Fit(np.eye(3), -1.0)
    for transform, points in _propose(page, reference):
        agree = max(agree, points)
        start = Fit(transform, likeness(page, reference, transform))
        best = max(best, start, _refined(page, reference, start), key=lambda fit: fit.alike)
        if best.alike >= SURE:
            return best
    if best.alike < LEAST and agree < MANY:
        raise ImageError(
            "this page doesn't show what is printed on the form's reference "
            f"(alike: {max(best.alike, 0):.2f}, at least {LEAST} is wanted)"
        )
    return best


def _propose(page: Landmarks, reference: Landmarks) -> Iterator[tuple[Transform, int]]:
    """Homographies from the reference to the page, and how many points agree on each."""
    matched = match_points(page.points, reference.points)
    if matched:
        yield matched
    yield from ((transform, 0) for transform in _sheets_over(page, reference))
    if page.lines is not None and reference.lines is not None:  # the slowest
        yield from ((transform, 0) for transform in lines_over(page.lines, reference.lines))


def _sheets_over(page: Landmarks, reference: Landmarks) -> Iterator[Transform]:
    """The corners of one sheet on those of the other, in each of four turns."""
    import cv2

    if page.corners is None and reference.corners is None:
        return
    start = _corners_or_all(reference).astype(np.float32)
    for turn in range(4):
        end = np.roll(_corners_or_all(page), turn, axis=0).astype(np.float32)
        yield np.asarray(cv2.getPerspectiveTransform(start, end), np.float64)


def _corners_or_all(page: Landmarks) -> "np.ndarray[tuple[int, int], np.dtype[np.float64]]":
    if page.corners is not None:
        return page.corners
    high, wide = page.grey.shape
    return np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float64) - 0.5


def likeness(page: Landmarks, reference: Landmarks, transform: Transform) -> float:
    """How much of the reference's print is on the page: see `Fit.alike`."""
    import cv2

    print_there = reference.small >= STROKE
    if not print_there.any():
        return 0.0
    seen = (_laid(page, reference, transform) >= STROKE).astype(np.uint8)
    near = cv2.dilate(seen, np.ones((3, 3), np.uint8)) > 0
    chance = float(near.mean())
    return (float(near[print_there].mean()) - chance) / max(1 - chance, 1e-6)


def _laid(page: Landmarks, reference: Landmarks, transform: Transform) -> Light:
    """The page's small picture, as it lies under the reference's."""
    import cv2

    to_page = scaling(page.scale) @ transform @ scaling(1 / reference.scale)
    high, wide = reference.small.shape
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpPerspective(page.small, to_page, (wide, high), flags=flags))


def _refined(page: Landmarks, reference: Landmarks, start: Fit) -> Fit:
    """A better fit near to one, if there is any."""
    import cv2

    best = start
    for blur in BLUR:
        laid = _laid(page, reference, best.transform)
        its, own = (cv2.GaussianBlur(ink, (0, 0), blur) for ink in (reference.small, laid))
        criteria = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, STEPS, 1e-5)
        try:
            _, moved = cv2.findTransformECC(
                its, own, np.eye(3, dtype=np.float32), cv2.MOTION_HOMOGRAPHY, criteria
            )
        except cv2.error:  # they don't overlap
            continue
        scale = scaling(reference.scale)
        transform = best.transform @ np.linalg.inv(scale) @ moved @ scale
        found = Fit(transform, likeness(page, reference, transform))
        best = max(best, found, key=lambda fit: fit.alike)
    return best


def scaling(scale: float) -> Transform:
    """From the middles of a picture's pixels to those of another size."""
    shift = (scale - 1) / 2
    return np.array([[scale, 0, shift], [0, scale, shift], [0, 0, 1.0]])
