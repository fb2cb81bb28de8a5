"""Drawn pictures of numbers on printed grounds, with the true ink of each pixel.

Picture i is a function of (seed, i). The network of ink learns from these.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from digitwise.data.digits import Digits
from digitwise.data.grounds import GROUNDS, Ground, log_uniform
from digitwise.data.print_and_stamps import large_print, rules, stamp
from digitwise.data.printing import print_columns
from digitwise.data.strings import Hand, draw_number

Ink = npt.NDArray[np.float32]
Shape = tuple[int, int]

PLAIN = Hand(
    count=(1, 7),
    signs=True,
    paper=False,
    specks=0.0,
    slant=25.0,
    rise=4.0,
    wobble=0.1,
    outsize=0.05,
)
HANDS = tuple(
    replace(PLAIN, touching=touching, ligature=0.15, gap=gap, rounded=rounded)
    for touching in (0.0, 0.5)
    for gap in ((0.0, 0.15), (0.08, 0.5))
    for rounded in (0.0, 0.4)
)
"""Hands of the numbers, in turn."""
SIZES_PX = (14.0, 110.0)  # range of the digit height
ROOM = (-0.05, 0.6)  # range of the paper on each side of the number, in its heights
DEPTHS = (0.25, 0.95)  # range of the light that ink takes away
GROUND_DEPTHS = (0.05, 0.75)  # range of the light that a ground takes away, as a share of ink's
CLEAN = 0.15  # share of pictures without a ground
PAPERS = (0.45, 1.0)  # range of the paper's brightness
JPEG_QUALITIES = (35, 95)


@dataclass(frozen=True)
class OnGround:
    """A drawn picture and its true ink, float32 of shape (height, width).

    Attributes
    ----------
    light : array
        0 black to 1 white.
    ink : array
        Share of each pixel that handwriting covers.
    """

    light: Ink
    ink: Ink


def draw_on_ground(
    digits: Digits, seed: int, index: int, grounds: Sequence[Ground] = GROUNDS
) -> OnGround:
    """Draw picture `index` of an endless set, with digits of a given set.

    Parameters
    ----------
    digits : Digits
        Digits to choose from.
    seed, index : int >= 0
    grounds : sequence of callables
        Grounds to choose from.

    Raises
    ------
    InputError
        If there are no digits.
    """
    rng = np.random.default_rng([seed, index, len(GROUNDS)])
    size = log_uniform(SIZES_PX, rng)
    ink = _sharpened(_with_room(_written(digits, seed, index, size), rng), rng)
    shape = ink.shape[0], ink.shape[1]
    depth = rng.uniform(*DEPTHS)
    pen = ink * depth
    if rng.random() < 0.4:
        pen *= _unevenness(shape, rng)
    ground = _draw_ground(shape, depth, grounds, rng)
    if rng.random() < 0.15:
        behind = _written(digits, seed + 1, index, size)
        ground = 1 - (1 - ground) * (1 - _shining_through(behind, shape, depth, rng))
    printed = _draw_print(ink, size, rng) * max(depth, 0.4)
    light = _draw_paper(shape, rng) * (1 - ground) * (1 - printed) * (1 - pen)
    return OnGround(*_scanned(light, ink, rng))


def _written(digits: Digits, seed: int, index: int, size: float) -> Ink:
    """Return the ink of a number, cropped to it."""
    hand = replace(HANDS[index % len(HANDS)], size=(size, size))
    ink = 1 - draw_number(digits, hand, seed, index).light
    rows, columns = (np.flatnonzero(ink.max(axis=axis) > 0.2) for axis in (1, 0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] if rows.size else ink


def _with_room(ink: Ink, rng: np.random.Generator) -> Ink:
    """Add paper on each side, or cut off a little."""
    above, below, left, right = (round(len(ink) * rng.uniform(*ROOM)) for _ in range(4))
    around = ((max(0, above), max(0, below)), (max(0, left), max(0, right)))
    height, width = ink.shape
    cropped = ink[max(0, -above) : height - max(0, -below), max(0, -left) : width - max(0, -right)]
    return np.pad(cropped, around)


def _sharpened(ink: Ink, rng: np.random.Generator) -> Ink:
    """Return strokes with sharp edges, thinner or thicker: enlarged digits are blurred."""
    level, edge = rng.uniform(0.25, 0.6), rng.uniform(0.08, 0.3)
    return np.asarray(np.clip((ink - level) / edge + 0.5, 0, 1), np.float32)


def _unevenness(shape: Shape, rng: np.random.Generator) -> Ink:
    """Return factors of the ink of a pen that writes unevenly or fails."""
    import cv2

    noise = rng.standard_normal(shape).astype(np.float32)
    blurred = cv2.GaussianBlur(noise, (0, 0), float(np.exp(rng.uniform(-0.5, 2.3))))
    lacking = rng.uniform(0.05, 0.35) * np.abs(blurred) / (blurred.std() + 1e-6)
    return np.asarray(np.clip(1 - lacking, 0.15, 1), np.float32)


def _draw_ground(
    shape: Shape, depth: float, grounds: Sequence[Ground], rng: np.random.Generator
) -> Ink:
    """Return the share of light that up to three printed grounds take away."""
    ground = np.zeros(shape, np.float32)
    if rng.random() < CLEAN:
        return ground
    for _ in range(rng.integers(1, 4)):
        drawn = grounds[int(rng.integers(len(grounds)))](*shape, rng)
        drawn = drawn * np.float32(depth * rng.uniform(*GROUND_DEPTHS))
        over = rng.random() < 0.5
        ground = np.maximum(ground, drawn) if over else 1 - (1 - ground) * (1 - drawn)
    return ground


def _shining_through(behind: Ink, shape: Shape, depth: float, rng: np.random.Generator) -> Ink:
    """Return the share of light that the writing on the other side takes away."""
    import cv2

    mirrored = np.ascontiguousarray(cv2.resize(behind, shape[::-1])[:, ::-1])
    blurred = cv2.GaussianBlur(mirrored, (0, 0), rng.uniform(0.8, 3))
    return np.asarray(blurred * np.float32(depth * rng.uniform(0.1, 0.5)), np.float32)


def _draw_print(ink: Ink, size: float, rng: np.random.Generator) -> Ink:
    """Return rules, words, stamps and columns, of any blackness."""
    height, width = ink.shape
    printed = np.zeros_like(ink)
    for draw, share, black in ((rules, 0.45, 0.3), (large_print, 0.15, 0.3), (stamp, 0.1, 0.2)):
        if rng.random() < share:
            printed = np.maximum(printed, draw(height, width, rng) * rng.uniform(black, 1))
    if rng.random() < 0.1 and ink.max() > 0.3:
        printed = np.maximum(printed, print_columns(ink, size, rng) * rng.uniform(0.4, 1))
    return np.asarray(printed, np.float32)


def _draw_paper(shape: Shape, rng: np.random.Generator) -> Ink:
    """Return the brightness of paper, unevenly lit, sometimes with the edge of a shadow."""
    y, x = np.linspace(-1, 1, shape[0])[:, None], np.linspace(-1, 1, shape[1])[None]
    paper = rng.uniform(*PAPERS) + rng.uniform(-0.15, 0.15) * x + rng.uniform(-0.1, 0.1) * y
    if rng.random() < 0.1:
        angle = rng.uniform(0, 2 * np.pi)
        behind = x * np.cos(angle) + y * np.sin(angle) - rng.uniform(-0.7, 0.7)
        paper *= 1 - rng.uniform(0.1, 0.45) / (1 + np.exp(-behind * rng.uniform(3, 30)))
    return np.asarray(paper, np.float32)


def _scanned(light: Ink, ink: Ink, rng: np.random.Generator) -> tuple[Ink, Ink]:
    """Blur the picture and its ink; add noise and the losses of JPEG to the picture."""
    import cv2

    if rng.random() < 0.8:
        blur = rng.uniform(0.3, 1.3)
        light, ink = (
            np.asarray(cv2.GaussianBlur(one, (0, 0), blur), np.float32) for one in (light, ink)
        )
    noisy = light + rng.normal(0, rng.uniform(0, 0.035), light.shape)
    grey = np.rint(255 * noisy.clip(0, 1)).astype(np.uint8)
    if rng.random() < 0.6:
        quality = int(rng.integers(*JPEG_QUALITIES))
        encoded = cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        grey = np.asarray(cv2.imdecode(encoded, cv2.IMREAD_GRAYSCALE), np.uint8)
    return grey.astype(np.float32) / np.float32(255), ink.clip(0, 1)
