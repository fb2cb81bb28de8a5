"""Images without their zeros: 81% of MNIST's pixels are paper, and paper contributes nothing."""

from threading import Lock
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from digitwise.compiled import kernel
from digitwise.data.digits import Digits, as_inputs
from digitwise.neurons import Floats

AT_ONCE = 1000  # images


class SparseImages(NamedTuple):
    """The pixels of n images that are not 0, image after image, each in the order of positions.

    Attributes
    ----------
    starts : int64 array of shape (n + 1,)
        Image i has the entries starts[i] to starts[i + 1] of the two others.
    pixels : uint16 array
        Positions, 0 to 783.
    values : uint8 array
        1 to 255.
    """

    starts: npt.NDArray[np.int64]
    pixels: npt.NDArray[np.uint16]
    values: npt.NDArray[np.uint8]


def sparse_images(digits: Digits) -> SparseImages:
    """Return a set's images without their zeros: made once a set, for all networks and threads."""
    with _lock:
        if digits not in _known:
            _known[digits] = _make(digits.images.reshape(len(digits), 28 * 28))
        return _known[digits]


def brightness(dtype: npt.DTypeLike) -> Floats:
    """What a network sees of each of the 256 values that a pixel can have, (256,)."""
    return as_inputs(np.arange(256, dtype=np.uint8), dtype)[:, 0]


_known: "WeakKeyDictionary[Digits, SparseImages]" = WeakKeyDictionary()
_lock = Lock()


def _make(images: npt.NDArray[np.uint8]) -> SparseImages:
    starts = np.zeros(len(images) + 1, np.int64)
    np.cumsum(np.count_nonzero(images, axis=1), out=starts[1:])
    pixels = np.empty(starts[-1], np.uint16)
    values = np.empty(starts[-1], np.uint8)
    for first in range(0, len(images), AT_ONCE):
        # A copy: the set's own array may be read-only, for which Numba would compile anew.
        some = np.array(images[first : first + AT_ONCE])
        here = slice(starts[first], starts[first + len(some)])
        _collect(some, pixels[here], values[here])
    return SparseImages(starts, pixels, values)


@kernel
def _collect(images: Any, pixels: Any, values: Any) -> None:
    entry = 0
    for i in range(len(images)):
        for pixel in range(images.shape[1]):
            if images[i, pixel]:
                pixels[entry] = pixel
                values[entry] = images[i, pixel]
                entry += 1
