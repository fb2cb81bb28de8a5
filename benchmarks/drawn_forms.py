"""Drawn forms for `forms.py`: blank, filled by hand, scanned and photographed."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image

DOTS_PER_INCH = 300
A4_PX = (3508, 2480)  # height and width of the page
DIGIT_PX = 64  # mean height of a digit, 5.4 mm
HEIGHT_PX = 110  # of a box, or of the place above a line
CELL_PX = 84  # width of a cell
SIGN_PX = 30  # width of a point or a slash
MAX_ROTATION_DEGREES = 3.0  # of a scan
SCALES = (0.6, 1.2)  # range of the scan's resolution divided by the form's
MAX_SHIFT_PX = 40  # of a scan

# name: left, top, kind, minimum and maximum of digits, settings in the description
FIELDS = {
    "customer": (200, 500, "comb", 8, 8, "count = 8"),
    "postal code": (1300, 500, "comb", 5, 5, "count = 5"),
    "day": (200, 800, "comb", 2, 2, "count = 2"),
    "year": (600, 800, "comb", 4, 4, "count = 4"),
    "amount": (1300, 800, "box", 3, 5, 'count = "3-5"'),
    "tax": (200, 1100, "box", 2, 4, 'count = "2-4"'),
    "total": (1300, 1100, "box", 4, 4, "count = 4"),
    "items": (200, 1400, "box", 1, 3, ""),
    "telephone": (1300, 1400, "line", 7, 7, "count = 7"),
    "order": (200, 1700, "line", 5, 5, "count = 5"),
    "pages": (1300, 1700, "line", 2, 3, 'count = "2-3"'),
    "meter": (200, 2000, "line", 6, 6, ""),
    "votes a": (200, 2400, "dashed", 1, 3, "cells = 3"),
    "votes b": (200, 2600, "dashed", 1, 3, "cells = 3"),
    "invalid": (200, 2800, "dashed", 1, 3, 'cells = 3\nblank = "leading"'),
    "votes": (1300, 2800, "dashed", 1, 4, "cells = 4"),
    "free a": (1300, 2400, "dashed", 1, 4, "cells = 4"),
    "free b": (1300, 2600, "dashed", 1, 4, "cells = 4"),
}
PARTS, TOTAL = ("votes a", "votes b", "invalid"), "votes"
RULE = f'[[rule]]\nsum = [{", ".join(map(repr, PARTS))}]\nequals = "{TOTAL}"\n'
CROSSED = 0.6  # share of fields whose unused cells are crossed out; others stay blank
MAX_TILT_DEGREES = 25.0  # of the paper against the camera
SHADOWS = (0.45, 0.7)  # range of the light in a shadow's core, divided by that beside it
CHEQUE_PX = (1050, 2360)  # height and width of a cheque
CHEQUE_FIELDS = {
    "date": (1440, 90, "line", 8, 8, 'pattern = "DD/DD/DDDD"'),
    "amount": (1760, 310, "free", 3, 6, 'pattern = "D{1-4}.DD"'),
}


@dataclass(frozen=True)
class Form:
    """A form.

    Attributes
    ----------
    size : (height, width)
        In pixels.
    fields : dict
        Name: left, top, kind, minimum and maximum of digits, settings in the description.
    draw : callable
        Draws the blank form.
    rule : str
        Rule in the description.
    """

    size: tuple[int, int]
    fields: dict[str, tuple[int, int, str, int, int, str]]
    draw: Callable[[], np.ndarray]
    rule: str = ""

    def describe(self) -> str:
        parts = [f'size = [{self.size[1]}, {self.size[0]}]\nreference = "blank.png"\n']
        for name, (left, top, kind, _, most, known) in self.fields.items():
            box = [left, top, left + width_of(kind, most), top + HEIGHT_PX]
            parts.append(f'[[field]]\nname = "{name}"\nbox = {box}\n{known}\n')
        return "\n".join([*parts, self.rule])


def width_of(kind, most):
    return CELL_PX * most if kind in ("comb", "dashed") else {"free": 560}.get(kind, 900)


def draw_form():
    page = np.full(A4_PX, 255, np.uint8)
    cv2.putText(page, "Delivery note", (200, 260), cv2.FONT_HERSHEY_DUPLEX, 3.0, 30, 5)
    cv2.line(page, (200, 320), (2280, 320), 30, 4)
    for name, (left, top, kind, _, most, _) in FIELDS.items():
        wide = width_of(kind, most)
        cv2.putText(page, name, (left, top - 24), cv2.FONT_HERSHEY_DUPLEX, 1.3, 60, 2)
        if kind == "line":
            cv2.line(page, (left, top + HEIGHT_PX), (left + wide, top + HEIGHT_PX), 40, 3)
            continue
        cv2.rectangle(page, (left, top), (left + wide, top + HEIGHT_PX), 40, 3)
        for x in range(left + CELL_PX, left + wide, CELL_PX) if kind == "comb" else ():
            cv2.line(page, (x, top), (x, top + HEIGHT_PX), 40, 3)
        for x in range(left + CELL_PX, left + wide, CELL_PX) if kind == "dashed" else ():
            for y in range(top, top + HEIGHT_PX, 14):
                cv2.line(page, (x, y), (x, y + 7), 110, 2)
    return page


def draw_cheque():
    """Draw a cheque with hardly a printed line."""
    page = np.full(CHEQUE_PX, 255, np.uint8)
    texts = {
        "1025": (2050, 70), "DATE": (1300, 190), "PAY TO": (80, 400), "$": (1690, 400),
        "AMOUNT IN WORDS": (80, 600), "<000000000> <00000000> 1025": (80, 980),
    }  # fmt: skip
    for text, place in texts.items():
        cv2.putText(page, text, place, cv2.FONT_HERSHEY_DUPLEX, 1.4, 50, 2)
    for left, y, right in ((1450, 205, 2240), (320, 415, 1640), (560, 615, 2240)):
        cv2.line(page, (left, y), (right, y), 60, 2)
    return page


DELIVERY = Form(A4_PX, FIELDS, draw_form, RULE)
CHEQUE = Form(CHEQUE_PX, CHEQUE_FIELDS, draw_cheque)


def draw_sign(page, sign, left, top, rng, hand):
    """Draw a point or a slash."""
    shade = round(255 * (1 - hand["dark"]))
    x, foot = left + SIGN_PX // 2, top + HEIGHT_PX // 2 + round(hand["high"] / 2)
    if sign == ".":
        cv2.circle(page, (x, foot - 4), int(rng.integers(4, 8)), shade, -1, cv2.LINE_AA)
        return
    high = round(hand["high"] * rng.uniform(1.1, 1.4))
    lean = int(rng.integers(10, 22))
    cv2.line(page, (x - lean, foot + 8), (x + lean, foot - high), shade, 6, cv2.LINE_AA)


def cross_out(page, left, top, rng, hand):
    """Cross a cell out."""
    middle = np.array([left + CELL_PX / 2, top + HEIGHT_PX / 2]) + rng.normal(0, 5, 2)
    pen = int(rng.integers(3, 8))
    shade = round(255 * (1 - hand["dark"]))
    for way in (-1, 1):
        half = np.array([way * rng.uniform(18, 34), rng.uniform(20, 40)])
        bend = rng.normal(0, 4, 2)
        curve = [middle - half, middle + bend, middle + half]
        points = np.rint(curve).astype(np.int32)[:, None]
        cv2.polylines(page, [points], False, shade, pen, cv2.LINE_AA)


def write(page, text, left, top, kind, images, rng, hand):
    """Write a number onto the page, with random images of each digit."""
    in_cells = kind in ("comb", "dashed")
    x = left + (0 if in_cells else rng.integers(20, 120))
    for place, char in enumerate(text):
        if char == "×":
            cross_out(page, left + CELL_PX * place, top, rng, hand)
        if char in "./":
            draw_sign(page, char, int(x), top, rng, hand)
            x += SIGN_PX + rng.integers(6, 16)
        if not char.isdigit():
            continue
        image = rng.choice(images[int(char)])
        high = round(hand["high"] * rng.normal(1, 0.05))
        scale = high / 20
        slanted = cv2.warpAffine(
            image,
            np.array(
                [[scale, -hand["slant"] * scale, 14 * hand["slant"] * scale + 12], [0, scale, 12]]
            ),
            (round(28 * scale) + 24, round(28 * scale) + 24),
            flags=cv2.INTER_CUBIC,
        )
        inked = slanted > 40
        rows, columns = np.flatnonzero(inked.any(axis=1)), np.flatnonzero(inked.any(axis=0))
        ink = slanted[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        y = top + (HEIGHT_PX - ink.shape[0]) // 2 + round(rng.normal(0, 3))
        if in_cells:
            x = left + CELL_PX * place + (CELL_PX - ink.shape[1]) // 2 + round(rng.normal(0, 4))
        there = page[y : y + ink.shape[0], x : x + ink.shape[1]]
        np.minimum(there, 255 - (hand["dark"] * ink).astype(np.uint8), out=there)
        x += ink.shape[1] + rng.integers(6, 26)


def fill(form, page, images, rng):
    """Fill a form; return the page and the texts of its fields."""
    page = page.copy()
    hand = {
        "high": rng.normal(DIGIT_PX, 5),
        "slant": rng.normal(0, 0.1),
        "dark": rng.uniform(0.6, 0.95),
    }
    texts = texts_of(form, rng)
    for name, (left, top, kind, _, most, _) in form.fields.items():
        if kind == "dashed":
            free = "×" if rng.random() < CROSSED else " "
            texts[name] = texts[name].rjust(most, free)
        write(page, texts[name], left, top, kind, images, rng, hand)
    return page, {name: text.replace(" ", "") for name, text in texts.items()}


def texts_of(form, rng):
    texts = {}
    for name, (_, _, _, least, most, known) in form.fields.items():
        digits = "".join(map(str, rng.integers(0, 10, rng.integers(least, most + 1))))
        if "/" in known:
            digits = f"{digits[:2]}/{digits[2:4]}/{digits[4:]}"
        elif ".DD" in known:
            digits = f"{digits[:-2]}.{digits[-2:]}"
        texts[name] = digits
    if form.rule:
        for name in PARTS:
            texts[name] = str(int(texts[name]))  # no leading zeros
        texts[TOTAL] = str(sum(int(texts[name]) for name in PARTS))
    return texts


def photograph(page, rng, shadow=False):
    """Photograph a page on a table: from an angle, bent, in uneven light, or in a shadow, too."""
    high, wide = page.shape
    y, x = np.mgrid[0:high, 0:wide].astype(np.float32)
    bent = 0.004 * wide * rng.uniform(-1, 1) * np.sin(np.pi * (y / high + rng.uniform(0, 1)))
    page = cv2.remap(page, x + bent, y + bent / 2, cv2.INTER_LINEAR, borderValue=255)
    tilt, turn = np.radians(rng.uniform(0.4, 1) * MAX_TILT_DEGREES), rng.uniform(0, 2 * np.pi)
    axis = np.array([np.cos(turn), np.sin(turn), 0])
    rotation, _ = cv2.Rodrigues(axis * tilt)
    corners = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32)
    flat = np.column_stack([corners - (wide / 2, high / 2), np.zeros(4)]) @ rotation.T
    away = 1.5 * high
    seen = flat[:, :2] / (1 + flat[:, 2:] / away)
    angle = np.radians(rng.uniform(-8, 8))
    seen = seen @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    seen -= seen.min(axis=0)
    scale = rng.uniform(0.65, 0.9)
    margin = rng.uniform(60, 200, 2)
    size = np.ceil(seen.max(axis=0) * scale + 2 * margin).astype(int)
    matrix = cv2.getPerspectiveTransform(corners, (seen * scale + margin).astype(np.float32))
    soft = cv2.GaussianBlur(page, (0, 0), 0.6 / scale)
    table = cv2.warpPerspective(
        soft, matrix, size.tolist(), flags=cv2.INTER_AREA, borderValue=int(rng.integers(40, 110))
    )
    y, x = np.mgrid[-1 : 1 : size[1] * 1j, -1 : 1 : size[0] * 1j]
    light = 0.85 + 0.12 * (x * np.cos(turn) + y * np.sin(turn))
    if shadow:
        light = light * shadow_over(x, y, rng)
    noisy = table * light + rng.normal(6, rng.uniform(2, 5), table.shape)
    return Image.fromarray(noisy.clip(0, 255).astype(np.uint8)), 200


def shadow_over(x, y, rng):
    """Return the light in a shadow with a soft edge, as of a hand or a phone, divided by no shadow.

    Parameters
    ----------
    x, y : float arrays of shape (h, w)
        Places, -1 to 1.
    """
    towards = rng.uniform(0, 2 * np.pi)
    distance = x * np.cos(towards) + y * np.sin(towards) - rng.uniform(-0.5, 0.5)
    bent = 0.15 * np.sin(rng.uniform(2, 5) * (y * np.cos(towards) - x * np.sin(towards)))
    inside = 1 / (1 + np.exp(-(distance + bent) / rng.uniform(0.01, 0.06)))
    return 1 - (1 - rng.uniform(*SHADOWS)) * inside


def scan(page, rng):
    high, wide = page.shape
    scale = rng.uniform(*SCALES)
    size = round(wide * scale), round(high * scale)
    matrix = cv2.getRotationMatrix2D(
        (wide / 2, high / 2), rng.uniform(-1, 1) * MAX_ROTATION_DEGREES, scale
    )
    matrix[:, 2] += (np.array(size) - (wide, high)) / 2 + rng.uniform(
        -MAX_SHIFT_PX, MAX_SHIFT_PX, 2
    ) * scale
    soft = cv2.GaussianBlur(page, (0, 0), 0.6 / scale)
    turned = cv2.warpAffine(soft, matrix, size, flags=cv2.INTER_AREA, borderValue=255)
    noisy = turned * rng.uniform(0.8, 0.95) + rng.normal(8, rng.uniform(2, 6), turned.shape)
    return Image.fromarray(noisy.clip(0, 255).astype(np.uint8)), scale * DOTS_PER_INCH
