"""Smooth surfaces over a picture: brightness as a quadratic polynomial of the place."""

from functools import cache, lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from digitwise.neurons import Floats

TERMS = ((0, 0), (0, 1), (1, 0), (0, 2), (1, 1), (2, 0))  # powers of y and x
RIDGE = 1e-12  # ridge term, as a share of the sums of squares: below rounding error

Light = npt.NDArray[np.float32]
"""A picture: 0 black to 1 white, or 0 paper to 1 ink."""


def rim_of(picture: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the pixels along a picture's edges; corners appear twice."""
    return np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])


def averaged(picture: Light, size: int) -> Light:
    """Shrink a picture to at most `size` means of square blocks a row; partial blocks are dropped.

    This is many times as fast as other ways to shrink a picture.
    """
    import cv2

    block = -(-max(picture.shape) // size)
    height, width = (max(1, length // block) for length in picture.shape)
    whole = picture[: height * block, : width * block]
    return np.asarray(cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA))


@lru_cache(maxsize=128)
def powers(length: int) -> Floats:
    """Return powers 0 to 4 of places from -1 to 1 along an axis, shape (5, length)."""
    found = np.ones((5, length))
    found[1] = np.linspace(-1, 1, length)
    for power in (2, 3, 4):
        found[power] = found[power - 1] * found[1]
    found.flags.writeable = False  # cached: all callers share it
    return found


def surface(y: Floats, coefficients: Floats, x: Floats) -> Floats:
    """Evaluate a surface at the powers of y and x; coefficients[i, j] is that of y^i x^j."""
    return np.asarray(y[:3].T @ (coefficients @ x[:3]))


def fit(
    light: Floats, weight: Floats, y: Floats, x: Floats, terms: tuple[tuple[int, int], ...]
) -> Floats:
    """Fit a surface to the light by weighted least squares; return coefficients (3, 3).

    On a grid, the sums of products of two terms factor into rows and columns.
    """
    products = y @ weight @ x.T
    sums = y[:3] @ (light * weight) @ x[:3].T
    of_y, of_x, of_both_y, of_both_x = _places(terms)
    normal = products[of_both_y, of_both_x]
    # A ridge term, in case too few places determine the coefficients.
    diagonal = np.einsum("ii->i", normal)  # a view, however the matrix lies in memory
    diagonal += RIDGE * max(1.0, float(diagonal.sum()))
    coefficients = np.zeros((3, 3))
    coefficients[of_y, of_x] = np.linalg.solve(normal, sums[of_y, of_x])
    return coefficients


@cache
def _places(terms: tuple[tuple[int, int], ...]) -> tuple[npt.NDArray[np.intp], ...]:
    """Return the powers of y and of x of each term, and of the products of any two terms."""
    of_y, of_x = np.array(terms).T
    return of_y, of_x, of_y[:, None] + of_y, of_x[:, None] + of_x
