"""`Table`: labelled rows of real numbers, with any number of classes."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from digitwise.bitwise import BITS
from digitwise.data.digits import Digits, check_digit_network
from digitwise.errors import InputError
from digitwise.network import Network
from digitwise.neurons import Floats


@dataclass(frozen=True, eq=False)
class Table:
    """Labelled rows of real numbers, to train a network on as on `Digits`.

    Attributes
    ----------
    values : float32 or float64 array of shape (n, features)
        Network inputs, finite. Engines skip zeros.
    labels : integer array of shape (n,)
        0 to classes - 1: the only output that should fire. `classes`: no output should fire.
    classes : int >= 1
        Number of outputs of a network for this table.
    weights : real array of shape (n,), optional
        Weight of each example's cost in the mean of a mini-batch, finite and above 0.
    source : str
        Origin of the rows, shown to people.

    Raises
    ------
    InputError
        If an array has another shape, type or range, or they don't match.
    """

    values: Floats
    labels: npt.NDArray[np.integer[Any]]
    classes: int
    weights: Floats | None = None
    source: str = "memory"

    def __post_init__(self) -> None:
        """Check shapes, types and ranges."""
        values, labels, weights = self.values, self.labels, self.weights
        if not isinstance(values, np.ndarray) or not isinstance(labels, np.ndarray):
            raise InputError("values and labels must be NumPy arrays")
        if values.dtype not in (np.float32, np.float64) or values.ndim != 2 or not values.shape[1]:
            raise InputError(
                f"values must be float32 or float64 of shape (n, features), features >= 1; "
                f"found {values.dtype} {values.shape}"
            )
        with np.errstate(over="ignore", invalid="ignore"):
            finite = np.isfinite(values.sum()) or np.isfinite(values).all()  # the sum is faster
        if not finite:
            raise InputError("values must be finite; found NaN or infinity: fill or drop those")
        n = len(values)
        if not np.issubdtype(labels.dtype, np.integer) or labels.shape != (n,):
            raise InputError(
                f"labels must be integers of shape ({n},), one for each row; "
                f"found {labels.dtype} {labels.shape}"
            )
        if n and not (labels.min() >= 0 and labels.max() <= self.classes):
            raise InputError(
                f"labels must lie in 0..{self.classes - 1}, for {self.classes} classes, or be "
                f"{self.classes} for none of them; found {labels.min()}..{labels.max()}"
            )
        if weights is None:
            return
        if not isinstance(weights, np.ndarray) or weights.shape != (n,):
            raise InputError(
                f"weights must be an array of shape ({n},), one for each row; "
                f"found {type(weights).__name__} {np.shape(weights)}"
            )
        if not (np.isfinite(weights).all() and (weights > 0).all()):
            raise InputError(
                "weights must be finite and above 0: leave out rows that should not count"
            )

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.labels)

    def __getitem__(self, index: slice | npt.NDArray[Any]) -> "Table":
        """Return the rows at a slice, or at an array of positions or of booleans."""
        if not isinstance(index, slice | np.ndarray):
            raise InputError("rows are taken by slice or array; one row is table.values[i]")
        weights = None if self.weights is None else self.weights[index]
        return replace(self, values=self.values[index], labels=self.labels[index], weights=weights)

    def inputs(self, dtype: npt.DTypeLike = np.float32) -> Floats:
        """Return all rows as network inputs of a given type, shape (n, features)."""
        return self.values.astype(dtype, copy=False)


Examples = Digits | Table
"""Labelled examples that engines learn from."""


def check_network(network: Network, examples: Examples) -> None:
    """Check that a network fits examples.

    Raises
    ------
    InputError
        If its number of inputs or outputs differs from the examples'.
    """
    if isinstance(examples, Digits):
        check_digit_network(network, BITS)
        return
    features = examples.values.shape[1]
    if (network.sizes[0], network.sizes[-1]) != (features, examples.classes):
        raise InputError(
            f"a table of {features} features and {examples.classes} classes needs a network with "
            f"as many inputs and outputs; this one has {network.sizes[0]} and {network.sizes[-1]}"
        )
