"""Why not count correct answers: cost and count against one weight. Eq. 6, and other costs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import numpy as np

from digitwise.costs import COSTS
from digitwise.descent import descend
from digitwise.lab.digits import CHAPTER, learning_digits
from digitwise.lab.experiment import Array, Finding, Knob, Result
from digitwise.network import Network
from digitwise.neurons import sigmoid
from digitwise.training.fit import fit

if TYPE_CHECKING:
    from matplotlib.figure import Figure

EXAMPLES, WANTED = np.array([1.0, 1.0, 3.0]), np.array([[1.0], [1.0], [0.0]])
CAPTIONS = {
    "one-weight": "count and cost, as one weight is moved",
    "minima": "two costs, two minima",
}
SHORT: dict[str, object] = {"digits": 500, "points": 101}


@dataclass(frozen=True)
class Cost(Result):
    """Cost and count of correct answers as functions of one weight.

    Attributes
    ----------
    weights : float array (k,)
        Values of the weight.
    costs, correct : float and int arrays (k,)
        The quadratic cost, and the number of right answers.
    judged : int
        Number of digits.
    still : int
        Number of the k - 1 steps that don't change the count.
    still_cost : int
        Number of the k - 1 steps that don't change the cost.
    halved : float
        Largest change of the cost in half a step, divided by the largest in a whole step.
    jump, cost_of_jump : float
        Change of count and cost in a step of 1e-9 at which the count changes.
    by_hand : float
        |C - ½‖y - a‖²/n|, with a and y written out.
    least, at_equal : float
        Least C of random outputs, and C where a = y within rounding.
    minima : dict of cost -> float
        Weight with the least cost, for a neuron that can't fit its three examples at once.
    """

    weights: Array
    costs: Array
    correct: Array
    judged: int
    still: int
    still_cost: int
    halved: float
    jump: float
    cost_of_jump: float
    by_hand: float
    least: float
    at_equal: float
    minima: dict[str, float]

    def findings(self) -> list[Finding]:
        """See `Result`."""
        steps = len(self.weights) - 1
        quadratic, entropy = self.minima["quadratic"], self.minima["cross-entropy"]
        return [
            Finding(
                "Small changes of a weight usually don't change how many digits are right",
                f"{self.still} of {steps} steps change nothing; where the count changes, a step of "
                f"1e-9 changes it by {self.jump:+g}, and the cost by {self.cost_of_jump:.0e}",
                self.still > 0.5 * steps and abs(self.jump) >= 1 > 1e6 * abs(self.cost_of_jump),
            ),
            Finding(
                "The quadratic cost is smooth: every small change shows in it",
                f"{steps - self.still_cost} of {steps} steps change it; half the step changes it "
                f"by {self.halved:.2f} as much",
                self.still_cost == 0 and abs(self.halved - 0.5) < 0.05,
            ),
            Finding(
                "C = 1/(2n) Σ ‖y - a‖² (Eq. 6) is never negative, and 0 only where a = y",
                f"by hand it is the same within {self.by_hand:.1g}; least of random outputs "
                f"{self.least:.2g}; where a = y {self.at_equal:.1g}",
                self.by_hand < 1e-12 and self.least > 0 and self.at_equal < 1e-12,
            ),
            Finding(
                "The choice of cost is ad hoc: another one can have another minimum",
                f"best weight {quadratic:.3f} by quadratic cost, {entropy:.3f} by cross-entropy",
                abs(quadratic - entropy) > 0.01,
            ),
        ]


def run(
    digits: Annotated[int, Knob("to judge on", 200, 10_000)] = 1000,
    points: Annotated[int, Knob("values of the weight", 51, 2001)] = 401,
    reach: Annotated[float, Knob("how far the weight is moved, either way", 1, 100)] = 3.0,
    seed: Annotated[int, Knob("of the network", 0)] = 0,
) -> Cost:
    """Train a network for one epoch, then measure cost and count at many values of one weight."""
    train, judged = learning_digits(5000)
    network = Network([784, 30, 10], rng=seed, init="scaled")
    fit(network, train, epochs=1, seed=seed, progress=False, **CHAPTER)
    x, y = judged.inputs(np.float64)[:digits], judged.labels[:digits].astype(np.intp)
    w = network.weights[-1]
    place = np.unravel_index(np.abs(w).argmax(), w.shape)
    kept = w[place]

    # The hidden layer doesn't change, so it is computed once.
    hidden = sigmoid(x @ network.weights[0].T + network.biases[0])
    last = Network([30, 10])
    last.weights, last.biases = network.weights[1:], network.biases[1:]

    def measure(value: float) -> tuple[float, int]:
        w[place] = value
        found = float(last.costs(hidden, y).mean()), int((last.predict(hidden) == y).sum())
        w[place] = kept
        return found

    values = kept + np.linspace(-reach, reach, points)
    costs, correct = map(np.array, zip(*map(measure, values), strict=True))
    halves = (values[1:] + values[:-1]) / 2
    finer = np.array([measure(value)[0] for value in halves])
    jump, cost_of_jump = _at_a_jump(measure, values, correct)
    a = network.feedforward(x)
    squares = sum(((np.eye(10)[label] - out) ** 2).sum() for label, out in zip(y, a, strict=True))
    rng = np.random.default_rng(seed)
    targets = np.eye(10)
    quadratic = COSTS["quadratic"].value
    return Cost(
        values,
        costs,
        correct,
        len(y),
        int((np.diff(correct) == 0).sum()),
        int((np.diff(costs) == 0).sum()),
        float(np.abs(finer - costs[:-1]).max() / np.abs(np.diff(costs)).max()),
        jump,
        cost_of_jump,
        float(abs(network.costs(x, y).mean() - squares / (2 * len(y)))),
        float(quadratic(rng.standard_normal((1000, 10)), targets[rng.integers(0, 10, 1000)]).min()),
        float(quadratic(np.where(targets == 1, 40.0, -40.0), targets).max()),
        {name: _best_weight(name) for name in COSTS},
    )


def _at_a_jump(
    measure: Callable[[float], tuple[float, int]], values: Array, correct: Array
) -> tuple[float, float]:
    """Return the changes of count and cost in a step of 1e-9 at which the count changes."""
    jumps = np.flatnonzero(np.diff(correct))
    if not jumps.size:
        return 0.0, 0.0
    low, high = values[jumps[0]], values[jumps[0] + 1]
    while high - low > 1e-9:
        middle = (low + high) / 2
        if measure(middle)[1] == measure(low)[1]:
            low = middle
        else:
            high = middle
    (cost, count), (new_cost, new_count) = measure(low), measure(high)
    return float(new_count - count), new_cost - cost


def _best_weight(cost: str) -> float:
    """Return the w with the least cost if σ(wx) should be 1, 1, 0 at x = 1, 1, 3; no w fits all."""
    x, y = EXAMPLES, WANTED
    chosen = COSTS[cost]

    def f(v: Array) -> float:
        return float(chosen.value((v * x)[:, None], y).mean())

    def gradient(v: Array) -> Array:
        return np.array([(chosen.output_error((v * x)[:, None], y)[:, 0] * x).mean()])

    return float(descend(f, gradient, [0.0], 1.0, 5000).v[0])


def draw(result: Cost) -> "dict[str, Figure]":
    """Draw count and cost below each other, and two costs of one neuron."""
    from digitwise.lab.figures import ACCENT, INK, new_figure

    figure, (count, cost) = new_figure(7, 4.6, 2, 1, sharex=True)
    count.step(result.weights, result.correct, where="mid", color=ACCENT)
    count.set(ylabel=f"right, of {result.judged:,}")
    count.set_title("counting correct answers")
    cost.plot(result.weights, result.costs, color=INK)
    cost.set(xlabel="one weight of the output layer", ylabel="C")
    cost.set_title("quadratic cost")
    toy, axes = new_figure(7, 3.2)
    w = np.linspace(-3, 3, 301)
    for (name, chosen), line, colour in zip(COSTS.items(), ("-", "--"), (INK, ACCENT), strict=True):
        x, y = EXAMPLES, WANTED
        values = np.array([chosen.value((v * x)[:, None], y).mean() for v in w])
        axes.plot(w, values / values.min(), line, color=colour, label=name)
        lowest = result.minima[name]
        axes.plot(lowest, 1, "o", color=colour, ms=7, label=f"its minimum: w = {lowest:.3f}")
    axes.set(xlabel="weight", ylabel="cost, of its minimum")
    axes.set_title("a neuron that should give 1, 1, 0 for inputs 1, 1, 3: no weight does")
    axes.legend()
    return {"one-weight": figure, "minima": toy}
