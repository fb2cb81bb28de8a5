"""`Strokes`: digits as paths of a pen, point by point, to be drawn with other pens."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from digitwise.errors import InputError

Places = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Strokes:
    """Pen strokes of n digits.

    Attributes
    ----------
    points : float32 array of shape (p, 2)
        x rightwards and y downwards, in any unit: each digit is scaled by its own box.
    stroke_starts : int64 array of shape (s + 1,)
        Stroke j has points stroke_starts[j] to stroke_starts[j + 1] - 1.
    digit_starts : int64 array of shape (n + 1,)
        Digit i has strokes digit_starts[i] to digit_starts[i + 1] - 1; a digit known by its
        picture only has no strokes.

    Raises
    ------
    InputError
        If an array has another shape, type or range, or the three don't match.
    """

    points: npt.NDArray[np.float32]
    stroke_starts: Places
    digit_starts: Places

    def __post_init__(self) -> None:
        """Check shapes, types and ranges: a kernel must not read beyond an array."""
        points = self.points
        if points.dtype != np.float32 or points.ndim != 2 or points.shape[1] != 2:
            raise InputError(
                f"points must be float32 of shape (p, 2); found {points.dtype} {points.shape}"
            )
        if not np.isfinite(points).all():
            at = int(np.flatnonzero(~np.isfinite(points).all(axis=1))[0])
            raise InputError(f"points must be finite numbers; found {points[at]} at {at}")
        for name, starts, end, what in (
            ("stroke_starts", self.stroke_starts, len(points), "points"),
            ("digit_starts", self.digit_starts, len(self.stroke_starts) - 1, "strokes"),
        ):
            rising = starts.ndim == 1 and len(starts) > 0 and bool((np.diff(starts) >= 0).all())
            if not rising or starts[0] != 0 or starts[-1] != end:
                raise InputError(f"{name} must rise from 0 to {end}, the number of {what}")
        if (np.diff(self.stroke_starts) == 0).any():
            raise InputError("each stroke must have a point; found one without")

    def __len__(self) -> int:
        """Return the number of digits."""
        return len(self.digit_starts) - 1

    def take(self, index: slice | npt.NDArray[np.generic]) -> "Strokes":
        """Return the strokes of the digits at a slice, or at an array of positions or booleans."""
        chosen = np.arange(len(self))[index]
        strokes, digit_starts = _ranges(self.digit_starts, chosen)
        points, stroke_starts = _ranges(self.stroke_starts, strokes)
        return Strokes(self.points[points], stroke_starts, digit_starts)


def no_strokes(n: int) -> Strokes:
    """Return empty strokes for n digits known by their pictures only."""
    return Strokes(np.zeros((0, 2), np.float32), np.zeros(1, np.int64), np.zeros(n + 1, np.int64))


def join_strokes(parts: Sequence[Strokes]) -> Strokes:
    """Join the strokes of several sets of digits."""
    return Strokes(
        np.concatenate([part.points for part in parts]),
        _joined([part.stroke_starts for part in parts]),
        _joined([part.digit_starts for part in parts]),
    )


def strokes_of(digits: Sequence[Sequence[npt.ArrayLike]]) -> Strokes:
    """Return the strokes of digits, each a list of strokes, each an array of points (k, 2)."""
    strokes = [np.asarray(s, np.float32).reshape(-1, 2) for digit in digits for s in digit]
    return Strokes(
        np.concatenate([np.zeros((0, 2), np.float32), *strokes]),
        np.cumsum([0, *map(len, strokes)], dtype=np.int64),
        np.cumsum([0, *map(len, digits)], dtype=np.int64),
    )


def plain_images(strokes: Strokes) -> npt.NDArray[np.uint8]:
    """Draw each digit with the plain pen, framed as MNIST's digits are: uint8 (n, 28, 28)."""
    from digitwise.data.canvas import make_work  # Numba is slow to import
    from digitwise.data.pen_kernel import draw_plain

    images = np.empty((len(strokes), 28, 28), np.uint8)
    draw_plain(strokes.points, strokes.stroke_starts, strokes.digit_starts, make_work(), images)
    return images


def _ranges(starts: Places, chosen: Places) -> tuple[Places, Places]:
    """Return the members of the chosen ranges in order, and the new starts of the ranges."""
    first, lengths = starts[chosen], np.diff(starts)[chosen]
    new = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    members = np.arange(new[-1]) + np.repeat(first - new[:-1], lengths)
    return members, new


def _joined(parts: Sequence[Places]) -> Places:
    ends = np.cumsum([0, *(part[-1] for part in parts)])
    shifted = [part[:-1] + before for part, (before, _) in zip(parts, pairwise(ends), strict=True)]
    return np.concatenate([*shifted, ends[-1:]]).astype(np.int64)
