"""Correction of uneven lighting: shadows with an edge, dark corners."""

import numpy as np
import numpy.typing as npt

from digitwise.imaging.surface import TERMS, Light, averaged, fit, powers, surface

MIN_SIDE_PX = 48  # minimum shorter side; smaller pictures are taken to be lit evenly
MAX_ASPECT = 10  # maximum longer side over shorter; longer pictures are taken to be lit evenly
COARSE_SIDE_PX = 128  # longer side of the picture in which uneven light is detected
FINE_SIDE_PX = 800  # longer side of the picture in which light is measured
BRUSH_SIDES = 0.25  # coarse brush, as a share of the shorter side: wider than strokes
BRUSH_STROKES = 3.0  # fine brush, in pen widths
MIN_INK = 0.3  # minimum ink of a stroke's pixel, as a share of the strongest
MAX_UNEVENNESS = 0.04  # distance of light from a smooth surface, as a share of black to white
UNEVEN_SHARE = 0.03  # share of pixels further off the surface than that, in uneven lighting
PAPER_LEVEL = 0.9  # brightness of corrected paper: below 1, as its noise has both signs
MIN_LIGHT = 0.05  # minimum light to divide by


def lit_evenly(grey: Light) -> Light:
    """Divide a picture by the light that falls on its paper, unless that is a smooth surface.

    A morphological closing with a brush wider than the strokes removes them and leaves the light;
    edges of shadows stay in place. The negative of a blackboard is corrected instead.

    Parameters
    ----------
    grey : float32 array of shape (h, w)
        Light, 0 black to 1 white.

    Returns
    -------
    float32 array of shape (h, w)
        The given array itself if the lighting is even.
    """
    import cv2

    if min(grey.shape) < max(MIN_SIDE_PX, max(grey.shape) / MAX_ASPECT):
        return grey
    coarse = averaged(grey, COARSE_SIDE_PX)
    side = BRUSH_SIDES * min(coarse.shape)
    painted = _closed(coarse, side)
    if _is_even(painted):
        return grey
    negative = _closed(1 - coarse, side)
    # With the wrong polarity, the brush closes the gaps between strokes, and strokes remain.
    dark_ink = _total_variation(painted) <= _total_variation(negative)
    if not dark_ink and _is_even(negative):
        return grey
    paper = grey if dark_ink else 1 - grey
    small = shrunk(paper, FINE_SIDE_PX)
    side = BRUSH_SIDES * min(small.shape)
    # The coarse brush doesn't fit in where a shadow's edge meets the picture's.
    inner = slice(round(side / 2), -round(side / 2))
    ink = (_closed(small, side) - small)[inner, inner]
    light = _closed(
        small, BRUSH_STROKES * _stroke_width(ink >= max(MIN_INK * ink.max(), MAX_UNEVENNESS))
    )
    falling = cv2.resize(light, grey.shape[::-1], interpolation=cv2.INTER_LINEAR)
    even = np.minimum(PAPER_LEVEL * paper / np.maximum(falling, MIN_LIGHT), 1)
    return np.asarray(even if dark_ink else 1 - even, np.float32)


def shrunk(paper: Light, size: int) -> Light:
    """Shrink a picture until its longer side has at most `size` pixels."""
    import cv2

    shrink = size / max(paper.shape)
    if shrink >= 1:
        return paper
    return np.asarray(cv2.resize(paper, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA))


def _closed(paper: Light, side: float) -> Light:
    """Remove dark parts that are narrower than a brush, by closing."""
    import cv2

    width = max(3, round(side) | 1)
    # Light continues beyond the edge: without a border, the closing would fill it there, too.
    wide = cv2.copyMakeBorder(paper, width, width, width, width, cv2.BORDER_REPLICATE)
    wide = cv2.morphologyEx(wide, cv2.MORPH_CLOSE, np.ones((width, width), np.uint8))
    return np.asarray(wide[width:-width, width:-width])


def _stroke_width(strokes: npt.NDArray[np.bool_]) -> float:
    """Return the mean pen width, four times the mean distance to the paper; 0 without strokes."""
    import cv2

    depth = cv2.distanceTransform(strokes.astype(np.uint8), cv2.DIST_L2, 3)
    return 4 * float(depth[strokes].mean()) if strokes.any() else 0.0


def _total_variation(light: Light) -> float:
    """Return the total variation: the sum of differences between neighbouring pixels."""
    return float(sum(np.abs(np.diff(light, axis=axis)).sum() for axis in (0, 1)))


def _is_even(light: Light) -> bool:
    """Tell whether light is close to a smooth surface almost everywhere."""
    y, x = (powers(length) for length in light.shape)
    smooth = fit(light.astype(np.float64), np.ones(light.shape), y, x, TERMS)
    off = np.abs(light - surface(y, smooth, x)) > MAX_UNEVENNESS
    return bool(np.count_nonzero(off) < UNEVEN_SHARE * off.size)
