"""Registration: lay a page over a reference by printed lines, feature points and corners."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from digitwise.errors import ImageError
from digitwise.imaging.features import Points, find_points, match_points
from digitwise.imaging.ink import SOLID
from digitwise.imaging.line_match import (
    BLURS_PX,
    ECC_STEPS,
    PageLines,
    find_lines,
    lines_over,
)
from digitwise.imaging.region import Transform
from digitwise.imaging.sheet import MAX_SHEET_SHARE, Covered, ink_of_page, sheet_corners
from digitwise.imaging.surface import Light

SMALL_SIDE_PX = 800  # longer side of the small pictures that are compared
SURE_LIKENESS = 0.93  # likeness that ends the search
MIN_LIKENESS = 0.55  # minimum likeness of a page to its form
MIN_POINTS = 20  # inlier points that suffice at any likeness, since print may be covered
SHEET_RIM = 0.01  # rim of a sheet placed by points that is left out, as a share of its sides
MIN_INSIDE = 0.95  # minimum share of a sheet placed by points in the one found by brightness


@dataclass(frozen=True)
class Landmarks:
    """A page with the features that registration compares, each found when first needed.

    Attributes
    ----------
    grey : float32 array of shape (h, w)
        Light, 0 black to 1 white.
    sheet : bool array of shape (h, w) or None
        Pixels of the sheet; None to seek it by its brightness.
    """

    grey: Light
    sheet: Covered | None = None

    @cached_property
    def ink(self) -> Light:
        """Ink in [0, 1], shape (h, w); 0 around a sheet."""
        return ink_of_page(self.grey, self.sheet)

    @cached_property
    def lines(self) -> PageLines | None:
        """Printed lines; None if there are too few."""
        return find_lines(self.ink)

    @cached_property
    def points(self) -> Points:
        """Distinctive points with their descriptors."""
        return find_points(self.grey)

    @cached_property
    def corners(self) -> "np.ndarray[tuple[int, int], np.dtype[np.float64]] | None":
        """Corners of the sheet, shape (4, 2); None unless it lies on something darker."""
        return sheet_corners(self.grey)

    @cached_property
    def small(self) -> Light:
        """Small picture of the ink, SMALL_SIDE_PX on the longer side; thin lines are darkened."""
        import cv2

        size = [max(1, round(length * self.scale)) for length in self.grey.shape[::-1]]
        small = cv2.resize(self.ink, size, interpolation=cv2.INTER_AREA)
        return np.asarray(np.minimum(3 * small, 1), np.float32)

    @property
    def scale(self) -> float:
        """Size of the small picture divided by the page's."""
        return SMALL_SIDE_PX / float(max(self.grey.shape))


@dataclass(frozen=True)
class Fit:
    """A registration of a page with the reference.

    Attributes
    ----------
    page : Landmarks
        The page, on which points may have placed the sheet.
    transform : float64 array of shape (3, 3)
        From the reference's pixels to the page's.
    alike : float
        Likeness: share of the reference's print found on the page, corrected for chance. It is 1
        if all print is found, 0 at chance level.
    """

    page: Landmarks
    transform: Transform
    alike: float


def align(page: Landmarks, reference: Landmarks) -> Fit:
    """Find the homography from a reference to a scan or photograph of the same form.

    Points, sheet corners and printed lines propose homographies. Each is refined on the print
    (ECC; Evangelidis & Psarakis 2008). The one with the highest likeness is returned.

    Raises
    ------
    ImageError
        If the page doesn't show the reference's print.
    """
    matched = match_points(page.points, reference.points)
    agree = matched[1] if matched else 0
    if matched and agree >= MIN_POINTS:
        page = _with_sheet(page, reference, matched[0])
    best = Fit(page, np.eye(3), -1.0)
    for transform in _propose(page, reference, matched[0] if matched else None):
        start = Fit(page, transform, likeness(page, reference, transform))
        best = max(best, start, _refined(reference, start), key=lambda fit: fit.alike)
        if best.alike >= SURE_LIKENESS:
            return best
    if best.alike < MIN_LIKENESS and agree < MIN_POINTS:
        raise ImageError(
            "this page doesn't show the print of the form's reference "
            f"(likeness: {max(best.alike, 0):.2f}; expected at least {MIN_LIKENESS})"
        )
    return best


