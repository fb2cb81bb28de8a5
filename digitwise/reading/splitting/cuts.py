"""Candidate cuts between touching digits: several kinds, the cheapest first.

No algorithm finds all good cuts (Ribas et al. 2013 compared them): the cuts of several are pooled,
and the reader tries them all. A cut is a column for each row: ink left of it belongs to the digit
before, the rest to the digit after.
"""

from math import ceil

import numpy as np
import numpy.typing as npt

from digitwise.imaging.ink import SOLID
from digitwise.imaging.strokes import stroke_width
from digitwise.imaging.surface import Light
from digitwise.neurons import Floats

Cut = npt.NDArray[np.int32]
"""Shape (h,): for each row, the first column right of the cut, 0 to w."""

Cuts = npt.NDArray[np.int32]
"""Shape (cuts, h)."""

HEIGHT_PX = 40  # pixels: height of a digit in the reduced image in which cuts are sought
LEANS_COLUMNS = (-0.35, 0.0, 0.35)  # columns a row: slants of straight cuts
STIFFNESS = np.array([[[0.25]], [[0.05]]])  # pixels of ink: cost of a bending cut's step aside
MOST_OF_KIND = 8  # cuts of one kind and slant or stiffness
MOST_CUTS = 1000  # of a component: in effect no bound
NEAR_HEIGHTS = 0.2  # digit heights: distance up to which cuts are near
MOST_NEAR = 6  # cheaper cuts near a cut, from which on it is dropped
MAX_WIDTH_HEIGHTS = 40  # digit heights: a wider component is no chain of digits, and is not cut
MOST_COMPARED = 400  # cheapest cuts, each compared with each; a chain of ten digits has 100
LEAST_WIDTH = 0.45  # digit heights: a narrower component is not cut
MAX_COST_HEIGHTS = 0.75  # digit heights of ink: a dearer cut is hopeless
MIN_DISTANCE_HEIGHTS = 0.07  # digit heights: of cuts nearer than this, only the cheapest is kept
MIN_DISTANCE_OF_KIND_HEIGHTS = 0.1  # digit heights: least distance of cuts of one kind
MIN_SIDE_INK_HEIGHTS = 0.5  # digit heights: an upright stroke with less ink than each side of a cut
MAX_SHIFT = 0.3  # digit heights: from a valley of the upper outline to a peak of the lower one
LEAST_COST = 0.01  # pixels of ink: cost of a pixel of paper; the shorter of equal paths wins


def find_cuts(ink: Light, height: float, most: int = MOST_CUTS) -> list[tuple[Cut, float]]:
    """Find candidate cuts through one component, from left to right; some may cross.

    Parameters
    ----------
    ink : float32 array of shape (h, w)
        In [0, 1].
    height : float
        Height of a digit of this number, in pixels.
    most : int, optional
        Greatest number of cuts; the cheapest are kept.

    Returns
    -------
    list of (cut, ink)
        Each cut with the ink it runs through, in digit heights.
    """
    if not LEAST_WIDTH * height <= ink.shape[1] <= MAX_WIDTH_HEIGHTS * height or not most:
        return []
    import cv2

    scale = min(1.0, HEIGHT_PX / height)
    small = ink
    if scale < 1:
        size = [max(2, round(length * scale)) for length in ink.shape[::-1]]
        small = np.asarray(cv2.resize(ink, size, interpolation=cv2.INTER_AREA), np.float32)
    unit = height * small.shape[0] / ink.shape[0]  # digit height in pixels of the reduced image
    severed = _severed(small)
    candidates = [_straight(severed, unit), _bending(severed, unit), _between_extrema(small, unit)]
    chosen = _choose(small, severed, np.concatenate(candidates), unit)
    # Back to the pixels of the component.
    rows = (np.arange(ink.shape[0]) * small.shape[0]) // ink.shape[0]
    return [
        (np.rint(cut[rows] * (ink.shape[1] / small.shape[1])).astype(np.int32), cost)
        for cut, cost in sorted(chosen[:most], key=lambda found: float(found[0].mean()))
    ]


def _severed(ink: Light) -> Light:
    """Return the ink that a cut runs through at each place, shape (h, w + 1), 0 at the sides.

    A cut runs between two pixels and severs them if both are ink: the lesser ink counts.
    """
    severed = np.zeros((ink.shape[0], ink.shape[1] + 1), np.float32)
    np.minimum(ink[:, :-1], ink[:, 1:], out=severed[:, 1:-1])
    return severed


