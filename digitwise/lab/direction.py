"""Of all steps of length ε, which lowers C most? The chapter's Cauchy-Schwarz exercise."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import numpy as np

from digitwise.lab.experiment import Array, Finding, Knob, Result
from digitwise.lab.vectors import flat, move
from digitwise.network import Network

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CAPTIONS = {
    "circle": "ΔC around a circle",
}
SHORT: dict[str, object] = {"directions": 300}


@dataclass(frozen=True)
class Direction(Result):
    """Steps of one length in many directions.

    Attributes
    ----------
    dimensions : dict of int -> int
        Number of random directions, for each dimension m.
    best_random : dict of int -> float
        Lowest ∇C·Δv of the random directions, divided by -ε‖∇C‖.
    against : dict of int -> float
        ∇C·Δv of Δv = -η∇C with η = ε/‖∇C‖, divided by -ε‖∇C‖.
    lengths : dict of int -> float
        ‖Δv‖/ε of that step.
    angles, changes : float arrays
        In two dimensions: angle between direction and -∇C in degrees, and the true ΔC of a
        network's cost, divided by ε‖∇C‖.
    best_angle : float
        Angle with the lowest cost, in degrees.
    """

    dimensions: dict[int, int]
    best_random: dict[int, float]
    against: dict[int, float]
    lengths: dict[int, float]
    angles: Array
    changes: Array
    best_angle: float

    def findings(self) -> list[Finding]:
        """See `Result`."""
        shares = ", ".join(f"m = {m}: {100 * s:.0f}%" for m, s in self.best_random.items())
        return [
            Finding(
                "Of all steps with ‖Δv‖ = ε, Δv = -η∇C with η = ε/‖∇C‖ lowers ∇C·Δv most",
                f"the best of {next(iter(self.dimensions.values())):,} random directions "
                f"lowers it, against that step, by {shares}",
                max(self.best_random.values()) <= 1 + 1e-12
                and all(abs(a - 1) < 1e-9 for a in self.against.values())
                and all(abs(a - 1) < 1e-9 for a in self.lengths.values()),
            ),
            Finding(
                "In one dimension there are two directions, and the slope's sign picks one",
                f"its best is {100 * self.best_random[1]:.0f}% of -ε‖∇C‖",
                abs(self.best_random[1] - 1) < 1e-9,
            ),
            Finding(
                "For small ε a network's cost itself falls most in that direction",
                f"the lowest cost on a circle is {abs(self.best_angle):.1f} degrees from -∇C",
                abs(self.best_angle) <= 1.0,
            ),
        ]


def run(
    directions: Annotated[int, Knob("random ones to try", 100, 10**6)] = 100_000,
    epsilon: Annotated[float, Knob("length of the steps", 1e-6, 0.01)] = 1e-3,
    seed: Annotated[int, Knob("of gradients and directions", 0)] = 0,
) -> Direction:
    """Step from one point in random directions; then walk a circle in a network's weights."""
    rng = np.random.default_rng(seed)
    best, against, lengths = {}, {}, {}
    for m in (1, 2, 3, 50):
        slope = rng.standard_normal(m)
        norm = float(np.linalg.norm(slope))
        tried = rng.standard_normal((directions, m))
        tried *= epsilon / np.linalg.norm(tried, axis=1, keepdims=True)
        best[m] = float((tried @ slope).min() / (-epsilon * norm))
        ours = -(epsilon / norm) * slope
        against[m] = float(ours @ slope / (-epsilon * norm))
        lengths[m] = float(np.linalg.norm(ours) / epsilon)
    angles = np.arange(-180, 180, 0.5)
    changes = _around(rng, epsilon, angles)
    return Direction(
        dict.fromkeys(best, directions), best, against, lengths, angles, changes,
        float(angles[changes.argmin()]),
    )  # fmt: skip


def _around(rng: np.random.Generator, epsilon: float, angles: Array) -> Array:
    """Return ΔC/(ε‖∇C‖) of a network's cost on a circle of radius ε through -∇C."""
    network = Network([8, 6, 3], init="gaussian", rng=rng)
    x, y = rng.random((20, 8)), rng.integers(0, 3, 20)
    slopes = flat(network.gradient(x, y))
    norm = np.linalg.norm(slopes)
    down = -slopes / norm
    across = rng.standard_normal(slopes.size)
    across -= across @ down * down
    across /= np.linalg.norm(across)
    kept = flat(network)
    start = network.costs(x, y).mean()
    found = []
    for angle in np.deg2rad(angles):
        delta = epsilon * (np.cos(angle) * down + np.sin(angle) * across)
        move(network, kept + delta)
        found.append((network.costs(x, y).mean() - start) / (epsilon * norm))
    return np.array(found)


def draw(result: Direction) -> "dict[str, Figure]":
    """Draw ΔC around the circle."""
    from digitwise.lab.figures import ACCENT, INK, new_figure

    figure, axes = new_figure(7, 3.6)
    axes.plot(result.angles, result.changes, color=INK, label="a network's cost")
    shown = result.angles[::30]
    axes.plot(shown, -np.cos(np.deg2rad(shown)), "s", color=ACCENT, label="∇C·Δv (Eq. 9)")
    axes.axvline(0, color="#7a8b99", lw=1, ls="--")
    axes.annotate("Δv = -η∇C", (0, -1), (30, -0.99), color="#44525c")
    axes.set(
        xlabel="direction, degrees from -∇C", ylabel="ΔC, of ε‖∇C‖", xticks=range(-180, 181, 45)
    )
    axes.legend()
    return {"circle": figure}
