"""`Digit`: one labelled image."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from digitwise.data.strokes import Strokes

if TYPE_CHECKING:
    from PIL.Image import Image


@dataclass(frozen=True, eq=False)
class Digit:
    """One digit of a set; `image, label = digit` takes it apart.

    Attributes
    ----------
    image : uint8 array of shape (28, 28)
        0 paper, 255 ink; a view into the set's images.
    label : int
        0 to 9; 10 (`NO_DIGIT`) for a non-digit.
    strokes : Strokes, optional
        Path of the pen, where known.
    """

    image: npt.NDArray[np.uint8]
    label: int
    strokes: Strokes | None = None

    def __iter__(self) -> Iterator[Any]:
        """Iterate over image and label."""
        return iter((self.image, self.label))

    def __array__(
        self, dtype: npt.DTypeLike | None = None, copy: bool | None = None
    ) -> npt.NDArray[Any]:
        """Return its image, so that it can be read, or drawn, as a picture."""
        return as_array(self.image, dtype, copy)

    def __repr__(self) -> str:
        """Return the class name with the label."""
        return f"Digit(label={self.label})"

    def show(self) -> "Image":
        """Return a picture of the digit with its label."""
        from digitwise.display.digits import show_digit

        return show_digit(self)

    def _repr_png_(self) -> bytes:
        from digitwise.display.digits import digit_as_png

        return digit_as_png(self)


def as_array(
    pixels: npt.NDArray[np.uint8], dtype: npt.DTypeLike | None, copy: bool | None
) -> npt.NDArray[Any]:
    """Return pixels for NumPy's protocol `__array__`."""
    if copy is None:  # copy only if necessary; NumPy 1 doesn't accept None
        return np.asarray(pixels, dtype=dtype)
    return np.array(pixels, dtype=dtype, copy=copy)
