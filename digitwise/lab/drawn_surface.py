"""A surface that a person draws: smooth hills and valleys in a shallow bowl."""

import re
from dataclasses import dataclass, field, replace

import numpy as np

from digitwise.descent import descend
from digitwise.errors import InputError
from digitwise.lab.experiment import Array
from digitwise.lab.surfaces import Surface

BOWL = 0.4  # of ‖v‖² in the cost
SPREAD = 0.45  # standard deviation of a dab, in units of v
UNIT = 0.25  # height of a dab of strength 1
MAX_DABS = 80
DAB = r"-?[0-9]{1,3}\.-?[0-9]{1,3}\.-?[1-9]"
DABS = rf"^({DAB}(_{DAB}){{0,{MAX_DABS - 1}}})?$"
"""Dabs as text: v₁ and v₂ in hundredths, and a strength, negative in a valley, of each."""

GRID = 61  # points along each side, among which the lowest are sought
STEPS, TOLERANCE = 150, 1e-6  # of the descent to a minimum
START = (1.8, 1.4)
MAX_RATE = 0.3  # learning rate of the first ball, at most


@dataclass(frozen=True)
class Drawn(Surface):
    """A surface with the dabs that it was drawn with: an array (k, 3) of v₁, v₂ and height."""

    dabs: Array = field(default_factory=lambda: np.empty((0, 3)))

    def heights(self, n: int) -> tuple[Array, Array, Array]:
        """Return v₁, v₂ and C at n×n points of the window, each as an array (n, n)."""
        x0, x1, y0, y1 = self.window
        across, down = np.linspace(x0, x1, n), np.linspace(y0, y1, n)
        x, y = np.meshgrid(across, down)
        # A dab is the product of a function of v₁ and one of v₂.
        of_x, of_y = (
            np.exp(-((one - self.dabs[:, k : k + 1]) ** 2) / (2 * SPREAD**2))
            for k, one in enumerate((across, down))
        )
        return x, y, BOWL * (x * x + y * y) + (of_y * self.dabs[:, 2:]).T @ of_x


def drawn_surface(text: str) -> Drawn:
    """Return the surface of some dabs, C = 0.4‖v‖² + Σ hₖ exp(-‖v - cₖ‖² / 2s²), s = 0.45.

    Its minima are descended to from the lowest points of a grid.

    Raises
    ------
    InputError
        If the text doesn't describe dabs, as `DABS` says.
    """
    dabs = _read(text)
    centres, h = dabs[:, :2], dabs[:, 2]

    def bumps(v: Array) -> Array:
        return np.asarray(h * np.exp(-((v - centres) ** 2).sum(axis=1) / (2 * SPREAD**2)))

    def cost(v: Array) -> float:
        return float(BOWL * (v @ v) + bumps(v).sum())

    def gradient(v: Array) -> Array:
        return np.asarray(2 * BOWL * v - bumps(v) @ (v - centres) / SPREAD**2)

    rate = 0.5 / _curvature(dabs)
    place = Drawn(
        "drawn", "0.4‖v‖² + Σ hₖ exp(-‖v - cₖ‖² / 2s²)", cost, gradient, np.empty((0, 2)),
        np.array(START), min(MAX_RATE, rate), 2.1 / (2 * BOWL), dabs=dabs,
    )  # fmt: skip
    ends = [descend(cost, gradient, v, rate, STEPS, TOLERANCE).v for v in _lowest(place)]
    return replace(place, minima=np.array(ends))


def _read(text: str) -> Array:
    if not re.fullmatch(DABS, text):
        raise InputError(
            f"expected at most {MAX_DABS} dabs, as 120.-80.1_0.35.-2; found {text:.60}"
        )
    dabs = [dab.split(".") for dab in text.split("_") if dab]
    return np.array(dabs, float).reshape(-1, 3) * (0.01, 0.01, UNIT)


def _curvature(dabs: Array) -> float:
    """Estimate how curved the surface is where dabs lie on one another."""
    square = ((dabs[:, None, :2] - dabs[None, :, :2]) ** 2).sum(axis=2)
    near = np.abs(dabs[:, 2]) * np.exp(-square / (2 * SPREAD**2)) / SPREAD**2
    return float(2 * BOWL + near.sum(axis=1).max(initial=0))


def _lowest(place: Drawn) -> Array:
    """Return the points of a grid that are lower than the eight around them, else the lowest."""
    x, y, c = place.heights(GRID)
    low, n = np.zeros_like(c, bool), GRID - 2
    around = [c[i : n + i, j : n + j] for i in range(3) for j in range(3) if (i, j) != (1, 1)]
    low[1:-1, 1:-1] = c[1:-1, 1:-1] < np.min(around, axis=0)
    if not low.any():
        low.flat[c.argmin()] = True
    return np.stack([x[low], y[low]], axis=1)
