"""A sheet of paper photographed on a darker table: found, and laid flat."""

from collections.abc import Callable
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

MIN_SIDE_PX = 96  # minimum shorter side of a photograph
COARSE_SIDE_PX = 256  # longer side of the small picture in which the sheet is sought
MIN_SHEET_SHARE = 0.1  # minimum share of the picture covered by the sheet
MAX_SHEET_SHARE = 0.92  # maximum share of the picture covered by the sheet
MIN_TABLE_RIM = 0.2  # minimum share of the picture's rim that shows the table
MAX_TABLE_LIGHT = 0.6  # maximum brightness of table over sheet; shadows are brighter
MAX_TABLE_LIGHT_ONE_EDGE = 0.5  # maximum brightness of table over sheet, one edge visible
AT_EDGE_PX = 3  # distance from the picture's edge within which a sheet continues, in coarse pixels
MAX_OFF_STRAIGHT = 0.02  # maximum distance of outline and polygon, as a share of the circumference
CORNERS = range(3, 8)  # number of the polygon's corners; the picture's edge may cut some off
MIN_OVERLAP = 0.96  # minimum intersection over union of outline and polygon
INK_SHARES = (0.0005, 0.3)  # minimum and maximum dark share of the sheet
MAX_SKEW_DEGREES = 8.0  # maximum rotation of a sheet that is read as it lies
FLAT_CORNERS = 4  # number of corners of a sheet that can be laid flat
RIM_PX = 2  # width of the sheet's rim, which may be shaded, in coarse pixels
# Minimum noise of a printed ground, standard deviation as a share of black to white. It is 0.023
# to 0.22 on 330 cheques, 0 to 0.031 on 170 register rows.
BUSY_NOISE = 0.031
# Minimum share of pixels that are ink only until a printed ground is blurred. It is 0.17 and 0.25
# on two cheques whose ground was taken for ink, at most 0.06 on register rows and drawn numbers.
GROUND_SHARE = 0.1
INK_PX = 9  # more than a pen's width, in coarse pixels

Covered = npt.NDArray[np.bool_]
See = Callable[[Light], list[Light]]
"""Returns one or more ways to see a picture's ink, each float32 (h, w)."""


def ink_of_page(grey: Light, covered: Covered | None = None) -> Light:
    """Return the ink of a page, or of a photograph of one: see `extract_ink`.

    It is 0 around a sheet, and in the corners of a rotated picture. For `covered` see
    `ways_to_see`.
    """
    return ways_to_see(grey, lambda light: [see_ink(light)[0]], covered)[0]


def usual_ways(grey: Light) -> list[Light]:
    """Return the ink as `extract_ink` does and, if there is a printed ground, a second way.

    Parameters
    ----------
    grey : float32 array of shape (h, w)
        Light, 0 black to 1 white.
    """
    ink, noise = see_ink(grey)
    solid = ink >= SOLID
    if noise < BUSY_NOISE and solid.mean() < GROUND_SHARE:
        return [ink]
    on_ground = ink_on_ground(grey)
    # A ground that is taken for ink covers a large part of the picture.
    is_ground = noise >= BUSY_NOISE or (solid & (on_ground == 0)).mean() >= GROUND_SHARE
    return [ink, on_ground] if is_ground else [ink]


def ways_to_see(grey: Light, see: See = usual_ways, covered: Covered | None = None) -> list[Light]:
    """Return the ways to see the ink of a page, or of a photograph of one.

    Ink is 0 around a sheet, and in the corners of a rotated picture.

    Parameters
    ----------
    grey : float32 array of shape (h, w)
        Light, 0 black to 1 white.
    see : callable
    covered : bool array of shape (h, w), optional
        Pixels of the sheet, if its place is known; it is sought otherwise.
    """
    import cv2

    covered = find_sheet(grey) if covered is None else covered
    if covered is None:
        return see(fill_corners(grey))
    left, top, wide, high = cv2.boundingRect(covered.view(np.uint8))
    place = np.s_[top : top + high, left : left + wide]
    ways = []
    for seen in see(_filled(grey[place], covered[place])):
        ink = np.zeros_like(grey)
        ink[place] = np.where(covered[place], seen, 0)
        ways.append(ink)
    return ways


def find_sheet(grey: Light) -> Covered | None:
    """Find a bright sheet with straight edges and ink on it, on a darker table.

    Parameters
    ----------
    grey : float32 array of shape (h, w)
        Light, 0 black to 1 white.

    Returns
    -------
    bool array of shape (h, w), or None if there is none
        Pixels of the sheet, without its rim, which may be shaded.
    """
    import cv2

    sheet = _find(grey)
    if sheet is None:
        return None
    inner = cv2.erode(sheet.covered, np.ones((2 * RIM_PX + 1, 2 * RIM_PX + 1), np.uint8))
    return np.asarray(cv2.resize(inner, grey.shape[::-1], interpolation=cv2.INTER_NEAREST) > 0)


