"""Drawn pages for `pages.py`: tables, ledgers, score cards, grades, envelopes, letters and sums.

Each kind draws onto white paper with `Sheet`, which keeps the texts and boxes of its numbers.
"""

from dataclasses import dataclass, field, replace
from itertools import pairwise

import cv2
import numpy as np

from digitwise.data.strings import Hand, draw_number
from digitwise.imaging.framing import bounding_box

PAGE_PX = (1754, 1240)  # height and width of an A4 page at 150 dpi
ENVELOPE_PX = (700, 1100)
MARGIN_PX = 90
DIGIT_PX = (26.0, 40.0)  # range of a hand's digit height
WORDS = [
    "name", "total", "sum", "date", "number", "amount", "place", "price", "item", "paid", "grade",
    "points", "team", "north", "south", "river", "street", "school", "church", "account", "month",
    "winter", "bread", "sugar", "paper", "left", "right", "first", "second", "remark",
]  # fmt: skip
FONTS = (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_COMPLEX, cv2.FONT_HERSHEY_DUPLEX)


@dataclass
class Sheet:
    """A page that is being drawn, with one writer's digits.

    Attributes
    ----------
    ink : uint8 array of shape (h, w)
        255 paper, 0 ink.
    numbers : list of (text, (left, top, right, bottom))
    """

    ink: np.ndarray
    digits: object
    rng: np.random.Generator
    height: float
    numbers: list = field(default_factory=list)

    def hand(self, **how):
        around = (0.93 * self.height, 1.07 * self.height)
        return Hand(size=around, paper=False, specks=0.0, slant=8.0, rise=1.5, **how)

    def write(self, left, middle, count, right_aligned=False, touching=0.15):
        """Write a number of some digits at a place; return its right edge."""
        hand = self.hand(count=(count, count), touching=touching, overlap=(0.0, 0.05))
        drawn = draw_number(self.digits, hand, int(self.rng.integers(1 << 30)), 0)
        box = self.lay(drawn.image, left, middle, right_aligned)
        self.numbers.append((drawn.text, box))
        return box[2]

    def word(self, left, middle, letters):
        """Write a word of drawn letters at a place; return its right edge."""
        hand = replace(self.hand(count=(letters, letters), touching=0.6), letters=True)
        drawn = draw_number(self.digits, hand, int(self.rng.integers(1 << 30)), 0)
        return self.lay(drawn.image, left, middle)[2]

    def lay(self, image, left, middle, right_aligned=False):
        image = image[bounding_box(image < 128)]
        height, width = image.shape
        left = int(left - width if right_aligned else left)
        top = int(middle - height / 2)
        left, top = max(0, left), max(0, top)
        there = self.ink[top : top + height, left : left + width]
        np.minimum(there, image[: there.shape[0], : there.shape[1]], out=there)
        return left, top, left + there.shape[1], top + there.shape[0]

    def print(self, text, left, middle, scale=0.8):
        font = FONTS[self.rng.integers(len(FONTS))]
        place = (int(left), int(middle + 10 * scale))
        cv2.putText(self.ink, text, place, font, scale, 40, max(1, round(1.6 * scale)), cv2.LINE_AA)

    def line(self, start, end, wobble=0.0, pen=2, shade=60):
        """Draw a line, printed or by hand."""
        t = np.linspace(0, 1, 12)[:, None]
        points = (1 - t) * np.array(start) + t * np.array(end)
        points += np.cumsum(self.rng.normal(0, wobble, points.shape), axis=0)
        points = np.rint(points).astype(np.int32)[:, None]
        cv2.polylines(self.ink, [points], False, shade, pen, cv2.LINE_AA)

    def some_words(self, count):
        return " ".join(self.rng.choice(WORDS, count))


