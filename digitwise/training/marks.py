"""Learn to tell the marks in a form's cells from digits, with drawn marks and given digits."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from digitwise.costs import one_hot
from digitwise.data.crossings import CROSSINGS, draw_family
from digitwise.data.digits import Digits
from digitwise.data.families import Family
from digitwise.data.forms import FORMS
from digitwise.data.marks import ditto, minus
from digitwise.imaging.frames import frame_digits
from digitwise.network import Network
from digitwise.reading.forms.marks import INPUTS, MARKS
from digitwise.training.signs import Lessons, learn_lessons

HIDDEN = 64  # neurons
STEPS = 150  # of L-BFGS
FATTER = 0.3  # share of digits with thickened strokes, so that a fat 0 is no cross
SHARES = {"digit": 0.36, "pair": 0.08, "part": 0.12, "form": 0.08, "×": 0.27, '"': 0.04, "-": 0.05}
"""Shares of the kinds of drawn examples."""
DITTOS: tuple[Family, ...] = (ditto,)
DASHES: tuple[Family, ...] = (minus,)
ELSEWHERE: tuple[Family, ...] = tuple(family for forms in FORMS.values() for family in forms)
FLAT = (3.0, 12.0)  # least and greatest width of a dash, in its heights
OVERLAP = 6  # pixels of 28: overlap of the two digits of a pair is less
FAINT = 0.15  # ink above which a pixel belongs to the example

Ink = npt.NDArray[np.float32]


def learn_marks(
    lessons: Lessons, progress: Callable[[str], None] = lambda _: None, seed: int = 0
) -> Network:
    """Train a new network to tell marks from digits."""
    return learn_lessons(lessons, HIDDEN, STEPS, progress, seed)


def draw_mark_lessons(digits: Digits, count: int = 30_000, seed: int = 0) -> Lessons:
    """Draw marks, digits, pairs and parts of digits, framed as the cells of forms are."""
    rng = np.random.default_rng(seed)
    kinds = rng.choice(list(SHARES), size=count, p=list(SHARES.values()))
    frames = frame_digits([_draw(kind, digits, rng) for kind in kinds])
    labels = [MARKS.index(kind) if kind in MARKS else 0 for kind in kinds]
    inputs = frames.reshape(count, INPUTS).astype(np.float32) / np.float32(255)
    return Lessons(inputs, one_hot(np.array(labels), len(MARKS), np.float32))


def _draw(kind: str, digits: Digits, rng: np.random.Generator) -> Ink:
    if kind == "×":
        return draw_family(CROSSINGS, rng)
    if kind == '"':
        return draw_family(DITTOS, rng, (0.5, 1.5))
    if kind == "-":
        return draw_family(DASHES, rng, FLAT)
    if kind == "form":
        return draw_family(ELSEWHERE, rng, (0.4, 1.1))
    one = _any_of(digits, rng)
    if kind == "pair":
        return _cropped(_side_by_side(one, _any_of(digits, rng), int(rng.integers(0, OVERLAP))))
    if kind == "part":
        return _part(one, rng)
    return one


def _any_of(digits: Digits, rng: np.random.Generator) -> Ink:
    image = digits.images[int(rng.integers(len(digits)))]
    ink = np.asarray(image, np.float32) / np.float32(255)
    if rng.random() >= FATTER:
        return ink
    import cv2

    wider = cv2.dilate(np.pad(ink, 2), np.ones((2, 2) if rng.random() < 0.5 else (3, 3), np.uint8))
    return np.asarray(wider, np.float32)


def _side_by_side(one: Ink, other: Ink, overlap: int) -> Ink:
    one, other = _cropped(one), _cropped(other)
    high = max(len(one), len(other))
    both = np.zeros((high, one.shape[1] + other.shape[1]), np.float32)
    left = max(0, one.shape[1] - overlap)
    for ink, x in ((one, 0), (other, left)):
        top = (high - len(ink)) // 2
        place = both[top : top + len(ink), x : x + ink.shape[1]]
        np.maximum(place, ink, out=place)
    return both


def _part(ink: Ink, rng: np.random.Generator) -> Ink:
    """Return one half of a digit that is cut across or down; the digit if the half is empty."""
    ink = _cropped(ink)
    axis = int(rng.integers(2))
    at = int(rng.uniform(0.35, 0.65) * ink.shape[axis])
    first, second = np.split(ink, [max(1, at)], axis=axis)
    part = first if rng.random() < 0.5 else second
    return _cropped(part) if (part > FAINT).any() else ink


def _cropped(ink: Ink) -> Ink:
    rows, columns = (np.flatnonzero((ink > FAINT).any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return ink
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
