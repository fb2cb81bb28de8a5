"""Layers with shared weights: each neuron looks at a small patch of the picture before it.

Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, "Gradient-based learning applied to document
recognition", 1998. The neurons of a map have the same weights, each at its own place: the map says
where in the picture what they look for is found. Max-pooling keeps the largest of each square of
neurons (Jarrett et al. 2009). Pictures are arrays of shape (n, height, width, channels).
"""

import re
from dataclasses import dataclass, replace
from math import isqrt
from typing import Any

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from digitwise.errors import InputError
from digitwise.layers import Layer
from digitwise.neurons import Floats

PATCHES = (1, 3, 5, 7)


@dataclass(frozen=True)
class Convolution:
    """A layer of maps, each with one patch of weights for all its places.

    Beyond the edge of a picture all is 0, so that a map is as large as the picture. The weights w
    have shape (maps, patch · patch · channels), in the order row, column, channel of the patch.

    >>> layer = Convolution(16, pool=2).after(784)
    >>> str(layer), layer.n_out, layer.weight_shape
    ('3x3x16p2', 3136, (16, 9))

    Parameters
    ----------
    maps : int >= 1
    patch : {1, 3, 5, 7}
        Height and width, in pixels, of what a neuron sees.
    pool : int >= 1
        Side of the squares of which only the largest weighted input is kept; 1: all are. Rows and
        columns that fill no square are left out.
    picture : (int, int, int)
        Height, width and channels of the layer before: `after` finds it.
    """

    maps: int
    patch: int = 3
    pool: int = 1
    picture: tuple[int, int, int] = (0, 0, 0)

    def __post_init__(self) -> None:
        whole = all(type(value) is int for value in (self.maps, self.patch, self.pool))
        if not whole or self.maps < 1 or self.patch not in PATCHES or self.pool < 1:
            raise InputError(
                "expected a layer with shared weights of 1 map or more, a patch of "
                f"{', '.join(map(str, PATCHES))} pixels and a pool of 1 or more; found maps "
                f"{self.maps!r:.20}, patch {self.patch!r:.20}, pool {self.pool!r:.20}"
            )

    def __str__(self) -> str:
        """As people type it: see `parse`."""
        pool = f"p{self.pool}" if self.pool > 1 else ""
        return f"{self.patch}x{self.patch}x{self.maps}{pool}"

    def after(self, before: int | Layer) -> "Convolution":
        """See `Layer`; what comes before is a layer of this kind, or a square picture of inputs.

        Raises
        ------
        InputError
            If it is neither, or too small to pool.
        """
        if isinstance(before, Convolution):
            picture = before.maps_shape
        else:
            side = isqrt(before) if isinstance(before, int) else 0
            picture = (side, side, 1)
            if not isinstance(before, int) or side * side != before:
                raise InputError(
                    f"a layer with shared weights ({self}) comes after a square picture of inputs, "
                    f"as 784, or after a layer of its kind; found {before}"
                )
        if min(picture[:2]) < self.pool:
            raise InputError(
                f"a layer {self} needs a picture of at least {self.pool}x{self.pool}; found "
                f"{picture[0]}x{picture[1]}: pool less before it"
            )
        return replace(self, picture=picture)

    @property
    def maps_shape(self) -> tuple[int, int, int]:
        """Height and width of a map, and how many there are."""
        height, width, _ = self.picture
        return height // self.pool, width // self.pool, self.maps

    @property
    def n_in(self) -> int:
        """See `Layer`."""
        return int(np.prod(self.picture))

    @property
    def n_out(self) -> int:
        """See `Layer`."""
        return int(np.prod(self.maps_shape))

    @property
    def weight_shape(self) -> tuple[int, int]:
        """See `Layer`."""
        return self.maps, self.patch**2 * self.picture[2]

    def weighted_inputs(self, a: Floats, w: Floats, b: Floats) -> Floats:
        """z = w·p + b for the patch p of each neuron, and of each square the largest."""
        return np.asarray(self._squares(a, w, b).max(axis=3).reshape(len(a), -1))

    def nabla(self, delta: Floats, a: Floats, w: Floats, b: Floats) -> tuple[Floats, Floats]:
        """∂C_x/∂w = Σ δ pᵀ and ∂C_x/∂b = Σ δ over the places that share them, and the examples."""
        delta = self._spread(delta, a, w, b).reshape(-1, self.maps)
        return delta.T @ self._patches(a).reshape(len(delta), -1), delta.sum(axis=0)

    def backward(self, delta: Floats, a: Floats, w: Floats, b: Floats) -> Floats:
        """∂C_x/∂a = Σ wᵀ δ over the patches that an input belongs to."""
        (height, width, channels), k = self.picture, self.patch
        shares = self._spread(delta, a, w, b) @ w
        shares = shares.reshape(len(a), height, width, k, k, channels)
        sums = np.zeros((len(a), height + k - 1, width + k - 1, channels), a.dtype)
        for row, column in np.ndindex(k, k):
            sums[:, row : row + height, column : column + width] += shares[:, :, :, row, column]
        edge = k // 2
        return sums[:, edge : edge + height, edge : edge + width].reshape(len(a), -1)

    def _patches(self, a: Floats) -> npt.NDArray[Any]:
        """The patch of every place: (n, n_in) → (n, height, width, patch · patch · channels)."""
        edge, picture = self.patch // 2, a.reshape(-1, *self.picture)
        padded = np.pad(picture, [(0, 0), (edge, edge), (edge, edge), (0, 0)])
        patches = sliding_window_view(padded, (self.patch, self.patch), (1, 2))
        return patches.transpose(0, 1, 2, 4, 5, 3).reshape(*picture.shape[:3], -1)

    def _squares(self, a: Floats, w: Floats, b: Floats) -> Floats:
        """z of every place, by the squares that are pooled: (n, rows, columns, pool², maps)."""
        (rows, columns, maps), p = self.maps_shape, self.pool
        z = (self._patches(a) @ w.T + b)[:, : rows * p, : columns * p]
        squares = z.reshape(-1, rows, p, columns, p, maps).transpose(0, 1, 3, 2, 4, 5)
        return squares.reshape(-1, rows, columns, p * p, maps)

    def _spread(self, delta: Floats, a: Floats, w: Floats, b: Floats) -> Floats:
        """δ of every place: of a square, the largest has all of it; (n, height, width, maps)."""
        (rows, columns, maps), p = self.maps_shape, self.pool
        winners = self._squares(a, w, b).argmax(axis=3)[:, :, :, None]
        squares = np.zeros((len(a), rows, columns, p * p, maps), a.dtype)
        np.put_along_axis(squares, winners, delta.reshape(-1, rows, columns, 1, maps), 3)
        squares = squares.reshape(-1, rows, columns, p, p, maps).transpose(0, 1, 3, 2, 4, 5)
        spread = np.zeros((len(a), *self.picture[:2], maps), a.dtype)
        spread[:, : rows * p, : columns * p] = squares.reshape(-1, rows * p, columns * p, maps)
        return spread


def parse_layers(text: str) -> list[Convolution]:
    """Read layers as people type them: 3x3x16p2,3x3x32 has 16 maps of 3×3 patches, pooled 2×2, ...

    Raises
    ------
    InputError
        If it isn't that.
    """
    layers = []
    for part in filter(None, text.split(",")):
        found = re.fullmatch(r"(\d)x(\d)x(\d{1,4})(?:p(\d))?", part.strip(), re.ASCII)
        if not found or found[1] != found[2]:
            raise InputError(
                "expected layers with shared weights as 3x3x16 (16 maps of 3x3 patches) or "
                f"3x3x16p2 (pooled 2x2), with commas between them; found {text!r:.50}"
            )
        layers.append(Convolution(int(found[3]), int(found[1]), int(found[4] or 1)))
    return layers
