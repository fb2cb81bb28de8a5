"""`Digits`: the one type that every source of labelled digits yields."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from digitwise.data.strokes import Strokes, join_strokes, no_strokes
from digitwise.errors import InputError
from digitwise.network import Network
from digitwise.neurons import Floats

NO_DIGIT = 10  # label of what is not a digit


def as_inputs(images: npt.NDArray[np.uint8], dtype: npt.DTypeLike = np.float32) -> Floats:
    """What a network sees: uint8 (n, 28, 28) → real (n, 784) in [0, 1], 0 paper, 1 ink."""
    # Not -1, which can't be told for no images at all.
    inputs = images.reshape(len(images), int(np.prod(images.shape[1:]))).astype(dtype)
    inputs /= 255
    return inputs


def check_digit_network(network: Network, or_outputs: int = 10) -> None:
    """Refuse a network that can't tell digits.

    Raises
    ------
    InputError
        If it hasn't 784 inputs and 10 outputs, or as many as are said to do as well.
    """
    if network.sizes[0] != 784 or network.sizes[-1] not in (10, or_outputs):
        raise InputError(
            f"digits need a network with 784 inputs and 10 outputs; this one has "
            f"{network.sizes[0]} and {network.sizes[-1]}"
        )


@dataclass(frozen=True, eq=False)
class Digits:
    """Labelled images of single digits.

    Attributes
    ----------
    images : uint8 array of shape (n, 28, 28)
        0 paper, 255 ink.
    labels : uint8 array of shape (n,)
        0 to 9; 10 (`NO_DIGIT`) for what is not a digit, of which no output should fire.
    source : str
        Where they came from, for people.
    strokes : Strokes, optional
        How a pen wrote them, where that is known: deformation then draws them with other pens.

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
        """Check what everything else relies on."""
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
                f"labels must lie in 0..9, or be {NO_DIGIT} for what is no digit; "
                f"found {labels.max()}"
            )
        if self.strokes is not None and len(self.strokes) != len(labels):
            raise InputError(
                f"expected the strokes of {len(labels)} digits; found those of {len(self.strokes)}"
            )

    def __len__(self) -> int:
        """How many digits there are."""
        return len(self.labels)

    def __getitem__(self, index: slice | npt.NDArray[Any]) -> "Digits":
        """Return the digits at a slice, or at an array of positions or of booleans."""
        if not isinstance(index, slice | np.ndarray):
            raise InputError("digits are taken by slice or array; one image is digits.images[i]")
        strokes = None if self.strokes is None else self.strokes.take(index)
        return Digits(self.images[index], self.labels[index], self.source, strokes)

    def inputs(self, dtype: npt.DTypeLike = np.float32) -> Floats:
        """All images as a network sees them, shape (n, 784), in [0, 1]."""
        return as_inputs(self.images, dtype)

    def sha256(self) -> str:
        """Fingerprint of images and labels: equal sets have equal ones."""
        digest = hashlib.sha256(np.ascontiguousarray(self.images).data)
        digest.update(np.ascontiguousarray(self.labels).data)
        if self.strokes is not None:
            for array in (self.strokes.points, self.strokes.stroke_starts):
                digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()


def join(parts: Sequence[Digits], source: str) -> Digits:
    """Return the digits of all parts, one after the other, their strokes too where some have any.

    Parameters
    ----------
    parts : sequence of Digits
        At least one.
    source : str
        Where they came from, for people.
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
