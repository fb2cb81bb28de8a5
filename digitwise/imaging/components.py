"""Connected pieces of ink."""

from dataclasses import dataclass

import numpy as np

from digitwise.imaging.ink import Light

SOLID = 0.3  # share of full ink from which a pixel belongs to a stroke
SPECK = 0.12  # smaller than this share of the largest piece, a piece is dirt


@dataclass(frozen=True)
class Component:
    """Ink that hangs together, 8-connected.

    Attributes
    ----------
    left, top, right, bottom : int
        Its box in pixels, right and bottom past the end.
    ink : float32 array of shape (bottom - top, right - left)
        Its own ink, in [0, 1]; that of others in the box left out.
    """

    left: int
    top: int
    right: int
    bottom: int
    ink: Light

    @property
    def width(self) -> int:
        """Of the box, in pixels."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Of the box, in pixels."""
        return self.bottom - self.top


def find_components(ink: Light) -> list[Component]:
    """Find the connected strokes, without specks, from left to right.

    Each takes along the weak ink at its rim, within a pixel: that is the stroke's soft edge.

    Parameters
    ----------
    ink : float32 array of shape (h, w)
        In [0, 1], 0 paper.
    """
    import cv2

    solid = (ink >= SOLID).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(solid, connectivity=8)
    longest = max((max(s[2], s[3]) for s in stats[1:]), default=0)
    found = []
    for label in range(1, count):
        left, top, width, height = (int(v) for v in stats[label, :4])
        if max(width, height) < max(SPECK * longest, 3):
            continue
        left, top = max(left - 1, 0), max(top - 1, 0)
        right, bottom = min(left + width + 2, ink.shape[1]), min(top + height + 2, ink.shape[0])
        own = (labels[top:bottom, left:right] == label).astype(np.uint8)
        rim = cv2.dilate(own, np.ones((3, 3), np.uint8))
        # No other piece's stroke is within a pixel, or it would hang together with this one.
        own_ink = np.where(rim > 0, ink[top:bottom, left:right], 0)
        found.append(Component(left, top, right, bottom, own_ink.astype(np.float32)))
    return sorted(found, key=lambda c: (c.left, c.top))


def join(components: list[Component]) -> Component:
    """One component of several: their common box, their ink together."""
    left, top = min(c.left for c in components), min(c.top for c in components)
    right, bottom = max(c.right for c in components), max(c.bottom for c in components)
    ink = np.zeros((bottom - top, right - left), np.float32)
    for c in components:
        place = ink[c.top - top : c.bottom - top, c.left - left : c.right - left]
        np.maximum(place, c.ink, out=place)
    return Component(left, top, right, bottom, ink)


def horizontal_gap(a: Component, b: Component) -> int:
    """Pixels between two boxes along x; negative where they overlap."""
    return max(a.left, b.left) - min(a.right, b.right)


def vertical_gap(a: Component, b: Component) -> int:
    """Pixels between two boxes along y; negative where they overlap."""
    return max(a.top, b.top) - min(a.bottom, b.bottom)
