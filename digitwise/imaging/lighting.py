"""Light that falls unevenly on paper: shadows with an edge, dark corners."""

import numpy as np
import numpy.typing as npt

from digitwise.imaging.surface import TERMS, Light, averaged, fit, powers, surface

SMALLEST = 48  # pixels of the shorter side: smaller pictures are lit evenly, and
LONGEST = 10  # those that are more times as long as wide
COARSE, FINE = 128, 800  # pixels of the longer side: so small, light is looked for, and measured
BRUSH = 0.25  # of the shorter side: wider than strokes
WIDER = 3.0  # stroke widths: a finer brush
FAINT = 0.3  # share of the darkest stroke from which on a pixel belongs to one
UNEVEN = 0.04  # how far light is from a smooth surface
SHARE = 0.03  # of the paper on which it is
LEVEL = 0.9  # of paper that is lit evenly: its noise goes either way
DARKEST = 0.05


def lit_evenly(grey: Light) -> Light:
    """Divide by the light that falls on the paper, if that is no smooth surface.

    The light is what remains when strokes are painted over with a brush that is wider than they
    are; a shadow's edge stays where it is. Of a blackboard, the same is done to the negative.

    Parameters
    ----------
    grey : float32 array of shape (h, w)
        Light, 0 black to 1 white.

    Returns
    -------
    float32 array of shape (h, w)
        The same array if light falls evenly.
    """
    import cv2

    if min(grey.shape) < max(SMALLEST, max(grey.shape) / LONGEST):
        return grey
    coarse = averaged(grey, COARSE)
    side = BRUSH * min(coarse.shape)
    painted = _painted(coarse, side)
    if _is_even(painted):
        return grey
    negative = _painted(1 - coarse, side)
    # Of the wrong two, the brush paints what lies between strokes, and strokes remain.
    dark_ink = _rough(painted) <= _rough(negative)
    if not dark_ink and _is_even(negative):
        return grey
    paper = grey if dark_ink else 1 - grey
    small = shrunk(paper, FINE)
    side = BRUSH * min(small.shape)
    # Where a shadow's edge meets the picture's, so wide a brush doesn't fit in.
    inner = slice(round(side / 2), -round(side / 2))
    ink = (_painted(small, side) - small)[inner, inner]
    light = _painted(small, WIDER * _stroke_width(ink >= max(FAINT * ink.max(), UNEVEN)))
    falling = cv2.resize(light, grey.shape[::-1], interpolation=cv2.INTER_LINEAR)
    even = np.minimum(LEVEL * paper / np.maximum(falling, DARKEST), 1)
    return np.asarray(even if dark_ink else 1 - even, np.float32)


def shrunk(paper: Light, size: int) -> Light:
    """A picture, made so small that its longer side has at most so many pixels."""
    import cv2

    shrink = size / max(paper.shape)
    if shrink >= 1:
        return paper
    return np.asarray(cv2.resize(paper, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA))


def _painted(paper: Light, side: float) -> Light:
    """Paper without what is dark and narrower than a brush."""
    import cv2

    width = max(3, round(side) | 1)
    # Light goes on falling beyond the edge: where it ended there, it would be painted over, too.
    wide = cv2.copyMakeBorder(paper, width, width, width, width, cv2.BORDER_REPLICATE)
    wide = cv2.morphologyEx(wide, cv2.MORPH_CLOSE, np.ones((width, width), np.uint8))
    return np.asarray(wide[width:-width, width:-width])


def _stroke_width(strokes: npt.NDArray[np.bool_]) -> float:
    """Of a stroke, the middle is half of its width from the paper, a pixel a quarter; 0 of none."""
    import cv2

    depth = cv2.distanceTransform(strokes.astype(np.uint8), cv2.DIST_L2, 3)
    return 4 * float(depth[strokes].mean()) if strokes.any() else 0.0


def _rough(light: Light) -> float:
    """How much neighbouring pixels differ, in all: its total variation."""
    return float(sum(np.abs(np.diff(light, axis=axis)).sum() for axis in (0, 1)))


def _is_even(light: Light) -> bool:
    """Whether light is near to a smooth surface, almost everywhere."""
    y, x = (powers(length) for length in light.shape)
    smooth = fit(light.astype(np.float64), np.ones(light.shape), y, x, TERMS)
    off = np.abs(light - surface(y, smooth, x)) > UNEVEN
    return bool(np.count_nonzero(off) < SHARE * off.size)
