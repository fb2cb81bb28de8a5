"""Drawn forms of digits from many countries, each a family of random members."""

from functools import cache

import numpy as np
import numpy.typing as npt

from digitwise.data.families import Between, Family, Points, corners, draw_members, ring
from digitwise.data.strokes import Strokes, strokes_of

MEMBERS = 60  # drawn members of each form


def flagged_one(b: Between) -> list[Points]:
    """Draw an upstroke and a stem that meet in a corner."""
    top = b(0.45, 0.7)
    flag = (top - b(0.2, 0.55), b(0.24, 0.75))
    return [corners(flag, (top, 0), (top + b(-0.25, 0.06), 1))]


def based_one(b: Between) -> list[Points]:
    """Draw a 1 on a base, mostly with a flag."""
    stem = b(0.4, 0.6)
    flag = [(stem - b(0.1, 0.4), b(0.12, 0.45))] if b(0, 1) < 0.75 else []
    base = [(stem - b(0.2, 0.45), 1.0), (stem + b(0.2, 0.45), b(0.95, 1.02))]
    return [corners(*flag, (stem, 0), (stem + b(-0.1, 0.05), 1)), base]


def detached_one(b: Between) -> list[Points]:
    """Draw the flag apart from the stem."""
    top = b(0.45, 0.6)
    gap = b(0.04, 0.12)
    flag = [(top - b(0.3, 0.5), b(0.2, 0.55)), (top - gap, b(0.0, 0.12))]
    return [flag, [(top, 0), (top + b(-0.15, 0.04), 1)]]


def looped_one(b: Between) -> list[Points]:
    """Draw up and down in one bow, sometimes with a foot."""
    top = b(0.45, 0.65)
    foot = [(top + b(0.1, 0.3), b(0.9, 1.0))] if b(0, 1) < 0.5 else []
    bow = [(top - b(0.25, 0.5), b(0.3, 0.7)), (top, 0), (top + 0.05, b(0.05, 0.12))]
    return [[*bow, (top - b(0.0, 0.15), 0.95), *foot]]


def wedge_one(b: Between) -> list[Points]:
    """Draw an upstroke nearly as long as the stem, which may be hooked."""
    top = b(0.45, 0.7)
    hook = [(top + b(0.1, 0.3), b(0.8, 0.95))] if b(0, 1) < 0.4 else []
    return [
        [*corners((top - b(0.2, 0.5), b(0.6, 1.0)), (top, 0)), (top + b(-0.1, 0.1), 1.0), *hook]
    ]


def hooked_two(b: Between) -> list[Points]:
    """Draw a 2 with a loop at the foot."""
    loop = b(0.08, 0.22)
    left, y = b(0.05, 0.2), b(0.86, 0.95)
    head = [(b(0.05, 0.2), b(0.15, 0.3)), (0.5, 0.0), (b(0.8, 0.95), b(0.2, 0.3))]
    foot = [(left, y), (left + loop / 2, y - loop), (left + loop, y), (1.0, b(0.85, 1.0))]
    return [[*head, (0.45, 0.65), *foot]]


def waved_three(b: Between) -> list[Points]:
    """Draw a slim, waved 3: a long lower bow under a mere hook."""
    upper = [(b(0.1, 0.4), b(0.05, 0.2)), (b(0.5, 0.7), 0.0), (b(0.75, 0.95), b(0.12, 0.22))]
    waist = (b(0.35, 0.55), b(0.35, 0.48))
    lower = [(b(0.7, 0.9), b(0.6, 0.72)), (b(0.3, 0.5), 1.0), (b(0.0, 0.1), b(0.75, 0.92))]
    return [[*upper, *corners(waist), *lower]]


def low_four(b: Between) -> list[Points]:
    """Draw a low bar, and a short stem that ends just below it."""
    bar = b(0.78, 0.92)
    x = b(0.5, 0.85)
    first = corners((b(0.2, 0.6), 0), (b(0.0, 0.1), bar), (b(0.9, 1.1), bar + b(-0.08, 0.03)))
    return [first, [(x + b(0.0, 0.1), b(0.3, 0.65)), (x - b(0, 0.06), b(0.97, 1.08))]]


def lightning_four(b: Between) -> list[Points]:
    """Draw one stroke: down, along, and down again; its foot may be short."""
    bar = b(0.4, 0.7)
    corner, turn = (b(0.0, 0.12), bar), (b(0.6, 0.95), bar + b(-0.1, 0.04))
    return [corners((b(0.15, 0.45), 0), corner, turn, (turn[0] - b(0.0, 0.3), b(0.85, 1.1)))]


def open_four(b: Between) -> list[Points]:
    """Draw two strokes, open at the top; the stem may end just below the bar."""
    bar = b(0.45, 0.72)
    right = b(0.6, 0.85)
    first = corners(
        (b(0.1, 0.4), b(0, 0.15)), (b(0.0, 0.12), bar), (b(0.85, 1.05), bar + b(-0.08, 0.04))
    )
    return [first, [(right + b(0.0, 0.1), b(-0.05, 0.4)), (right - b(0, 0.15), b(0.8, 1.05))]]


