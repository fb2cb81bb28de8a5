"""A ball rolls into a valley: Eq. 7 to 15, learning rates, momentum, and where descent fails."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from digitwise.descent import descend
from digitwise.errors import InputError
from digitwise.lab.experiment import Array, Finding, Knob, Result
from digitwise.lab.surfaces import SURFACES, quadratic
from digitwise.lab.valley_picture import animate, draw

__all__ = ["Valley", "animate", "draw", "run"]

STEPS = 120
MOMENTUM = 0.9
DIGIT_NETWORK = 23_860  # parameters of 784-30-10
CAPTIONS = {
    "above": "balls on the surface, from above",
    "steps": "C, step by step",
    "landscape": "descent in the landscape",
    "balls": "two balls rolling, one with momentum",
}
SHORT: dict[str, object] = {}


@dataclass(frozen=True)
class Valley(Result):
    """Paths of gradient descent.

    Attributes
    ----------
    surface, formula : str
    rates : dict of name -> float
        Learning rates "too small", "right", "too large", and "yours" if given.
    paths : dict of name -> float array (steps + 1, 2)
        Path for each rate, and "momentum" with the right rate.
    costs : dict of name -> float array (steps + 1,)
        C above the lowest minimum, along each path.
    distances : dict of name -> float
        Distance between each path's end and the nearest minimum.
    gains, predictions : float arrays
        ΔC and -η‖∇C‖² along the path with a thousandth of the right rate.
    exact : float
        Distance between descent's end and the solution of ∇C = 0, for C = ½vᵀAv - bᵀv.
    by_dimension : dict of int -> float
        Cost after 200 steps divided by the cost at the start, for each dimension m.
    edge : dict of str -> float
        The same ratio on a quadratic surface, with η a little below and a little above 2/L.
    two_starts : float array (2, 2)
        Ends of descent from two starts on the surface with two wells.
    well_costs : float array (2,)
        Costs at these ends.
    on_ridge : float
        Distance moved across the ridge of a saddle, from a start exactly on the ridge.
    sides : int array (2,)
        Signs of the first steps from the left and from the right of a minimum in one dimension.
    """

    surface: str
    formula: str
    rates: dict[str, float]
    paths: dict[str, Array]
    costs: dict[str, Array]
    distances: dict[str, float]
    gains: Array
    predictions: Array
    exact: float
    by_dimension: dict[int, float]
    edge: dict[str, float]
    two_starts: Array
    well_costs: Array
    on_ridge: float
    sides: Array

    @property
    def text(self) -> str:
        """Costs at the start and at the end of your own ball's path."""
        if "yours" not in self.costs:
            return ""
        costs = self.costs["yours"]
        return (
            f"your ball, η = {self.rates['yours']:g}: C above its minimum {costs[0]:.3g} at the "
            f"start, {costs[-1]:.3g} after {len(costs) - 1} steps"
        )

    def findings(self) -> list[Finding]:
        """See `Result`."""
        error = float(np.abs(self.gains / self.predictions - 1).max())
        right, far = self.costs["right"], self.costs["too large"]
        rises = {n: int((np.diff(c) > 1e-12).sum()) for n, c in self.costs.items()}
        below, above = self.edge["below"], self.edge["above"]
        second = DIGIT_NETWORK * (DIGIT_NETWORK + 1) // 2
        return [
            Finding(
                "Each small step against the gradient lowers C by η‖∇C‖² (Eq. 10 and 11)",
                f"{int((self.gains < 0).sum())} of {len(self.gains)} steps go down; -η‖∇C‖² is off "
                f"by at most {100 * error:.2f}%",
                bool((self.gains < 0).all() and error < 0.05),
            ),
            Finding(
                "Too small a learning rate is slow, too large a one breaks the approximation",
                "C above its minimum, at the end against the start: "
                + ", ".join(
                    f"{n} {c[-1] / c[0]:.2g}" for n, c in self.costs.items() if n != "yours"
                ),
                bool(self.costs["too small"][-1] > 2 * right[-1] and far.max() > far[0]),
            ),
            Finding(
                "On a quadratic surface of curvature L the edge is η = 2/L",
                f"after 200 steps C is {below:.1g} of the start at 1.98/L, {above:.1g} at 2.02/L",
                below < 1 < above,
            ),
            Finding(
                "A ball with momentum rolls past the bottom and back; descent never climbs",
                f"steps that climb: {rises['right']} without momentum, {rises['momentum']} with",
                rises["right"] == 0 and rises["momentum"] > 0,
            ),
            Finding(
                "In any number of variables (Eq. 12 to 15)",
                ", ".join(f"m = {m}: C falls to {c:.1g}" for m, c in self.by_dimension.items())
                + " of its start",
                max(self.by_dimension.values()) < 1e-6,
            ),
            Finding(
                "In two variables calculus finds the minimum, too",
                f"descent ends {self.exact:.1g} from the solution of ∇C = 0",
                self.exact < 1e-6,
            ),
            Finding(
                "In one variable the sign of the slope decides which way to go",
                f"from the left {self.sides[0]:+g}, from the right {self.sides[1]:+g}",
                bool((self.sides == [1, -1]).all()),
            ),
            Finding(
                "Descent can fail: it finds a minimum, not always the lowest",
                f"two starts end at C = {self.well_costs[0]:.3f} and {self.well_costs[1]:.3f}; "
                f"from exactly on a ridge it moves {self.on_ridge:g} off it",
                bool(abs(self.well_costs[0] - self.well_costs[1]) > 0.1 and self.on_ridge == 0),
            ),
            Finding(
                "Second derivatives would cost too much: there are m(m + 1)/2 of them",
                f"{second:,} for the {DIGIT_NETWORK:,} parameters of 784-30-10",
                second == sum(range(DIGIT_NETWORK + 1)),
            ),
        ]


