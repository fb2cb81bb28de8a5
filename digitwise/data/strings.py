"""Drawn pictures of handwritten numbers, without end: number i is a function of (seed, i)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from digitwise.data.digits import Digits
from digitwise.data.glyphs import letter_pieces
from digitwise.data.lines import Piece, Stroke, cut_out, line_up, underline
from digitwise.data.printing import draw_specks, on_paper, other_lines, print_columns, print_lines
from digitwise.data.signs import DIGIT, PENS, draw_sign, write_number
from digitwise.errors import InputError

MOST_OTHERS = 4  # number of digits of neighbouring lines at a picture's edge
OUTSIZE = (0.2, 0.7)  # range of an outsize digit's extra height, in digit heights

Ink = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Hand:
    """Parameters of drawn numbers. Ranges are (minimum, maximum), drawn uniformly.

    Attributes
    ----------
    count : (int, int)
        Range of the number of digits.
    touching : float in [0, 1]
        Share of neighbouring digits that touch.
    gap : (float, float)
        Range of the shortest distance between neighbours that don't touch, in digit heights.
    overlap : (float, float)
        Range of the largest overlap of neighbours that touch, in digit heights.
    ligature : float in [0, 1]
        Share of touching neighbours that are joined by a stroke instead.
    size : (float, float)
        Range of the digit height, in pixels.
    wobble : float
        Standard deviation of a digit's height and of its distance from the baseline, in heights.
    slant : float
        Maximum slant of the number to either side, in degrees.
    rise : float
        Maximum rotation of the baseline to either side, in degrees.
    paper : bool
        Whether paper is grey, unevenly lit and noisy, and ink not quite black; else white and
        black.
    specks : float in [0, 1]
        Share of numbers with dots and dashes around them.
    printed : {"", "line", "ruled", "box", "comb", "dashed", "columns"}
        Printed lines: none, a line under the number, ruled paper, a box around the number, a box
        with solid or with dashed lines between digits, or vertical lines beside the number.
    signs : bool
        Whether there are signs, as in amounts, dates and temperatures.
    rounded : float in [0, 1]
        Share of numbers that end in zeros, as amounts do.
    outsize : float in [0, 1]
        Share of digits that are higher than the others, reaching up or down.
    room : (float, float), optional
        Range of the paper above and below the number where the picture is cut out, in digit
        heights; negative values cut into the number. None: the picture is not cut out.
    underlined : float in [0, 1]
        Share of numbers that are underlined by hand.
    crowded : float in [0, 1]
        Share of pictures with parts of digits of the lines above and below.
    letters : bool
        Whether letters replace the digits; the text is then empty.
    """

    count: tuple[int, int] = (1, 6)
    touching: float = 0.0
    gap: tuple[float, float] = (0.08, 0.5)
    overlap: tuple[float, float] = (0.0, 0.1)
    ligature: float = 0.0
    size: tuple[float, float] = (20.0, 60.0)
    wobble: float = 0.05
    slant: float = 12.0
    rise: float = 3.0
    paper: bool = True
    specks: float = 0.1
    printed: str = ""
    signs: bool = False
    rounded: float = 0.0
    outsize: float = 0.0
    room: tuple[float, float] | None = None
    underlined: float = 0.0
    crowded: float = 0.0
    letters: bool = False


HANDS = {
    "lone": Hand(count=(1, 1)),
    "spaced-5": Hand(count=(5, 5)),
    "spaced-10": Hand(count=(10, 10)),
    "touching-2": Hand(count=(2, 2), touching=1.0, ligature=0.15),
    "half-touching-5": Hand(count=(5, 5), touching=0.5, ligature=0.15),
    "small-5": Hand(count=(5, 5), size=(20.0, 20.0), paper=False),
    "small-touching-2": Hand(
        count=(2, 2), touching=1.0, size=(20.0, 20.0), paper=False, overlap=(0.0, 0.05)
    ),
    "underlined": Hand(count=(5, 5), printed="line"),
    "ruled": Hand(count=(5, 5), printed="ruled"),
    "boxed": Hand(count=(5, 5), printed="box", gap=(0.12, 0.5)),
    "comb": Hand(count=(5, 5), printed="comb", gap=(0.25, 0.6)),
    "letters": Hand(letters=True),
}
"""Hands that `benchmarks/reading.py` measures."""


@dataclass(frozen=True)
class DrawnNumber:
    """A drawn picture of a number.

    Attributes
    ----------
    text : str
        Its digits.
    image : uint8 array of shape (h, w)
        0 black to 255 white.
    pieces : list of Piece
        Digits and signs from left to right; then underline, print and specks.
    """

    text: str
    image: npt.NDArray[np.uint8]
    pieces: list[Piece]

    @property
    def light(self) -> Ink:
        """Return the image as light: float32 (h, w), 0 black to 1 white."""
        return self.image.astype(np.float32) / np.float32(255)


def draw_number(
    digits: Digits, hand: Hand, seed: int, index: int, text: Sequence[str] = ""
) -> DrawnNumber:
    """Draw number `index` of an endless set, with digits of a given set.

    Parameters
    ----------
    digits : Digits
        Digits to choose from.
    hand : Hand
    seed, index : int >= 0
    text : str, or sequence of str, optional
        Digits, signs and names of marks to write; if not given, they are chosen at random.

    Raises
    ------
    InputError
        If there are no digits, or none of a kind that the text has.
    """
    if not len(digits):
        raise InputError("expected some digits to draw numbers with; found none")
    rng = np.random.default_rng([seed, index])
    hand = replace(hand, signs=True) if text else hand
    count = int(rng.integers(hand.count[0], hand.count[1] + 1))
    size, slant = rng.uniform(*hand.size), np.tan(np.radians(rng.uniform(-1, 1) * hand.slant))
    slope = np.tan(np.radians(rng.uniform(-1, 1) * hand.rise))
    written = text or (write_number(count, rng) if hand.signs else [DIGIT] * count)
    pen = rng.uniform(*PENS) if hand.signs else 0.0
    zeros = np.flatnonzero(digits.labels == 0)
    ending = hand.rounded and len(zeros) and rng.random() < hand.rounded
    left = int(rng.integers(1, count)) if ending and count > 1 else count  # digits before the zeros
    strokes: list[Stroke] = []
    for sign in written:
        if sign != DIGIT and not sign.isdecimal():
            parts = draw_sign(sign, size, pen, rng)
            strokes += [Stroke(*part, stacked=k > 0) for k, part in enumerate(parts)]
            continue
        if hand.letters:
            letters = letter_pieces()
            char, image = "letter", _letter(letters[rng.integers(len(letters))], rng)
        else:
            left -= 1
            if sign == DIGIT:
                chosen = int(rng.integers(len(digits)) if left >= 0 else rng.choice(zeros))
            else:
                chosen = int(rng.choice(_those_of(digits, int(sign))))
            image = digits.images[chosen].astype(np.float32) / 255
            char = str(int(digits.labels[chosen]))
        height, foot = max(8.0, size * np.exp(hand.wobble * rng.standard_normal())), None
        if hand.outsize and rng.random() < hand.outsize:
            more = size * rng.uniform(*OUTSIZE)
            height, foot = height + more, round(more * rng.uniform())
        strokes.append(Stroke(char, _shaped(image, height, slant), foot))
    ink, joins, pieces = line_up(strokes, size, slope, hand, rng)
    if hand.underlined and rng.random() < hand.underlined:
        ink, pieces = underline(ink, pieces, size, rng)
    if hand.room is not None:
        ink, pieces = cut_out(ink, pieces, size, hand.room, rng)
    if hand.crowded and rng.random() < hand.crowded:
        others = digits.images[rng.integers(len(digits), size=MOST_OTHERS)]
        shaped = [_shaped(image.astype(np.float32) / 255, size, slant) for image in others]
        pieces.append(Piece("other", 0, 0, other_lines(ink, shaped, rng)))
    if hand.printed == "columns":
        pieces.append(Piece("line", 0, 0, print_columns(ink, size, rng)))
    elif hand.printed:
        pieces.append(Piece("line", 0, 0, print_lines(ink, joins, size, hand.printed, rng)))
    if rng.random() < hand.specks:
        pieces.append(Piece("speck", 0, 0, draw_specks(ink, size, rng)))
    for piece in pieces:
        if piece.char in ("line", "speck", "other"):
            ink = np.maximum(ink, piece.ink)
    drawn = "".join(stroke.char for stroke in strokes if stroke.char.isdigit())
    return DrawnNumber(drawn, on_paper(ink, hand.paper, rng), pieces)


def _those_of(digits: Digits, digit: int) -> npt.NDArray[np.intp]:
    """Return the places of the digits of one kind."""
    those = np.flatnonzero(digits.labels == digit)
    if not len(those):
        raise InputError(f"expected a {digit} among the digits to draw numbers with; found none")
    return those


def _shaped(sign: Ink, height: float, slant: float) -> Ink:
    """Crop a sign to its ink, slant it, and scale its longer side to a height in pixels."""
    import cv2

    rows, columns = np.flatnonzero(sign.any(axis=1)), np.flatnonzero(sign.any(axis=0))
    if not rows.size:
        return np.zeros((round(height), 2), np.float32)
    sign = sign[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    # The longer side is scaled to the height, so that a flat sign stays flat.
    scale = height / max(*sign.shape, 1)
    tall, wide = scale * sign.shape[0], scale * sign.shape[1]
    lean = abs(slant) * tall
    shift = lean if slant > 0 else 0.0
    transform = np.array([[scale, -slant * scale, shift + 1], [0, scale, 1]])
    shape = int(np.ceil(wide + lean)) + 3, int(np.ceil(tall)) + 3
    flags = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    found = cv2.warpAffine(sign, transform, shape, flags=flags).clip(0, 1)
    return np.asarray(found, np.float32)


def _letter(pieces: npt.NDArray[np.float32], rng: np.random.Generator) -> Ink:
    """Draw a letter with a random pen, float32 (56, 56)."""
    import cv2

    canvas = np.zeros((56, 56), np.uint8)
    pen = int(rng.integers(3, 7))
    for y0, x0, y1, x1 in 6 + 44 * pieces.astype(np.float64):
        start, end = (round(x0), round(y0)), (round(x1), round(y1))
        cv2.line(canvas, start, end, 255, pen, cv2.LINE_AA)
    return np.asarray(canvas, np.float32) / np.float32(255)