def _with_sheet(page: Landmarks, reference: Landmarks, transform: Transform) -> Landmarks:
    """Return a page with its sheet where points place it, unless brightness shows it there.

    In a hard shadow the paper is as dark as the table.
    """
    import cv2

    corners = _corners_or_all(reference)
    middle = corners.mean(axis=0)
    inner = middle + (1 - 2 * SHEET_RIM) * (corners - middle)
    placed = cv2.perspectiveTransform(inner[None], transform)[0]
    covered = np.zeros(page.grey.shape, np.uint8)
    far = 4 * max(covered.shape)  # a point near the horizon would overflow
    cv2.fillConvexPoly(covered, np.rint(placed.clip(-far, far)).astype(np.int32), 1)
    if not 0 < covered.mean() <= MAX_SHEET_SHARE:
        return page
    if page.corners is not None:
        seen = np.zeros_like(covered)
        cv2.fillConvexPoly(seen, np.rint(page.corners).astype(np.int32), 1)
        if seen[covered > 0].mean() >= MIN_INSIDE:
            return page
    return replace(page, sheet=covered > 0)


def _propose(
    page: Landmarks, reference: Landmarks, by_points: Transform | None
) -> Iterator[Transform]:
    """Yield homographies from the reference to the page."""
    if by_points is not None:
        yield by_points
    yield from _sheets_over(page, reference)
    if page.lines is not None and reference.lines is not None:  # last, as it is the slowest
        yield from lines_over(page.lines, reference.lines)


def _sheets_over(page: Landmarks, reference: Landmarks) -> Iterator[Transform]:
    """Yield the homographies that map sheet corners to sheet corners, in four rotations."""
    import cv2

    if page.corners is None and reference.corners is None:
        return
    start = _corners_or_all(reference).astype(np.float32)
    for turn in range(4):
        end = np.roll(_corners_or_all(page), turn, axis=0).astype(np.float32)
        yield np.asarray(cv2.getPerspectiveTransform(start, end), np.float64)


def _corners_or_all(page: Landmarks) -> "np.ndarray[tuple[int, int], np.dtype[np.float64]]":
    """Return the corners of the sheet, or of the whole page if no sheet was found."""
    if page.corners is not None:
        return page.corners
    high, wide = page.grey.shape
    return np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float64) - 0.5


def likeness(page: Landmarks, reference: Landmarks, transform: Transform) -> float:
    """Return the likeness of page and reference under a transform: see `Fit.alike`."""
    if not (reference.small >= SOLID).any():
        return 0.0
    return likeness_of(_warped(page, reference, transform), reference.small, brush_px=3)


def likeness_of(page: Light, reference: Light, brush_px: int) -> float:
    """Return the likeness of two pictures with print: see `Fit.alike`.

    Parameters
    ----------
    page, reference : float32 arrays of one shape (h, w)
        Ink; the reference has some.
    brush_px : int
        Side of the square by which the page's strokes grow, in pixels: 1 + twice the tolerance.
    """
    import cv2

    brush = np.ones((brush_px, brush_px), np.uint8)
    near = cv2.dilate((page >= SOLID).astype(np.uint8), brush) > 0
    chance = float(near.mean())
    return (float(near[reference >= SOLID].mean()) - chance) / max(1 - chance, 1e-6)


def _warped(page: Landmarks, reference: Landmarks, transform: Transform) -> Light:
    """Warp the page's small picture into the coordinates of the reference's."""
    import cv2

    to_page = scaling(page.scale) @ transform @ scaling(1 / reference.scale)
    high, wide = reference.small.shape
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpPerspective(page.small, to_page, (wide, high), flags=flags))


def _refined(reference: Landmarks, start: Fit) -> Fit:
    """Refine a fit by ECC; return the start if nothing is better."""
    import cv2

    best, page = start, start.page
    for blur in BLURS_PX:
        laid = _warped(page, reference, best.transform)
        its, own = (cv2.GaussianBlur(ink, (0, 0), blur) for ink in (reference.small, laid))
        criteria = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, ECC_STEPS, 1e-5)
        try:
            _, moved = cv2.findTransformECC(
                its, own, np.eye(3, dtype=np.float32), cv2.MOTION_HOMOGRAPHY, criteria
            )
        except cv2.error:  # they don't overlap
            continue
        scale = scaling(reference.scale)
        transform = best.transform @ np.linalg.inv(scale) @ moved @ scale
        found = Fit(page, transform, likeness(page, reference, transform))
        best = max(best, found, key=lambda fit: fit.alike)
    return best


def scaling(scale: float) -> Transform:
    """Return the transform from pixel centres to those of a picture scaled by `scale`."""
    shift = (scale - 1) / 2
    return np.array([[scale, 0, shift], [0, scale, shift], [0, 0, 1.0]])
