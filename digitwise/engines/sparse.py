"""Sparse inputs: 81% of MNIST's pixels are 0 and contribute nothing to sums or gradients."""

from threading import Lock
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from digitwise.compiled import kernel
from digitwise.data.digits import as_inputs
from digitwise.data.table import Examples, Table
from digitwise.neurons import Floats

EXAMPLES_AT_ONCE = 1000  # examples that are copied together


class SparseImages(NamedTuple):
    """The non-zero inputs of n examples, as compressed sparse rows.

    Attributes
    ----------
    starts : int64 array of shape (n + 1,)
        Example i has the entries starts[i] to starts[i + 1] of `pixels` and `values`.
    pixels : uint16 or uint32 array
        Index of each entry's input, 0 to 783 for images.
    values : uint8, float32 or float64 array
        Grey value of each entry, 1 to 255, for images; the input itself for tables.
    """

    starts: npt.NDArray[np.int64]
    pixels: npt.NDArray[np.unsignedinteger[Any]]
    values: npt.NDArray[Any]


def sparse_images(examples: Examples, dtype: npt.DTypeLike = np.float32) -> SparseImages:
    """Return the sparse inputs of a set of examples, made once for all networks and threads.

    Values of a table have the network's type, `dtype`.
    """
    kind = np.dtype(dtype if isinstance(examples, Table) else np.uint8)
    with _lock:
        made = _known.setdefault(examples, {})
        if kind not in made:
            if isinstance(examples, Table):
                made[kind] = _make(examples.inputs(kind))
            else:
                made[kind] = _make(examples.images.reshape(len(examples), 28 * 28))
        return made[kind]


def brightness(examples: Examples, dtype: npt.DTypeLike) -> Floats | None:
    """Return the network's input for each of a pixel's 256 values, (256,); None for a table."""
    if isinstance(examples, Table):
        return None
    return as_inputs(np.arange(256, dtype=np.uint8), dtype)[:, 0]


_known: "WeakKeyDictionary[Examples, dict[np.dtype[Any], SparseImages]]" = WeakKeyDictionary()
_lock = Lock()


def _make(images: npt.NDArray[Any]) -> SparseImages:
    starts = np.zeros(len(images) + 1, np.int64)
    np.cumsum(np.count_nonzero(images, axis=1), out=starts[1:])
    places = np.uint16 if images.shape[1] <= 2**16 else np.uint32
    pixels = np.empty(starts[-1], places)
    values = np.empty(starts[-1], images.dtype)
    for first in range(0, len(images), EXAMPLES_AT_ONCE):
        # A copy, since Numba would compile a second version for a read-only array.
        some = np.array(images[first : first + EXAMPLES_AT_ONCE])
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
