"""A sheet of paper on something darker: a photograph of it, table and all."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from digitwise.imaging.corners import fill_corners
from digitwise.imaging.filled import filled
from digitwise.imaging.ink import SOLID, ink_on_ground, see_ink, two_sides
from digitwise.imaging.lighting import shrunk
from digitwise.imaging.region import Region
from digitwise.imaging.surface import Light, rim_of

SMALLEST = 96  # pixels of the shorter side of a photograph
COARSE = 256  # pixels of the longer side: so small, it is looked at
LEAST, MOST = 0.1, 0.92  # share of the picture that is the sheet
AROUND = 0.2  # share of the picture's edge, at least, that is not
DARKER = 0.6  # share of its brightness that what is around it has; a shadow leaves more of it
DARK = 0.5  # the same, where only one edge is seen: that may be a shadow's, too
AT_EDGE = 3  # coarse pixels: so near to the picture's edge a sheet goes on beyond it
STRAIGHT = 0.02  # of its circumference: how far its edges may be off a polygon's, of so many
CORNERS = range(3, 8)  # the picture's edge may cut some off
CONVEX = 0.96  # share of the polygon that is sheet
WRITTEN = (0.0005, 0.3)  # share of the sheet that is dark: ink
ASKEW = 8.0  # degrees: a number that rises by less is read as it lies
FOUR = 4  # corners of a sheet that can be laid flat
RIM = 2  # coarse pixels along its edge, which may be shaded
# Of the paper's noise, as a share of black to white: more is a printed ground. Of 330 cheques it is
# 0.023 to 0.22, of 170 register rows 0 to 0.031.
BUSY = 0.031
# Share of the picture that is ink, and none once it is smoothed: 0.17 and 0.25 on two cheques whose
# dots and waves were taken for ink; of register rows and drawn numbers at most 0.06.
GROUND = 0.1
INK = 9  # coarse pixels that are more than the width of a stroke

Covered = npt.NDArray[np.bool_]


def ink_of_page(grey: Light) -> Light:
    """How much ink is in each pixel of a page, or of a photograph of one: see `extract_ink`.

    What lies around a sheet has none, nor have the corners of a picture that was turned.
    """
    return ways_to_see(grey, most=1)[0]


def ways_to_see(grey: Light, most: int = 2) -> list[Light]:
    """Return the ink as `ink_of_page` sees it and, where the ground is busy, as on a printed one.

    Parameters
    ----------
    grey : float32 array of shape (h, w)
        Light, 0 black to 1 white.
    most : int
        How many ways are wanted, at most.
    """
    import cv2

    covered = find_sheet(grey)
    if covered is None:
        return _ways(fill_corners(grey), most)
    left, top, wide, high = cv2.boundingRect(covered.view(np.uint8))
    place = np.s_[top : top + high, left : left + wide]
    ways = []
    for seen in _ways(_filled(grey[place], covered[place]), most):
        ink = np.zeros_like(grey)
        ink[place] = np.where(covered[place], seen, 0)
        ways.append(ink)
    return ways


def _ways(grey: Light, most: int) -> list[Light]:
    ink, noise = see_ink(grey)
    solid = ink >= SOLID
    if most == 1 or (noise < BUSY and solid.mean() < GROUND):
        return [ink]
    on_ground = ink_on_ground(grey)
    # A ground that is taken for ink is a large part of the picture.
    is_ground = noise >= BUSY or (solid & (on_ground == 0)).mean() >= GROUND
    return [ink, on_ground] if is_ground else [ink]


def find_sheet(grey: Light) -> Covered | None:
    """Find a bright sheet with straight edges and something dark on it, on what is darker.

    Parameters
    ----------
    grey : float32 array of shape (h, w)
        Light, 0 black to 1 white.

    Returns
    -------
    bool array of shape (h, w), or None if there is none
        What it covers, without a rim that may be shaded.
    """
    import cv2

    sheet = _find(grey)
    if sheet is None:
        return None
    inner = cv2.erode(sheet.covered, np.ones((2 * RIM + 1, 2 * RIM + 1), np.uint8))
    return np.asarray(cv2.resize(inner, grey.shape[::-1], interpolation=cv2.INTER_NEAREST) > 0)


def flat_sheet(grey: Light) -> Region | None:
    """Lay a sheet of four corners flat that lies askew by more than ASKEW degrees.

    Parameters
    ----------
    grey : float32 array of shape (h, w)
        Light, 0 black to 1 white.

    Returns
    -------
    Region, or None if there is no such sheet
        Upright if it was turned by less than 45 degrees.
    """
    corners = sheet_corners(grey)
    if corners is None or abs(_rise(corners)[0]) <= ASKEW:
        return None
    return lay_flat(grey, corners)


def lay_flat(grey: Light, corners: npt.NDArray[np.float64]) -> Region:
    """Lay a sheet flat of which the corners are given.

    Parameters
    ----------
    grey : float32 array of shape (h, w)
    corners : array of shape (4, 2)
        x and y, clockwise from the upper left one.
    """
    import cv2

    lengths = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    wide, high = (max(2, round(float(lengths[k : k + 3 : 2].mean()))) for k in (0, 1))
    square = np.array([[0, 0], [wide - 1, 0], [wide - 1, high - 1], [0, high - 1]], np.float32)
    to_page = np.asarray(
        cv2.getPerspectiveTransform(square, corners.astype(np.float32)), np.float64
    )
    flat = cv2.warpPerspective(
        grey, to_page, (wide, high), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    )
    return Region(np.asarray(flat, np.float32), to_page)


def sheet_corners(grey: Light) -> npt.NDArray[np.float64] | None:
    """Find the corners of a sheet on something darker.

    Parameters
    ----------
    grey : float32 array of shape (h, w)
        Light, 0 black to 1 white.

    Returns
    -------
    float64 array of shape (4, 2), or None if there is no sheet of four corners
        x and y in pixels, clockwise, from the left end of the side that is nearest to level and
        runs to the right; a little inside of the sheet's edge, which may be shaded.
    """
    sheet = _find(grey)
    if sheet is None or len(sheet.corners) != FOUR:
        return None
    corners = sheet.corners.astype(np.float64)
    middle = corners.mean(axis=0)
    around = np.argsort(np.arctan2(*(corners - middle).T[::-1]))  # clockwise, as y runs downwards
    corners = corners[around]
    corners = np.roll(corners, -int(np.abs(_rise(corners)).argmin()), axis=0)
    inwards = (middle - corners) * (
        1 - RIM / np.linalg.norm(middle - corners, axis=1, keepdims=True)
    )
    scale = np.array(grey.shape[::-1]) / np.array(sheet.covered.shape[::-1])
    return np.asarray((middle - inwards + 0.5) * scale - 0.5)


def _rise(corners: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Angle of the side that begins at each corner, in degrees."""
    sides = np.roll(corners, -1, axis=0) - corners
    return np.asarray(np.degrees(np.arctan2(sides[:, 1], sides[:, 0])))


