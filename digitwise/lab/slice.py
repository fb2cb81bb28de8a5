"""A slice of the cost around a trained network, along 2 of its 23,860 dimensions."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import numpy as np

from digitwise.lab.digits import CHAPTER, learning_digits
from digitwise.lab.experiment import Array, Finding, Knob, Result
from digitwise.lab.vectors import flat, move
from digitwise.network import Network
from digitwise.training.fit import fit

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CAPTIONS = {
    "slice": "the cost around a trained network",
}
SHORT: dict[str, object] = {"points": 7, "digits": 200}


@dataclass(frozen=True)
class Slice(Result):
    """The cost on a grid.

    Attributes
    ----------
    at : float array (k,)
        Steps along each direction, in units of the distance between start and end of training.
    costs : float array (k, k)
        Costs at the trained network plus at[column] · first + at[row] · second direction.
    start : (float, float)
        Position of the start of training in the slice, (1, 0).
    start_cost, end_cost : float
    angle : float
        Angle between the directions, in degrees.
    dimensions : int
    """

    at: Array
    costs: Array
    start: tuple[float, float]
    start_cost: float
    end_cost: float
    angle: float
    dimensions: int

    def findings(self) -> list[Finding]:
        """See `Result`."""
        lowest = float(self.costs.min())
        return [
            Finding(
                "Thousands of dimensions can't be seen; a slice shows two of them",
                f"2 of {self.dimensions:,}: the way back to the start, and a random direction at "
                f"{self.angle:.1f} degrees to it",
                abs(self.angle - 90) < 0.1,
            ),
            Finding(
                "In this slice, training ended near the bottom",
                f"cost {self.end_cost:.4f} where it ended, {lowest:.4f} at the lowest point shown, "
                f"{self.start_cost:.3f} where it began",
                self.end_cost < lowest + 0.1 * (self.start_cost - lowest),
            ),
        ]


def run(
    points: Annotated[int, Knob("of the grid, either way", 3, 101)] = 25,
    digits: Annotated[int, Knob("to measure the cost on", 50, 10_000)] = 1000,
    seed: Annotated[int, Knob("of the network, and of the random direction", 0)] = 0,
) -> Slice:
    """Train a network, then measure the cost around it."""
    train, _ = learning_digits(20_000)
    network = Network([784, 30, 10], rng=seed, dtype=np.float32, init="scaled")
    first = flat(network).astype(float)
    fit(network, train, epochs=5, seed=seed, progress=False, **CHAPTER)
    end = flat(network).astype(float)
    back = first - end
    across = np.random.default_rng(seed).standard_normal(back.size)
    across -= across @ back / (back @ back) * back
    across *= np.linalg.norm(back) / np.linalg.norm(across)
    x, y = train.inputs()[:digits], train.labels[:digits].astype(np.intp)

    def cost(a: float, b: float) -> float:
        move(network, end + a * back + b * across)
        return float(network.costs(x, y).mean())

    at = np.linspace(-1.2, 1.2, points)
    costs = np.array([[cost(a, b) for a in at] for b in at])
    lengths = np.linalg.norm(back) * np.linalg.norm(across)
    return Slice(
        at,
        costs,
        (1.0, 0.0),
        cost(1, 0),
        cost(0, 0),
        float(np.degrees(np.arccos(np.clip(back @ across / lengths, -1, 1)))),
        back.size,
    )


def draw(result: Slice) -> "dict[str, Figure]":
    """Draw the slice from above."""
    from matplotlib.colors import LogNorm

    from digitwise.lab.figures import ACCENT, new_figure

    figure, axes = new_figure(6.5, 5)
    levels = np.geomspace(result.costs.min(), result.costs.max(), 24)
    shown = axes.contourf(result.at, result.at, result.costs, levels, norm=LogNorm())
    axes.contour(result.at, result.at, result.costs, levels, colors="white", linewidths=0.3)
    axes.plot(0, 0, "o", color=ACCENT, ms=9, mec="white", label="where training ended")
    axes.plot(*result.start, "s", color=ACCENT, ms=8, mec="white", label="where it began")
    axes.set(xlabel="towards the start", ylabel="a random direction", aspect="equal")
    axes.set_title(f"a slice: 2 of {result.dimensions:,} dimensions")
    axes.legend(loc="upper left", frameon=True)
    bar = figure.colorbar(shown, ax=axes, label="C", format="%.2g")
    bar.ax.minorticks_off()
    return {"slice": figure}
