"""Resampling of an image through an affine map and a smooth random displacement.

The displacement (elastic deformation; Simard, Steinkraus & Platt 2003) is a cubic B-spline over a
coarse grid of random vectors. It resembles noise smoothed by a Gaussian, but takes a few products
a pixel instead of hundreds.
"""

import math

import numpy as np

from digitwise.compiled import finite_kernel
from digitwise.data.canvas import GRID, HALF, MIDDLE, ONE, PAD, PADDED, SIDE, STEP, WIDE, ZERO


@finite_kernel
def in_cell(i, cell, phase):
    """Return the coordinate of pixel i, or of the centre of its coarse pixel if `cell` > 1."""
    at = np.float32(i)
    if cell > ONE:
        at = (np.float32(math.floor(at / cell + phase)) - phase + HALF) * cell - HALF
    return at


@finite_kernel
def fill_splines(phase, centre, zoom, target, cell, cell_phase, splines):
    """Compute the B-spline weight of each grid line at each new pixel, (GRID, WIDE)."""
    splines[:] = 0
    sixth, three, four = np.float32(1 / 6), np.float32(3), np.float32(4)
    for i in range(WIDE):
        at = (centre + zoom * (in_cell(i, cell, cell_phase) - target) + phase) / STEP
        at = min(max(at, ONE), np.float32(GRID - 2.01))
        first = int(at)
        t = at - np.float32(first)
        u = ONE - t
        splines[first - 1, i] = sixth * u * u * u
        splines[first, i] = sixth * (four - three * t * t * (ONE + u))
        splines[first + 1, i] = sixth * (four - three * u * u * (ONE + t))
        splines[first + 2, i] = sixth * t * t * t


@finite_kernel
def sample(work, places, framing, cells):
    """Fill `work.new` from `work.padded` by bilinear interpolation."""
    cy, cx, yy, yx, xy, xx, phase_y, phase_x = places
    centre_y, centre_x, zoom, ty, tx = framing
    cell, cell_y, cell_x = cells
    of_rows, of_columns = work.splines[0], work.splines[1]
    fill_splines(phase_y, centre_y, zoom, ty, cell, cell_y, of_rows)
    fill_splines(phase_x, centre_x, zoom, tx, cell, cell_x, of_columns)
    vectors, shares = work.vectors, work.shares
    from_y, from_x, columns = work.row[0], work.row[1], work.row[2]
    flat, corners = work.padded.reshape(-1), work.corners
    pad, far = np.float32(PAD), np.float32(PADDED - 1.01)
    for x in range(WIDE):
        columns[x] = centre_x + zoom * (in_cell(x, cell, cell_x) - tx) - MIDDLE
    for y in range(SIDE):
        for j in range(2 * GRID):
            total = ZERO
            for i in range(GRID):
                total += of_rows[i, y] * vectors[i, j]
            shares[j] = total
        dy = centre_y + zoom * (in_cell(y, cell, cell_y) - ty) - MIDDLE
        start_y = cy + pad + yy * dy
        start_x = cx + pad + xy * dy
        for x in range(WIDE):
            v, u = start_y + yx * columns[x], start_x + xx * columns[x]
            for j in range(GRID):
                v += shares[j] * of_columns[j, x]
                u += shares[GRID + j] * of_columns[j, x]
            from_y[x], from_x[x] = v, u
        # Separate loops: all but the last, which fetches, are vectorised, 16 pixels at a time.
        for x in range(WIDE):
            v = min(max(from_y[x], ZERO), far)
            u = min(max(from_x[x], ZERO), far)
            first_y, first_x = np.int32(v), np.int32(u)
            from_y[x], from_x[x] = v - np.float32(first_y), u - np.float32(first_x)
            corners[x] = first_y * np.int32(PADDED) + first_x
        out = work.new[y]
        for x in range(SIDE):
            at, fy, fx = np.uint32(corners[x]), from_y[x], from_x[x]
            low = at + np.uint32(PADDED)
            above = flat[at] + fx * (flat[at + np.uint32(1)] - flat[at])
            below = flat[low] + fx * (flat[low + np.uint32(1)] - flat[low])
            out[x] = above + fy * (below - above)
