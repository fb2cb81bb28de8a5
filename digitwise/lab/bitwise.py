"""An exercise solved: weights and biases of a layer that turns ten outputs into four bits."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import numpy as np

from digitwise.bitwise import BitwiseNetwork, bits_of, bitwise_layer, number_of
from digitwise.lab.digits import CHAPTER, learning_digits
from digitwise.lab.experiment import Array, Finding, Knob, Result
from digitwise.network import Network
from digitwise.training.fit import fit

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CAPTIONS = {
    "layer": "weights of the layer",
}
SHORT: dict[str, object] = {"digits": 500, "trials": 500}
SOLUTIONS = {
    "weights ±10, biases 0": (10.0, -10.0, 0.0),
    "weights 10 or 0, biases -5": (10.0, 0.0, -5.0),
    "weights 1 or 0, biases 0": (1.0, 0.0, 0.0),
}


@dataclass(frozen=True)
class Bitwise(Result):
    """The results of three layers.

    Attributes
    ----------
    weights : float array (4, 10)
        Weights of our solution.
    right : dict of solution -> int
        Number of right codes for `trials` random outputs. The right output is >= 0.99, the others
        are < 0.01; half of them are at these limits.
    trials : int
    margin : float
        Least |w·x + b| of our solution, negative on the wrong side, over all trials.
    accuracy, accuracy_of_ten : float
        Accuracy of a trained network with the layer and without it, in percent.
    same : float
        Percentage of digits with the same answer from both.
    """

    weights: Array
    right: dict[str, int]
    trials: int
    margin: float
    accuracy: float
    accuracy_of_ten: float
    same: float

    def findings(self) -> list[Finding]:
        """See `Result`."""
        ours, shifted, zero = SOLUTIONS
        return [
            Finding(
                "A layer with the right weights and biases turns ten outputs into four bits",
                f"{ours}: {self.right[ours]:,} of {self.trials:,} right, at "
                f"least {self.margin:.1f} from the boundary; {shifted}: {self.right[shifted]:,}",
                self.right[ours] == self.right[shifted] == self.trials and self.margin > 9,
            ),
            Finding(
                "Weights of 1 and 0 without biases, a common wrong answer, don't",
                f"{zero}: {self.right[zero]:,} of {self.trials:,} right: no output is "
                "below one half",
                self.right[zero] < self.trials,
            ),
            Finding(
                "It can be put behind any network of ten outputs",
                f"a trained one: {self.accuracy_of_ten:.2f}% right with ten outputs, "
                f"{self.accuracy:.2f}% with the four bits; {self.same:.1f}% answered alike",
                self.same > 80,
            ),
        ]


def run(
    trials: Annotated[int, Knob("random outputs for each layer", 10, 10**6)] = 10_000,
    digits: Annotated[int, Knob("to train a network on", 100, 10**6)] = 20_000,
    seed: Annotated[int, Knob("of outputs and network", 0)] = 0,
) -> Bitwise:
    """Try three layers on random outputs within the exercise's limits, then ours on a network."""
    rng = np.random.default_rng(seed)
    labels, outputs = _outputs(rng, trials)
    right = {}
    for name, (on, off, bias) in SOLUTIONS.items():
        layer = bitwise_layer()
        layer.weights[0][...] = np.where(layer.weights[0] > 0, on, off)
        layer.biases[0][...] = bias
        right[name] = int((number_of(layer.feedforward(outputs)) == labels).sum())
    ours = bitwise_layer()
    sides = np.where(bits_of(labels) == 1, 1, -1) * ours.weighted_outputs(outputs)
    train, judged = learning_digits(digits)
    network = Network([784, 30, 10], rng=seed, dtype=np.float32, init="scaled")
    fit(network, train, epochs=3, seed=seed, progress=False, **CHAPTER)
    ten = network.predict(judged.inputs())
    four = BitwiseNetwork(network).predict(judged.inputs())
    return Bitwise(
        ours.weights[0],
        right,
        len(labels),
        float(sides.min()),
        100 * float((four == judged.labels).mean()),
        100 * float((ten == judged.labels).mean()),
        100 * float((ten == four).mean()),
    )


def _outputs(rng: np.random.Generator, trials: int) -> tuple[Array, Array]:
    """Return labels, and random outputs within the exercise's limits, half of them at a limit."""
    labels = rng.integers(0, 10, trials)
    outputs = rng.uniform(0, 0.01, (trials, 10))
    at_edge = rng.random(outputs.shape) < 0.5
    outputs[at_edge] = rng.choice([0.0, np.nextafter(0.01, 0)], int(at_edge.sum()))
    outputs[np.arange(trials), labels] = rng.choice([0.99, 1.0], trials)
    return labels, outputs


def draw(result: Bitwise) -> "dict[str, Figure]":
    """Draw the layer's weights."""
    from digitwise.lab.figures import WEIGHTS, new_figure

    figure, axes = new_figure(7, 3.2)
    limit = float(np.abs(result.weights).max())
    axes.imshow(result.weights[::-1], cmap=WEIGHTS, vmin=-1.6 * limit, vmax=1.6 * limit)
    for row, column in np.ndindex(4, 10):
        weight = result.weights[3 - row, column]
        axes.text(column, row, f"{weight:+.0f}", ha="center", va="center", fontsize=9)
    axes.set_xticks(range(10))
    axes.set_yticks(range(4), ["8", "4", "2", "1"])
    axes.grid(False)
    axes.set(xlabel="output of the network, a digit", ylabel="bit")
    return {"layer": figure}