def round_four(b: Between) -> list[Points]:
    """Draw a u with a tail."""
    bar = b(0.4, 0.6)
    cup = [(b(0.0, 0.12), 0.0), (b(0.05, 0.15), bar - 0.1), (0.4, bar), (0.75, bar - 0.15)]
    return [[*cup, *corners((b(0.8, 0.9), b(0, 0.12))), (b(0.6, 0.85), 1.0)]]


def barred_five(b: Between) -> list[Points]:
    """Draw a 5 with a separate bar, or without one."""
    left = b(0.1, 0.3)
    bowl = [(0.55, b(0.36, 0.45)), (0.9, b(0.6, 0.7)), (0.55, 0.98), (b(0.0, 0.12), b(0.85, 0.95))]
    body = [*corners((left, b(0.02, 0.12)), (left - 0.05, b(0.42, 0.5))), *bowl]
    bar = [(left + b(-0.02, 0.2), b(-0.06, 0.06)), (b(0.75, 1.0), b(-0.1, 0.05))]
    return [body] if b(0, 1) < 0.25 else [body, bar]


def flagged_five(b: Between) -> list[Points]:
    """Draw a slim body, round at the top, with a rising flag."""
    x = b(0.2, 0.35)
    body = [(x, b(0.08, 0.2)), (x - b(0.02, 0.12), b(0.45, 0.55)), (0.45, b(0.42, 0.5))]
    bowl = [(b(0.65, 0.8), b(0.62, 0.75)), (0.4, 1.0), (b(0.0, 0.12), b(0.85, 0.95))]
    flag = [(x + b(0.0, 0.2), b(0.05, 0.15)), (0.7, b(0.08, 0.15)), (b(0.9, 1.2), b(-0.15, 0.05))]
    return [[*body, *bowl], flag]


def flat_six(b: Between) -> list[Points]:
    """Draw a bar on top, a straight back and a closed bowl."""
    left, y = b(0.0, 0.15), b(0.4, 0.58)
    back = corners((b(0.7, 1.0), b(-0.05, 0.1)), (left, b(0.0, 0.1)), (left, 0.75))
    bowl = [(b(0.3, 0.5), 1.0), (b(0.85, 1.0), 0.75), (b(0.45, 0.65), y), (left, b(0.55, 0.7))]
    return [[*back, *bowl]]


def crossed_seven(b: Between) -> list[Points]:
    """Draw a 7 crossed high or low, with or without a serif."""
    foot = (b(0.2, 0.55), 1.0)
    right = (b(0.85, 1.0), b(0, 0.06))
    start = (0.0, b(-0.02, 0.12))
    head = {0: [start], 1: [(0.02, b(0.12, 0.28)), (b(0.0, 0.06), 0.02)]}[int(b(0, 2))]
    y = b(0.38, 0.72)
    x = right[0] + (foot[0] - right[0]) * y
    bar = [(x - b(0.15, 0.32), y + b(-0.02, 0.08)), (x + b(0.15, 0.32), y - b(-0.02, 0.08))]
    return [corners(*head, right, foot), bar]


def curled_seven(b: Between) -> list[Points]:
    """Draw a waved head and a bent stem, sometimes crossed."""
    head = [(0.0, b(0.12, 0.25)), (b(0.15, 0.25), b(0, 0.05)), (0.5, b(0.08, 0.18))]
    stem = [(b(0.5, 0.65), 0.5), (b(0.3, 0.55), 1.0)]
    bar = [(b(0.2, 0.35), b(0.45, 0.65)), (b(0.75, 0.95), b(0.42, 0.62))]
    body = [*head, *corners((b(0.85, 1.0), b(0, 0.08))), *stem]
    return [body, bar] if b(0, 1) < 0.4 else [body]


def serif_seven(b: Between) -> list[Points]:
    """Draw a 7 with an upright serif and a far lean, sometimes crossed."""
    right = (b(0.75, 0.95), b(0.05, 0.15))
    head = [*corners((b(0.05, 0.15), b(0.0, 0.08))), (b(0.0, 0.1), b(0.2, 0.35))]
    wave = [(b(0.25, 0.4), b(0.08, 0.2)), *corners(right)]
    foot = [(b(0.4, 0.6), 0.55), (b(0.1, 0.4), 1.0)]
    y = b(0.42, 0.65)
    bar = [(b(0.15, 0.35), y), (b(0.7, 0.95), y - b(0.0, 0.08))]
    body = [*head, *wave, *foot]
    return [body, bar] if b(0, 1) < 0.5 else [body]


