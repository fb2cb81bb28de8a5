"""Where digits that touch could be cut apart: candidates of several kinds, the cheapest first.

No algorithm finds all good cuts (Ribas et al. 2013 compared them): candidates of several are
pooled, and the reader tries them all. A cut is a column for each row: what lies left of it belongs
to the digit before, the rest to the one after.
"""

import numpy as np
import numpy.typing as npt

from digitwise.imaging.ink import SOLID
from digitwise.imaging.strokes import stroke_width
from digitwise.imaging.surface import Light
from digitwise.neurons import Floats

Cut = npt.NDArray[np.int32]
"""Shape (h,): for each row, the first column right of the cut, 0 to w."""

ROWS = 40  # that a digit has where cuts are sought
LEANS = (-0.35, 0.0, 0.35)  # columns a row that straight cuts lean by
STIFFNESS = (0.25, 0.05)  # cost of a sideways step of a bending cut, in pixels of ink
MOST = 8  # candidates of one kind
MOST_CUTS = 1000  # of a component: no bound
NEAR, MOST_NEAR = 0.2, 6  # of the height of a digit: so near to a cut there are so many cheaper
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
    if ink.shape[1] < LEAST_WIDTH * height or not most:
        return []
    import cv2

    scale = min(1.0, ROWS / height)
    small = ink
    if scale < 1:
        size = [max(2, round(length * scale)) for length in ink.shape[::-1]]
        small = np.asarray(cv2.resize(ink, size, interpolation=cv2.INTER_AREA), np.float32)
    unit = height * small.shape[0] / ink.shape[0]  # a digit's height in small pixels
    candidates = [
        *(cut for lean in LEANS for cut in _straight(small, lean, unit)),
        *_bending(small, unit),
        *_between_extrema(small, unit),
    ]
    chosen = _choose(small, candidates, unit)
    # Back to the pixels of the component.
    rows = (np.arange(ink.shape[0]) * small.shape[0]) // ink.shape[0]
    return [
        (np.rint(cut[rows] * (ink.shape[1] / small.shape[1])).astype(np.int32), cost)
        for cut, cost in sorted(chosen[:most], key=lambda found: float(found[0].mean()))
    ]


def _costs(ink: Light, cuts: npt.NDArray[np.int32]) -> Floats:
    """Ink that each cut of (cuts, h) runs through, in pixels, its steps to the side included."""
    height, width = ink.shape
    rows = np.arange(height)
    # A cut runs between pixels: it severs those to the left and right, if both are ink.
    severed = np.zeros((height, width + 1))
    severed[:, 1:-1] = np.minimum(ink[:, :-1], ink[:, 1:])
    before = np.concatenate([cuts[:, :1], cuts[:, :-1]], axis=1)
    low, high = np.minimum(cuts, before), np.maximum(cuts, before)
    upto = _ink_left_of(ink)
    aside = np.where(high - low > 1, upto[rows, high] - upto[rows, low], 0)
    return np.asarray((severed[rows, cuts] + 0.5 * aside).sum(axis=1))


def _ink_left_of(ink: Light) -> Floats:
    """Ink of each row that lies left of a column, shape (h, w + 1)."""
    sums = np.zeros((ink.shape[0], ink.shape[1] + 1))
    np.cumsum(ink, axis=1, out=sums[:, 1:])
    return sums


def _minima(costs: Floats, apart: float) -> list[int]:
    """Positions of local minima, the lowest first, none close to a lower one."""
    low = np.ones(len(costs), bool)
    low[1:] &= costs[1:] <= costs[:-1]
    low[:-1] &= costs[:-1] <= costs[1:]
    places = np.flatnonzero(low)
    found: list[int] = []
    for x in places[np.argsort(costs[places], kind="stable")].tolist():
        if all(abs(x - other) >= apart for other in found):
            found.append(x)
    return found


def _straight(ink: Light, lean: float, unit: float) -> list[Cut]:
    """Valleys of the projection along a direction."""
    height, width = ink.shape
    offset = np.rint(lean * (np.arange(height) - height / 2)).astype(np.int32)
    columns = np.arange(width)[None] + offset[:, None]
    inside = (columns >= 1) & (columns < width)
    columns = columns.clip(1, width - 1)
    rows = np.arange(height)[:, None]
    through = np.minimum(ink[rows, columns - 1], ink[rows, columns]) * inside
    costs = through.sum(axis=0)
    costs[[0, -1]] = np.inf
    return [
        (x + offset).clip(0, width).astype(np.int32)
        for x in _minima(costs.astype(np.float64), APART * unit)[:MOST]
        if costs[x] < DEAREST * unit
    ]