def table(sheet, by_hand=False):
    """A table with headings and labels; cells hold numbers, dashes or nothing."""
    rng = sheet.rng
    height, width = sheet.ink.shape
    columns, pitch = int(rng.integers(3, 6)), 2.1 * sheet.height
    lefts = np.linspace(MARGIN_PX + 220, width - MARGIN_PX, columns + 1)
    rows = int(min(14, (height - 3 * MARGIN_PX) / pitch))
    tops = 2 * MARGIN_PX + pitch * np.arange(rows + 1)
    wobble = 1.2 if by_hand else 0.0
    askew = rng.normal(0, 6, (2, 30)) if by_hand else np.zeros((2, 30))
    for k, y in enumerate(tops):
        ends = (MARGIN_PX, y + askew[0, k]), (lefts[-1], y - askew[0, k])
        sheet.line(*ends, wobble, int(rng.integers(1, 4)))
    for k, x in enumerate([MARGIN_PX, *lefts]):
        ends = (x + askew[1, k], tops[0]), (x - askew[1, k], tops[-1])
        sheet.line(*ends, wobble, int(rng.integers(1, 4)))
    for left in lefts[:-1]:
        sheet.print(rng.choice(WORDS), left + 10, tops[0] - 25, 0.7)
    for middle in (tops[:-1] + tops[1:]) / 2:
        if by_hand:
            sheet.word(MARGIN_PX + 15, middle, int(rng.integers(3, 6)))
        else:
            sheet.print(rng.choice(WORDS), MARGIN_PX + 12, middle, 0.7)
        for left, right in pairwise(lefts):
            most = int(min(4, (right - left - 40) // (0.85 * sheet.height)))
            chance = rng.random()
            if chance < 0.75 and most > 0:
                sheet.write(right - 14, middle, int(rng.integers(1, most + 1)), True)
            elif chance < 0.85:
                sheet.line((left + 50, middle), (left + 90, middle), 0.5, 3, 20)


def hand_ruled(sheet):
    """A table that somebody has ruled by hand, with written labels."""
    table(sheet, by_hand=True)


def ledger(sheet):
    """Ruled paper: a label, a date's day, and an amount in each line."""
    rng, (height, width) = sheet.rng, sheet.ink.shape
    pitch = 2.0 * sheet.height
    for y in np.arange(2 * MARGIN_PX, height - MARGIN_PX, pitch):
        sheet.line((0, y), (width, y), 0, 1, 130)
        if rng.random() < 0.15:
            continue
        sheet.write(MARGIN_PX, y - sheet.height / 2, int(rng.integers(1, 3)))
        left = MARGIN_PX + 150
        for _ in range(int(rng.integers(1, 4))):
            left = sheet.word(left, y - sheet.height / 2, int(rng.integers(3, 8))) + 25
        sheet.write(width - MARGIN_PX, y - sheet.height / 2, int(rng.integers(2, 6)), True)
    for x in (MARGIN_PX + 120, width - MARGIN_PX - 260):
        sheet.line((x, 0), (x, height), 0, 2, 110)


def leaders(sheet):
    """A score card: names, leader dots, and a number."""
    rng, (height, width) = sheet.rng, sheet.ink.shape
    sheet.print(sheet.some_words(2), width / 3, MARGIN_PX, 1.4)
    for y in np.arange(2 * MARGIN_PX, height - MARGIN_PX, 2.2 * sheet.height):
        text = sheet.some_words(2)
        sheet.print(text, MARGIN_PX, y, 0.8)
        for x in np.arange(MARGIN_PX + 16 * len(text) + 20, width - 330, 14):
            cv2.circle(sheet.ink, (int(x), int(y + 10)), 2, 40, -1, cv2.LINE_AA)
        sheet.write(width - 300, y, int(rng.integers(1, 4)))


def grades(sheet):
    """A list of names, letters as grades, and points."""
    rng, (height, width) = sheet.rng, sheet.ink.shape
    for y in np.arange(MARGIN_PX, height - MARGIN_PX, 2.2 * sheet.height):
        sheet.word(MARGIN_PX, y, int(rng.integers(3, 9)))
        sheet.word(width * 0.5, y, 1)
        sheet.write(width * 0.7, y, int(rng.integers(1, 4)))


def envelope(sheet):
    """Three lines of words, and a postal code before a place."""
    rng, (height, width) = sheet.rng, sheet.ink.shape
    for k in range(3):
        left = width * 0.4
        for _ in range(int(rng.integers(1, 3))):
            left = sheet.word(left, height * (0.4 + 0.13 * k), int(rng.integers(4, 8))) + 30
    y = height * (0.4 + 0.13 * 3)
    left = sheet.write(width * 0.4, y, int(rng.integers(4, 7)))
    sheet.word(left + 50, y, int(rng.integers(4, 8)))


def letter(sheet):
    """Lines of words with hardly a number."""
    rng, (height, width) = sheet.rng, sheet.ink.shape
    for y in np.arange(MARGIN_PX, height - MARGIN_PX, 2.3 * sheet.height):
        left = MARGIN_PX
        while left < width - MARGIN_PX - 260:
            if rng.random() < 0.04:
                left = sheet.write(left, y, int(rng.integers(1, 5))) + 40
            else:
                left = sheet.word(left, y, int(rng.integers(2, 9))) + 30


def typed(sheet):
    """Lines of printed words, and two written numbers below."""
    height, width = sheet.ink.shape
    scale = sheet.rng.uniform(0.5, 0.9)
    for y in np.arange(MARGIN_PX, height - 5 * MARGIN_PX, 42 * scale + 10):
        sheet.print(sheet.some_words(int(9 / scale)), MARGIN_PX, y, scale)
    for x in (0.25, 0.6):
        sheet.write(width * x, height - 3 * MARGIN_PX, int(sheet.rng.integers(2, 6)))


def sums(sheet):
    """Columns of numbers with a line below, and their total."""
    rng, (height, width) = sheet.rng, sheet.ink.shape
    for x in (0.3, 0.6, 0.9):
        y = 1.5 * MARGIN_PX
        while y < height - 8 * sheet.height:
            for _ in range(int(rng.integers(2, 6))):
                sheet.write(width * x, y, int(rng.integers(2, 5)), True)
                y += 1.7 * sheet.height
            rule = y - 0.6 * sheet.height
            sheet.line((width * x - 150, rule), (width * x + 10, rule + rng.normal(0, 4)), 0.6, 3)
            y += 0.4 * sheet.height
            sheet.write(width * x, y, int(rng.integers(3, 5)), True)
            y += 3.5 * sheet.height


def strokes(sheet):
    """Written labels, a stroke drawn from each to its number, and a heading."""
    rng, (height, width) = sheet.rng, sheet.ink.shape
    sheet.print(sheet.some_words(2), width / 3, MARGIN_PX, 1.4)
    for y in np.arange(2 * MARGIN_PX, height - MARGIN_PX, 2.4 * sheet.height):
        left = sheet.word(MARGIN_PX, y, int(rng.integers(3, 8))) + 15
        right = width * 0.7 - rng.uniform(2, 30)
        sheet.line((left, y), (right, y + rng.normal(0, 8)), 1.0, 3, 20)
        sheet.write(width * 0.7, y, int(rng.integers(1, 4)))


def faint(sheet):
    """A table with pale rules and narrow cells."""
    rng, (height, width) = sheet.rng, sheet.ink.shape
    columns, pitch = 8, 1.6 * sheet.height
    lefts = np.linspace(MARGIN_PX + 80, width - MARGIN_PX, columns + 1)
    tops = np.arange(2 * MARGIN_PX, height - MARGIN_PX, pitch)
    for y in tops:
        sheet.line((lefts[0], y), (lefts[-1], y), 0, 1, 215)
    for x in lefts:
        sheet.line((x, tops[0]), (x, tops[-1]), 0, 1, 215)
    for middle in (tops[:-1] + tops[1:]) / 2:
        for left, right in pairwise(lefts):
            if rng.random() < 0.85:
                sheet.write(
                    (left + right) / 2 - 0.6 * sheet.height, middle, int(rng.integers(1, 3))
                )


ALL = (
    table, hand_ruled, faint, ledger, leaders, strokes, grades, envelope, letter, typed, sums,
)  # fmt: skip
KINDS = {of.__name__: of for of in ALL}


def draw_page(kind, digits, seed, index):
    """Draw page `index` of a kind with one writer's digits; return picture and numbers."""
    rng = np.random.default_rng([seed, index])
    shape = ENVELOPE_PX if kind == "envelope" else PAGE_PX
    sheet = Sheet(np.full(shape, 255, np.uint8), digits, rng, rng.uniform(*DIGIT_PX))
    KINDS[kind](sheet)
    soft = cv2.GaussianBlur(sheet.ink.astype(np.float32), (0, 0), rng.uniform(0.6, 1.1))
    y, x = np.mgrid[-1 : 1 : shape[0] * 1j, -1 : 1 : shape[1] * 1j]
    light = rng.uniform(0.8, 0.95) + 0.08 * (rng.uniform(-1, 1) * x + rng.uniform(-1, 1) * y)
    pale = rng.uniform(0.6, 0.95)  # of the ink's darkness
    grey = (255 - pale * (255 - soft)) * light + rng.normal(0, rng.uniform(2, 6), shape)
    return grey.clip(0, 255).astype(np.uint8), sheet.numbers
