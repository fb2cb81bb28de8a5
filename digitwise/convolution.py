"""Convolution: a layer whose neurons share weights, each fed by a small patch of its input.

The neurons of a map have the same weights, each at its own place. The map shows where in the input
the pattern of these weights occurs (LeCun, Bottou, Bengio and Haffner, "Gradient-based learning
applied to document recognition", 1998). Max-pooling keeps the largest value of each square of
neurons (Jarrett et al. 2009). Here a picture is an array of shape (n, height, width, channels).
"""

from dataclasses import dataclass, replace
from math import isqrt, prod
from typing import Any

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import as_strided, sliding_window_view

from digitwise.errors import InputError
from digitwise.layers import Layer
from digitwise.neurons import Floats

PATCHES = (1, 3, 5, 7)


@dataclass(frozen=True)
class Convolution:
    """A layer of maps; one patch of weights serves all places of a map.

    The picture is padded with 0, so that a map is as large as the picture. The weights w have
    shape (maps, patch · patch · channels), in the order row, column, channel of the patch.

    Parameters
    ----------
    maps : int >= 1
        Number of maps.
    patch : {1, 3, 5, 7}
        Height and width of a neuron's patch, in pixels.
    pool : int >= 1
        Side of the squares of max-pooling; 1 pools nothing. Rows and columns at the end that fill
        no square are left out.
    picture : (int, int, int)
        Height, width and channels of the layer before; `after` sets it.
    """

    maps: int
    patch: int = 3
    pool: int = 1
    picture: tuple[int, int, int] = (0, 0, 0)

    def __post_init__(self) -> None:
        found = (self.maps, self.patch, self.pool)
        if any(type(n) is not int or n < 1 for n in found) or self.patch not in PATCHES:
            raise InputError(
                "expected a layer of shared weights with 1 map or more, a patch of "
                f"{', '.join(map(str, PATCHES))} pixels, a pool of 1 or more; found {found!r:.60}"
            )

    def __str__(self) -> str:
        """Return the layer as people type it, such as 3x3x16p2."""
        pool = f"p{self.pool}" if self.pool > 1 else ""
        return f"{self.patch}x{self.patch}x{self.maps}{pool}"

    def after(self, before: int | Layer) -> "Convolution":
        """Return the layer placed after another convolution, or after a square picture of inputs.

        Raises
        ------
        InputError
            If `before` is neither, or its picture is smaller than a square of pooling.
        """
        if isinstance(before, Convolution):
            picture = before.maps_shape
        elif isinstance(before, int) and isqrt(before) ** 2 == before:
            picture = (isqrt(before), isqrt(before), 1)
        else:
            raise InputError(
                f"a layer of shared weights ({self}) comes after a square picture of inputs, as "
                f"784, or after a layer of its kind; found {before}"
            )
        if min(picture[:2]) < self.pool:
            raise InputError(
                f"a layer {self} needs a picture of at least {self.pool}x{self.pool}; found "
                f"{picture[0]}x{picture[1]}: pool less before it"
            )
        return replace(self, picture=picture)

    @property
    def maps_shape(self) -> tuple[int, int, int]:
        """Height and width of a map, and number of maps."""
        return self.picture[0] // self.pool, self.picture[1] // self.pool, self.maps

    @property
    def n_in(self) -> int:
        """See `Layer`."""
        return prod(self.picture)

    @property
    def n_out(self) -> int:
        """See `Layer`."""
        return prod(self.maps_shape)

    @property
    def weight_shape(self) -> tuple[int, int]:
        """See `Layer`."""
        return self.maps, self.patch**2 * self.picture[2]

    def weighted_inputs(self, a: Floats, w: Floats, b: Floats) -> Floats:
        """Return z = w·p + b for each patch p; the largest z of each square of pooling."""
        return np.asarray(self._squares(a, w, b).max(axis=3).reshape(len(a), self.n_out))

    def nabla(self, delta: Floats, a: Floats, w: Floats, b: Floats) -> tuple[Floats, Floats]:
        """Return ∂C_x/∂w = Σ δ pᵀ and ∂C_x/∂b = Σ δ, summed over places and examples."""
        delta = self._spread(delta, a, w, b).reshape(-1, self.maps)
        return delta.T @ self._patches(a).reshape(len(delta), -1), delta.sum(axis=0)

    def backward(self, delta: Floats, a: Floats, w: Floats, b: Floats) -> Floats:
        """Return ∂C_x/∂a = Σ wᵀ δ, summed over the patches that hold the input."""
        (height, width, channels), k, edge = self.picture, self.patch, self.patch // 2
        shares = self._spread(delta, a, w, b) @ w
        shares = shares.reshape(len(a), height, width, k, k, channels)
        sums = np.zeros((len(a), height + k - 1, width + k - 1, channels), a.dtype)
        for row, column in np.ndindex(k, k):
            sums[:, row : row + height, column : column + width] += shares[:, :, :, row, column]
        return sums[:, edge : edge + height, edge : edge + width].reshape(len(a), self.n_in)

    def _patches(self, a: Floats) -> npt.NDArray[Any]:
        """Return every place's patch: (n, n_in) → (n, height, width, patch · patch · channels)."""
        edge, picture = self.patch // 2, a.reshape(len(a), *self.picture)
        padded = np.pad(picture, [(0, 0), (edge, edge), (edge, edge), (0, 0)])
        patches = sliding_window_view(padded, (self.patch, self.patch), (1, 2))
        return patches.transpose(0, 1, 2, 4, 5, 3).reshape(*picture.shape[:3], self.weight_shape[1])

    def _squares(self, a: Floats, w: Floats, b: Floats) -> Floats:
        """Return z of every place, grouped by pooled square: (n, rows, columns, pool², maps)."""
        z = self._patches(a) @ w.T + b
        return self._by_square(z).reshape(len(a), *self.maps_shape[:2], self.pool**2, self.maps)

    def _spread(self, delta: Floats, a: Floats, w: Floats, b: Floats) -> Floats:
        """Return δ of every place, (n, height, width, maps).

        The place with the largest z of a square gets the square's whole δ, the others get 0.
        """
        largest = self._squares(a, w, b).argmax(axis=3)[:, :, :, None]
        places = np.arange(self.pool**2)[:, None]
        spread = np.zeros((len(a), *self.picture[:2], self.maps), a.dtype)
        shares = (largest == places) * delta.reshape(-1, *self.maps_shape[:2], 1, self.maps)
        squares = self._by_square(spread)
        squares[...] = shares.reshape(squares.shape)
        return spread

    def _by_square(self, places: Floats) -> npt.NDArray[Any]:
        """Return a view of (n, height, width, maps) as (n, rows, columns, pool, pool, maps)."""
        (rows, columns, maps), p = self.maps_shape, self.pool
        whole = places[:, : rows * p, : columns * p]
        s = whole.strides
        shape = (len(places), rows, columns, p, p, maps)
        return as_strided(whole, shape, (s[0], p * s[1], p * s[2], *s[1:]))
