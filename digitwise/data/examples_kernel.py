"""Kernel that draws examples of the endless training set: deformed digits and non-digits."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from digitwise.compiled import finite_kernel
from digitwise.data import chance
from digitwise.data.canvas import AGAIN, ANEW, HALF, ONE, ZERO, Ranges, store, take
from digitwise.data.chance import key_of, uniform
from digitwise.data.deform_kernel import draw
from digitwise.data.digits import NO_DIGIT
from digitwise.data.non_digit_kernel import HALVES, LETTERS, MARKS, draw_non_digit
from digitwise.data.pen_kernel import choose_pen, write


class Pen(NamedTuple):
    """Strokes of the digits that examples are drawn from: see `digitwise.data.strokes`."""

    points: npt.NDArray[np.float32]
    stroke_starts: npt.NDArray[np.int64]
    first: npt.NDArray[np.int64]  # index of each example's first stroke
    last: npt.NDArray[np.int64]  # index after its last stroke


class Glyphs(NamedTuple):
    """Letters, forms and marks to draw: see `glyphs`, `forms` and `marks` of `digitwise.data`."""

    letters: npt.NDArray[np.float32]
    form_points: npt.NDArray[np.float32]
    form_stroke_starts: npt.NDArray[np.int64]
    form_starts: npt.NDArray[np.int64]
    first_forms: npt.NDArray[np.int64]  # index of each digit's first form, and the end
    mark_points: npt.NDArray[np.float32]
    mark_stroke_starts: npt.NDArray[np.int64]
    mark_starts: npt.NDArray[np.int64]


@finite_kernel
def pick_others(seed, first, count, n):
    """Choose a second of n digits for each example, in case it becomes a pair: int64 (count,)."""
    others = np.empty(count, np.int64)
    for k in range(count):
        others[k] = int(np.float64(uniform(key_of(seed, first + k), chance.OTHER)) * n)
    return others


@finite_kernel
def draw_examples(
    own, others, strokes, seed, first, ranges, non_digits, glyphs, work, images, labels
):
    """Draw `images[k]` from `own[k]` as example `first` + k.

    A share of about `non_digits` become non-digits; their label becomes 10.
    """
    still = Ranges(
        ZERO, ZERO, ZERO, ZERO, ZERO, ZERO, ranges.shift, ranges.scale, ranges.cells,
        ranges.contrast, ranges.noise, ZERO, ZERO, ZERO,
    )  # fmt: skip
    # A random pen's width is not changed further; large coarse pixels would break up a fine one.
    penned = Ranges(
        ranges.rotation, ranges.slant, ranges.aspect, ranges.elastic, ZERO, ZERO, ranges.shift,
        ranges.scale, max(ONE, HALF * ranges.cells), ranges.contrast, ranges.noise, ZERO, ZERO,
        ranges.stretch,
    )  # fmt: skip
    for k in range(len(own)):
        key = key_of(seed, first + k)
        framing, moves = AGAIN, ranges
        if uniform(key, chance.NON_DIGIT) < non_digits:
            framing = draw_non_digit(key, own[k], others[k], glyphs, ranges, work)
            kind = uniform(key, chance.KIND)
            moves = still if kind < HALVES else penned if LETTERS <= kind < MARKS else ranges
            labels[k] = NO_DIGIT
        elif uniform(key, chance.FORM) < ranges.forms and labels[k] < NO_DIGIT:
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
def draw_form(key, glyphs, label, work):
    """Draw a random form of a digit into `work.old`."""
    first = glyphs.first_forms[label]
    count = np.float32(glyphs.first_forms[label + 1] - first)
    which = first + int(uniform(key, chance.WHICH) * count)
    begin, end = glyphs.form_starts[which], glyphs.form_starts[which + 1]
    write(choose_pen(key), glyphs.form_points, glyphs.form_stroke_starts, begin, end, work.old)
