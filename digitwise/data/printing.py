"""Surroundings of a drawn number: printed lines, neighbouring lines, specks, and paper."""

from typing import Any

import numpy as np
import numpy.typing as npt

Ink = npt.NDArray[np.float32]


def print_lines(
    ink: Ink, joins: list[int], size: float, kind: str, rng: np.random.Generator
) -> Ink:
    """Draw level printed lines of a kind of `Hand.printed`; return their ink."""
    import cv2

    pen, black = max(1, round(size * rng.uniform(0.03, 0.07))), float(rng.uniform(0.5, 1.0))
    rows = np.flatnonzero(ink.max(axis=1) > 0.3)
    first, last = int(rows[0]), int(rows[-1])
    left, right, far = joins[0], joins[-1], ink.shape[1] - 1
    room = round(size * rng.uniform(0.08, 0.25))
    ends: list[tuple[int, int, int, int]] = []
    if kind == "line":
        y = min(last + round(size * rng.uniform(-0.05, 0.15)), ink.shape[0] - 1)
        ends = [(left, y, right, y)]
    elif kind == "ruled":
        step = round(size * rng.uniform(1.1, 1.8))
        start = (last + round(size * rng.uniform(-0.15, 0.1))) % step
        ends = [(0, y, far, y) for y in range(start, ink.shape[0], step)]
    else:
        top, bottom = max(1, first - room), min(ink.shape[0] - 2, last + room)
        ends = [(left, y, right, y) for y in (top, bottom)]
        between = joins if kind == "comb" else [left, right]
        ends += [(x, top, x, bottom) for x in between]
        if kind == "dashed":
            dash, gap = (max(2, round(size * rng.uniform(0.06, 0.25))) for _ in range(2))
            starts = range(top, bottom, dash + gap)
            ends += [(x, y, x, min(y + dash, bottom)) for x in joins[1:-1] for y in starts]
    lines = np.zeros_like(ink)
    for x0, y0, x1, y1 in ends:
        cv2.line(lines, (x0, y0), (x1, y1), black, pen)
    return lines


def print_columns(ink: Ink, size: float, rng: np.random.Generator) -> Ink:
    """Draw the vertical lines of a table or frame beside the number; return their ink.

    They run from top to bottom of the picture, a little aslant, perhaps broken, doubled, or as
    broad as a scan's gutter. Sometimes a horizontal line is added above or below.
    """
    import cv2

    lines = np.zeros_like(ink)
    high, wide = ink.shape
    columns = np.flatnonzero(ink.max(axis=0) > 0.3)
    first, last = int(columns[0]), int(columns[-1])
    pen, black = max(1, round(size * rng.uniform(0.02, 0.11))), float(rng.uniform(0.5, 1.0))
    for side in (*rng.permutation(2)[: rng.integers(1, 3)].tolist(), 2):
        if side == 2 and rng.random() < 0.7:
            continue
        if side == 2:
            y = int(rng.integers(high // 8 + 1)) if rng.random() < 0.5 else high - 1
            cv2.line(lines, (0, y), (wide - 1, y), black, pen)
            continue
        free = first if side == 0 else wide - 1 - last
        away = min(free, round(pen / 2 + size * rng.uniform(0.02, 0.6)))
        x = first - away if side == 0 else last + away
        broad = round(size * rng.uniform(0.15, 0.5)) if rng.random() < 0.15 else pen
        if rng.random() < 0.1:  # the picture reaches beyond the page
            lines[:, : x + 1] = black if side == 0 else lines[:, : x + 1]
            lines[:, x:] = black if side == 1 else lines[:, x:]
            continue
        slope = high * np.tan(np.radians(rng.uniform(-2, 2)))
        foot = round(x + slope)
        twice = round(pen + size * rng.uniform(0.08, 0.2)) if rng.random() < 0.2 else 0
        for x0 in {0, twice}:
            cv2.line(lines, (x + x0, 0), (foot + x0, high - 1), black, broad)
        if rng.random() < 0.25:  # the line is broken, or ends within the picture
            start = int(rng.integers(high))
            lines[start : start + round(size * rng.uniform(0.05, 0.6)), min(x, foot) - broad :][
                :, : 2 * broad + abs(foot - x) + twice
            ] = 0
    return lines


def other_lines(ink: Ink, written: list[Ink], rng: np.random.Generator) -> Ink:
    """Draw feet of digits above and heads of digits below, at the picture's edge; return their ink.

    They don't reach the number's own ink.
    """
    left_over = np.zeros_like(ink)
    rows = np.flatnonzero(ink.max(axis=1) > 0.1)
    free = int(rows[0]) - 2, len(ink) - int(rows[-1]) - 3
    for piece in written[: rng.integers(1, len(written) + 1)]:
        above = rng.random() < 0.5
        most = min(free[0] if above else free[1], round(0.7 * len(piece)))
        if most < 3:
            continue
        seen = int(rng.integers(3, most + 1))
        part = piece[-seen:] if above else piece[:seen]
        x = int(rng.integers(max(1, ink.shape[1] - part.shape[1])))
        place = (left_over[:seen] if above else left_over[-seen:])[:, x : x + part.shape[1]]
        np.maximum(place, part[:, : place.shape[1]], out=place)
    return left_over


def draw_specks(ink: Ink, size: float, rng: np.random.Generator) -> Ink:
    """Draw dots and short dashes anywhere; return their ink."""
    import cv2

    specks = np.zeros_like(ink)
    for _ in range(rng.integers(1, 4)):
        x, y = (int(rng.integers(length)) for length in ink.shape[::-1])
        x2, y2 = (round(v + size * rng.uniform(-0.12, 0.12)) for v in (x, y))
        cv2.line(specks, (x, y), (x2, y2), 1.0, max(1, round(0.06 * size)))
    return specks


def on_paper(ink: Ink, uneven: bool, rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    """Draw ink on white paper, or on grey, uneven paper: uint8, 0 black to 255 white."""
    if not uneven:
        return (255 * (1 - ink.clip(0, 1))).round().astype(np.uint8)
    height, width = ink.shape
    y, x = np.linspace(-1, 1, height)[:, None], np.linspace(-1, 1, width)[None]
    light = rng.uniform(0.6, 1.0) + rng.uniform(-0.1, 0.1) * x + rng.uniform(-0.06, 0.06) * y
    ink = ink.clip(0, 1)
    light = light * (1 - ink * rng.uniform(0.6, 0.95))
    noise: npt.NDArray[Any] = rng.normal(0, rng.uniform(0, 0.03), ink.shape)
    return np.asarray(np.rint(255 * (light + noise).clip(0, 1)), np.uint8)