def _bending(ink: Light, unit: float) -> list[Cut]:
    """Paths from top to bottom through the least ink, one for each place at half height.

    They fall as drops do that seep through ink where it is thin (after Congedo et al. 1995), but
    find the best way by dynamic programming.
    """
    height, width = ink.shape
    through = np.full((height, width + 1), LEAST_COST)
    through[:, 1:-1] += np.minimum(ink[:, :-1], ink[:, 1:])
    # From above and from below to the middle, both of as many rows: one more of none is free.
    middle = height // 2
    below = through[:middle:-1]
    none = np.zeros((middle + 1 - len(below), width + 1))
    halves = np.stack([through[: middle + 1], np.concatenate([none, below])] * len(STIFFNESS))
    steps = np.repeat(STIFFNESS, 2)[:, None]
    costs, origin = _paths(halves, steps)
    found = []
    for number, stiffness in enumerate(STIFFNESS):
        upper, lower = costs[2 * number : 2 * number + 2]
        meeting, come_from = _step(lower, np.array(stiffness))
        total = upper + meeting
        total[[0, -1]] = np.inf
        for x in _minima(total, APART * unit)[:MOST]:
            start = x + int(come_from[x]) - 1
            above = _way_back(origin[2 * number], x, middle)
            beneath = _way_back(origin[2 * number + 1], start, middle)[middle + 1 - len(below) :]
            found.append(np.array([*above, *beneath[::-1]], np.int32))
    return found


def _paths(through: Floats, stiffness: Floats) -> tuple[Floats, npt.NDArray[np.int8]]:
    """Least cost from the first row to each place of the last, and where each row comes from.

    For several pictures at once, (n, rows, columns); a step is 0 to the left, 1 straight, 2 right.
    """
    total = through[:, 0].copy()
    origin = np.ones(through.shape, np.int8)
    for row in range(1, through.shape[1]):
        total, origin[:, row] = _step(total, stiffness)
        total += through[:, row]
    return total, origin


def _step(total: Floats, stiffness: Floats) -> tuple[Floats, npt.NDArray[np.int8]]:
    """Least cost one row on, and from where: 0 from the left, 1 straight, 2 from the right."""
    best, come_from = total.copy(), np.ones(total.shape, np.int8)
    sideways = total + stiffness
    better = sideways[..., :-1] < best[..., 1:]
    best[..., 1:][better] = sideways[..., :-1][better]
    come_from[..., 1:][better] = 0
    better = sideways[..., 1:] < best[..., :-1]
    best[..., :-1][better] = sideways[..., 1:][better]
    come_from[..., :-1][better] = 2
    return best, come_from


def _way_back(origin: npt.NDArray[np.int8], x: int, row: int) -> list[int]:
    """Columns of the best path from the first row to a place in this one."""
    way = [x]
    for y in range(row, 0, -1):
        x += int(origin[y, x]) - 1
        way.append(x)
    return way[::-1]


def _between_extrema(ink: Light, unit: float) -> list[Cut]:
    """Straight from a valley of the upper outline to a peak of the lower one, where close."""
    height, width = ink.shape
    solid = ink >= SOLID
    filled = solid.any(axis=0)
    top = np.where(filled, solid.argmax(axis=0), height)
    bottom = np.where(filled, height - 1 - solid[::-1].argmax(axis=0), -1)
    valleys = _minima(-top.astype(np.float64), APART * unit)
    peaks = _minima(bottom.astype(np.float64), APART * unit)
    inner = range(2, width - 2)
    found = []
    for x in (v for v in valleys if v in inner):
        for x2 in (p for p in peaks if p in inner and abs(p - x) <= 0.3 * unit):
            y, y2 = int(top[x]), int(bottom[x2])
            rows = np.arange(height)
            share = ((rows - y) / max(1, y2 - y)).clip(0, 1)
            cut = np.rint(x + share * (x2 - x)).astype(np.int32)
            found.append(cut)
    return found


def _choose(ink: Light, candidates: list[Cut], unit: float) -> list[tuple[Cut, float]]:
    """Drop hopeless cuts, those that leave a sliver, and all but the cheapest of twins."""
    if not candidates:
        return []
    cuts = np.stack(candidates)
    costs = _costs(ink, cuts)
    left = _ink_left_of(ink)[np.arange(len(ink)), cuts].sum(axis=1)
    sliver = SLIVER * unit * stroke_width(ink)
    hopeful = np.flatnonzero(
        (costs <= DEAREST * unit) & (np.minimum(left, float(ink.sum()) - left) >= sliver)
    )
    hopeful = hopeful[np.argsort(costs[hopeful], kind="stable")]
    cuts, costs = cuts[hopeful], costs[hopeful]
    # How far cuts are apart, on average, where the ink is; and their middles.
    weights = ink.sum(axis=1, dtype=np.float64)
    weights /= weights.sum()
    apart = np.abs(cuts[:, None] - cuts) @ weights
    middles = cuts @ weights
    near = np.abs(middles[:, None] - middles) < NEAR * unit
    chosen: list[int] = []
    for k in range(len(cuts)):
        # Of twins, which are hardly apart, the cheapest is as good as all.
        if near[k, chosen].sum() < MOST_NEAR and (apart[k, chosen] >= TWINS * unit).all():
            chosen.append(k)
    return [(cuts[k], float(costs[k]) / unit) for k in chosen]
