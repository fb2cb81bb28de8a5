"""Arrays of pixels, and objects that convert to one, as PIL images."""

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from digitwise.errors import ImageError, reason_of

if TYPE_CHECKING:
    from PIL.Image import Image

CHANNELS = (1, 3, 4)  # grey, colour, colour with alpha
MAX_8_BIT = 255  # white in 8 bits
MAX_16_BIT = 65_535  # white in 16 bits


def is_array_like(source: object) -> bool:
    """Tell whether an object converts to a NumPy array: arrays, tensors, frames; not lists."""
    return hasattr(source, "__array__") or hasattr(source, "__array_interface__")


def as_array(source: Any) -> npt.NDArray[Any]:
    """Return the array that an object converts to.

    Raises
    ------
    ImageError
        If the conversion fails, as for a tensor on a GPU or one that requires gradients.
    """
    try:
        return np.asarray(source)
    except Exception as error:  # other libraries raise errors of any kind
        raise ImageError(
            f"this {type(source).__name__} can't be made an array ({reason_of(error)})"
        ) from error


def image_of(array: npt.NDArray[Any]) -> "Image":
    """Return the PIL image of an array of pixels.

    Its shape is (h, w), (h, w, 1), (h, w, 3) or (h, w, 4). Reals lie in [0, 1]; booleans are black
    or white; uint8 and uint16 use their whole range. Other integers are taken by their values: as
    booleans if all are 0 or 1, else as uint8 up to 255, else as uint16 up to 65,535.

    Raises
    ------
    ImageError
        If shape, type or values are none of the above.
    """
    from PIL import Image

    if array.size == 0 or not (array.ndim == 2 or (array.ndim == 3 and array.shape[2] in CHANNELS)):
        hint = ": channels come last" if array.ndim == 3 and array.shape[0] in CHANNELS else ""
        raise ImageError(
            f"expected an array of (h, w), (h, w, 1), (h, w, 3) or (h, w, 4); found {array.shape}"
            f"{hint}"
        )
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    levels = _levels(array)
    if levels.dtype == np.uint16 and levels.ndim == 3:
        levels = (levels >> 8).astype(np.uint8)  # Pillow has no colours of 16 bits
    return Image.fromarray(np.ascontiguousarray(levels))


def _levels(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the pixels as uint8 or uint16."""
    kind: np.dtype[Any] = array.dtype.newbyteorder("=")
    if kind in (np.uint8, np.uint16):
        return array.astype(kind, copy=False)
    if np.issubdtype(kind, np.bool_):
        return array.astype(np.uint8) * MAX_8_BIT
    if np.issubdtype(kind, np.floating):
        if not ((array >= 0) & (array <= 1)).all():
            raise ImageError("real pixels must lie in [0, 1]; found values outside")
        return np.asarray(np.rint(array * MAX_8_BIT), np.uint8)
    if not np.issubdtype(kind, np.integer):
        raise ImageError(f"expected integer, bool or real pixels; found {array.dtype}")
    least, most = int(array.min()), int(array.max())
    if least < 0 or most > MAX_16_BIT:
        raise ImageError(
            f"integer pixels lie in 0..{MAX_8_BIT} or 0..{MAX_16_BIT}; found {least}..{most}"
        )
    if most <= 1:
        return array.astype(np.uint8) * MAX_8_BIT
    return array.astype(np.uint8 if most <= MAX_8_BIT else np.uint16)
