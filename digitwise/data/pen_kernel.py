"""Kernels that draw pen strokes as ink, with pens of random width, edge and pressure."""

import math

import numpy as np

from digitwise.compiled import finite_kernel
from digitwise.data import chance
from digitwise.data.canvas import ANEW, HALF, MIDDLE, ONE, SIDE, TWO, ZERO, Ranges, store
from digitwise.data.chance import uniform
from digitwise.data.deform_kernel import draw

LONGER_SIDE_PX = np.float32(18)  # longer side of a digit's box, without the pen width
TURN = np.float32(2 * math.pi)  # radians
NEAR_PX = np.float32(0.35)  # points nearer to the last drawn point are skipped

# A pen is (half its width in px, width of its edge in px, variation of pressure, number of its
# waves and their phase, flatness of the nib, its angle, paling of the ink along a stroke).
PLAIN_PEN = (
    np.float32(1.3), np.float32(1.2), ZERO, ONE, ZERO, ZERO, ZERO, ZERO,
)  # fmt: skip


@finite_kernel
def choose_pen(key):
    """Choose a random pen: 0.8 to 4 px wide, hard or soft, with a round or a flat nib."""
    half = np.float32(0.4) * np.float32(math.exp(np.float32(1.6) * uniform(key, chance.PEN_WIDTH)))
    edge = np.float32(0.7) + np.float32(0.9) * uniform(key, chance.PEN_EDGE)
    pressure = np.float32(0.45) * uniform(key, chance.PEN_PRESSURE)
    waves = np.float32(0.5) + TWO * uniform(key, chance.PEN_WAVES)
    phase = TURN * uniform(key, chance.PEN_PHASE)
    # Most pens are round.
    nib = max(ZERO, np.float32(0.9) * uniform(key, chance.PEN_NIB) - np.float32(0.4))
    angle = TURN * uniform(key, chance.PEN_ANGLE)
    paling = max(ZERO, np.float32(1.2) * uniform(key, chance.PEN_PALING) - np.float32(0.6))
    return half, edge, pressure, waves, phase, nib, angle, paling


@finite_kernel
def write(pen, points, stroke_starts, first, last, old):
    """Draw strokes `first` to `last` - 1 into `old`, centred, LONGER_SIDE_PX large."""
    old[:] = 0
    begin, end = stroke_starts[first], stroke_starts[last]
    if begin == end:
        return
    left, top = points[begin]
    right, bottom = left, top
    for i in range(begin, end):
        left, right = min(left, points[i, 0]), max(right, points[i, 0])
        top, bottom = min(top, points[i, 1]), max(bottom, points[i, 1])
    scale = LONGER_SIDE_PX / max(max(right - left, bottom - top), np.float32(1e-6))
    middle_x, middle_y = HALF * (left + right), HALF * (top + bottom)
    way = ZERO
    for stroke in range(first, last):
        at, until = stroke_starts[stroke], stroke_starts[stroke + 1]
        x0 = MIDDLE + scale * (points[at, 0] - middle_x)
        y0 = MIDDLE + scale * (points[at, 1] - middle_y)
        if until == at + 1:
            line(pen, x0, y0, x0, y0, way, old)
        for i in range(at + 1, until):
            x1 = MIDDLE + scale * (points[i, 0] - middle_x)
            y1 = MIDDLE + scale * (points[i, 1] - middle_y)
            far = abs(x1 - x0) + abs(y1 - y0)
            if far < NEAR_PX and i < until - 1:
                continue
            line(pen, x0, y0, x1, y1, way, old)
            way += far
            x0, y0 = x1, y1


@finite_kernel
def line(pen, x0, y0, x1, y1, way, old):
    """Draw a straight line that begins `way` px along the digit's path; darker ink stays."""
    half, edge, pressure, waves, phase, nib, angle, paling = pen
    dx, dy = x1 - x0, y1 - y0
    wave = np.float32(math.sin(phase + waves * TURN * way / np.float32(40)))
    half = half * (ONE + pressure * wave)
    if nib > ZERO:
        across = TWO * (np.float32(math.atan2(dy, dx)) - angle)
        half = half * (ONE + nib * np.float32(math.cos(across)))
    half = max(half, np.float32(0.3))
    dark = ONE - paling * HALF * (ONE + np.float32(math.sin(phase + way / np.float32(9))))
    reach = half + HALF * edge
    length = max(dx * dx + dy * dy, np.float32(1e-6))
    first_x = int(max(min(x0, x1) - reach + ONE, ZERO))
    last_x = int(min(max(x0, x1) + reach, np.float32(SIDE - 1)))
    first_y = int(max(min(y0, y1) - reach + ONE, ZERO))
    last_y = int(min(max(y0, y1) + reach, np.float32(SIDE - 1)))
    for y in range(first_y, last_y + 1):
        from_y = np.float32(y) - y0
        for x in range(first_x, last_x + 1):
            from_x = np.float32(x) - x0
            t = min(max((from_x * dx + from_y * dy) / length, ZERO), ONE)
            off_x, off_y = from_x - t * dx, from_y - t * dy
            away = np.float32(math.sqrt(off_x * off_x + off_y * off_y))
            ink = dark * min(max((reach - away) / edge, ZERO), ONE)
            old[y, x] = max(old[y, x], ink)


@finite_kernel
def draw_plain(points, stroke_starts, digit_starts, work, images):
    """Draw all digits with the plain pen into `images`, uint8 (n, 28, 28)."""
    still = Ranges(
        ZERO, ZERO, ZERO, ZERO, ZERO, ZERO, ZERO, ZERO, ZERO, ZERO, ZERO, ZERO, ZERO, ZERO,
    )  # fmt: skip
    for i in range(len(images)):
        write(PLAIN_PEN, points, stroke_starts, digit_starts[i], digit_starts[i + 1], work.old)
        draw(np.uint64(0), still, ANEW, work)
        store(np.uint64(0), still, work, images[i])
