"""The kernel behind `deform`: an image drawn anew, its strokes bent, turned and framed again.

Every pixel of the new image asks where in the old one its ink comes from. The answer is an affine
map plus a smooth random displacement (elastic deformation; Simard, Steinkraus & Platt 2003): a
cubic B-spline over a coarse grid of random vectors, which looks like noise smoothed by a Gaussian
and costs a few products a pixel instead of hundreds. A first drawing shows where the ink comes to
lie; the second one frames it as MNIST does. The ink itself is interpolated only once.

Images are float32 (28, 28), 0 paper to 1 ink; coordinates (y, x), 0 in the middle of the first
pixel.
"""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from digitwise.compiled import loose_kernel
from digitwise.data.chance import spread, uniform
from digitwise.neurons import Floats

SIDE = 28
PAD = 10  # of paper around the old image
PADDED = SIDE + 2 * PAD
WIDE = 32  # SIDE, in whole registers
MIDDLE = np.float32(13.5)
BOX = np.float32(20)
USUAL = np.float32(19.2)  # what `measure` makes of it, mostly
IN_PLACE, AGAIN, ANEW = range(3)
SOLID = np.float32(0.3)  # of full ink, from which a pixel counts as stroke
FAINT = np.float32(0.1)  # of full ink, up to which interpolation's blur is taken away again

GRID = 8  # random vectors along each axis
STEP = np.float32(8)  # pixels between them: about as smooth as a Gaussian of σ = 4.6
BEFORE = np.float32(14)  # pixels from the first vector to the image, ±4
LIFT = np.float32(3.6)  # 1 / standard deviation of the spline through vectors uniform in [-1, 1)

# Numbers of an example's random numbers; the vectors have 64 to 191, the noise 1000 and more.
(
    ROTATION, SLANT, ASPECT, ELASTIC, PHASE_Y, PHASE_X, THICKNESS,
    FRACTION_Y, FRACTION_X, SHIFT_Y, SHIFT_X, SCALE, CELL, CELL_Y, CELL_X, CONTRAST, NOISE,
) = range(17)  # fmt: skip
VECTORS = 64
GRAIN = 1000

ZERO, ONE, TWO, HALF = (np.float32(v) for v in (0, 1, 2, 0.5))


class Ranges(NamedTuple):
    """How far deformations go, float32: `Deformation`, with angles in radians."""

    rotation: np.float32
    slant: np.float32
    aspect: np.float32
    elastic: np.float32
    thinner: np.float32
    thicker: np.float32
    shift: np.float32
    scale: np.float32
    cells: np.float32
    contrast: np.float32
    noise: np.float32


class Work(NamedTuple):
    """Room for what is in between, float32; one for each thread."""

    old: Floats  # (SIDE, SIDE)
    new: Floats  # (SIDE, SIDE): also the first drawing
    padded: Floats  # (PADDED, PADDED): the old image amid paper
    spare: Floats  # (PADDED, PADDED)
    vectors: Floats  # (GRID, 2 GRID): for every line of the grid, all y, then all x
    shares: Floats  # (2 GRID,)
    splines: Floats  # (2, GRID, WIDE): of the rows, of the columns
    row: Floats  # (4, WIDE)
    corners: npt.NDArray[np.int32]  # (WIDE,)


def make_work() -> Work:
    """Return room for one thread."""
    return Work(
        old=np.zeros((SIDE, SIDE), np.float32),
        new=np.zeros((SIDE, SIDE), np.float32),
        padded=np.zeros((PADDED, PADDED), np.float32),
        spare=np.zeros((PADDED, PADDED), np.float32),
        vectors=np.zeros((GRID, 2 * GRID), np.float32),
        shares=np.zeros(2 * GRID, np.float32),
        splines=np.zeros((2, GRID, WIDE), np.float32),
        row=np.zeros((4, WIDE), np.float32),
        corners=np.zeros(WIDE, np.int32),
    )


@loose_kernel
def draw(key, ranges, framing, work):
    """Draw an example's image from `work.old` into `work.new`.

    `framing` says where it comes to lie: where it is (IN_PLACE), framed as it was (AGAIN), or as
    large as MNIST frames a digit, however small it was (ANEW).
    """
    old, new = work.old, work.new
    old_y, old_x, top, bottom, left, right = measure(old, work.row)
    old_side = max(bottom - top, right - left)
    if old_side <= ZERO:
        new[:] = old
        return
    thickness = spread(key, THICKNESS)
    put(thickness * (ranges.thicker if thickness > ZERO else ranges.thinner), work)
    cell = ONE
    if ranges.cells > ZERO:
        cell = max(ONE, ONE + (ranges.cells - ONE) * (TWO * uniform(key, CELL) - ONE))
        if cell > ONE:
            blur(work)

    angle = spread(key, ROTATION) * ranges.rotation
    cosine, sine = np.float32(math.cos(angle)), np.float32(math.sin(angle))
    shear = np.float32(math.tan(spread(key, SLANT) * ranges.slant))
    wide = np.float32(math.exp(HALF * ranges.aspect * spread(key, ASPECT)))
    # (y, x) of the old image = turn(stretch(slant((y, x) of the new one)))
    yy, yx = cosine * wide + sine * shear / wide, sine / wide
    xy, xx = -sine * wide + cosine * shear / wide, cosine / wide
    amplitude = ranges.elastic * LIFT * uniform(key, ELASTIC)
    vectors = work.vectors.reshape(-1)
    for number in range(len(vectors)):
        vectors[number] = amplitude * spread(key, VECTORS + number)
    phase_y = BEFORE + np.float32(4) * spread(key, PHASE_Y)
    phase_x = BEFORE + np.float32(4) * spread(key, PHASE_X)
    places = (old_y, old_x, yy, yx, xy, xx, phase_y, phase_x)

    sample(work, places, (MIDDLE, MIDDLE, ONE, MIDDLE, MIDDLE), (ONE, ZERO, ZERO))
    cy, cx, top, bottom, left, right = measure(new, work.row)
    side = max(bottom - top, right - left)
    if side <= ZERO:
        return
    zoom, ty, tx = ONE, old_y, old_x
    if framing != IN_PLACE:
        # The longer side is made as long as it was, and begins between two pixels; the centre of
        # mass comes to lie up to a pixel past the middle.
        wanted = old_side if framing == AGAIN else USUAL
        zoom = side / wanted
        margin = HALF * (BOX - wanted)
        ty, tx = MIDDLE + uniform(key, FRACTION_Y), MIDDLE + uniform(key, FRACTION_X)
        if bottom - top >= right - left:
            edge = ty + (top - cy) / zoom - margin + HALF
            ty -= edge - np.float32(math.floor(edge + HALF))
        else:
            edge = tx + (left - cx) / zoom - margin + HALF
            tx -= edge - np.float32(math.floor(edge + HALF))
    zoom *= np.float32(math.exp(ranges.scale * spread(key, SCALE)))
    ty += ranges.shift * spread(key, SHIFT_Y)
    tx += ranges.shift * spread(key, SHIFT_X)
    cells = (cell, uniform(key, CELL_Y), uniform(key, CELL_X))
    sample(work, places, (cy, cx, zoom, ty, tx), cells)


