"""Random non-digits: half digits, pairs, letters, marks, strokes, smudges, empty images.

A network trained on digits alone takes anything for a digit. A reader that tries segmentations
needs a network that rejects non-digits (Liu, Sako & Fujisawa 2004).
"""

import math

import numpy as np

from digitwise.compiled import finite_kernel
from digitwise.data import chance
from digitwise.data.canvas import AGAIN, ANEW, HALF, IN_PLACE, ONE, SIDE, TWO, ZERO, take
from digitwise.data.chance import spread, uniform
from digitwise.data.deform_kernel import draw
from digitwise.data.pen_kernel import choose_pen, write

# Cumulative shares of each kind; the rest are empty images.
HALVES, PAIRS, LETTERS, MARKS, STROKES, SMUDGES = 0.53, 0.73, 0.82, 0.92, 0.965, 0.985

CURVE = 16  # straight pieces of a curve


@finite_kernel
def draw_non_digit(key, digit, other, glyphs, ranges, work):
    """Draw a non-digit into `work.old`, perhaps from two digits, uint8 (28, 28).

    Returns the framing that it needs: see `draw`.
    """
    old = work.old
    kind = uniform(key, chance.KIND)
    if kind < HALVES:
        take(digit, work)
        # Deformed before it is cut, so that the cut stays straight, as a reader's cuts are.
        draw(key, ranges, AGAIN, work)
        half(key, work.new, old)
        return ANEW if uniform(key, chance.COUNT) < np.float32(0.7) else IN_PLACE
    if kind < PAIRS:
        pair(key, digit, other, old)
        return ANEW
    old[:] = 0
    if kind < LETTERS:
        width = np.float32(12) + np.float32(8) * uniform(key, chance.TALL)
        letters = glyphs.letters
        glyph(key, letters[int(uniform(key, chance.LETTER) * len(letters))], width, old)
        return ANEW
    if kind < MARKS:
        which = int(uniform(key, chance.LETTER) * np.float32(len(glyphs.mark_starts) - 1))
        begin, end = glyphs.mark_starts[which], glyphs.mark_starts[which + 1]
        write(choose_pen(key), glyphs.mark_points, glyphs.mark_stroke_starts, begin, end, old)
        return ANEW
    if kind < STROKES:
        strokes(key, old)
        return ANEW
    if kind < SMUDGES:
        smudge(key, old)
    return IN_PLACE


@finite_kernel
def glyph(key, pieces, width, old):
    """Draw a letter 19 pixels high, with a pen of random width."""
    pen = np.float32(0.6) + np.float32(1.4) * uniform(key, chance.WIDTH)
    for piece in range(len(pieces)):
        y0, x0, y1, x1 = pieces[piece]
        stroke(
            np.float32(4) + np.float32(19) * y0, np.float32(14) + width * (x0 - HALF),
            np.float32(4) + np.float32(19) * y1, np.float32(14) + width * (x1 - HALF), pen, old,
        )  # fmt: skip


@finite_kernel
def half(key, digit, old):
    """Keep the left, right, upper or lower part of a digit, real (28, 28), cut straight."""
    side = uniform(key, chance.SIDE_OF)
    top, bottom, left, right = extent(digit, np.float32(0.25))
    share = np.float32(0.33) + np.float32(0.32) * uniform(key, chance.CUT)
    slope = np.float32(0.15) * max(ZERO, TWO * abs(spread(key, chance.SLOPE)) - ONE)
    slope = slope if spread(key, chance.SLOPE) > ZERO else -slope  # 0 in half of all cases
    cut_x = np.float32(left) + share * np.float32(right - left + 1) - HALF
    cut_y = np.float32(top) + share * np.float32(bottom - top + 1) - HALF
    for y in range(SIDE):
        for x in range(SIDE):
            beyond_x = np.float32(x) - cut_x + slope * (np.float32(y) - np.float32(14))
            beyond_y = np.float32(y) - cut_y + slope * (np.float32(x) - np.float32(14))
            if side < np.float32(0.28):  # right halves are more common: they resemble digits more
                left_over = -beyond_x
            elif side < np.float32(0.7):
                left_over = beyond_x
            elif side < np.float32(0.85):
                left_over = -beyond_y
            else:
                left_over = beyond_y
            inside = min(max(left_over + HALF, ZERO), ONE)
            old[y, x] = digit[y, x] * inside


@finite_kernel
def extent(digit, level):
    """Return the first and the last row and column with ink above a level."""
    top, bottom, left, right = SIDE, -1, SIDE, -1
    for y in range(SIDE):
        for x in range(SIDE):
            if digit[y, x] > level:
                top, bottom = min(top, y), max(bottom, y)
                left, right = min(left, x), max(right, x)
    if bottom < 0:
        return 0, SIDE - 1, 0, SIDE - 1
    return top, bottom, left, right