def run(
    surface: Annotated[str, Knob("where to descend", choices=tuple(SURFACES))] = "valley",
    learning_rate: Annotated[float, Knob("η of your own ball; 0: no such ball", 0, 1e3)] = 0.0,
    momentum: Annotated[float, Knob("of your ball", 0, 0.999)] = 0.0,
    steps: Annotated[int, Knob("of your ball", 1, 10_000)] = STEPS,
    start: Annotated[
        tuple[float, ...],
        Knob("v₁,v₂ of your ball; default: the surface's start", -5, 5),
    ] = (),
) -> Valley:
    """Let balls roll at three learning rates, and with momentum; then on other surfaces."""
    if len(start) not in (0, 2):
        raise InputError(f"start: expected two numbers, v₁,v₂; found {len(start)}")
    place = SURFACES[surface]
    rates = {"too small": place.rate / 50, "right": place.rate, "too large": place.too_large}
    rolling = {name: (place.start, rate, 0.0, STEPS) for name, rate in rates.items()}
    rolling["momentum"] = place.start, place.rate, MOMENTUM, STEPS
    if learning_rate or momentum or start or steps != STEPS:
        rate = rates["yours"] = learning_rate or place.rate
        rolling["yours"] = np.array(start or place.start), rate, momentum, steps
    paths = {
        name: descend(place.cost, place.gradient, at, rate, taken, 0.0, mu).path
        for name, (at, rate, mu, taken) in rolling.items()
    }
    lowest = min(place.cost(v) for v in place.minima)
    small = descend(place.cost, place.gradient, place.start, place.rate / 1000, 200)
    slopes = np.array([place.gradient(p) for p in small.path[:-1]])
    wells, saddle = SURFACES["wells"], SURFACES["saddle"]
    ends = np.array(
        [descend(wells.cost, wells.gradient, [x, 1.0], 0.1, 2000).v for x in (-1.5, 1.5)]
    )
    ridge = descend(saddle.cost, saddle.gradient, [1.5, 0.0], 0.1, 2000).v
    return Valley(
        surface,
        place.formula,
        rates,
        paths,
        {name: np.array([place.cost(p) for p in path]) - lowest for name, path in paths.items()},
        {
            name: float(np.linalg.norm(place.minima - path[-1], axis=1).min())
            for name, path in paths.items()
        },
        np.diff(small.costs),
        -(place.rate / 1000) * np.square(slopes).sum(axis=1),
        _against_the_solution(),
        {m: _fall(m, 1.0) for m in (1, 2, 50)},
        {"below": _fall(3, 1.98), "above": _fall(3, 2.02)},
        ends,
        np.array([wells.cost(end) for end in ends]),
        float(abs(ridge[1])),
        np.array([np.sign(_first_step(x)) for x in (-1.0, 1.0)]),
    )


def _first_step(start: float) -> float:
    path = descend(lambda v: v @ v, lambda v: 2 * v, [start], 0.1, 1).path
    return float(path[1, 0] - path[0, 0])


def _fall(m: int, times: float) -> float:
    """Return C after 200 steps at η = times/L, divided by its start, on a quadratic surface."""
    place = quadratic(np.linspace(0.5, 2, m) if m > 1 else np.ones(1), np.ones(m), "", "")
    costs = descend(place.cost, place.gradient, place.start, times * 2 * place.rate, 200).costs
    return float(costs[-1] / costs[0])


def _against_the_solution() -> float:
    a, b = np.array([[3.0, 1.0], [1.0, 2.0]]), np.array([1.0, -2.0])
    found = descend(lambda v: v @ a @ v / 2 - b @ v, lambda v: a @ v - b, [4.0, 4.0], 0.3)
    return float(np.linalg.norm(found.v - np.linalg.solve(a, b)))
