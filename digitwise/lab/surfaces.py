"""Surfaces to descend on: costs C(v) with known minima."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from digitwise.lab.experiment import Array


@dataclass(frozen=True)
class Surface:
    """A cost and its gradient.

    Attributes
    ----------
    name, formula : str
    cost : function of v, an array (m,), to a number
    gradient : function of v to an array (m,)
    minima : float array (k, m)
    start : float array (m,)
        First position of the ball.
    rate, too_large : float
        Learning rates at which a ball from there rolls down, and flies out.
    window : (x0, x1, y0, y1)
        Part of the plane in a picture.
    """

    name: str
    formula: str
    cost: Callable[[Array], float]
    gradient: Callable[[Array], Array]
    minima: Array
    start: Array
    rate: float
    too_large: float
    window: tuple[float, float, float, float] = (-2.2, 2.2, -2.2, 2.2)

    def heights(self, n: int) -> tuple[Array, Array, Array]:
        """Return v₁, v₂ and C at n×n points of the window, each as an array (n, n)."""
        x0, x1, y0, y1 = self.window
        x, y = np.meshgrid(np.linspace(x0, x1, n), np.linspace(y0, y1, n))
        points = np.stack([x.ravel(), y.ravel()], axis=1)
        return x, y, np.array([self.cost(v) for v in points]).reshape(x.shape)


def _bowl(v: Array) -> float:
    return float(v @ v)


def quadratic(scales: Array, start: Array, name: str, formula: str) -> Surface:
    """Return ½ Σ sₖ vₖ², whose minimum is 0 and whose curvature L is the largest scale."""
    return Surface(
        name,
        formula,
        lambda v: float(scales @ (v * v)) / 2,
        lambda v: scales * v,
        np.zeros((1, len(scales))),
        start,
        0.5 / float(scales.max()),
        2.05 / float(scales.max()),
    )


def _wells(v: Array) -> float:
    x, y = v
    return float((x * x - 1) ** 2 / 4 + x / 8 + y * y / 2)


def _wells_gradient(v: Array) -> Array:
    x, y = v
    return np.array([x * (x * x - 1) + 1 / 8, y])


def _saddle(v: Array) -> float:
    x, y = v
    return float((y * y - 1) ** 2 / 4 + x * x / 2)


def _saddle_gradient(v: Array) -> Array:
    x, y = v
    return np.array([x, y * (y * y - 1)])


def _banana(v: Array) -> float:
    x, y = v
    return float((1 - x) ** 2 + 10 * (y - x * x) ** 2)


def _banana_gradient(v: Array) -> Array:
    x, y = v
    return np.array([-2 * (1 - x) - 40 * x * (y - x * x), 20 * (y - x * x)])


def _roots_of_wells() -> Array:
    roots = np.roots([1, 0, -1, 1 / 8]).real
    return np.array([[min(roots), 0.0], [max(roots), 0.0]])


SURFACES = {
    surface.name: surface
    for surface in (
        Surface(
            "bowl", "v₁² + v₂²", _bowl, lambda v: 2 * v, np.zeros((1, 2)),
            np.array([1.6, 1.2]), 0.1, 1.02,
        ),
        quadratic(np.array([1.0, 10.0]), np.array([-2.0, 0.8]), "valley", "½v₁² + 5v₂²"),
        Surface(
            "wells", "¼(v₁² - 1)² + v₁/8 + ½v₂²", _wells, _wells_gradient, _roots_of_wells(),
            np.array([1.9, 1.5]), 0.1, 2.05,
        ),
        Surface(
            "saddle", "¼(v₂² - 1)² + ½v₁²", _saddle, _saddle_gradient,
            np.array([[0.0, -1.0], [0.0, 1.0]]), np.array([1.8, 0.01]), 0.1, 2.05,
        ),
        Surface(
            "banana", "(1 - v₁)² + 10(v₂ - v₁²)²", _banana, _banana_gradient,
            np.array([[1.0, 1.0]]), np.array([-1.2, 1.4]), 0.015, 0.1, (-2.0, 2.0, -1.2, 3.0),
        ),
    )
}  # fmt: skip
"""In two dimensions; those of one and fifty are `quadratic`."""
