"""`Digits`: the one type that every source of labelled digits yields."""

import hashlib
import operator
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

import numpy as np
import numpy.typing as npt

from digitwise.data.digit import Digit, as_array
from digitwise.data.strokes import Strokes, join_strokes, no_strokes
from digitwise.errors import InputError, RangeError
from digitwise.network import Network
from digitwise.neurons import Floats

if TYPE_CHECKING:
    from PIL.Image import Image

NO_DIGIT = 10  # label of a non-digit


def as_inputs(images: npt.NDArray[np.uint8], dtype: npt.DTypeLike = np.float32) -> Floats:
    """Convert images to network inputs: uint8 (n, 28, 28) → real (n, 784), 0 paper, 1 ink."""
    # -1 as a length is ambiguous if there are no images.
    inputs = images.reshape(len(images), int(np.prod(images.shape[1:]))).astype(dtype)
    inputs /= 255
    return inputs


def check_digit_network(network: Network, or_outputs: int = 10) -> None:
    """Check that a network can classify digits.

    Raises
    ------
    InputError
        If it hasn't 784 inputs and 10 or `or_outputs` outputs.
    """
    if network.sizes[0] != 784 or network.sizes[-1] not in (10, or_outputs):
        raise InputError(
            f"digits need a network with 784 inputs and 10 outputs; this one has "
            f"{network.sizes[0]} and {network.sizes[-1]}"
        )


@dataclass(frozen=True, eq=False)
class Digits:
    """Labelled images of single digits.

    A sequence: `digits[0]` is a `Digit`, `digits[:100]`, `digits[[3, 5]]` and
    `digits[digits.labels == 7]` are Digits, `a + b` joins two sets. `==` compares identity;
    compare contents by `sha256`.

    Attributes
    ----------
    images : uint8 array of shape (n, 28, 28)
        0 paper, 255 ink.
    labels : uint8 array of shape (n,)
        0 to 9; 10 (`NO_DIGIT`) for a non-digit, for which no output should fire.
    source : str
        Origin of the digits, shown to people.
    strokes : Strokes, optional
        Paths of the pen, where known; deformation then draws them with other pens.

    Raises
    ------
    InputError
        If an array has another shape, type or range, or the two don't match.
    """

    images: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.uint8]
    source: str = "memory"
    strokes: Strokes | None = None

    def __post_init__(self) -> None:
        """Check shapes, types and ranges."""
        images, labels = self.images, self.labels
        if not isinstance(images, np.ndarray) or not isinstance(labels, np.ndarray):
            raise InputError("images and labels must be NumPy arrays")
        if images.dtype != np.uint8 or images.ndim != 3 or images.shape[1:] != (28, 28):
            raise InputError(
                f"images must be uint8 of shape (n, 28, 28); found {images.dtype} {images.shape}"
            )
        if labels.dtype != np.uint8 or labels.shape != (len(images),):
            raise InputError(
                f"labels must be uint8 of shape ({len(images)},), one for each image; "
                f"found {labels.dtype} {labels.shape}"
            )
        if labels.size and labels.max() > NO_DIGIT:
            raise InputError(
                f"labels must lie in 0..9, or be {NO_DIGIT} for a non-digit; found {labels.max()}"
            )
        if self.strokes is not None and len(self.strokes) != len(labels):
            raise InputError(
                f"expected the strokes of {len(labels)} digits; found those of {len(self.strokes)}"
            )

    def __len__(self) -> int:
        """Return the number of digits."""
        return len(self.labels)

    @overload
    def __getitem__(self, index: slice | list[int] | list[bool] | npt.NDArray[Any]) -> "Digits": ...
    @overload
    def __getitem__(self, index: int | np.integer[Any]) -> Digit: ...
    def __getitem__(self, index: Any) -> "Digit | Digits":
        """Return one digit at a position, or the digits at a slice, list or array.

        Positions count from 0, negative ones from the end; an array of booleans has one for each
        digit. Strokes are taken along.

        Raises
        ------
        InputError
            If the index is of another type or shape.
        RangeError
            If a position is out of range; it is an IndexError, too.
        """
        if not isinstance(index, slice | list | np.ndarray):
            at = _position(index, len(self))
            strokes = None if self.strokes is None else self.strokes.take(slice(at, at + 1))
            return Digit(self.images[at], int(self.labels[at]), strokes)
        if not isinstance(index, slice):
            index = _positions(index, len(self))
        strokes = None if self.strokes is None else self.strokes.take(index)
        return Digits(self.images[index], self.labels[index], self.source, strokes)

    def __iter__(self) -> Iterator[Digit]:
        """Iterate over the digits."""
        return (self[at] for at in range(len(self)))

    def __add__(self, other: "Digits") -> "Digits":
        """Join two sets; shares of a mixture are lost.

        Raises
        ------
        InputError
            If the other is not Digits; NumPy would add the pixels of an array.
        """
        if not isinstance(other, Digits):
            raise InputError(f"expected Digits to join; found {type(other).__name__}")
        sources = dict.fromkeys([self.source, other.source])
        return join([self, other], " and ".join(sources))

    def __array__(
        self, dtype: npt.DTypeLike | None = None, copy: bool | None = None
    ) -> npt.NDArray[Any]:
        """Return the images, for NumPy."""
        return as_array(self.images, dtype, copy)

    def __repr__(self) -> str:
        """Return a summary: number of digits, source, and digits per label."""
        from digitwise.display.digits import describe

        return describe(self)

    def show(self, count: int = 50, columns: int = 10) -> "Image":
        """Return a picture of the first digits, each with its label; "none" marks a non-digit.

        >>> load("digits")[0][:20].show().size
        (668, 180)

        Raises
        ------
        InputError
            If there are no digits, or `count` or `columns` is below 1.
        """
        from digitwise.display.digits import show

        return show(self, count, columns)

    def _repr_html_(self) -> str:
        from digitwise.display.digits import as_html

        return as_html(self)

    def inputs(self, dtype: npt.DTypeLike = np.float32) -> Floats:
        """Return all images as network inputs, shape (n, 784), in [0, 1]."""
        return as_inputs(self.images, dtype)

    def sha256(self) -> str:
        """Return the SHA-256 of images, labels and strokes: equal for equal sets."""
        digest = hashlib.sha256(np.ascontiguousarray(self.images).data)
        digest.update(np.ascontiguousarray(self.labels).data)
        if self.strokes is not None:
            for array in (self.strokes.points, self.strokes.stroke_starts):
                digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()


