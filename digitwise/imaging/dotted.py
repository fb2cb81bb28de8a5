"""Lines that are printed as rows of dots or dashes."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from digitwise.imaging.connected import connected
from digitwise.imaging.ink import SOLID
from digitwise.imaging.rules import Mask
from digitwise.imaging.surface import Light

DASH = 0.014  # of the page's longer side: length of a dash, at most
THICK = 0.006  # of the same: thickness of a dot or dash, at most
LYING = 0.7  # of its height: width of what may belong to a level line
GAP = 0.014  # of the same: from one to the next, at most
LEAST = 8  # dots or dashes of a line by itself;
FEW = 3  # of a side of a box, from one such line to another
UNEQUAL = 0.3  # share of the distance between neighbours by which it may differ,
REGULAR = 0.8  # for such a share of the neighbours at least: writing may cover some
BEYOND = 1.5  # the same distances: how much longer a line is, as a corner may be no dot of its own
ASKEW = 0.35  # share of that distance: how far a dot may be beside the line
GROUND = 1.5  # lines that each dot is in, in the mean: more are a ground of dots
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
        The lines, as if they were drawn through, and a little longer, so that corners meet.
    """
    import cv2

    side = max(ink.shape)
    _, stats = connected(ink >= SOLID)
    wide, high = stats[:, 2], stats[:, 3]
    small = (np.maximum(wide, high) <= max(3, DASH * side)) & (
        np.minimum(wide, high) <= max(2, THICK * side)
    )
    small[0] = False  # the paper
    dots = stats[small, :4].astype(np.float64)
    found = np.zeros(ink.shape, np.uint8)
    level = _runs(dots, ink.shape, GAP * side)
    upright = [
        Run(run.dots, run.ends[:, ::-1])
        for run in _runs(dots[:, [1, 0, 3, 2]], ink.shape[::-1], GAP * side)
    ]
    if sum(run.dots for run in (*level, *upright)) > GROUND * len(dots):
        return found > 0
    long = [run for run in (*level, *upright) if run.dots >= LEAST]
    for run in long:
        (x0, y0), (x1, y1) = np.rint(run.ends).astype(int).tolist()
        cv2.line(found, (x0, y0), (x1, y1), 1, 2)
    reach = 2 * round(2 * GAP * side) + 1
    near = cv2.dilate(found, np.ones((reach, reach), np.uint8))
    for run in (*level, *upright):
        x, y = np.rint(run.ends).astype(int).T
        inside = (x >= 0) & (y >= 0) & (x < ink.shape[1]) & (y < ink.shape[0])
        if run.dots < LEAST and inside.all() and near[y, x].all():
            cv2.line(found, (int(x[0]), int(y[0])), (int(x[1]), int(y[1])), 1, 2)
    return np.asarray(found > 0)


@dataclass(frozen=True)
class Run:
    """A row of dots: how many, and its two ends, x and y."""

    dots: int
    ends: npt.NDArray[np.float64]


def _runs(dots: Dots, shape: tuple[int, ...], gap: float) -> list[Run]:
    """Find regular rows from left to right, of dots or of dashes that lie that way."""
    import cv2

    dots = dots[dots[:, 2] >= LYING * dots[:, 3]]
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
    found = [(len(group), _ends(middles[group])) for group in groups if len(group) >= FEW]
    return [Run(n, ends) for n, ends in found if ends is not None]


def _ends(middles: npt.NDArray[np.float64]) -> npt.NDArray[np.float64] | None:
    """The ends of a line through dots, from left to right; None if they are no regular row."""
    x, y = middles.T
    steps = np.diff(x)
    usual = float(np.median(steps))
    if usual <= 0 or (np.abs(steps - usual) <= UNEQUAL * usual).mean() < REGULAR:
        return None
    slope, offset = np.polyfit(x, y, 1)
    if np.median(np.abs(y - slope * x - offset)) > ASKEW * usual:
        return None
    ends = np.array([x[0] - BEYOND * usual, x[-1] + BEYOND * usual])
    return np.stack([ends, slope * ends + offset], axis=1)
