"""A digit cut from a neighbour that it touched: part of one's stroke left, or of its own gone."""

import numpy as np

from digitwise.compiled import finite_kernel
from digitwise.data import chance
from digitwise.data.canvas import AGAIN, ANEW, HALF, ONE, SIDE, ZERO, take
from digitwise.data.chance import spread, uniform

INK = 77  # of 255, from which a pixel counts as stroke
MOST_LOST = np.float32(0.2)  # of its own ink
MOST_GAINED = np.float32(0.25)
OVERLAP = np.float32(2.5)  # pixels, at most, that strokes run into each other


@finite_kernel
def cut_from_neighbour(key, digit, other, work):
    """Draw a digit into `work.old`, beside another one and cut from it; return how to frame it.

    The cut is straight. Where it would take too much of the digit, or leave too much of the
    other, the digit is left alone.
    """
    old = work.old
    take(digit, work)
    to_right = uniform(key, chance.SIDE_OF) < HALF
    lower = int(np.float32(2.5) * spread(key, chance.TALL) + np.float32(SIDE)) - SIDE
    nearest, row, column = 2 * SIDE, -1, 0
    for y in range(SIDE):
        if not 0 <= y - lower < SIDE:
            continue
        own = outermost(digit[y], to_right)
        its = outermost(other[y - lower], not to_right)
        if own >= 0 and its >= 0:
            apart = its - own if to_right else own - its
            if apart < nearest:
                nearest, row, column = apart, y, own
    if row < 0:
        return AGAIN
    overlap = int((OVERLAP + ONE) * uniform(key, chance.GAP))
    move = 1 - nearest - overlap if to_right else nearest - 1 + overlap
    slope = np.float32(0.4) * spread(key, chance.SLOPE)
    # Between the strokes' rims, more or less.
    edge = np.float32(column) + (HALF if to_right else -HALF)
    edge += np.float32(1.7) * spread(key, chance.CUT)
    edge -= HALF * np.float32(overlap) if to_right else -HALF * np.float32(overlap)
    byte = np.float32(1 / 255)
    ink, lost, gained = ZERO, ZERO, ZERO
    for y in range(SIDE):
        for x in range(SIDE):
            beyond = np.float32(x) - edge - slope * np.float32(y - row)
            keep = min(max(HALF - (beyond if to_right else -beyond), ZERO), ONE)
            own_ink = old[y, x]
            its_ink = ZERO
            if 0 <= x - move < SIDE and 0 <= y - lower < SIDE:
                its_ink = byte * np.float32(other[y - lower, x - move])
            ink += own_ink
            lost += (ONE - keep) * own_ink
            gained += keep * max(its_ink - own_ink, ZERO)
            old[y, x] = keep * max(own_ink, its_ink)
    if lost > MOST_LOST * ink or gained > MOST_GAINED * ink:
        take(digit, work)
        return AGAIN
    return ANEW


@finite_kernel
def outermost(line, right):
    """Return the column of a row's last ink on one side; -1 if there is none."""
    for step in range(SIDE):
        x = SIDE - 1 - step if right else step
        if line[x] >= INK:
            return x
    return -1