def _position(index: Any, n: int) -> int:
    """Return a position counted from 0, after checking its range."""
    try:
        at = None if isinstance(index, bool | np.bool_) else operator.index(index)
    except TypeError:
        at = None
    if at is None:
        raise InputError(
            "digits are taken by position, slice, list of positions or array; found "
            f"{type(index).__name__}"
        )
    if not -n <= at < n:
        raise RangeError(f"there is no digit {at}: expected {-n} to {n - 1}, of {n:,} digits")
    return at % n


def _positions(index: list[Any] | npt.NDArray[Any], n: int) -> npt.NDArray[Any]:
    """Check an array of positions, or a mask of booleans, and return it."""
    try:
        positions = np.asarray(index)
    except ValueError as error:
        raise InputError(f"expected a list of positions ({error})") from error
    if positions.dtype == bool:
        if positions.shape != (n,):
            raise InputError(f"expected {n:,} booleans, one a digit; found {positions.shape}")
        return positions
    if not positions.size:
        positions = positions.astype(np.intp)
    if positions.ndim != 1 or not np.issubdtype(positions.dtype, np.integer):
        raise InputError(
            f"expected positions of shape (k,), integers; found {positions.dtype} {positions.shape}"
        )
    if positions.size:
        _position(positions.min(), n)
        _position(positions.max(), n)
    return positions


def join(parts: Sequence[Digits], source: str) -> Digits:
    """Join sets of digits, with their strokes if any set has strokes.

    Parameters
    ----------
    parts : sequence of Digits
        At least one.
    source : str
        Origin of the digits, shown to people.
    """
    strokes = None
    if any(part.strokes is not None for part in parts):
        strokes = join_strokes([part.strokes or no_strokes(len(part)) for part in parts])
    return Digits(
        np.concatenate([part.images for part in parts]),
        np.concatenate([part.labels for part in parts]),
        source,
        strokes,
    )