def open_eight(b: Between) -> list[Points]:
    """Draw an 8 like a delta: the upper bow stays open."""
    start = (b(0.8, 1.1), b(-0.1, 0.15))
    upper = [(b(0.5, 0.65), 0.0), (b(0.2, 0.35), b(0.18, 0.28)), (0.55, b(0.4, 0.5))]
    lower = [(b(0.75, 0.9), b(0.7, 0.8)), (0.45, 1.0), (b(0.1, 0.25), b(0.75, 0.85))]
    return [[start, *upper, *lower, (b(0.4, 0.55), b(0.45, 0.55)), (b(0.6, 0.9), b(0.2, 0.35))]]


def two_ring_eight(b: Between) -> list[Points]:
    """Draw two circles, one on top of the other."""
    upper, lower = b(0.16, 0.25), b(0.2, 0.3)
    x, below = 0.5 + b(-0.06, 0.06), 2 * upper + lower + b(-0.05, 0.03)
    return [
        ring(x, upper, 0.9 * upper, upper, b(0, 6.28), b(0.95, 1.1)),
        ring(0.5, below, 0.9 * lower, lower, b(0, 6.28), b(0.95, 1.1)),
    ]


def hooked_nine(b: Between) -> list[Points]:
    """Draw a small loop, and a foot that is mostly hooked to the left."""
    w, h = b(0.25, 0.5), b(0.25, 0.5)
    x = b(0.6, 0.85)
    loop = [(x, h * 0.25), (x - 0.5 * w, 0.0), (x - w, 0.5 * h), (x - 0.5 * w, h), (x, 0.7 * h)]
    tail = [(x + b(-0.02, 0.1), b(0.55, 0.7)), (x - b(0.05, 0.3), b(0.93, 1.0))]
    hook = [(b(-0.05, 0.25), b(0.78, 0.98))] if b(0, 1) < 0.7 else []
    return [[*loop, (x, h * 0.25), *tail, *hook]]


def straight_nine(b: Between) -> list[Points]:
    """Draw a loop and a straight stem."""
    h, x = b(0.35, 0.55), b(0.7, 0.9)
    loop = [(x, h * 0.2), (0.45, 0.0), (0.05, 0.5 * h), (0.4, h), (x, 0.6 * h)]
    return [[*loop, *corners((x, b(0.0, 0.1)))], [(x, 0.05), (x + b(-0.15, 0.08), 1.0)]]


def open_nine(b: Between) -> list[Points]:
    """Draw a slim 9 with an open head and a long stem."""
    h, x = b(0.3, 0.5), b(0.5, 0.75)
    head = [(x - b(0.05, 0.25), b(0.0, 0.08)), (b(0.1, 0.25), 0.5 * h), (b(0.25, 0.4), h)]
    return [[*head, *corners((x, b(-0.02, 0.12))), (x - b(-0.02, 0.12), 1.0)]]


def bowl_nine(b: Between) -> list[Points]:
    """Draw a bowl to the right of the stem, like a P."""
    s, h = b(0.25, 0.45), b(0.32, 0.5)
    bowl = [(s - b(0.0, 0.12), b(0.05, 0.25)), (s + 0.25, b(-0.02, 0.04)), (b(0.8, 1.0), 0.45 * h)]
    return [
        [*bowl, (s + 0.2, h), (s - b(-0.05, 0.08), b(0.75, 1.0) * h)],
        [(s, 0.1), (s - b(0.0, 0.2), 1.0)],
    ]


def marked_zero(b: Between) -> list[Points]:
    """Draw a 0 with a slash or a dot."""
    w = b(0.28, 0.42)
    nought = ring(0.5, 0.5, w, 0.5, b(-2.2, -1.2), b(0.95, 1.1))
    if b(0, 1) < 0.2:
        return [nought, [(0.5, 0.48), (0.5, b(0.5, 0.55))]]
    out = b(-0.1, 0.12)
    return [nought, [(0.5 + w + out, b(-0.02, 0.2)), (0.5 - w - out, b(0.8, 1.02))]]


FORMS: dict[int, list[Family]] = {
    0: [marked_zero],
    1: [flagged_one, flagged_one, based_one, detached_one, looped_one, wedge_one],
    2: [hooked_two],
    3: [waved_three],
    4: [lightning_four, open_four, round_four, low_four],
    5: [barred_five, flagged_five],
    6: [flat_six],
    7: [crossed_seven, curled_seven, serif_seven],
    8: [two_ring_eight, open_eight],
    9: [hooked_nine, straight_nine, open_nine, bowl_nine],
}


@cache
def drawn_forms() -> tuple[Strokes, npt.NDArray[np.int64]]:
    """Return members of all forms, and the starts of each digit's, int64 (11,), end included."""
    members: list[list[Points]] = []
    starts = [0]
    for digit in range(10):
        for number, form in enumerate(FORMS[digit]):
            members += draw_members(form, MEMBERS, (digit, number))
        starts.append(len(members))
    return strokes_of(members), np.array(starts, np.int64)
