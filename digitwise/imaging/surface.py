"""Smooth surfaces over a picture: brightness as a polynomial of second degree of the place."""

from functools import cache, lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from digitwise.neurons import Floats

TERMS = ((0, 0), (0, 1), (1, 0), (0, 2), (1, 1), (2, 0))  # powers of y and x
LEAST = 1e-12  # of the sums of squares: what a computer's numbers can't tell from none

Light = npt.NDArray[np.float32]
"""A picture: 0 black to 1 white, or 0 paper to 1 ink."""


def rim_of(picture: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Pixels along a picture's edges; those of its corners twice."""
    return np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])


def averaged(picture: Light, size: int) -> Light:
    """Means of square blocks, the last ones left out: so large that at most `size` are in a row.

    Many times as fast as any other way to make a picture smaller.
    """
    import cv2

    block = -(-max(picture.shape) // size)
    height, width = (max(1, length // block) for length in picture.shape)
    whole = picture[: height * block, : width * block]
    return np.asarray(cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA))


@lru_cache(maxsize=128)
def powers(length: int) -> Floats:
    """Powers 0 to 4 of places from -1 to 1 along an axis, shape (5, length)."""
    found = np.ones((5, length))
    found[1] = np.linspace(-1, 1, length)
    for power in (2, 3, 4):
        found[power] = found[power - 1] * found[1]
    found.flags.writeable = False  # all who ask share it
    return found


def surface(y: Floats, coefficients: Floats, x: Floats) -> Floats:
    """Brightness where y and x have these powers, by coefficients (power of y, power of x)."""
    return np.asarray(y[:3].T @ (coefficients @ x[:3]))


def fit(
    light: Floats, weight: Floats, y: Floats, x: Floats, terms: tuple[tuple[int, int], ...]
) -> Floats:
    """Coefficients (3, 3) of the surface that is nearest to the light, by least squares.

    On a grid the sums of all products of two terms are those of rows and columns.
    """
    products = y @ weight @ x.T
    sums = y[:3] @ (light * weight) @ x[:3].T
    of_y, of_x, of_both_y, of_both_x = _places(terms)
    normal = products[of_both_y, of_both_x]
    # Where too few places tell the terms apart, small coefficients are as good as any.
    diagonal = np.einsum("ii->i", normal)  # a view, however the matrix lies in memory
    diagonal += LEAST * max(1.0, float(diagonal.sum()))
    coefficients = np.zeros((3, 3))
    coefficients[of_y, of_x] = np.linalg.solve(normal, sums[of_y, of_x])
    return coefficients


@cache
def _places(terms: tuple[tuple[int, int], ...]) -> tuple[npt.NDArray[np.intp], ...]:
    """Powers of y and of x, of each term, and of the products of any two."""
    of_y, of_x = np.array(terms).T
    return of_y, of_x, of_y[:, None] + of_y, of_x[:, None] + of_x
