"""Drawn signs of numbers: minus, points, commas, slashes, currencies.

Also sequences of digits and signs as people write numbers.

Lengths are in digit heights; y runs downwards from the baseline, so that -1 is a digit's top.
"""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from digitwise.data.families import Between, Points, draw_members
from digitwise.data.marks import MARKS

Ink = npt.NDArray[np.float32]
Strokes = list[Points]

DIGIT = "D"
SIGNS = ("-", ".", ",", "/")
"""Signs that are part of a number's text, one pen stroke each."""
PENS = (0.05, 0.14)  # range of pen widths, in digit heights
SUPERSAMPLING = 4  # factor of the resolution at which strokes are drawn, for soft edges
CURRENCIES = ("$", "€", "£", "¥", "₹", "#")
OTHERS = ("%", "x", "*", "tick", "+", "ditto")
WRITTEN_AS = ("minus", "decimal", "thousands", "date", "dash", "closed", "mark", "mark", "plain")
"""Forms of numbers, equally frequent; marks are of many kinds, so they stand there twice."""


def dash(b: Between) -> Strokes:
    """Draw a minus sign or dash: straight, waved or bent, at about half a digit's height."""
    y, long, rise = b(-0.7, -0.25), b(0.2, 1.0), b(-0.08, 0.08)
    wave = b(-0.07, 0.07)
    return [[(0, y), (0.3 * long, y + wave), (0.7 * long, y + rise - wave), (long, y + rise)]]


def point(b: Between) -> Strokes:
    """Draw a dot at the baseline."""
    y = b(-0.14, 0.06)
    return [[(0, y), (b(-0.08, 0.1), y + b(-0.04, 0.1))]]


def comma(b: Between) -> Strokes:
    """Draw a short stroke, mostly bent, from the baseline down."""
    y, long = b(-0.14, 0.04), b(0.16, 0.36)
    foot = -b(0.3, 0.9) * long
    return [[(0, y), (b(-0.02, 0.06), y + 0.4 * long), (foot, y + long)]]


def slash(b: Between) -> Strokes:
    """Draw a slash, as high as a digit or higher, straight or a little bent."""
    top, foot, wide, bend = -b(0.9, 1.5), b(-0.1, 0.4), b(0.18, 0.9), b(-0.05, 0.05)
    middle = (wide / 2 + bend, (top + foot) / 2)
    return [[(wide, top), middle, (0, foot)]]


DRAWN: dict[str, Callable[[Between], Strokes]] = {"-": dash, ".": point, ",": comma, "/": slash}


def write_number(count: int, rng: np.random.Generator) -> list[str]:
    """Choose a random form of a number of `count` digits: DIGIT for each digit, and its signs.

    Signs are those of SIGNS, names of `MARKS`, "=" (two dashes) and ":" (two points).
    """
    kind = rng.choice(WRITTEN_AS)
    digits = [DIGIT] * count
    if kind == "minus":
        written = ["-", *digits]
    elif kind == "decimal" and count > 1:
        written = digits.copy()
        written.insert(int(rng.integers(max(1, count - 3), count)), str(rng.choice([".", ","])))
    elif kind == "thousands" and count > 3:
        written = _in_threes(digits, str(rng.choice([".", ","])))
    elif kind == "date" and count > 1:
        written = _in_parts(digits, str(rng.choice(["/", "/", "/", "-", ".", ":"])), rng)
    elif kind == "dash" and count > 1:
        written = digits.copy()
        written.insert(int(rng.integers(1, count)), "-")
    elif kind == "mark":
        before = rng.random() < 0.5
        mark = str(rng.choice(CURRENCIES if before or rng.random() < 0.4 else OTHERS))
        written = [mark, *digits] if before else [*digits, mark]
    elif kind == "closed":
        written = _in_threes(digits, ".") if rng.random() < 0.3 else digits
        closing = (
            (".", "-"),
            ("/", "-"),
            ("=",),
            ("-",),
            (".", "="),
            ("-", "-"),
            ("/",),
            ("/", "="),
        )
        written = [*written, *closing[rng.integers(len(closing))]]
    else:
        written = digits
    return written


def _in_threes(digits: Sequence[str], sign: str) -> list[str]:
    """Group digits by thousands."""
    written: list[str] = []
    for behind, digit in zip(range(len(digits) - 1, -1, -1), digits, strict=True):
        written.append(digit)
        if behind and behind % 3 == 0:
            written.append(sign)
    return written


def _in_parts(digits: Sequence[str], sign: str, rng: np.random.Generator) -> list[str]:
    """Write a date or time: parts of one or two digits between signs, at most three parts."""
    written: list[str] = []
    left, part = list(digits), 0
    while left:
        take = len(left) if part == 2 else min(len(left), int(rng.integers(1, 3)))
        written += [*([sign] if part else []), *left[:take]]
        left, part = left[take:], part + 1
    return written


def draw_sign(
    name: str, size: float, pen: float, rng: np.random.Generator
) -> list[tuple[str, Ink, int]]:
    """Draw a sign for digits of `size` pixels, with a pen width of `pen` digit heights.

    Returns
    -------
    list of (char, ink, lower end of its box in pixels below the baseline)
        "=" and ":" have two entries, one for each stroke.
    """
    b = rng.uniform
    if name == "=":
        first = dash(b)
        gap = b(0.16, 0.35)
        second = [[(x + b(-0.05, 0.05), y + gap) for x, y in stroke] for stroke in first]
        strokes = [("-", first), ("-", second)]
    elif name == ":":
        strokes = [(".", point(b)), (".", [[(x, y - b(0.3, 0.6)) for x, y in point(b)[0]]])]
    elif name in DRAWN:
        strokes = [(name, DRAWN[name](b))]
    else:
        high, foot = b(0.6, 1.2), b(-0.1, 0.2)
        (member,) = draw_members(MARKS[name], 1, (int(rng.integers(2**31)),), (-0.1, 0.3))
        strokes = [(name, [[(high * x, high * (y - 1) + foot) for x, y in s] for s in member])]
    return [(char, *draw_strokes(drawn, size, pen)) for char, drawn in strokes]


def draw_strokes(strokes: Strokes, size: float, pen: float) -> tuple[Ink, int]:
    """Draw strokes; return their cropped ink, and its lower end in pixels below the baseline."""
    import cv2

    scale = size * SUPERSAMPLING
    thick = max(SUPERSAMPLING, round(pen * scale))
    points = [np.rint(np.array(stroke) * scale).astype(np.int32) for stroke in strokes]
    every = np.concatenate(points)
    # The canvas covers whole pixels of the picture.
    first = (every.min(axis=0) - thick) // SUPERSAMPLING - 1
    last = (every.max(axis=0) + thick) // SUPERSAMPLING + 2
    wide, high = (last - first).tolist()
    canvas = np.zeros((high * SUPERSAMPLING, wide * SUPERSAMPLING), np.uint8)
    for stroke in points:
        cv2.polylines(
            canvas, [(stroke - first * SUPERSAMPLING)[:, None]], False, 255, thick, cv2.LINE_AA
        )
    ink = cv2.resize(canvas, (wide, high), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    columns, rows = np.flatnonzero(ink.max(axis=0) > 0.1), np.flatnonzero(ink.max(axis=1) > 0.1)
    ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return np.asarray(ink, np.float32), int(first[1] + rows[-1] + 1)
