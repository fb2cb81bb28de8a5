"""Connected components of ink."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from digitwise.errors import ImageError
from digitwise.imaging.connected import connected
from digitwise.imaging.frames import frame_digits
from digitwise.imaging.ink import SOLID
from digitwise.imaging.surface import Light

MAX_COMPONENTS = 5_000  # more than a full page of digits has
MAX_BOX_PIXELS = 40_000_000  # maximum total area of boxes, ten pages: each component stores its ink
MAX_SPECK_SHARE = 0.08  # maximum longer side of a speck, as a share of the largest digit's
MAX_USUAL_SIZES = 4.0  # times the usual size: larger components (a signature, a ring) are no digits
FRAMED_AT_ONCE = 256  # components framed in one step; all of a texture's would need too much memory
MIN_LINE_SIDES = 0.6  # minimum length of a thin line, as a share of the picture's side
THIN_ASPECT = 12  # minimum length divided by width of a thin line
MIN_INK_SHARE = 0.04  # share of all ink below which components are mere specks
RIM = np.ones((3, 3), np.uint8)  # a stroke's soft edge reaches one pixel


@dataclass(frozen=True)
class Component:
    """An 8-connected component of ink.

    Attributes
    ----------
    left, top, right, bottom : int
        Its box in pixels, right and bottom exclusive.
    ink : float32 array of shape (bottom - top, right - left)
        Its own ink, in [0, 1]; other components' ink in the box is left out.
    at_edge : four bool
        Whether it reaches the picture's left, top, right and bottom edge.
    through : bool
        Whether it spans the picture, or most of it, as printed lines, frames and gutters do.
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
        """Width of the box, in pixels."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Height of the box, in pixels."""
        return self.bottom - self.top

    @cached_property
    def frame(self) -> npt.NDArray[np.uint8]:
        """Frame for the network, shape (28, 28)."""
        return np.asarray(frame_digits([self.ink])[0])


def frame_components(components: Sequence[Component]) -> None:
    """Make the missing frames of components together, which takes half as long."""
    new = [component for component in components if "frame" not in vars(component)]
    for start in range(0, len(new), FRAMED_AT_ONCE):
        some = new[start : start + FRAMED_AT_ONCE]
        for component, framed in zip(some, frame_digits([c.ink for c in some]), strict=True):
            # `cached_property` finds it there; the copy lets the other frames' memory go.
            vars(component)["frame"] = framed.copy()


def find_components(ink: Light, solid: float = SOLID) -> list[Component]:
    """Find the connected components without specks, from left to right.

    Each includes the weak ink within a pixel of it: the stroke's soft edge.

    Parameters
    ----------
    ink : float32 array of shape (h, w)
        In [0, 1], 0 paper.
    solid : float
        Share of full ink: minimum for a stroke's pixel.

    Raises
    ------
    ImageError
        If there are more than 5,000 or their boxes overlap too much, as those of a texture do.
    """
    import cv2

    labels, stats = connected(ink >= solid)
    sides = stats[:, 2:4].max(axis=1)
    sides[0] = 0  # the paper
    through = _run_through(stats, ink.shape)
    told = _tell_size(through[1:], stats[1:, 4])
    kept = np.flatnonzero(
        sides >= max(MAX_SPECK_SHARE * _largest_digit(sides[1:][told], stats[1:, 4][told]), 3)
    )
    if len(kept) > MAX_COMPONENTS:
        raise ImageError(
            f"{len(kept):,} separate strokes; expected a page of numbers, with {MAX_COMPONENTS:,} "
            "at most"
        )
    boxes = int((stats[kept, 2].astype(np.int64) * stats[kept, 3]).sum())
    if boxes > MAX_BOX_PIXELS:
        raise ImageError(
            f"strokes whose boxes have {boxes:,} pixels in all; expected a page of numbers, with "
            f"{MAX_BOX_PIXELS:,} at most"
        )
    found = []
    for label in kept.tolist():
        left, top, width, height = stats[label, :4].tolist()
        left, top = max(left - 1, 0), max(top - 1, 0)
        right, bottom = min(left + width + 2, ink.shape[1]), min(top + height + 2, ink.shape[0])
        at_edge = (left == 0, top == 0, right == ink.shape[1], bottom == ink.shape[0])
        own = (labels[top:bottom, left:right] == label).view(np.uint8)
        rim = cv2.dilate(own, RIM)
        # No other component is within a pixel, or it would be connected with this one.
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
    """Mark components that run from edge to edge, or are thin and most of a side long."""
    left, top, wide, high, _ = stats.T
    height, width = shape
    across = (left <= 1) & (left + wide >= width - 1) | (wide >= MIN_LINE_SIDES * width) & (
        wide >= THIN_ASPECT * high
    )
    down = (top <= 1) & (top + high >= height - 1) | (high >= MIN_LINE_SIDES * height) & (
        high >= THIN_ASPECT * wide
    )
    return np.asarray(across | down)


def _tell_size(through: npt.NDArray[np.bool_], ink: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Mark components that show the size of digits: those that don't span the picture.

    If the others are mere specks, all are marked: one digit fills the picture.
    """
    others = ~through
    return others if ink[others].sum() >= MIN_INK_SHARE * ink.sum() else np.ones_like(through)


def that_tell_size(components: Sequence[Component]) -> list[Component]:
    """Return the components that show the size of a number's digits, in the given order."""
    through = np.array([c.through for c in components], bool)
    if not through.any():
        return list(components)
    told = _tell_size(through, np.array([float(c.ink.sum()) for c in components]))
    return [c for c, tells in zip(components, told, strict=True) if tells]


def _largest_digit(sides: npt.NDArray[Any], areas: npt.NDArray[Any]) -> float:
    """Return the longer side of the largest component that may be a digit; 0 without any."""
    return min(float(sides.max(initial=0)), MAX_USUAL_SIZES * weighted_median(sides, areas))


def weighted_median(values: npt.NDArray[Any], weights: npt.NDArray[Any]) -> float:
    """Return the weighted median of values; 0 if there are no values."""
    if not len(values):
        return 0.0
    order = np.argsort(values)
    sums = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(sums, weights.sum() / 2)])


def usual_height(components: list[Component]) -> float:
    """Return the ink-weighted median height of digits, in pixels."""
    components = that_tell_size(components)
    heights = np.array([c.height for c in components])
    return weighted_median(heights, np.array([float(c.ink.sum()) for c in components]))


def join(components: list[Component]) -> Component:
    """Join components into one: their common box, the maximum of their ink."""
    left, top = min(c.left for c in components), min(c.top for c in components)
    right, bottom = max(c.right for c in components), max(c.bottom for c in components)
    ink = np.zeros((bottom - top, right - left), np.float32)
    for c in components:
        place = ink[c.top - top : c.bottom - top, c.left - left : c.right - left]
        np.maximum(place, c.ink, out=place)
    return Component(left, top, right, bottom, ink)
