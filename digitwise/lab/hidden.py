"""Weights of hidden neurons as pictures, and accuracy against the number of hidden neurons."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import numpy.typing as npt

from digitwise.data.digits import as_inputs
from digitwise.lab.digits import learning_digits, of_seeds, spread
from digitwise.lab.experiment import Array, Finding, Knob, Result
from digitwise.network import Network

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CAPTIONS = {
    "weights": "weights of fifteen hidden neurons",
    "sizes": "accuracy by the number of hidden neurons",
    "quarters": "a zero and its quarters",
}
SHORT: dict[str, object] = {"sizes": (5, 30), "seeds": 2, "epochs": 5, "digits": 1200}
SHOWN = 15  # hidden neurons of the network in the chapter's figure
Images = npt.NDArray[np.uint8]
QUARTERS = ("top left", "top right", "bottom left", "bottom right")


@dataclass(frozen=True)
class Hidden(Result):
    """Networks with different numbers of hidden neurons.

    Attributes
    ----------
    sizes : tuple of int
        Numbers of hidden neurons.
    accuracies : float array (k, seeds)
        In percent.
    parameters : int array (k,)
    images : float array (15, 28, 28)
        Weights of the hidden neurons of a 784-15-10 network.
    largest_quarter : float array (15,)
        Largest share of a neuron's squared weights in one quarter; 0.25 if they are even.
    smooth : float array (15,)
        Correlation between weights and their right neighbours.
    smooth_before : float
        Median of this correlation before training.
    whole, sum_of_quarters : uint8 arrays (28, 28)
        A zero, and the sum of its four quarters.
    seen_as_zero : dict of quarter -> float
        Output for 0 if the network sees one quarter of that zero, or the "whole".
    recognised : dict of quarter -> float
        Percentage of many zeros for which that output is above one half.
    """

    sizes: tuple[int, ...]
    accuracies: Array
    parameters: Array
    images: Array = field(repr=False)
    largest_quarter: Array
    smooth: Array
    smooth_before: float
    whole: Images = field(repr=False)
    sum_of_quarters: Images = field(repr=False)
    seen_as_zero: dict[str, float]
    recognised: dict[str, float]

    def findings(self) -> list[Finding]:
        """See `Result`."""
        rows = zip(self.sizes, self.parameters, self.accuracies, strict=True)
        said = "; ".join(f"{n}: {spread(a)}% with {p:,} parameters" for n, p, a in rows)
        parts = [v for name, v in self.recognised.items() if name != "whole"]
        detectors = int((self.largest_quarter > 0.5).sum())
        return [
            Finding(
                "The number of hidden neurons is found by trying: up to a point, more are better",
                said,
                bool(np.median(self.accuracies[-1]) > np.median(self.accuracies[0])),
            ),
            Finding(
                "Four quarters make a zero; the whole is recognised where a quarter isn't",
                f"output 0 fires for {self.recognised['whole']:.0f}% of zeros, and for "
                f"{min(parts):.0f}% to {max(parts):.0f}% of single quarters",
                bool(
                    (self.whole == self.sum_of_quarters).all()
                    and self.recognised["whole"] > 80
                    and max(parts) < 50
                ),
            ),
            Finding(
                "Hidden neurons might each detect one quarter's stroke (a heuristic, says the "
                "chapter)",
                f"{detectors} of {len(self.largest_quarter)} have half of their squared weights in "
                f"one quarter; median {100 * np.median(self.largest_quarter):.0f}%, where 25% is "
                "even",
                detectors > len(self.largest_quarter) / 2,
            ),
            Finding(
                "Training gives weights a shape",
                f"neighbouring weights correlate by {np.median(self.smooth):.2f}; at the start by "
                f"{self.smooth_before:.2f}",
                bool(np.median(self.smooth) > self.smooth_before + 0.2),
            ),
        ]


def run(
    sizes: Annotated[
        tuple[int, ...], Knob("hidden neurons: two or more", 1, 1000, several=(2, 20))
    ] = (5, 15, 30, 100),
    seeds: Annotated[int, Knob("networks of each size", 1, 100)] = 3,
    epochs: Annotated[int, Knob("of training", 1, 100)] = 8,
    digits: Annotated[int, Knob("to learn from", 100, 60_000)] = 50_000,
) -> Hidden:
    """Train networks of several sizes, and measure the weights of one."""
    train, judged = learning_digits(digits)
    sizes = tuple(sorted(sizes))
    settings: dict[str, Any] = {"epochs": epochs, "batch_size": 10, "learning_rate": 1.0}
    trained = {
        n: of_seeds([784, n, 10], train, judged, range(seeds), settings, init="scaled")
        for n in sorted({*sizes, SHOWN})
    }
    network = trained[SHOWN][0][0]
    before = Network([784, SHOWN, 10], rng=0, init="scaled")
    images = network.weights[0].reshape(SHOWN, 28, 28).astype(np.float64)
    squares = (images**2).reshape(SHOWN, 2, 14, 2, 14).sum(axis=(2, 4)).reshape(SHOWN, 4)
    zeros = train[train.labels == 0].images[:500]
    parts = dict(zip((*QUARTERS, "whole"), (*_quarters_of(zeros), zeros), strict=True))
    fired = {name: network.feedforward(as_inputs(part))[:, 0] for name, part in parts.items()}
    return Hidden(
        sizes,
        np.array([trained[n][1] for n in sizes]),
        np.array([Network([784, n, 10]).parameter_count for n in sizes]),
        images,
        squares.max(axis=1) / squares.sum(axis=1),
        _smoothness(images),
        float(np.median(_smoothness(before.weights[0].reshape(SHOWN, 28, 28)))),
        zeros[0],
        np.sum(_quarters_of(zeros[0]), axis=0, dtype=np.uint8),
        {name: float(outputs[0]) for name, outputs in fired.items()},
        {name: 100 * float((outputs > 0.5).mean()) for name, outputs in fired.items()},
    )


def _quarters_of(image: Images) -> list[Images]:
    """Return four copies of one picture or of many, each with one quarter and 0 elsewhere."""
    quarters = []
    for row, column in np.ndindex(2, 2):
        quarter = np.zeros_like(image)
        place = (..., slice(14 * row, 14 * row + 14), slice(14 * column, 14 * column + 14))
        quarter[place] = image[place]
        quarters.append(quarter)
    return quarters


def _smoothness(images: Array) -> Array:
    middle = images[:, 6:22, 6:22]  # weights of the border never learn, since it has no ink
    pairs = zip(middle[:, :, :-1], middle[:, :, 1:], strict=True)
    return np.array([np.corrcoef(a.ravel(), b.ravel())[0, 1] for a, b in pairs])


def draw(result: Hidden) -> "dict[str, Figure]":
    """Draw weights as pictures, accuracy against the number of neurons, and the quarters."""
    from digitwise.lab.figures import WEIGHTS, draw_seeds, new_figure, picture_axes

    weights, plots = new_figure(8, 5, 3, 5)
    limit = float(np.quantile(np.abs(result.images), 0.995))
    for axes, image, share in zip(plots.flat, result.images, result.largest_quarter, strict=True):
        shown = axes.imshow(image, cmap=WEIGHTS, vmin=-limit, vmax=limit)
        picture_axes(axes, f"{100 * share:.0f}% in one quarter")
    weights.colorbar(shown, ax=plots, label="weight", shrink=0.7)

    sizes, axes = new_figure(7, 3.4)
    draw_seeds(axes, result.sizes, result.accuracies)
    axes.set_xticks(result.sizes, [str(n) for n in result.sizes])
    axes.minorticks_off()
    axes.set(xlabel="hidden neurons", ylabel="accuracy, %")

    quarters, plots = new_figure(8, 2.2, 1, 5)
    pictures = _quarters_of(result.whole)
    names = (*QUARTERS, "whole")
    for axes, name, image in zip(plots, names, (*pictures, result.whole), strict=True):
        axes.imshow(255 - image, cmap="gray", vmin=0, vmax=255)
        picture_axes(axes, f"{name}: taken for a 0\nof many zeros {result.recognised[name]:.0f}%")
    return {"weights": weights, "sizes": sizes, "quarters": quarters}
