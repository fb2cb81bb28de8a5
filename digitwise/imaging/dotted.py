"""Lines that are printed as rows of dots or dashes."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from digitwise.imaging.connected import connected
from digitwise.imaging.ink import SOLID
from digitwise.imaging.rules import Mask
from digitwise.imaging.surface import Light

MAX_DASH_SIDES = 0.014  # longer sides of the page: longest dash, and widest gap between two
MAX_THICKNESS_SIDES = 0.006  # longer sides of the page: thickest dot or dash
MIN_ASPECT = 0.7  # width of a dash of a level line, as a share of its height
MIN_DOTS = 8  # of a line by itself
MIN_DOTS_BETWEEN = 3  # of a line that ends at two such lines
MAX_OFF_STEPS = 0.3  # steps: of one step from the median step, and of dots from their line
MIN_EVEN_SHARE = 0.8  # of the steps: writing may cover some
EXTRA_STEPS = 1.5  # by which a line is drawn longer: a corner may have no dot of its own
MAX_LINES_OF_DOT = 1.5  # mean number of lines through a dot: more are a ground of dots
Dots = npt.NDArray[np.float64]
"""A row a dot: left, top, width, height."""


def find_dotted(ink: Light) -> Mask:
    """Find lines of dots or dashes, level or upright.

    Parameters
    ----------
    ink : float32 array of shape (h, w)
        In [0, 1].

    Returns
    -------
    bool array of shape (h, w)
        The lines without gaps, and a little longer, so that corners meet.
    """
    import cv2

    side = max(ink.shape)
    _, stats = connected(ink >= SOLID)
    wide, high = stats[:, 2], stats[:, 3]
    small = (np.maximum(wide, high) <= max(3, MAX_DASH_SIDES * side)) & (
        np.minimum(wide, high) <= max(2, MAX_THICKNESS_SIDES * side)
    )
    small[0] = False  # the paper
    dots = stats[small, :4].astype(np.float64)
    found = np.zeros(ink.shape, np.uint8)
    level = _runs(dots, ink.shape, MAX_DASH_SIDES * side)
    upright = [
        Run(run.dots, run.ends[:, ::-1])
        for run in _runs(dots[:, [1, 0, 3, 2]], ink.shape[::-1], MAX_DASH_SIDES * side)
    ]
    if sum(run.dots for run in (*level, *upright)) > MAX_LINES_OF_DOT * len(dots):
        return found > 0
    long = [run for run in (*level, *upright) if run.dots >= MIN_DOTS]
    for run in long:
        (x0, y0), (x1, y1) = np.rint(run.ends).astype(int).tolist()
        cv2.line(found, (x0, y0), (x1, y1), 1, 2)
    reach = 2 * round(2 * MAX_DASH_SIDES * side) + 1
    near = cv2.dilate(found, np.ones((reach, reach), np.uint8))
    for run in (*level, *upright):
        x, y = np.rint(run.ends).astype(int).T
        inside = (x >= 0) & (y >= 0) & (x < ink.shape[1]) & (y < ink.shape[0])
        if run.dots < MIN_DOTS and inside.all() and near[y, x].all():
            cv2.line(found, (int(x[0]), int(y[0])), (int(x[1]), int(y[1])), 1, 2)
    return np.asarray(found > 0)


@dataclass(frozen=True)
class Run:
    """A row of dots.

    Attributes
    ----------
    dots : int
        Their number.
    ends : array of shape (2, 2)
        Both ends: x, y.
    """

    dots: int
    ends: npt.NDArray[np.float64]


def _runs(dots: Dots, shape: tuple[int, ...], gap: float) -> list[Run]:
    """Find even rows of dots, or of level dashes, from left to right."""
    import cv2

    dots = dots[dots[:, 2] >= MIN_ASPECT * dots[:, 3]]
    drawn = np.zeros(shape, np.uint8)
    for left, top, wide, high in dots.astype(int).tolist():
        drawn[top : top + high, left : left + wide] = 1
    joined = cv2.morphologyEx(drawn, cv2.MORPH_CLOSE, np.ones((1, max(3, round(gap))), np.uint8))
    labels, _ = connected(joined > 0)
    middles = dots[:, :2] + dots[:, 2:] / 2
    at = middles.astype(int)
    own = labels[at[:, 1].clip(0, shape[0] - 1), at[:, 0].clip(0, shape[1] - 1)]
    order = np.lexsort((middles[:, 0], own))
    groups = np.split(order, np.flatnonzero(np.diff(own[order])) + 1) if len(order) else []
    found = [
        (len(group), _ends(middles[group])) for group in groups if len(group) >= MIN_DOTS_BETWEEN
    ]
    return [Run(n, ends) for n, ends in found if ends is not None]


def _ends(middles: npt.NDArray[np.float64]) -> npt.NDArray[np.float64] | None:
    """Return the ends of a line through dots, from left to right; None for uneven rows."""
    x, y = middles.T
    steps = np.diff(x)
    usual = float(np.median(steps))
    if usual <= 0 or (np.abs(steps - usual) <= MAX_OFF_STEPS * usual).mean() < MIN_EVEN_SHARE:
        return None
    slope, offset = np.polyfit(x, y, 1)
    if np.median(np.abs(y - slope * x - offset)) > MAX_OFF_STEPS * usual:
        return None
    ends = np.array([x[0] - EXTRA_STEPS * usual, x[-1] + EXTRA_STEPS * usual])
    return np.stack([ends, slope * ends + offset], axis=1)
