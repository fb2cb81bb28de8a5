"""Drawn printed grounds of cheques and forms: waves, rings, hatching, dots, bands, small print.

Each function draws one ground of random shape: float32 (height, width), 0 paper to 1 print.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from digitwise.data.print_and_stamps import small_print

Print = npt.NDArray[np.float32]
Ground = Callable[[int, int, np.random.Generator], Print]

PERIODS_PX = (3.0, 16.0)  # range of the distance between printed lines
DOT_PERIODS_PX = (2.5, 9.0)  # range of the distance between printed dots
BAND_PERIODS_PX = (20.0, 90.0)  # range of the distance between broad bands
LINE_WIDTHS = (0.1, 0.6)  # range of a line's width, in distances between lines
BLOTCHES_PX = (1.2, 20.0)  # range of a blotch's size, standard deviation of the blur
GRAIN_PX = (0.5, 3.3)  # range of a grain's size along either axis, standard deviation of the blur
MIN_EDGE = 0.08  # width of a line's soft edge, in distances between lines


def waves(height: int, width: int, rng: np.random.Generator) -> Print:
    """Draw parallel lines in waves, mostly of any direction, else nearly level."""
    angle = rng.uniform(0, np.pi) if rng.random() < 0.6 else rng.normal(0, 0.12)
    along, across = _turned(height, width, angle)
    period = log_uniform(PERIODS_PX, rng)
    height_px = period * rng.uniform(0, 1.5) if rng.random() < 0.7 else 0.0
    length_px = period * rng.uniform(2, 20)
    bend = height_px * np.sin(2 * np.pi * along / length_px + _phase(rng))
    if rng.random() < 0.3:
        faster = 2 * np.pi * along / (length_px * rng.uniform(0.3, 3))
        bend += height_px * rng.uniform() * np.sin(faster + _phase(rng))
    return _lines((across + bend) / period, period, rng)


def rings(height: int, width: int, rng: np.random.Generator) -> Print:
    """Draw rings or rosettes round a point in the picture or beside it."""
    y, x = _places(height, width)
    y, x = y - height * rng.uniform(-1, 2), x - width * rng.uniform(-0.3, 1.3)
    period = log_uniform(PERIODS_PX, rng)
    radius = np.hypot(y * rng.uniform(0.6, 1.6), x)
    petals = rng.uniform(0, 3) * np.sin(rng.integers(24) * np.arctan2(y, x) + _phase(rng))
    return _lines(radius / period + petals, period, rng)


def hatching(height: int, width: int, rng: np.random.Generator) -> Print:
    """Draw lines in waves, mostly crossed by others."""
    drawn = waves(height, width, rng)
    return np.maximum(drawn, waves(height, width, rng)) if rng.random() < 0.6 else drawn


def dots(height: int, width: int, rng: np.random.Generator) -> Print:
    """Draw a screen of dots, or of holes."""
    along, across = _turned(height, width, rng.uniform(0, np.pi / 2))
    period, radius = rng.uniform(*DOT_PERIODS_PX), rng.uniform(0.15, 0.48)
    from_middle = np.hypot(along / period % 1 - 0.5, across / period % 1 - 0.5)
    drawn = np.clip((radius - from_middle) * period + 0.5, 0, 1)
    return np.asarray(1 - drawn if rng.random() < 0.15 else drawn, np.float32)


def bands(height: int, width: int, rng: np.random.Generator) -> Print:
    """Draw broad parallel bands with hard or soft edges."""
    along, _ = _turned(height, width, rng.uniform(0, np.pi))
    place = along / rng.uniform(*BAND_PERIODS_PX) + rng.uniform()
    return _line(place, rng.uniform(0.2, 0.6), rng.uniform(0.02, 0.4))


def blotches(height: int, width: int, rng: np.random.Generator) -> Print:
    """Draw soft blotches, as of stains or of a photocopy."""
    size = log_uniform(BLOTCHES_PX, rng)
    return (0.5 + 0.35 * _noise(height, width, (size, size), rng) - rng.uniform(0, 0.4)).clip(0, 1)


def grain(height: int, width: int, rng: np.random.Generator) -> Print:
    """Draw the grain of coarse paper or cloth."""
    sizes = log_uniform(GRAIN_PX, rng), log_uniform(GRAIN_PX, rng)
    return (0.5 + 0.25 * _noise(height, width, sizes, rng)).clip(0, 1)


GROUNDS: tuple[Ground, ...] = (
    *(waves, waves, waves, rings, rings),
    *(hatching, dots, blotches, grain, small_print, bands),
)
"""Grounds to choose from; the commoner ones stand more than once."""


def _places(height: int, width: int) -> tuple[Print, Print]:
    y, x = np.mgrid[:height, :width].astype(np.float32)
    return y, x


def _turned(height: int, width: int, angle: float) -> tuple[Print, Print]:
    """Return each pixel's place along a direction and across it, in pixels."""
    y, x = _places(height, width)
    cosine, sine = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    return x * cosine + y * sine, y * cosine - x * sine


def _lines(place: npt.NDArray[Any], period: float, rng: np.random.Generator) -> Print:
    return _line(place, rng.uniform(*LINE_WIDTHS), max(MIN_EDGE, 0.7 / period))


def _line(place: npt.NDArray[Any], width: float, edge: float) -> Print:
    """Draw a line in the middle between whole numbers of `place`."""
    from_middle = np.abs(place % 1 - 0.5)
    return np.asarray(np.clip((width / 2 - from_middle) / edge + 0.5, 0, 1), np.float32)


def _noise(height: int, width: int, sizes: tuple[float, float], rng: np.random.Generator) -> Print:
    """Return blurred Gaussian noise with a standard deviation of 1."""
    import cv2

    white = rng.standard_normal((height, width)).astype(np.float32)
    noise = cv2.GaussianBlur(white, (0, 0), sigmaX=sizes[0], sigmaY=sizes[1])
    return np.asarray(noise / (noise.std() + 1e-6), np.float32)


def log_uniform(bounds: tuple[float, float], rng: np.random.Generator) -> float:
    """Draw a number whose logarithm is uniform between the bounds' logarithms."""
    return float(np.exp(rng.uniform(*np.log(bounds))))


def _phase(rng: np.random.Generator) -> float:
    return float(rng.uniform(0, 2 * np.pi))