def _costs(severed: Light, upto: Floats, cuts: Cuts) -> Floats:
    """Return the ink that each cut runs through, in pixels, steps to the side included."""
    rows = np.arange(len(severed))
    before = np.concatenate([cuts[:, :1], cuts[:, :-1]], axis=1)
    low, high = np.minimum(cuts, before), np.maximum(cuts, before)
    aside = np.where(high - low > 1, upto[rows, high] - upto[rows, low], 0)
    return np.asarray((severed[rows, cuts] + 0.5 * aside).sum(axis=1))


def _ink_left_of(ink: Light) -> Floats:
    """Return the ink of each row to the left of each column, shape (h, w + 1)."""
    sums = np.zeros((ink.shape[0], ink.shape[1] + 1))
    np.cumsum(ink, axis=1, out=sums[:, 1:])
    return sums


def _minima(costs: Floats, apart: float, most: int) -> list[int]:
    """Return the positions of at most `most` local minima, the lowest first.

    A minimum nearer than `apart` to a lower one is left out.
    """
    low = np.ones(len(costs), bool)
    low[1:] &= costs[1:] <= costs[:-1]
    low[:-1] &= costs[:-1] <= costs[1:]
    places = low.nonzero()[0]
    found: list[int] = []
    taken = bytearray(len(costs))
    reach = ceil(apart)
    for x in places[costs[places].argsort(kind="stable")].tolist():
        if not taken[x]:
            found.append(x)
            if len(found) == most:
                break
            near = slice(max(0, x - reach + 1), min(x + reach, len(taken)))
            taken[near] = b"\1" * (near.stop - near.start)
    return found


def _straight(severed: Light, unit: float) -> Cuts:
    """Return straight cuts: minima of the projections of severed ink along LEANS_COLUMNS."""
    height, width = severed.shape[0], severed.shape[1] - 1
    rows = np.arange(height)
    offsets = np.rint(np.array(LEANS_COLUMNS)[:, None] * (rows - height / 2)).astype(np.int32)
    columns = (np.arange(width) + offsets[..., None]).clip(0, width)
    costs = severed[rows[:, None], columns].sum(axis=1)
    costs[:, [0, -1]] = np.inf
    found = [
        x + offset
        for of_lean, offset in zip(costs, offsets, strict=True)
        for x in _minima(of_lean, MIN_DISTANCE_OF_KIND_HEIGHTS * unit, MOST_OF_KIND)
        if of_lean[x] < MAX_COST_HEIGHTS * unit
    ]
    return np.array(found, np.int32).reshape(-1, height).clip(0, width)


def _bending(severed: Light, unit: float) -> Cuts:
    """Return bending cuts: paths from top to bottom through the least ink.

    Like drops, they seep through thin ink (after Congedo et al. 1995), but dynamic programming
    finds the cheapest path for each place at half height.
    """
    through = LEAST_COST + severed.astype(np.float64)
    # From above and from below to the middle, both with equally many rows: a row of zeros is free.
    middle = len(severed) // 2
    below = through[:middle:-1]
    free = middle + 1 - len(below)
    none = np.zeros((free, through.shape[1]))
    halves = np.stack([through[: middle + 1], np.concatenate([none, below])], axis=1)
    totals = np.empty((middle + 1, len(STIFFNESS), *halves.shape[1:]))
    totals[0] = halves[0]
    for row in range(middle):
        np.add(_one_row_on(totals[row]), halves[row + 1], out=totals[row + 1])
    origins = _origins(totals)
    meeting = totals[-1, :, 0] + _one_row_on(totals[-1])[:, 1]
    meeting[:, [0, -1]] = np.inf
    found = [_minima(total, MIN_DISTANCE_OF_KIND_HEIGHTS * unit, MOST_OF_KIND) for total in meeting]
    # Backtrack from the middle to the first row of both halves, all paths at once.
    stiffness = np.repeat(range(len(STIFFNESS)), [len(places) for places in found])
    half = np.arange(2)[:, None]
    at = np.array([[x for places in found for x in places]] * 2, np.intp)
    at[1] += origins[middle, stiffness, 1, at[1]]
    ways = np.empty((middle + 1, *at.shape), np.int32)
    for row in range(middle, 0, -1):
        ways[row] = at
        at = at + origins[row - 1, stiffness, half, at]
    ways[0] = at
    return np.concatenate([ways[:, 0], ways[free:, 1][::-1]]).T


