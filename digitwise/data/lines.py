"""Digits and signs drawn side by side on a line, underlined, and cut out as a picture."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from digitwise.imaging.ink import SOLID

if TYPE_CHECKING:
    from digitwise.data.strings import Hand

HEAD = 0.35  # height at which two zeros are joined, as a share of a zero's height
LOW = (".", ",")  # signs at the baseline, which stand between their neighbours
TUCK = 0.15  # digit heights: such a sign reaches under a neighbour, at most
BESIDE = (-0.05, 0.8)  # range of the paper left and right of a cut-out number, in digit heights

Ink = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Piece:
    """One drawn part of a picture.

    Attributes
    ----------
    char : str
        A digit, a sign, "letter", "line" for print, "underline", "other" or "speck".
    top, left : int
        Its place in the picture, in pixels.
    ink : float32 array of shape (h, w)
        Its own ink, in [0, 1].
    """

    char: str
    top: int
    left: int
    ink: Ink

    def lay_on(self, layer: npt.NDArray[np.bool_]) -> None:
        """Mark its solid ink on a layer of the picture, bool (h, w)."""
        place = layer[self.top :, self.left :][: self.ink.shape[0], : self.ink.shape[1]]
        place |= self.ink[: place.shape[0], : place.shape[1]] >= SOLID


@dataclass(frozen=True)
class Stroke:
    """A digit or sign to be placed on the line.

    Attributes
    ----------
    char : str
    ink : float32 array of shape (h, w)
    foot : int or None
        Lower end, in pixels below the baseline; None for most digits, which end near it.
    stacked : bool
        Whether it stands above or below the stroke before it.
    """

    char: str
    ink: Ink
    foot: int | None = None
    stacked: bool = False


def line_up(
    strokes: list[Stroke], size: float, slope: float, hand: "Hand", rng: np.random.Generator
) -> tuple[Ink, list[int], list[Piece]]:
    """Place digits and signs side by side on a line.

    Returns the ink, the columns between neighbours and at both ends, and the placed pieces.
    """
    margin = round(size * rng.uniform(0.3, 1.0))
    wide = 2 * margin + sum(s.ink.shape[1] for s in strokes) + round(size * len(strokes))
    spare = 2 * margin + round(abs(slope) * wide)
    # Signs reach higher and lower than digits.
    ink = np.zeros((round((2.6 if hand.signs else 1.6) * size) + spare, wide), np.float32)
    baseline = ink.shape[0] / 2 + size / 2 - slope * wide / 2
    end = margin  # right end of the ink so far
    joins = [max(1, margin - round(0.25 * size))]
    pieces: list[Piece] = []
    for number, stroke in enumerate(strokes):
        written = stroke.ink
        if stroke.foot is None:
            lift = size * hand.wobble * rng.standard_normal()
            top = round(baseline + slope * end - lift) - written.shape[0]
        else:
            top = round(baseline + slope * end) + stroke.foot - written.shape[0]
        top = int(np.clip(top, 0, ink.shape[0] - written.shape[0]))
        left, link = end, False
        if stroke.stacked:
            left = max(0, pieces[-1].left + round(size * rng.uniform(-0.05, 0.05)))
        elif number:
            distance = _distance(ink, written, top, end)
            touches = rng.random() < hand.touching
            link = touches and rng.random() < hand.ligature
            away = rng.uniform(*hand.gap) if link or not touches else -rng.uniform(*hand.overlap)
            left = max(1, end - distance + round(size * (away * (0.5 if link else 1.0))))
            if stroke.char in LOW or strokes[number - 1].char in LOW:
                left = max(left, end - round(size * rng.uniform(0, TUCK)))
        joins += [(left + end) // 2] if number else []
        pieces.append(Piece(stroke.char, top, left, written))
        before = ink.copy() if link else ink
        place = ink[top : top + written.shape[0], left : left + written.shape[1]]
        np.maximum(place, written[:, : place.shape[1]], out=place)
        if link:
            high = hand.rounded > 0 and stroke.char == strokes[number - 1].char == "0"
            _ligature(ink, before, written, (top, left), size, high)
        end = max(end, left + written.shape[1])
    ink = ink[:, : min(wide, end + margin)]
    return ink, [*joins, min(ink.shape[1] - 2, end + round(0.25 * size))], pieces


def underline(
    ink: Ink, pieces: list[Piece], size: float, rng: np.random.Generator
) -> tuple[Ink, list[Piece]]:
    """Underline the number by hand, straight or bent."""
    import cv2

    columns, rows = np.flatnonzero(ink.max(axis=0) > 0.1), np.flatnonzero(ink.max(axis=1) > 0.1)
    below = round(size * rng.uniform(0.05, 0.4))
    ink = np.pad(ink, ((0, max(0, rows[-1] + 2 * below + 4 - len(ink))), (0, 0)))
    wide = columns[-1] - columns[0]
    x = columns[0] + wide * np.array([rng.uniform(-0.2, 0.3), 0.5, rng.uniform(0.7, 1.2)])
    y = rows[-1] + below + size * rng.uniform(-0.05, 0.05, 3)
    stroke = np.zeros_like(ink)
    points = np.rint(np.stack([x, y], axis=1)).astype(np.int32)[:, None]
    cv2.polylines(stroke, [points], False, 1.0, max(1, round(size * rng.uniform(0.04, 0.1))))
    return np.maximum(ink, stroke), [*pieces, Piece("underline", 0, 0, stroke)]


def cut_out(
    ink: Ink, pieces: list[Piece], size: float, room: tuple[float, float], rng: np.random.Generator
) -> tuple[Ink, list[Piece]]:
    """Cut the picture out as a cell of a table is, close to the ink or into it."""
    ends = []
    for axis, free in ((1, room), (0, BESIDE)):
        inked = np.flatnonzero(ink.max(axis=axis) > 0.1)
        before, after = (round(size * rng.uniform(*free)) for _ in range(2))
        ends.append((int(inked[0]) - before, int(inked[-1]) + 1 + after))
    (top, bottom), (left, right) = ends
    over = max(0, -top), max(0, bottom - ink.shape[0]), max(0, -left), max(0, right - ink.shape[1])
    ink = np.pad(ink, (over[:2], over[2:]))
    top, bottom, left, right = top + over[0], bottom + over[0], left + over[2], right + over[2]
    seen = []
    for p in pieces:
        down, across = p.top + over[0] - top, p.left + over[2] - left
        part = p.ink[max(0, -down) :, max(0, -across) :]
        seen.append(Piece(p.char, max(0, down), max(0, across), part))
    return ink[top:bottom, left:right], seen


def _distance(ink: Ink, piece: Ink, top: int, left: int) -> int:
    """Return the distance, in pixels, by which a sign can move left until it touches ink."""
    rows = slice(top, top + piece.shape[0])
    before, after = ink[rows, :left] > 0.3, piece > 0.3
    reach = np.where(before.any(axis=1), before.shape[1] - before[:, ::-1].argmax(axis=1), -(10**6))
    starts = np.where(after.any(axis=1), after.argmax(axis=1), 10**6)
    # Diagonal neighbours touch as well.
    near = np.max([np.roll(reach, s) for s in (-1, 0, 1)], axis=0)
    nearest = int((left + starts - near).min())
    return nearest if nearest < 10**5 else 0


def _ligature(
    ink: Ink, before: Ink, piece: Ink, place: tuple[int, int], size: float, high: bool
) -> None:
    """Draw a stroke from one sign's end to the next one's start; `high` joins zeros at their heads.

    `ink` is changed; `before` is the ink without the next sign.
    """
    import cv2

    top, left = place
    reach = max(0, left - round(0.6 * size))
    span, head = before[:, reach:left], len(piece)
    if high:
        head = round(HEAD * len(piece))
        span = span[: top + head]
    ys, xs = np.nonzero(span > 0.5)
    own_y, own_x = np.nonzero(piece[:head] > 0.5)
    if not len(xs) or not len(own_x):
        return
    last, first = xs.argmax(), own_x.argmin()
    start = (int(xs[last]) + reach, int(ys[last]))
    end = (left + int(own_x[first]), top + int(own_y[first]))
    cv2.line(ink, start, end, 1.0, max(1, round(0.08 * size)), cv2.LINE_AA)