@loose_kernel
def put(thickness, work):
    """Put the old image amid paper, its strokes wider (> 0) or finer (< 0) by so many pixels."""
    padded, spare = work.padded, work.spare
    padded[:] = 0
    padded[PAD : PAD + SIDE, PAD : PAD + SIDE] = work.old
    # A share in the most (or least) ink of the neighbours moves an edge by as much of a pixel.
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


@loose_kernel
def blur(work):
    """Average each pixel with its neighbours, 1 : 2 : 1, as a coarse camera does."""
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


@loose_kernel
def measure(image, row):
    """Return centre of mass (y, x), and the strokes' top, bottom, left, right, in pixels."""
    columns, weights = row[0], row[1]
    columns[:] = 0
    weights[:] = 0
    mass, moment_y, moment_x = ZERO, ZERO, ZERO
    nowhere = np.float32(-9)
    top, bottom, left, right = nowhere, nowhere, nowhere, nowhere
    before = ZERO
    for y in range(SIDE):
        line = image[y]
        peak, total = ZERO, ZERO
        for x in range(SIDE):
            peak = max(peak, line[x])
            columns[x] = max(columns[x], line[x])
            weights[x] += line[x]
        for x in range(SIDE):
            total += line[x]
        mass += total
        moment_y += np.float32(y) * total
        if peak >= SOLID:
            if top == nowhere:
                top = np.float32(y) - (peak - SOLID) / (peak - before)
            bottom = np.float32(y)
        elif before >= SOLID:
            bottom = np.float32(y) - (SOLID - peak) / (before - peak)
        before = peak
    before = ZERO
    for x in range(SIDE):
        moment_x += np.float32(x) * weights[x]
        peak = columns[x]
        if peak >= SOLID:
            if left == nowhere:
                left = np.float32(x) - (peak - SOLID) / (peak - before)
            right = np.float32(x)
        elif before >= SOLID:
            right = np.float32(x) - (SOLID - peak) / (before - peak)
        before = peak
    if mass == ZERO:
        mass = ONE
    return moment_y / mass, moment_x / mass, top, bottom, left, right


@loose_kernel
def in_cell(i, cell, phase):
    """Where a new pixel's ink is fetched: at the middle of the coarse pixel that it lies in."""
    at = np.float32(i)
    if cell > ONE:
        at = (np.float32(math.floor(at / cell + phase)) - phase + HALF) * cell - HALF
    return at


@loose_kernel
def fill_splines(phase, centre, zoom, target, cell, cell_phase, splines):
    """Compute what each of the grid's lines counts at each of the new pixels, (GRID, WIDE)."""
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


@loose_kernel
def sample(work, places, framing, cells):
    """Fetch the new image's ink from the old one amid paper, by bilinear interpolation."""
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
        # Apart from the fetching, which is not, all of this is done for 16 pixels at a time.
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


@loose_kernel
def take(image, work):
    """Put a stored image into `work.old`."""
    byte = np.float32(1 / 255)
    old = work.old
    for y in range(SIDE):
        for x in range(SIDE):
            old[y, x] = byte * np.float32(image[y, x])


@loose_kernel
def store(key, ranges, work, image):
    """Turn `work.new` into bytes, its darkest 255; with noise, if wanted, where there is ink."""
    new = work.new
    amount = ranges.noise * uniform(key, NOISE)
    if amount > ZERO:
        for y in range(SIDE):
            for x in range(SIDE):
                grain = amount * spread(key, GRAIN + SIDE * y + x)
                new[y, x] += grain if new[y, x] > FAINT else ZERO
    peak = ZERO
    for y in range(SIDE):
        for x in range(SIDE):
            peak = max(peak, new[y, x])
    # Interpolation blurs: the faintest ink goes, the strongest is black again.
    peak = max(peak, SOLID)
    faint = min(max(FAINT + ranges.contrast * spread(key, CONTRAST), ZERO), np.float32(0.4) * peak)
    gain = np.float32(255) / (peak - TWO * faint)
    for y in range(SIDE):
        for x in range(SIDE):
            value = (new[y, x] - faint) * gain + HALF
            image[y, x] = np.uint8(min(max(value, ZERO), np.float32(255)))