@dataclass(frozen=True)
class Sheet:
    """A sheet in a picture that was made small: COARSE pixels on its longer side.

    Attributes
    ----------
    corners : int array of shape (n, 2)
        x and y, one after the other along its edge.
    covered : uint8 array of shape (h, w)
        1 where it lies.
    """

    corners: npt.NDArray[Any]
    covered: npt.NDArray[np.uint8]


def _find(grey: Light) -> Sheet | None:
    import cv2

    if min(grey.shape) < SMALLEST:
        return None
    small = shrunk(grey, COARSE)
    bright = (small > two_sides(small)).view(np.uint8)
    outlines, _ = cv2.findContours(bright, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    outline = max(outlines, key=cv2.contourArea, default=None)
    if outline is None:
        return None
    # Of a polygon of pixels: Pick's theorem.
    area = cv2.contourArea(outline) + len(outline) / 2 + 1
    if not LEAST <= area / small.size <= MOST:
        return None
    hull = cv2.convexHull(outline)
    edges = cv2.approxPolyDP(hull, STRAIGHT * cv2.arcLength(hull, closed=True), closed=True)
    if len(edges) not in CORNERS:
        return None
    outlined, polygon = np.zeros_like(bright), np.zeros_like(bright)
    cv2.drawContours(outlined, [outline], -1, 1, cv2.FILLED)
    cv2.fillConvexPoly(polygon, edges, 1)
    inside, wanted = outlined > 0, polygon > 0
    darker = DARKER if _seen_edges(edges[:, 0], small.shape) > 1 else DARK
    alone = (
        rim_of(inside).mean() <= 1 - AROUND
        and (inside & wanted).sum() >= CONVEX * (inside | wanted).sum()
        and WRITTEN[0] <= (bright[inside] == 0).mean() <= WRITTEN[1]
        and np.median(small[~inside]) <= darker * np.median(small[inside])
    )
    if not alone:
        return None
    return Sheet(edges[:, 0], polygon)


def _seen_edges(corners: npt.NDArray[Any], shape: tuple[int, ...]) -> int:
    """How many edges of a polygon, corners as x and y, don't lie along the picture's."""
    last = np.array(shape[::-1]) - 1
    at = np.concatenate([corners <= AT_EDGE, corners >= last - AT_EDGE], axis=1)
    along = (at & np.roll(at, -1, axis=0)).any(axis=1)
    return int((~along).sum())


def _filled(grey: Light, covered: Covered) -> Light:
    """Continue the paper of a sheet to the corners of the picture that it doesn't cover."""
    import cv2

    small = shrunk(grey, COARSE)
    there = cv2.resize(covered.view(np.uint8), small.shape[::-1], interpolation=cv2.INTER_NEAREST)
    # Ink that is near to an edge doesn't go on beyond it.
    paper = filled(cv2.dilate(small, np.ones((INK, INK), np.uint8)), there == 0)
    around = cv2.resize(paper, grey.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.where(covered, grey, around).astype(np.float32)
