"""The kernel behind `deform`: an image is bent, rotated, stretched and framed again.

Each pixel of the new image is fetched from a place in the old one (`resample_kernel`). A first
drawing locates the ink; the second frames it as MNIST does. So the ink is interpolated only once.
"""

import math

import numpy as np

from digitwise.compiled import finite_kernel
from digitwise.data import chance
from digitwise.data.canvas import (
    AGAIN,
    BEFORE,
    BOX,
    HALF,
    IN_PLACE,
    LIFT,
    MIDDLE,
    ONE,
    PAD,
    SIDE,
    TWO,
    USUAL,
    WIDE,
    ZERO,
    measure,
)  # fmt: skip
from digitwise.data.chance import spread, uniform
from digitwise.data.resample_kernel import sample

MOST_STRETCH = np.float32(3)  # maximum height over width; a 1 stretched to a square is a blot


@finite_kernel
def draw(key, ranges, framing, work):
    """Draw an example's image from `work.old` into `work.new`.

    `framing` is IN_PLACE (the ink stays in its place), AGAIN (it is framed at its old size), or
    ANEW (it is framed at the size of MNIST's digits).
    """
    old, new = work.old, work.new
    old_y, old_x, top, bottom, left, right = measure(old, work.row)
    old_side = max(bottom - top, right - left)
    if old_side <= ZERO:
        new[:] = old
        return
    thickness = spread(key, chance.THICKNESS)
    put(thickness * (ranges.thicker if thickness > ZERO else ranges.thinner), work)
    cell = ONE
    if ranges.cells > ZERO:
        cell = max(ONE, ONE + (ranges.cells - ONE) * (TWO * uniform(key, chance.CELL) - ONE))
        if cell > ONE:
            blur(work)

    angle = spread(key, chance.ROTATION) * ranges.rotation
    cosine, sine = np.float32(math.cos(angle)), np.float32(math.sin(angle))
    shear = np.float32(math.tan(spread(key, chance.SLANT) * ranges.slant))
    wide = np.float32(math.exp(HALF * ranges.aspect * spread(key, chance.ASPECT)))
    if uniform(key, chance.STRETCH) < ranges.stretch:
        wide *= stretched(key, bottom - top, right - left)
    # (y, x) of the old image = turn(stretch(slant((y, x) of the new one)))
    yy, yx = cosine * wide + sine * shear / wide, sine / wide
    xy, xx = -sine * wide + cosine * shear / wide, cosine / wide
    amplitude = ranges.elastic * LIFT * uniform(key, chance.ELASTIC)
    vectors = work.vectors.reshape(-1)
    for number in range(len(vectors)):
        vectors[number] = amplitude * spread(key, chance.VECTORS + number)
    phase_y = BEFORE + np.float32(4) * spread(key, chance.PHASE_Y)
    phase_x = BEFORE + np.float32(4) * spread(key, chance.PHASE_X)
    places = (old_y, old_x, yy, yx, xy, xx, phase_y, phase_x)

    sample(work, places, (MIDDLE, MIDDLE, ONE, MIDDLE, MIDDLE), (ONE, ZERO, ZERO))
    cy, cx, top, bottom, left, right = measure(new, work.row)
    side = max(bottom - top, right - left)
    if side <= ZERO:
        return
    zoom, ty, tx = ONE, old_y, old_x
    if framing != IN_PLACE:
        # The longer side gets the wanted length and begins between two pixels; the centre of mass
        # lies up to a pixel past the middle.
        wanted = old_side if framing == AGAIN else USUAL
        zoom = side / wanted
        margin = HALF * (BOX - wanted)
        ty, tx = MIDDLE + uniform(key, chance.FRACTION_Y), MIDDLE + uniform(key, chance.FRACTION_X)
        if bottom - top >= right - left:
            edge = ty + (top - cy) / zoom - margin + HALF
            ty -= edge - np.float32(math.floor(edge + HALF))
        else:
            edge = tx + (left - cx) / zoom - margin + HALF
            tx -= edge - np.float32(math.floor(edge + HALF))
    zoom *= np.float32(math.exp(ranges.scale * spread(key, chance.SCALE)))
    ty += ranges.shift * spread(key, chance.SHIFT_Y)
    tx += ranges.shift * spread(key, chance.SHIFT_X)
    cells = (cell, uniform(key, chance.CELL_Y), uniform(key, chance.CELL_X))
    sample(work, places, (cy, cx, zoom, ty, tx), cells)


@finite_kernel
def stretched(key, height, width):
    """Return the factor by which a digit is stretched to make its box a square, or nearly.

    Sets of low resolution stretch the digit's box to their square (USPS, Semeion).
    """
    ratio = min(max(height / max(width, ONE), ONE / MOST_STRETCH), MOST_STRETCH)
    amount = HALF + HALF * uniform(key, chance.STRETCHED)
    return np.float32(math.exp(HALF * amount * np.float32(math.log(ratio))))


@finite_kernel
def put(thickness, work):
    """Copy the old image into the padded one; change its pen width by `thickness` pixels."""
    padded, spare = work.padded, work.spare
    padded[:] = 0
    padded[PAD : PAD + SIDE, PAD : PAD + WIDE] = work.old
    # Mixing in a share of the neighbours' maximum (or minimum) moves an edge by that share of 1 px.
    left = HALF * abs(thickness)
    while left > ZERO:
        share = min(left, ONE)
        left -= share
        spare[:] = padded
        for y in range(PAD - 2, PAD + SIDE + 2):
            above, here, below, out = spare[y - 1], spare[y], spare[y + 1], padded[y]
            if thickness > ZERO:
                for x in range(PAD - 2, PAD - 2 + WIDE):
                    most = max(max(here[x - 1], here[x + 1]), max(above[x], below[x]))
                    out[x] = here[x] + share * (max(most, here[x]) - here[x])
            else:
                for x in range(PAD - 2, PAD - 2 + WIDE):
                    least = min(min(here[x - 1], here[x + 1]), min(above[x], below[x]))
                    out[x] = here[x] + share * (min(least, here[x]) - here[x])


@finite_kernel
def blur(work):
    """Blur each pixel with its neighbours, 1 : 2 : 1, as a coarse camera does."""
    padded, spare = work.padded, work.spare
    quarter = np.float32(0.25)
    for y in range(PAD - 2, PAD + SIDE + 2):
        above, here, below, out = padded[y - 1], padded[y], padded[y + 1], spare[y]
        for x in range(PAD - 3, PAD + SIDE + 3):
            out[x] = quarter * (above[x] + below[x]) + HALF * here[x]
    for y in range(PAD - 2, PAD + SIDE + 2):
        here, out = spare[y], padded[y]
        for x in range(PAD - 2, PAD - 2 + WIDE):
            out[x] = quarter * (here[x - 1] + here[x + 1]) + HALF * here[x]
