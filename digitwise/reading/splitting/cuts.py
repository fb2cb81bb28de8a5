"""Where digits that touch could be cut apart: candidates of several kinds, the cheapest first.

No algorithm finds all good cuts (Ribas et al. 2013 compared them): candidates of several are
pooled, and the reader tries them all. A cut is a column for each row: what lies left of it belongs
to the digit before, the rest to the one after.
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

ROWS = 40  # that a digit has where cuts are sought
LEANS = (-0.35, 0.0, 0.35)  # columns a row that straight cuts lean by
STIFFNESS = np.array([[[0.25]], [[0.05]]])  # cost of a bending cut's step aside, in pixels of ink
MOST = 8  # candidates of one kind
MOST_CUTS = 1000  # of a component: no bound
NEAR, MOST_NEAR = 0.2, 6  # of the height of a digit: so near to a cut there are so many cheaper
WIDEST = 40  # heights of a digit: what is wider is no chain of digits, and is not cut
MOST_COMPARED = 400  # the cheapest cuts, each compared with each: a chain of ten digits has 100
LEAST_WIDTH = 0.45  # of the height of a digit: what is narrower is not cut
DEAREST = 0.75  # of the height of a digit: a cut through more ink is hopeless
TWINS = 0.07  # of the height of a digit: of cuts that are nearer, the cheapest is as good as all
APART = 0.1  # of the height of a digit: between candidates of one kind
SLIVER = 0.5  # less ink than an upright stroke of this share of a digit's height is none
LEAST_COST = 0.01  # of a pixel of paper: between equal ways, the shorter


def find_cuts(ink: Light, height: float, most: int = MOST_CUTS) -> list[tuple[Cut, float]]:
    """Find candidate cuts through one component, from left to right; some may cross.

    Parameters
    ----------
    ink : float32 array of shape (h, w)
        In [0, 1].
    height : float
        Of a digit of this number, in pixels.
    most : int, optional
        Only so many, the cheapest.

    Returns
    -------
    list of (cut, ink)
        Each with the ink it runs through, in heights of a digit.
    """
    if not LEAST_WIDTH * height <= ink.shape[1] <= WIDEST * height or not most:
        return []
    import cv2

    scale = min(1.0, ROWS / height)
    small = ink
    if scale < 1:
        size = [max(2, round(length * scale)) for length in ink.shape[::-1]]
        small = np.asarray(cv2.resize(ink, size, interpolation=cv2.INTER_AREA), np.float32)
    unit = height * small.shape[0] / ink.shape[0]  # a digit's height in small pixels
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
    """Ink that a cut runs through at each place, shape (h, w + 1); at the sides none.

    It runs between pixels: those to its left and right are severed, if both are ink.
    """
    severed = np.zeros((ink.shape[0], ink.shape[1] + 1), np.float32)
    np.minimum(ink[:, :-1], ink[:, 1:], out=severed[:, 1:-1])
    return severed


def _costs(severed: Light, upto: Floats, cuts: Cuts) -> Floats:
    """Ink that each cut runs through, in pixels, its steps to the side included."""
    rows = np.arange(len(severed))
    before = np.concatenate([cuts[:, :1], cuts[:, :-1]], axis=1)
    low, high = np.minimum(cuts, before), np.maximum(cuts, before)
    aside = np.where(high - low > 1, upto[rows, high] - upto[rows, low], 0)
    return np.asarray((severed[rows, cuts] + 0.5 * aside).sum(axis=1))


def _ink_left_of(ink: Light) -> Floats:
    """Ink of each row that lies left of a column, shape (h, w + 1)."""
    sums = np.zeros((ink.shape[0], ink.shape[1] + 1))
    np.cumsum(ink, axis=1, out=sums[:, 1:])
    return sums


def _minima(costs: Floats, apart: float, most: int) -> list[int]:
    """Positions of local minima, the lowest first, so many at most, none close to a lower one."""
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
    """Valleys of the projections along some directions."""
    height, width = severed.shape[0], severed.shape[1] - 1
    rows = np.arange(height)
    offsets = np.rint(np.array(LEANS)[:, None] * (rows - height / 2)).astype(np.int32)
    columns = (np.arange(width) + offsets[..., None]).clip(0, width)
    costs = severed[rows[:, None], columns].sum(axis=1)
    costs[:, [0, -1]] = np.inf
    found = [
        x + offset
        for of_lean, offset in zip(costs, offsets, strict=True)
        for x in _minima(of_lean, APART * unit, MOST)
        if of_lean[x] < DEAREST * unit
    ]
    return np.array(found, np.int32).reshape(-1, height).clip(0, width)


def _bending(severed: Light, unit: float) -> Cuts:
    """Paths from top to bottom through the least ink, one for each place at half height.

    They fall as drops do that seep through ink where it is thin (after Congedo et al. 1995), but
    find the best way by dynamic programming.
    """
    through = LEAST_COST + severed.astype(np.float64)
    # From above and from below to the middle, both of as many rows: one more of none is free.
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
    found = [_minima(total, APART * unit, MOST) for total in meeting]
    # From the middle back to the first row of both halves, all paths at once.
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
    """Least cost to each place of the row that follows: straight, or a step aside.

    Shape (stiffnesses, ..., columns).
    """
    aside = totals + STIFFNESS
    best = _or_from_left(totals, aside)
    np.minimum(best[..., :-1], aside[..., 1:], out=best[..., :-1])
    return best


def _origins(totals: Floats) -> npt.NDArray[np.int8]:
    """Where the cheapest way to each place of the next row comes from: a step -1, 0 or 1."""
    aside = totals + STIFFNESS
    best = _or_from_left(totals, aside)
    origins = -(best < totals).astype(np.int8)
    origins[..., :-1][aside[..., 1:] < best[..., :-1]] = 1
    return origins


def _or_from_left(totals: Floats, aside: Floats) -> Floats:
    """Least cost to each place of the row that follows, with no step to the left."""
    best = totals.copy()
    np.minimum(best[..., 1:], aside[..., :-1], out=best[..., 1:])
    return best


def _between_extrema(ink: Light, unit: float) -> Cuts:
    """Straight from a valley of the upper outline to a peak of the lower one, where close."""
    height, width = ink.shape
    solid = ink >= SOLID
    filled = solid.any(axis=0)
    top = np.where(filled, solid.argmax(axis=0), height)
    bottom = np.where(filled, height - 1 - solid[::-1].argmax(axis=0), -1)
    valleys = _minima(-top.astype(np.float64), APART * unit, width)
    peaks = _minima(bottom.astype(np.float64), APART * unit, width)
    inner = range(2, width - 2)
    pairs = [
        (x, x2)
        for x in valleys
        for x2 in peaks
        if x in inner and x2 in inner and abs(x2 - x) <= 0.3 * unit
    ]
    x, x2 = np.array(pairs, np.intp).reshape(-1, 2, 1).swapaxes(0, 1)
    y, y2 = top[x], bottom[x2]
    share = ((np.arange(height) - y) / np.maximum(1, y2 - y)).clip(0, 1)
    return np.asarray(np.rint(x + share * (x2 - x)), np.int32)


def _choose(ink: Light, severed: Light, cuts: Cuts, unit: float) -> list[tuple[Cut, float]]:
    """Drop hopeless cuts, those that leave a sliver, and all but the cheapest of twins."""
    upto = _ink_left_of(ink)
    costs = _costs(severed, upto, cuts)
    left = upto[np.arange(len(ink)), cuts].sum(axis=1)
    sliver = SLIVER * unit * stroke_width(ink)
    hopeful = np.flatnonzero(
        (costs <= DEAREST * unit) & (np.minimum(left, float(ink.sum()) - left) >= sliver)
    )
    hopeful = hopeful[np.argsort(costs[hopeful], kind="stable")[:MOST_COMPARED]]
    cuts, costs = cuts[hopeful], costs[hopeful]
    # How far cuts are apart, on average, where the ink is; and their middles.
    weights = ink.sum(axis=1, dtype=np.float64)
    weights /= weights.sum()
    twins = np.abs(cuts[:, None] - cuts) @ weights < TWINS * unit
    middles = cuts @ weights
    near = np.abs(middles[:, None] - middles) < NEAR * unit
    chosen: list[int] = []
    # Of twins, which are hardly apart, the cheapest is as good as all.
    has_twin, cheaper_near = np.zeros(len(cuts), bool), np.zeros(len(cuts), int)
    for k in range(len(cuts)):
        if not has_twin[k] and cheaper_near[k] < MOST_NEAR:
            chosen.append(k)
            has_twin |= twins[k]
            cheaper_near += near[k]
    return [(cuts[k], float(costs[k]) / unit) for k in chosen]
