"""Smooth surfaces over a picture: brightness as a polynomial of second degree of the place."""

from typing import Any

import numpy as np
import numpy.typing as npt

from digitwise.neurons import Floats

TERMS = ((0, 0), (0, 1), (1, 0), (0, 2), (1, 1), (2, 0))  # powers of y and x

Light = npt.NDArray[np.float32]
"""A picture: 0 black to 1 white, or 0 paper to 1 ink."""


def rim_of(picture: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Pixels along a picture's edges; those of its corners twice."""
    return np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])


def powers(length: int) -> Floats:
    """Powers 0 to 4 of places from -1 to 1 along an axis, shape (5, length)."""
    places = np.linspace(-1, 1, length)
    return np.vander(places, 5, increasing=True).T


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
    normal = [[products[a + c, b + d] for c, d in terms] for a, b in terms]
    found, *_ = np.linalg.lstsq(np.array(normal), [sums[term] for term in terms], rcond=None)
    coefficients = np.zeros((3, 3))
    coefficients[tuple(zip(*terms, strict=True))] = found
    return coefficients