def flat_sheet(grey: Light) -> Region | None:
    """Lay a sheet of four corners flat that is rotated by more than MAX_SKEW_DEGREES.

    Parameters
    ----------
    grey : float32 array of shape (h, w)
        Light, 0 black to 1 white.

    Returns
    -------
    Region, or None if there is no such sheet
        Upright if it was rotated by less than 45 degrees.
    """
    corners = sheet_corners(grey)
    if corners is None or abs(_rise(corners)[0]) <= MAX_SKEW_DEGREES:
        return None
    return lay_flat(grey, corners)


def lay_flat(grey: Light, corners: npt.NDArray[np.float64]) -> Region:
    """Lay a sheet with given corners flat.

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
    """Find the corners of a sheet on a darker table.

    Parameters
    ----------
    grey : float32 array of shape (h, w)
        Light, 0 black to 1 white.

    Returns
    -------
    float64 array of shape (4, 2), or None if there is no sheet of four corners
        x and y in pixels, clockwise, a little inside the sheet's edge, which may be shaded. The
        first is the left end of the upper side.
    """
    sheet = _find(grey)
    if sheet is None or len(sheet.corners) != FLAT_CORNERS:
        return None
    corners = sheet.corners.astype(np.float64)
    middle = corners.mean(axis=0)
    around = np.argsort(np.arctan2(*(corners - middle).T[::-1]))  # clockwise, as y runs downwards
    corners = corners[around]
    corners = np.roll(corners, -int(np.abs(_rise(corners)).argmin()), axis=0)
    inwards = (middle - corners) * (
        1 - RIM_PX / np.linalg.norm(middle - corners, axis=1, keepdims=True)
    )
    scale = np.array(grey.shape[::-1]) / np.array(sheet.covered.shape[::-1])
    return np.asarray((middle - inwards + 0.5) * scale - 0.5)


def _rise(corners: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the angle of the side that begins at each corner, in degrees."""
    sides = np.roll(corners, -1, axis=0) - corners
    return np.asarray(np.degrees(np.arctan2(sides[:, 1], sides[:, 0])))


@dataclass(frozen=True)
class Sheet:
    """A sheet in a small picture, COARSE_SIDE_PX on its longer side.

    Attributes
    ----------
    corners : int array of shape (n, 2)
        x and y, in order along the sheet's edge.
    covered : uint8 array of shape (h, w)
        1 on the sheet.
    """

    corners: npt.NDArray[Any]
    covered: npt.NDArray[np.uint8]


def _find(grey: Light) -> Sheet | None:
    """Find the sheet in the small picture; None if there is none."""
    import cv2

    if min(grey.shape) < MIN_SIDE_PX:
        return None
    small = shrunk(grey, COARSE_SIDE_PX)
    bright = (small > two_sides(small)).view(np.uint8)
    outlines, _ = cv2.findContours(bright, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    outline = max(outlines, key=cv2.contourArea, default=None)
    if outline is None:
        return None
    # Number of the outline's pixels, by Pick's theorem.
    area = cv2.contourArea(outline) + len(outline) / 2 + 1
    if not MIN_SHEET_SHARE <= area / small.size <= MAX_SHEET_SHARE:
        return None
    hull = cv2.convexHull(outline)
    edges = cv2.approxPolyDP(hull, MAX_OFF_STRAIGHT * cv2.arcLength(hull, closed=True), closed=True)
    if len(edges) not in CORNERS:
        return None
    outlined, polygon = np.zeros_like(bright), np.zeros_like(bright)
    cv2.drawContours(outlined, [outline], -1, 1, cv2.FILLED)
    cv2.fillConvexPoly(polygon, edges, 1)
    inside, wanted = outlined > 0, polygon > 0
    darker = (
        MAX_TABLE_LIGHT if _seen_edges(edges[:, 0], small.shape) > 1 else MAX_TABLE_LIGHT_ONE_EDGE
    )
    alone = (
        rim_of(inside).mean() <= 1 - MIN_TABLE_RIM
        and (inside & wanted).sum() >= MIN_OVERLAP * (inside | wanted).sum()
        and INK_SHARES[0] <= (bright[inside] == 0).mean() <= INK_SHARES[1]
        and np.median(small[~inside]) <= darker * np.median(small[inside])
    )
    if not alone:
        return None
    return Sheet(edges[:, 0], polygon)


def _seen_edges(corners: npt.NDArray[Any], shape: tuple[int, ...]) -> int:
    """Count the edges of a polygon, corners as x and y, that don't lie along the picture's."""
    last = np.array(shape[::-1]) - 1
    at = np.concatenate([corners <= AT_EDGE_PX, corners >= last - AT_EDGE_PX], axis=1)
    along = (at & np.roll(at, -1, axis=0)).any(axis=1)
    return int((~along).sum())


def _filled(grey: Light, covered: Covered) -> Light:
    """Continue the paper of a sheet to the parts of the picture that it doesn't cover."""
    import cv2

    small = shrunk(grey, COARSE_SIDE_PX)
    there = cv2.resize(covered.view(np.uint8), small.shape[::-1], interpolation=cv2.INTER_NEAREST)
    # Dilation keeps ink near an edge from being continued beyond it.
    paper = filled(cv2.dilate(small, np.ones((INK_PX, INK_PX), np.uint8)), there == 0)
    around = cv2.resize(paper, grey.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.where(covered, grey, around).astype(np.float32)
