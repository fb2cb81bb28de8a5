"""MNIST's framing of one digit, rebuilt: ink of any size → 28×28 bytes.

Yadav and Bottou recovered the steps ("Cold case: the lost MNIST digits", 2019) by comparing
MNIST with its sources. Framing an MNIST image again doesn't change it.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from digitwise.errors import InputError
from digitwise.neurons import Floats

SIDE = 28  # pixels: side of the frame
BOX = 20  # pixels: side of the digit's box in the frame
MIN_SIDE_PX = 10  # digits smaller than this are scaled as if they had this size
ONE_THREAD = 1 << 18  # multiplications: beyond, OpenBLAS wakes threads, 100 times as slow if busy
FOOTPRINT = 0.99  # share of a source pixel's width over which its ink is spread


def frame(ink: npt.ArrayLike) -> npt.NDArray[np.uint8]:
    """Frame one digit as MNIST does.

    The digit's bounding box becomes a square of 20×20, aspect preserved, and is pasted so that
    its centre of mass lies in (14, 15], half a pixel past the centre of the frame on average.

    Parameters
    ----------
    ink : real array of shape (h, w)
        0 paper, 1 ink.

    Returns
    -------
    uint8 array of shape (28, 28)
        0 paper, 255 ink; all 0 if there is no ink.

    Raises
    ------
    InputError
        If the array is not two-dimensional.
    """
    return np.asarray(frame_all([ink])[0])


def frame_all(inks: Sequence[npt.ArrayLike]) -> npt.NDArray[np.uint8]:
    """Frame n digits, each as `frame` does; uint8 (n, 28, 28)."""
    boxes = np.zeros((len(inks), BOX, BOX))
    for box, ink in zip(boxes, inks, strict=True):
        ink = np.asarray(ink, dtype=np.float64)
        if ink.ndim != 2:
            raise InputError(f"expected one image of shape (h, w); found {ink.shape}")
        ink = ink[bounding_box(ink)]
        if ink.size:
            box[...] = _resample(ink)
    strongest = boxes.max(axis=(1, 2))
    inked = strongest > 0
    boxes *= (255 / np.where(inked, np.minimum(1, strongest), 1))[:, None, None]
    digits = np.floor(boxes + 0.5).clip(0, 255)
    centres = [digits.sum(axis=axis) @ _centres(BOX) for axis in (2, 1)]
    mass = np.where(inked, digits.sum(axis=(1, 2)), 1)
    framed = np.zeros((len(inks), SIDE, SIDE), np.uint8)
    tops, lefts = (np.floor(15 - of_axis / mass).astype(int).tolist() for of_axis in centres)
    for image, digit, top, left in zip(framed, digits, tops, lefts, strict=True):
        # Paste, clipped to the frame.
        rows = slice(max(top, 0), min(top + BOX, SIDE))
        columns = slice(max(left, 0), min(left + BOX, SIDE))
        image[rows, columns] = digit[
            rows.start - top : rows.stop - top, columns.start - left : columns.stop - left
        ]
    return framed


def bounding_box(ink: npt.NDArray[Any]) -> tuple[slice, slice]:
    """Return the rows and columns of the ink's bounding box; empty slices without ink."""
    import cv2

    left, top, width, height = cv2.boundingRect((ink != 0).view(np.uint8))
    return slice(top, top + height), slice(left, left + width)


def centre_of_mass(image: npt.NDArray[Any]) -> tuple[float, float]:
    """Return row and column of the centre of mass; a pixel's own centre is at +0.5."""
    total = image.sum()
    down, across = (image.sum(axis=1 - axis) @ _centres(image.shape[axis]) for axis in (0, 1))
    return float(down / total), float(across / total)


@lru_cache(maxsize=512)
def _centres(n: int) -> Floats:
    """Return the centres of n pixels along an axis."""
    return np.arange(n) + 0.5


def _resample(ink: Floats) -> Floats:
    """Resample ink, centred in a square, to 20×20 by area weights."""
    side = max(*ink.shape, MIN_SIDE_PX)
    spread = _spread(side)
    down, across = (slice((side - n) // 2, (side - n) // 2 + n) for n in ink.shape)
    columns = max(1, ONE_THREAD // (BOX * ink.shape[0]))
    starts = range(0, ink.shape[1], columns)
    rows = np.hstack([spread[:, down] @ ink[:, start : start + columns] for start in starts])
    return np.asarray(rows @ spread[:, across].T)


@lru_cache(maxsize=512)
def _spread(side: int) -> Floats:
    """Return the matrix (20, side) of the shares of source pixels in target pixels, on one axis.

    Source pixels are doubled until there are at least 20.
    """
    n, times = side, 1
    while n < BOX:
        n, times = 2 * n, 2 * times
    scale = BOX / n
    start = scale * np.arange(n)
    end = start + FOOTPRINT * scale
    target = np.arange(BOX)[:, None]
    overlap = np.minimum(end, target + 1) - np.maximum(start, target)
    # A pixel that falls into one target whole gives all of its ink, not 99% of it.
    whole = np.floor(start + 1e-11) == np.ceil(end - 1e-11) - 1
    shares = np.where(overlap > 1e-11, np.where(whole, scale, overlap), 0.0)
    return np.asarray(shares.reshape(BOX, side, times).sum(axis=2))
