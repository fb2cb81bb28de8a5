"""The widest gap inside the numbers of a page, from all of its gaps.

Digits of a number stand closer than numbers of a table. If a page has many gaps, few have a width
between these two kinds, and that width parts numbers. Otherwise, only a very wide gap does.
"""

import numpy as np
import numpy.typing as npt

from digitwise.neurons import Floats

Boxes = npt.NDArray[np.intp]
"""Left, top, right and bottom of components, shape (4, n)."""

MAX_INSIDE_GAP_HEIGHTS = 1.5  # heights of the taller neighbour: widest gap inside a number
MIN_GAPS = 40  # of a page: fewer tell nothing
MOST_COMPONENTS = 2_000  # of a page; each is compared with each
MAX_GAP_HEIGHTS = 3.0  # wider gaps belong to no table, or to one with empty cells
# Gaps inside drawn numbers are up to 0.5.
TRIED_HEIGHTS = np.linspace(0.6, MAX_INSIDE_GAP_HEIGHTS, 19)
NEAR_RATIO = 1.2  # of a gap to the tried one, or the other way round, for it to be near
MAX_NEAR_SHARE = 0.025  # share of a page's gaps near the tried one
MIN_WIDER = 0.1  # share of gaps wider than a gap inside a number: a table has them, words have not


def widest_gap(boxes: Boxes, same_line: float, same_size: float) -> float:
    """Return the widest gap inside a page's numbers, in heights of the taller neighbour.

    Parameters
    ----------
    boxes : int array of shape (4, n)
    same_line, same_size : float
        Least vertical overlap of neighbours, and least height of the lower one, as shares of the
        heights of the lower and of the taller one.
    """
    if not MIN_GAPS < boxes.shape[1] <= MOST_COMPONENTS:
        return MAX_INSIDE_GAP_HEIGHTS
    gaps = _gaps(boxes, same_line, same_size)
    if len(gaps) < MIN_GAPS or (gaps > MAX_INSIDE_GAP_HEIGHTS).mean() < MIN_WIDER:
        return MAX_INSIDE_GAP_HEIGHTS
    tried = TRIED_HEIGHTS[:, None]
    near = ((gaps > tried / NEAR_RATIO) & (gaps < tried * NEAR_RATIO)).mean(axis=1)
    rarest = TRIED_HEIGHTS[near == near.min()]
    return float(np.median(rarest)) if near.min() <= MAX_NEAR_SHARE else MAX_INSIDE_GAP_HEIGHTS


def _gaps(boxes: Boxes, same_line: float, same_size: float) -> Floats:
    """Return the gap from each component to the next one on its line, if there is one near."""
    left, top, right, bottom = boxes
    height = bottom - top
    found = []
    for k in range(len(left)):
        low, tall = np.minimum(height, height[k]), np.maximum(height, height[k])
        overlap = np.minimum(bottom, bottom[k]) - np.maximum(top, top[k])
        beside = (left > left[k]) & (overlap >= same_line * low) & (low >= same_size * tall)
        if beside.any():
            following = np.flatnonzero(beside)
            nearest = following[left[following].argmin()]
            found.append((left[nearest] - right[k]) / tall[nearest])
    gaps = np.array(found, np.float64)
    return gaps[gaps < MAX_GAP_HEIGHTS]
