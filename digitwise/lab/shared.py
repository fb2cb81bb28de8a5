"""Shared weights: neurons that are fed by a small patch of the picture, against full layers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import numpy.typing as npt

from digitwise.convolution import Convolution
from digitwise.data.digits import Digits, as_inputs
from digitwise.engines import choose_engine
from digitwise.lab.digits import learning_digits, of_seeds, spread
from digitwise.lab.experiment import Array, Finding, Knob, Result
from digitwise.layers import Layer, count_parameters, shared_count
from digitwise.models.channels import feature_maps
from digitwise.network import Network
from digitwise.training.evaluation import evaluate

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CAPTIONS = {
    "parameters": "accuracy by the number of parameters",
    "shifted": "digits that are moved",
    "maps": "a digit, and where each map finds its feature",
}
SHORT: dict[str, object] = {"maps": (4, 8), "seeds": 2, "epochs": 8, "digits": 1200, "wide": 60}
SHIFTS = 5  # shifts of 0 to 4 pixels; MNIST's digits have an empty margin of 4 pixels
MOVED = 500  # digits that are shifted
SETTINGS: dict[str, Any] = {"batch_size": 20, "learning_rate": 0.1}
OPTIONS = {"activation": "relu", "cost": "cross-entropy", "init": "he"}
FULL, SHARED = "full", "shared weights"
Layout = Sequence[int | Layer]
Images = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Shared(Result):
    """Networks with shared weights, and full networks with about as many parameters.

    Attributes
    ----------
    maps : tuple of int
        Numbers of maps in the first layer with shared weights.
    hidden : tuple of int
        Numbers of hidden neurons of the full networks, one network more.
    parameters : dict of kind -> int array (k,)
    accuracies : dict of kind -> float array (k, seeds)
        In percent.
    shifted : dict of kind -> float array (5, seeds)
        Accuracy in percent on digits moved by 0 to 4 pixels, of the largest network with shared
        weights and of the full network with about as many parameters.
    neurons, weights, unshared : int
        Neurons of that network's first layer before pooling; its weights and biases; those of as
        many neurons in a full layer.
    largest_difference : float
        Largest difference between the first maps of digits moved down by two pixels, and the
        moved first maps of the digits.
    digit : uint8 array (28, 28)
    pictures : list of float arrays (maps, rows, columns)
        Maps of both layers for that digit.
    """

    maps: tuple[int, ...]
    hidden: tuple[int, ...]
    parameters: dict[str, Array]
    accuracies: dict[str, Array]
    shifted: dict[str, Array]
    neurons: int
    weights: int
    unshared: int
    largest_difference: float
    digit: Images = field(repr=False)
    pictures: list[Array] = field(repr=False)

    def findings(self) -> list[Finding]:
        """See `Result`."""
        medians = {kind: np.median(values, axis=1) for kind, values in self.accuracies.items()}
        pairs = len(self.maps)
        said = "; ".join(
            f"{self.parameters[SHARED][k]:,} parameters {medians[SHARED][k]:.1f}%, full "
            f"{self.parameters[FULL][k]:,} {medians[FULL][k]:.1f}%"
            for k in range(pairs)
        )
        at = {kind: np.median(values, axis=1) for kind, values in self.shifted.items()}
        lost = {kind: values[0] - values for kind, values in at.items()}
        return [
            Finding(
                "Neurons that look at a small part and share weights need few weights",
                f"{self.neurons:,} neurons of {self.maps[-1]} maps have {self.weights:,} weights "
                f"and biases; looking at all pixels they would have {self.unshared:,}",
                1000 * self.weights < self.unshared,
            ),
            Finding(
                "With about as many parameters, shared weights recognise more digits",
                f"{said}; full {self.parameters[FULL][-1]:,} {medians[FULL][-1]:.1f}%",
                bool((medians[SHARED] > medians[FULL][:pairs]).all()),
            ),
            Finding(
                "A map says where its feature is: if a digit is moved, its map is moved as far",
                f"maps differ by {self.largest_difference:.1e} at most",
                self.largest_difference < 1e-4,
            ),
            Finding(
                "So digits that nobody centred are recognised more often",
                f"moved by 2 pixels: shared weights {spread(self.shifted[SHARED][2])}%, full "
                f"{spread(self.shifted[FULL][2])}%; not moved {at[SHARED][0]:.1f} and "
                f"{at[FULL][0]:.1f}%",
                bool(lost[SHARED][2] < lost[FULL][2] and (at[SHARED][1:] > at[FULL][1:]).all()),
            ),
            Finding(
                "The full layer at the end depends on the place: far moves are not forgiven",
                f"moved by {SHIFTS - 1} pixels: shared weights {spread(self.shifted[SHARED][-1])}%,"
                f" full {spread(self.shifted[FULL][-1])}%",
                bool(lost[SHARED][-1] > 20),
            ),
        ]


def run(
    maps: Annotated[
        tuple[int, ...],
        Knob("maps of the first layer, of the second twice as many", 1, 64, several=(1, 6)),
    ] = (4, 8, 16),
    wide: Annotated[int, Knob("hidden neurons of one more full network", 1, 1000)] = 100,
    seeds: Annotated[int, Knob("networks of each size", 1, 100)] = 3,
    epochs: Annotated[int, Knob("of training", 1, 100)] = 4,
    digits: Annotated[int, Knob("to learn from", 100, 60_000)] = 5000,
) -> Shared:
    """Train networks of both kinds, measure them on moved digits, and compute maps."""
    train, judged = learning_digits(digits)
    maps = tuple(sorted(maps))
    shared: list[Layout] = [
        [784, Convolution(n, pool=2), Convolution(2 * n, pool=2), 10] for n in maps
    ]
    # 784-n-10 has 795 n + 10 parameters.
    hidden = (*(max(1, round((count_parameters(n) - 10) / 795)) for n in shared), wide)
    layouts: dict[str, list[Layout]] = {SHARED: shared, FULL: [[784, n, 10] for n in hidden]}
    settings = {**SETTINGS, "epochs": epochs}
    trained = {
        kind: [of_seeds(n, train, judged, range(seeds), settings, **OPTIONS) for n in some]
        for kind, some in layouts.items()
    }
    largest = {kind: found[len(maps) - 1][0] for kind, found in trained.items()}
    network, seen = largest[SHARED][0], judged[:MOVED]
    neurons = 28 * 28 * maps[-1]
    return Shared(
        maps,
        hidden,
        {kind: np.array([count_parameters(n) for n in some]) for kind, some in layouts.items()},
        {kind: np.array([found for _, found in some]) for kind, some in trained.items()},
        {kind: _right_when_moved(networks, seen) for kind, networks in largest.items()},
        neurons,
        network.weights[0].size + network.biases[0].size,
        neurons * (28 * 28 + 1),
        _difference(network, seen.images),
        seen.images[0],
        [one[0] for one in feature_maps(network, as_inputs(seen.images[:1]))],
    )


def moved(images: Images, pixels: int) -> list[Images]:
    """Return images (n, 28, 28) moved by some pixels down, up, to the right and to the left."""
    padded = np.pad(images, ((0, 0), (pixels, pixels), (pixels, pixels)))
    side, middle, far = images.shape[1], pixels, 2 * pixels
    corners = (0, middle), (far, middle), (middle, 0), (middle, far)
    return [padded[:, y : y + side, x : x + side] for y, x in corners]


def _right_when_moved(networks: list[Network], digits: Digits) -> Array:
    """Return the accuracy in percent on digits moved in four directions, (5, networks)."""
    engine = choose_engine("conv" if shared_count(networks[0].layers) else "fused")
    found = np.empty((SHIFTS, len(networks)))
    for pixels in range(SHIFTS):
        images = np.concatenate(moved(digits.images, pixels))
        all_of_them = Digits(images, np.tile(digits.labels, len(images) // len(digits)))
        found[pixels] = [100 * evaluate(n, all_of_them, engine).accuracy for n in networks]
    return found


def _difference(network: Network, images: Images) -> float:
    """Return the largest difference between the first maps of moved digits and moved first maps."""
    inside = images[~(images[:, -3:].any(axis=(1, 2)))]  # digits that lose no ink
    down, *_ = moved(inside, 2)
    before, after = (feature_maps(network, as_inputs(some))[0] for some in (inside, down))
    return float(np.abs(after[:, :, 1:] - before[:, :, :-1]).max(initial=0))


def draw(result: Shared) -> "dict[str, Figure]":
    """Draw accuracy against parameters and against shifts, and maps as tiles."""
    from digitwise.lab.figures import ACCENT, INK, LINES, MARKS, new_figure, picture_axes

    styles = zip((SHARED, FULL), (INK, ACCENT), LINES, MARKS, strict=False)
    looks: dict[str, dict[str, Any]] = {
        kind: {"color": colour, "ls": line, "marker": mark, "label": kind}
        for kind, colour, line, mark in styles
    }
    parameters, axes = new_figure(7, 3.4)
    for kind, look in looks.items():
        axes.semilogx(result.parameters[kind], np.median(result.accuracies[kind], axis=1), **look)
    axes.set(xlabel="parameters", ylabel="accuracy, %")
    axes.legend()

    shifted, axes = new_figure(7, 3.4)
    for kind, look in looks.items():
        axes.plot(range(SHIFTS), np.median(result.shifted[kind], axis=1), **look)
    axes.set_xticks(range(SHIFTS))
    axes.set(xlabel="moved by, pixels", ylabel="accuracy, %", ylim=(0, 100))
    axes.legend()

    pictures, plots = new_figure(8, 3.6, 1, 3, width_ratios=[1, 2.2, 2.2])
    shown = [result.digit[None], *result.pictures]
    names = ["a digit", *(f"layer {k}: {len(m)} maps" for k, m in enumerate(result.pictures, 1))]
    for axes, tiles, name in zip(plots, shown, names, strict=True):
        axes.imshow(_mosaic(tiles), cmap="gray_r")
        picture_axes(axes, name)
    return {"parameters": parameters, "shifted": shifted, "maps": pictures}


def _mosaic(tiles: Array) -> Array:
    """Return pictures (n, rows, columns) in a grid that is about square."""
    columns = ceil(len(tiles) ** 0.5)
    rows = -(-len(tiles) // columns)
    framed = np.pad(tiles, ((0, rows * columns - len(tiles)), (0, 1), (0, 1)))
    _, height, width = framed.shape
    return (
        framed.reshape(rows, columns, height, width)
        .swapaxes(1, 2)
        .reshape(rows * height, columns * width)
    )
