"""Connected pieces of ink."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from digitwise.errors import ImageError
from digitwise.imaging.connected import connected
from digitwise.imaging.ink import SOLID
from digitwise.imaging.seen import frame_digits
from digitwise.imaging.surface import Light

MOST = 5_000  # more than a full page of digits has
MOST_PIXELS = 40_000_000  # of all boxes, ten pages: each is kept with its ink
SPECK = 0.12  # smaller than this share of a large piece, a piece is dirt
OUTSIZE = 4.0  # times as large as is usual, a piece is no digit: a signature, a ring
TOGETHER = 256  # that are framed in one step: a texture has too many for the memory
MOST_OF = 0.6  # share of the picture's side that a line is long, at least, if it is thin:
THIN = 12  # times as long as wide
LITTLE = 0.04  # share of the ink: the rest is specks
RIM = np.ones((3, 3), np.uint8)  # around a stroke's pixel: so far its soft edge reaches


@dataclass(frozen=True)
class Component:
    """Ink that hangs together, 8-connected.

    Attributes
    ----------
    left, top, right, bottom : int
        Its box in pixels, right and bottom past the end.
    ink : float32 array of shape (bottom - top, right - left)
        Its own ink, in [0, 1]; that of others in the box left out.
    at_edge : four bool
        Whether it reaches the picture's left, top, right and bottom edge.
    through : bool
        Whether it runs through the picture, or most of it, as rules, frames and gutters do.
    """

    left: int
    top: int
    right: int
    bottom: int
    ink: Light
    at_edge: tuple[bool, bool, bool, bool] = (False, False, False, False)
    through: bool = False

    @property
    def width(self) -> int:
        """Of the box, in pixels."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Of the box, in pixels."""
        return self.bottom - self.top

    @cached_property
    def frame(self) -> npt.NDArray[np.uint8]:
        """What a network sees of it, shape (28, 28)."""
        return np.asarray(frame_digits([self.ink])[0])


def frame_components(components: Sequence[Component]) -> None:
    """Make the frames of those that have none yet, together: that takes half as long."""
    new = [component for component in components if "frame" not in vars(component)]
    for start in range(0, len(new), TOGETHER):
        some = new[start : start + TOGETHER]
        for component, framed in zip(some, frame_digits([c.ink for c in some]), strict=True):
            # Where `cached_property` looks for it; one that is kept doesn't keep all others.
            vars(component)["frame"] = framed.copy()


def find_components(ink: Light, solid: float = SOLID) -> list[Component]:
    """Find the connected strokes, without specks, from left to right.

    Each takes along the weak ink at its rim, within a pixel: that is the stroke's soft edge.

    Parameters
    ----------
    ink : float32 array of shape (h, w)
        In [0, 1], 0 paper.
    solid : float
        Share of full ink from which a pixel belongs to a stroke.

    Raises
    ------
    ImageError
        If there are more than 5,000, or they lie in one another: that is a texture, not writing.
    """
    import cv2

    labels, stats = connected(ink >= solid)
    sides = stats[:, 2:4].max(axis=1)
    sides[0] = 0  # the paper
    through = _run_through(stats, ink.shape)
    told = _tell_size(through[1:], stats[1:, 4])
    kept = np.flatnonzero(sides >= max(SPECK * _large(sides[1:][told], stats[1:, 4][told]), 3))
    if len(kept) > MOST:
        raise ImageError(
            f"{len(kept):,} separate strokes; expected a page of numbers, with {MOST:,} at most"
        )
    boxes = int((stats[kept, 2].astype(np.int64) * stats[kept, 3]).sum())
    if boxes > MOST_PIXELS:
        raise ImageError(
            f"strokes that cross all of the picture, with boxes of {boxes:,} pixels; expected a "
            f"page of numbers, with {MOST_PIXELS:,} at most"
        )
    found = []
    for label in kept.tolist():
        left, top, width, height = stats[label, :4].tolist()
        left, top = max(left - 1, 0), max(top - 1, 0)
        right, bottom = min(left + width + 2, ink.shape[1]), min(top + height + 2, ink.shape[0])
        at_edge = (left == 0, top == 0, right == ink.shape[1], bottom == ink.shape[0])
        own = (labels[top:bottom, left:right] == label).view(np.uint8)
        rim = cv2.dilate(own, RIM)
        # No other piece's stroke is within a pixel, or it would hang together with this one.
        found.append(
            Component(
                left,
                top,
                right,
                bottom,
                ink[top:bottom, left:right] * rim,
                at_edge,
                bool(through[label]),
            )
        )
    return sorted(found, key=lambda c: (c.left, c.top))


def _run_through(stats: npt.NDArray[Any], shape: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    """Which components run from edge to edge, or are thin and nearly as long as the picture."""
    left, top, wide, high, _ = stats.T
    height, width = shape
    across = (left <= 1) & (left + wide >= width - 1) | (wide >= MOST_OF * width) & (
        wide >= THIN * high
    )
    down = (top <= 1) & (top + high >= height - 1) | (high >= MOST_OF * height) & (
        high >= THIN * wide
    )
    return np.asarray(across | down)


def _tell_size(through: npt.NDArray[np.bool_], ink: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Which components tell how large digits are: those that don't run through the picture.

    All do if the others are no more than specks: a digit fills its picture.
    """
    others = ~through
    return others if ink[others].sum() >= LITTLE * ink.sum() else np.ones_like(through)


def that_tell_size(components: Sequence[Component]) -> list[Component]:
    """Return those components that tell how large a number's digits are, in their order."""
    through = np.array([c.through for c in components], bool)
    if not through.any():
        return list(components)
    told = _tell_size(through, np.array([float(c.ink.sum()) for c in components]))
    return [c for c, tells in zip(components, told, strict=True) if tells]


def _large(sides: npt.NDArray[Any], areas: npt.NDArray[Any]) -> float:
    """Longer side of the largest piece that may be a digit; 0 of none."""
    return min(float(sides.max(initial=0)), OUTSIZE * usual_size(sides, areas))


def usual_size(sizes: npt.NDArray[Any], ink: npt.NDArray[Any]) -> float:
    """Of things of these sizes, that of which half of all ink is in smaller ones; 0 of none."""
    if not len(sizes):
        return 0.0
    order = np.argsort(sizes)
    return float(sizes[order][np.searchsorted(np.cumsum(ink[order]), ink.sum() / 2)])


def usual_height(components: list[Component]) -> float:
    """Height of most writing, in pixels: see `usual_size`."""
    components = that_tell_size(components)
    heights = np.array([c.height for c in components])
    return usual_size(heights, np.array([float(c.ink.sum()) for c in components]))


def join(components: list[Component]) -> Component:
    """One component of several: their common box, their ink together."""
    left, top = min(c.left for c in components), min(c.top for c in components)
    right, bottom = max(c.right for c in components), max(c.bottom for c in components)
    ink = np.zeros((bottom - top, right - left), np.float32)
    for c in components:
        place = ink[c.top - top : c.bottom - top, c.left - left : c.right - left]
        np.maximum(place, c.ink, out=place)
    return Component(left, top, right, bottom, ink)
