"""Examples of the endless training set, compiled: digits deformed, and what is none in between."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from digitwise.compiled import finite_kernel
from digitwise.data import chance
from digitwise.data.canvas import AGAIN, ANEW, HALF, ONE, ZERO, Ranges, store, take
from digitwise.data.chance import key_of, uniform
from digitwise.data.deform_kernel import draw
from digitwise.data.digits import NO_DIGIT
from digitwise.data.non_digit_kernel import HALVES, draw_non_digit
from digitwise.data.pen_kernel import choose_pen, write


class Pen(NamedTuple):
    """Strokes of the digits that examples are drawn from: see `digitwise.data.strokes`."""

    points: npt.NDArray[np.float32]
    stroke_starts: npt.NDArray[np.int64]
    first: npt.NDArray[np.int64]  # stroke of each example
    last: npt.NDArray[np.int64]  # and the one after its last


class Glyphs(NamedTuple):
    """Signs to draw: see `digitwise.data.glyphs`."""

    letters: npt.NDArray[np.float32]
    points: npt.NDArray[np.float32]  # of drawn forms of digits, as in `digitwise.data.forms`
    stroke_starts: npt.NDArray[np.int64]
    member_starts: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]


@finite_kernel
def pick_others(seed, first, count, n):
    """Choose another of n digits for each example: the second of a pair, should it become one."""
    others = np.empty(count, np.int64)
    for k in range(count):
        others[k] = int(np.float64(uniform(key_of(seed, first + k), chance.OTHER)) * n)
    return others


@finite_kernel
def draw_examples(
    own, others, strokes, seed, first, ranges, non_digits, glyphs, work, images, labels
):
    """Draw `images[k]` from `own[k]` as example `first` + k.

    A share of about `non_digits` become something else; their label becomes 10.
    """
    still = Ranges(
        ZERO, ZERO, ZERO, ZERO, ZERO, ZERO, ranges.shift, ranges.scale, ranges.cells,
        ranges.contrast, ranges.noise, ZERO, ZERO, ZERO,
    )  # fmt: skip
    # A pen that has been chosen is not thickened or thinned; coarse pixels would dot a fine one.
    penned = Ranges(
        ranges.rotation, ranges.slant, ranges.aspect, ranges.elastic, ZERO, ZERO, ranges.shift,
        ranges.scale, max(ONE, HALF * ranges.cells), ranges.contrast, ranges.noise, ZERO, ZERO,
        ranges.stretch,
    )  # fmt: skip
    for k in range(len(own)):
        key = key_of(seed, first + k)
        framing, moves = AGAIN, ranges
        if uniform(key, chance.NON_DIGIT) < non_digits:
            framing = draw_non_digit(key, own[k], others[k], glyphs.letters, ranges, work)
            moves = still if uniform(key, chance.KIND) < HALVES else ranges
            labels[k] = NO_DIGIT
        elif uniform(key, chance.FORM) < ranges.forms and has_forms(glyphs, labels[k]):
            draw_form(key, glyphs, labels[k], work)
            framing, moves = ANEW, penned
        elif strokes.last[k] > strokes.first[k] and uniform(key, chance.PEN) < ranges.pens:
            pen = choose_pen(key)
            points, starts = strokes.points, strokes.stroke_starts
            write(pen, points, starts, strokes.first[k], strokes.last[k], work.old)
            framing, moves = ANEW, penned
        else:
            take(own[k], work)
        draw(key, moves, framing, work)
        store(key, ranges, work, images[k])


@finite_kernel
def has_forms(glyphs, label):
    """Whether there is a drawn form of this digit."""
    return label < NO_DIGIT and glyphs.starts[label + 1] > glyphs.starts[label]


@finite_kernel
def draw_form(key, glyphs, label, work):
    """Draw one of a digit's forms into `work.old`."""
    first, count = glyphs.starts[label], glyphs.starts[label + 1] - glyphs.starts[label]
    which = first + int(uniform(key, chance.WHICH) * np.float32(count))
    begin, end = glyphs.member_starts[which], glyphs.member_starts[which + 1]
    write(choose_pen(key), glyphs.points, glyphs.stroke_starts, begin, end, work.old)
