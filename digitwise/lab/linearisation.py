"""Small changes: Eq. 5 for a network's output, Eq. 7 and 9 for its cost, and their errors."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated

import numpy as np

from digitwise.lab.experiment import Array, Finding, Knob, Result
from digitwise.network import Network
from digitwise.neurons import ACTIVATIONS, SigmoidNeuron, sigmoid_derivative

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CAPTIONS = {
    "residuals": "the error shrinks with the square of the change",
}
SHORT: dict[str, object] = {"trials": 20}


@dataclass(frozen=True)
class Linearisation(Result):
    """Errors of linear approximations.

    Attributes
    ----------
    sizes : float array (k,)
        Sizes ‖Δ‖ of the changes.
    output_residuals, cost_residuals : float arrays (k,)
        Medians over trials of |Δoutput - linear| and of |ΔC - ∇C·Δv|.
    output_slope, cost_slope : float
        Slopes of log residual against log size.
    derivative_errors : dict of activation -> float
        Largest difference between f′ and a finite difference, away from relu's corner.
    gradient_errors : dict of activation -> float
        Largest relative difference between backpropagation and finite differences, over all
        parameters of a small network.
    parameters : int
        Number of parameters of that network.
    trials : int
    """

    sizes: Array
    output_residuals: Array
    cost_residuals: Array
    output_slope: float
    cost_slope: float
    derivative_errors: dict[str, float]
    gradient_errors: dict[str, float]
    parameters: int
    trials: int

    def findings(self) -> list[Finding]:
        """See `Result`."""
        return [
            Finding(
                "Δoutput is nearly linear in Δw and Δb (Eq. 5): the error shrinks with the square",
                f"slope {self.output_slope:.3f} over {self.trials} random neurons",
                abs(self.output_slope - 2) <= 0.05,
            ),
            Finding(
                "ΔC is nearly ∇C·Δv (Eq. 7 and 9)",
                f"slope {self.cost_slope:.3f} over {self.trials} random networks",
                abs(self.cost_slope - 2) <= 0.05,
            ),
            Finding(
                "Another activation function changes the derivatives, and nothing else",
                "f′ against finite differences: "
                + ", ".join(f"{name} {e:.0e}" for name, e in self.derivative_errors.items()),
                max(self.derivative_errors.values()) < 1e-8,
            ),
            Finding(
                "Backpropagation gives ∂C/∂w and ∂C/∂b of every parameter (Eq. 16 and 17)",
                f"{self.parameters} parameters against finite differences: "
                + ", ".join(f"{name} {e:.0e}" for name, e in self.gradient_errors.items()),
                max(self.gradient_errors.values()) < 1e-6,
            ),
        ]


def run(
    trials: Annotated[int, Knob("random neurons, and networks", 1, 10_000)] = 100,
    seed: Annotated[int, Knob("of weights, inputs and directions", 0)] = 0,
) -> Linearisation:
    """Change all weights and biases a little, and compare with the linear approximation."""
    rng = np.random.default_rng(seed)
    sizes = 10.0 ** np.linspace(-4, -1, 13)
    outputs = np.array([_output_residuals(rng, sizes) for _ in range(trials)])
    costs = np.array([_cost_residuals(rng, sizes) for _ in range(trials)])
    gradient_errors, parameters = {}, 0
    for activation in ACTIVATIONS:
        network = Network([6, 5, 4, 3], activation=activation, init="gaussian", rng=rng)
        x, y = rng.random((7, 6)), rng.integers(0, 3, 7)
        gradient_errors[activation] = gradient_error(network, x, y)
        parameters = network.parameter_count
    output, cost = np.median(outputs, axis=0), np.median(costs, axis=0)
    return Linearisation(
        sizes,
        output,
        cost,
        slope(sizes, output),
        slope(sizes, cost),
        {name: _derivative_error(*pair) for name, pair in ACTIVATIONS.items()},
        gradient_errors,
        parameters,
        trials,
    )


def slope(x: Array, y: Array) -> float:
    """Return the slope of the least-squares line through log x and log y."""
    return float(np.polyfit(np.log(x), np.log(y), 1)[0])


def _output_residuals(rng: np.random.Generator, sizes: Array) -> Array:
    x, w, b = rng.random(5), rng.standard_normal(5), float(rng.standard_normal())
    direction = rng.standard_normal(6)
    direction /= np.linalg.norm(direction)
    output = SigmoidNeuron(w, b)(x)
    # ∂output/∂w = σ′(z) x and ∂output/∂b = σ′(z)
    linear = sigmoid_derivative(np.array(w @ x + b)) * np.append(x, 1) @ direction
    found = [
        SigmoidNeuron(w + h * direction[:5], b + h * direction[5])(x) - output - h * linear
        for h in sizes
    ]
    return np.abs(found)


def _cost_residuals(rng: np.random.Generator, sizes: Array) -> Array:
    network = Network([8, 6, 3], init="gaussian", rng=rng)
    x, y = rng.random((10, 8)), rng.integers(0, 3, 10)
    gradient = network.gradient(x, y)
    parameters = [*network.weights, *network.biases]
    delta = [rng.standard_normal(p.shape) for p in parameters]
    norm = np.sqrt(sum(float((d * d).sum()) for d in delta))
    start = float(network.costs(x, y).mean())
    slopes = [*gradient.weights, *gradient.biases]
    linear = sum(float((s * d).sum()) for s, d in zip(slopes, delta, strict=True)) / norm
    found = []
    for before, h in pairwise([0.0, *sizes]):
        for parameter, d in zip(parameters, delta, strict=True):
            parameter += (h - before) / norm * d
        found.append(float(network.costs(x, y).mean()) - start - h * linear)
    return np.abs(found)


def gradient_error(network: Network, x: Array, y: Array, h: float = 1e-5) -> float:
    """Return the largest error of the gradient, by central differences, relative to its maximum."""
    gradient = network.gradient(x, y)
    worst, largest = 0.0, 0.0
    parameters = [*network.weights, *network.biases]
    for parameter, slopes in zip(parameters, [*gradient.weights, *gradient.biases], strict=True):
        for place in np.ndindex(parameter.shape):
            kept = parameter[place]
            costs = []
            for moved in (kept + h, kept - h):
                parameter[place] = moved
                costs.append(network.costs(x, y).mean())
            parameter[place] = kept
            worst = max(worst, float(abs((costs[0] - costs[1]) / (2 * h) - slopes[place])))
            largest = max(largest, float(abs(slopes[place])))
    return worst / largest


def _derivative_error(f: Callable[[Array], Array], derivative: Callable[[Array], Array]) -> float:
    z = np.linspace(-6, 6, 1200)  # an even number of points leaves out 0, relu's corner
    h = 1e-5
    return float(np.abs((f(z + h) - f(z - h)) / (2 * h) - derivative(z)).max())


def draw(result: Linearisation) -> "dict[str, Figure]":
    """Draw the errors against the size of the change."""
    from digitwise.lab.figures import ACCENT, INK, MIDDLE, new_figure

    figure, axes = new_figure(7, 3.8)
    axes.loglog(
        result.sizes, result.output_residuals, "o-", color=INK,
        label=f"output of a neuron (Eq. 5): slope {result.output_slope:.3f}",
    )  # fmt: skip
    axes.loglog(
        result.sizes, result.cost_residuals, "s--", color=ACCENT,
        label=f"cost of a network (Eq. 9): slope {result.cost_slope:.3f}",
    )  # fmt: skip
    guide = result.output_residuals[-1] * (result.sizes / result.sizes[-1])
    axes.loglog(result.sizes, guide, ":", color=MIDDLE, label="slope 1, for comparison")
    axes.set(xlabel="size of the change, ‖Δ‖", ylabel="error of the linear approximation")
    axes.legend()
    return {"residuals": figure}