def _one_row_on(totals: Floats) -> Floats:
    """Return the least cost to each place of the next row, straight or with a step aside.

    The shape is (stiffnesses, ..., columns).
    """
    aside = totals + STIFFNESS
    best = _or_from_left(totals, aside)
    np.minimum(best[..., :-1], aside[..., 1:], out=best[..., :-1])
    return best


def _origins(totals: Floats) -> npt.NDArray[np.int8]:
    """Return the step, -1, 0 or 1, back from each place of the next row on its cheapest path."""
    aside = totals + STIFFNESS
    best = _or_from_left(totals, aside)
    origins = -(best < totals).astype(np.int8)
    origins[..., :-1][aside[..., 1:] < best[..., :-1]] = 1
    return origins


def _or_from_left(totals: Floats, aside: Floats) -> Floats:
    """Return the least cost to each place of the next row without steps to the left."""
    best = totals.copy()
    np.minimum(best[..., 1:], aside[..., :-1], out=best[..., 1:])
    return best


def _between_extrema(ink: Light, unit: float) -> Cuts:
    """Return straight cuts from a valley of the upper outline to a near peak of the lower one."""
    height, width = ink.shape
    solid = ink >= SOLID
    filled = solid.any(axis=0)
    top = np.where(filled, solid.argmax(axis=0), height)
    bottom = np.where(filled, height - 1 - solid[::-1].argmax(axis=0), -1)
    valleys = _minima(-top.astype(np.float64), MIN_DISTANCE_OF_KIND_HEIGHTS * unit, width)
    peaks = _minima(bottom.astype(np.float64), MIN_DISTANCE_OF_KIND_HEIGHTS * unit, width)
    inner = range(2, width - 2)
    pairs = [
        (x, x2)
        for x in valleys
        for x2 in peaks
        if x in inner and x2 in inner and abs(x2 - x) <= MAX_SHIFT * unit
    ]
    x, x2 = np.array(pairs, np.intp).reshape(-1, 2, 1).swapaxes(0, 1)
    y, y2 = top[x], bottom[x2]
    share = ((np.arange(height) - y) / np.maximum(1, y2 - y)).clip(0, 1)
    return np.asarray(np.rint(x + share * (x2 - x)), np.int32)


def _choose(ink: Light, severed: Light, cuts: Cuts, unit: float) -> list[tuple[Cut, float]]:
    """Drop hopeless cuts, cuts that leave a sliver, and all but the cheapest of twins.

    Returns
    -------
    list of (cut, ink)
        The cheapest first, ink in digit heights.
    """
    upto = _ink_left_of(ink)
    costs = _costs(severed, upto, cuts)
    left = upto[np.arange(len(ink)), cuts].sum(axis=1)
    sliver = MIN_SIDE_INK_HEIGHTS * unit * stroke_width(ink)
    hopeful = np.flatnonzero(
        (costs <= MAX_COST_HEIGHTS * unit) & (np.minimum(left, float(ink.sum()) - left) >= sliver)
    )
    hopeful = hopeful[np.argsort(costs[hopeful], kind="stable")[:MOST_COMPARED]]
    cuts, costs = cuts[hopeful], costs[hopeful]
    # The distance of two cuts, and a cut's middle, are averages over rows, weighted by their ink.
    weights = ink.sum(axis=1, dtype=np.float64)
    weights /= weights.sum()
    twins = np.abs(cuts[:, None] - cuts) @ weights < MIN_DISTANCE_HEIGHTS * unit
    middles = cuts @ weights
    near = np.abs(middles[:, None] - middles) < NEAR_HEIGHTS * unit
    chosen: list[int] = []
    has_twin, cheaper_near = np.zeros(len(cuts), bool), np.zeros(len(cuts), int)
    for k in range(len(cuts)):
        if not has_twin[k] and cheaper_near[k] < MOST_NEAR:
            chosen.append(k)
            has_twin |= twins[k]
            cheaper_near += near[k]
    return [(cuts[k], float(costs[k]) / unit) for k in chosen]
