"""Shared parts of the kernels that draw examples: sizes, scratch buffers, measuring, bytes.

Images are float32 (28, 28), 0 paper to 1 ink; coordinates (y, x), 0 in the middle of the first
pixel.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from digitwise.compiled import finite_kernel
from digitwise.data import chance
from digitwise.data.chance import spread, uniform
from digitwise.neurons import Floats

SIDE = 28  # side of an image, in pixels
PAD = 10  # paper around the old image, in pixels
PADDED = SIDE + 2 * PAD
WIDE = 32  # SIDE, rounded up to whole vector registers
MIDDLE = np.float32(13.5)  # centre of an image, in pixels
BOX = np.float32(20)  # side of the digit's box, in pixels
USUAL = np.float32(19.2)  # side of the box that `measure` returns for most digits, in pixels
IN_PLACE, AGAIN, ANEW = range(3)  # framings: see `draw`
SOLID = np.float32(0.3)  # minimum ink of a stroke's pixel, as a share of full ink
FAINT = np.float32(0.1)  # minimum ink, as a share of full ink; less is blur of interpolation

GRID = 8  # random vectors along each axis
STEP = np.float32(8)  # distance of vectors in pixels: about as smooth as a Gaussian of σ = 4.6
BEFORE = np.float32(14)  # distance of the first vector from the image in pixels, ±4
LIFT = np.float32(3.6)  # 1 / standard deviation of the spline through vectors uniform in [-1, 1)

ZERO, ONE, TWO, HALF = (np.float32(v) for v in (0, 1, 2, 0.5))


class Ranges(NamedTuple):
    """Ranges of a `Deformation`, float32, with angles in radians."""

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
    forms: np.float32
    pens: np.float32
    stretch: np.float32


class Work(NamedTuple):
    """Scratch buffers of one thread, float32."""

    old: Floats  # (SIDE, WIDE): columns from SIDE on stay 0
    new: Floats  # (SIDE, WIDE): also the first drawing
    padded: Floats  # (PADDED, PADDED): the old image with paper around it
    spare: Floats  # (PADDED, PADDED)
    vectors: Floats  # (GRID, 2 GRID): in each row of the grid, all y, then all x
    shares: Floats  # (2 GRID,)
    splines: Floats  # (2, GRID, WIDE): weights of rows, then of columns
    row: Floats  # (4, WIDE)
    corners: npt.NDArray[np.int32]  # (WIDE,)


def make_work() -> Work:
    """Return the scratch buffers of one thread."""
    return Work(
        old=np.zeros((SIDE, WIDE), np.float32),
        new=np.zeros((SIDE, WIDE), np.float32),
        padded=np.zeros((PADDED, PADDED), np.float32),
        spare=np.zeros((PADDED, PADDED), np.float32),
        vectors=np.zeros((GRID, 2 * GRID), np.float32),
        shares=np.zeros(2 * GRID, np.float32),
        splines=np.zeros((2, GRID, WIDE), np.float32),
        row=np.zeros((4, WIDE), np.float32),
        corners=np.zeros(WIDE, np.int32),
    )


@finite_kernel
def measure(image, row):
    """Return centre of mass (y, x), and the strokes' top, bottom, left, right, in pixels."""
    peaks, masses, moments = row[0], row[1], row[2]
    row[:3] = 0
    nowhere = np.float32(-9)
    top, bottom, left, right = nowhere, nowhere, nowhere, nowhere
    before = ZERO
    for y in range(SIDE):
        line = image[y]
        peak, at = ZERO, np.float32(y)
        for x in range(WIDE):
            peak = max(peak, line[x])
            peaks[x] = max(peaks[x], line[x])
            masses[x] += line[x]
            moments[x] += at * line[x]
        if peak >= SOLID:
            if top == nowhere:
                top = at - (peak - SOLID) / (peak - before)
            bottom = at
        elif before >= SOLID:
            bottom = at - (SOLID - peak) / (before - peak)
        before = peak
    mass, moment_y, moment_x = ZERO, ZERO, ZERO
    before = ZERO
    for x in range(SIDE):
        peak, at = peaks[x], np.float32(x)
        mass += masses[x]
        moment_y += moments[x]
        moment_x += at * masses[x]
        if peak >= SOLID:
            if left == nowhere:
                left = at - (peak - SOLID) / (peak - before)
            right = at
        elif before >= SOLID:
            right = at - (SOLID - peak) / (before - peak)
        before = peak
    if mass == ZERO:
        mass = ONE
    return moment_y / mass, moment_x / mass, top, bottom, left, right


@finite_kernel
def take(image, work):
    """Copy a stored image, uint8 (28, 28), into `work.old`."""
    byte = np.float32(1 / 255)
    old = work.old
    for y in range(SIDE):
        for x in range(SIDE):
            old[y, x] = byte * np.float32(image[y, x])


@finite_kernel
def store(key, ranges, work, image):
    """Convert `work.new` to bytes, its strongest ink 255, with noise on the strokes."""
    new = work.new
    amount = ranges.noise * uniform(key, chance.NOISE)
    if amount > ZERO:
        for y in range(SIDE):
            for x in range(SIDE):
                grain = amount * spread(key, chance.GRAIN + SIDE * y + x)
                new[y, x] += grain if new[y, x] > FAINT else ZERO
    peak = ZERO
    for y in range(SIDE):
        for x in range(SIDE):
            peak = max(peak, new[y, x])
    # Interpolation blurs: the faintest ink is removed, the strongest is made full ink again.
    peak = max(peak, SOLID)
    faint = min(
        max(FAINT + ranges.contrast * spread(key, chance.CONTRAST), ZERO), np.float32(0.4) * peak
    )
    gain = np.float32(255) / (peak - TWO * faint)
    for y in range(SIDE):
        for x in range(SIDE):
            value = (new[y, x] - faint) * gain + HALF
            image[y, x] = np.uint8(min(max(value, ZERO), np.float32(255)))
