"""Examples of the endless training set, compiled: digits deformed, and what is none in between."""

import numpy as np

from digitwise.compiled import loose_kernel
from digitwise.data.chance import key_of, uniform
from digitwise.data.deform_kernel import AGAIN, draw, store, take
from digitwise.data.non_digit_kernel import draw_non_digit

NON_DIGIT, OTHER = 60, 61  # numbers of an example's random numbers
LABEL = 10


@loose_kernel
def pick_others(seed, first, count, n):
    """Choose another of n digits for each example: the second of a pair, should it become one."""
    others = np.empty(count, np.int64)
    for k in range(count):
        others[k] = int(np.float64(uniform(key_of(seed, first + k), OTHER)) * n)
    return others


@loose_kernel
def draw_examples(own, others, seed, first, ranges, non_digits, letters, work, images, labels):
    """Draw `images[k]` from `own[k]` as example `first` + k.

    A share of about `non_digits` become something else; their label becomes 10.
    """
    for k in range(len(own)):
        key = key_of(seed, first + k)
        framing = AGAIN
        if uniform(key, NON_DIGIT) < non_digits:
            framing = draw_non_digit(key, own[k], others[k], letters, work)
            labels[k] = LABEL
        else:
            take(own[k], work)
        draw(key, ranges, framing, work)
        store(key, ranges, work, images[k])