@finite_kernel
def pair(key, one, other, old):
    """Draw two narrowed digits side by side in one box."""
    old[:] = 0
    gap = np.float32(1.0) + np.float32(2.5) * spread(key, chance.GAP)
    # Height of the pair in a box of 20 pixels; a lower pair is squeezed less.
    height = np.float32(12) + np.float32(8) * uniform(key, chance.TALL)
    from_top, from_bottom, from_left, from_right = extent(one, 64)
    to_top, to_bottom, to_left, to_right = extent(other, 64)
    width_1 = np.float32(from_right - from_left + 1)
    width_2 = np.float32(to_right - to_left + 1)
    room = np.float32(20) - gap
    share = width_1 / (width_1 + width_2)
    own = max(room * share, np.float32(3))
    others = max(room * (ONE - share), np.float32(3))
    left = np.float32(3.5)
    lower = np.float32(2) * spread(key, chance.SLOPE)
    middle = np.float32(13.5)
    scale_y = np.float32(20) / height
    paste(one, middle - lower, left, own, width_1, from_left, from_top, from_bottom, scale_y, old)
    paste(
        other, middle + lower, left + own + gap, others, width_2, to_left, to_top, to_bottom,
        scale_y, old,
    )  # fmt: skip


@finite_kernel
def paste(digit, centre_y, left, width, old_width, old_left, old_top, old_bottom, scale_y, old):
    """Draw a digit at another size, by bilinear interpolation."""
    byte = np.float32(1 / 255)
    middle = HALF * np.float32(old_top + old_bottom)
    scale_x = old_width / width
    for y in range(SIDE):
        v = middle + (np.float32(y) - centre_y) * scale_y
        for x in range(SIDE):
            u = np.float32(old_left) - HALF + (np.float32(x) + HALF - left) * scale_x
            if ZERO <= v < np.float32(SIDE - 1) and ZERO <= u < np.float32(SIDE - 1):
                i, j = int(v), int(u)
                fy, fx = v - np.float32(i), u - np.float32(j)
                above = (ONE - fx) * np.float32(digit[i, j]) + fx * np.float32(digit[i, j + 1])
                below = (ONE - fx) * np.float32(digit[i + 1, j]) + fx * np.float32(
                    digit[i + 1, j + 1]
                )
                ink = byte * ((ONE - fy) * above + fy * below)
                inside = -ONE < np.float32(x) - left < width
                old[y, x] = max(old[y, x], ink if inside else ZERO)


@finite_kernel
def stroke(y0, x0, y1, x1, pen, old):
    """Draw a straight stroke, `pen` pixels wide on either side of its line."""
    dy, dx = y1 - y0, x1 - x0
    length = max(dy * dy + dx * dx, np.float32(1e-6))
    for y in range(SIDE):
        py = np.float32(y) - y0
        for x in range(SIDE):
            px = np.float32(x) - x0
            t = min(max((py * dy + px * dx) / length, ZERO), ONE)
            ey, ex = py - t * dy, px - t * dx
            ink = pen + HALF - np.float32(math.sqrt(ey * ey + ex * ex))
            old[y, x] = max(old[y, x], min(max(ink, ZERO), ONE))


@finite_kernel
def strokes(key, old):
    """Draw one to three quadratic curves at random; a single one is never upright, like a 1."""
    pen = np.float32(0.5) + np.float32(1.5) * uniform(key, chance.WIDTH)
    count = 1 + int(uniform(key, chance.COUNT) * np.float32(3))
    for number in range(count):
        at = chance.POINTS + 6 * number
        y0, x0 = place(key, at), place(key, at + 1)
        y1, x1 = place(key, at + 2), place(key, at + 3)
        y2, x2 = place(key, at + 4), place(key, at + 5)
        if count == 1 and abs(y2 - y0) > HALF * abs(x2 - x0):
            y0, x0, y2, x2 = x0, y0, x2, y2  # made horizontal: an upright stroke is a 1
            if abs(y2 - y0) > HALF * abs(x2 - x0):
                y2 = y0 + np.float32(0.3) * (y2 - y0)
        before_y, before_x = y0, x0
        for piece in range(1, CURVE + 1):
            t = np.float32(piece) / np.float32(CURVE)
            u = ONE - t
            y = u * u * y0 + TWO * u * t * y1 + t * t * y2
            x = u * u * x0 + TWO * u * t * x1 + t * t * x2
            stroke(before_y, before_x, y, x, pen, old)
            before_y, before_x = y, x


@finite_kernel
def place(key, number):
    """Return a random coordinate from 4 to 24."""
    return np.float32(4) + np.float32(20) * uniform(key, number)


@finite_kernel
def smudge(key, old):
    """Draw one to five soft blots."""
    count = 1 + int(uniform(key, chance.COUNT) * np.float32(5))
    for number in range(count):
        at = chance.POINTS + 4 * number
        cy, cx = place(key, at), place(key, at + 1)
        across = np.float32(1) + np.float32(5) * uniform(key, at + 2)
        along = across * (ONE + TWO * uniform(key, at + 3))
        for y in range(SIDE):
            for x in range(SIDE):
                far_y, far_x = (np.float32(y) - cy) / across, (np.float32(x) - cx) / along
                ink = np.float32(1.3) - far_y * far_y - far_x * far_x
                old[y, x] = max(old[y, x], min(max(ink, ZERO), ONE))
