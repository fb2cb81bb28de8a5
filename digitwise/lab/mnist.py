"""The digits themselves: 784 inputs from 0 (paper) to 1 (ink), and the desired outputs."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

import numpy as np
import numpy.typing as npt

from digitwise.costs import one_hot
from digitwise.data.digits import Digits
from digitwise.data.sources import load, resolve
from digitwise.lab.experiment import Array, Finding, Knob, Result
from digitwise.network import Network

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CAPTIONS = {
    "hundred": "a hundred digits",
    "one": "one digit as numbers",
}
SHORT: dict[str, object] = {}
WANTED = {"mnist": (60_000, 10_000), "digits": (1437, 360)}


@dataclass(frozen=True)
class Mnist(Result):
    """The contents of the set.

    Attributes
    ----------
    source : str
    counts : int array (2, 10)
        Count of each label, in training and test part.
    wanted : (int, int)
        Expected sizes of training and test part.
    range : (float, float)
        Least and largest input.
    paper, ink : float
        Median input at the border, and mean of the largest input in the middle of each image.
    y6 : float array (10,)
        Desired outputs for a 6.
    round_trip : int
        Number of labels that differ from the largest of their desired outputs.
    shared : int
        Number of test images that are also in the training part.
    parameters : int
        Number of parameters of 784-15-10, the network in the chapter's figure.
    figure : uint8 array (100, 28, 28)
        The first hundred training images.
    """

    source: str
    counts: npt.NDArray[np.int64]
    wanted: tuple[int, int]
    range: tuple[float, float]
    paper: float
    ink: float
    y6: Array
    round_trip: int
    shared: int
    parameters: int
    figure: npt.NDArray[np.uint8] = field(repr=False)

    def findings(self) -> list[Finding]:
        """See `Result`."""
        train, test = self.counts.sum(axis=1)
        return [
            Finding(
                f"{self.wanted[0]:,} training digits and {self.wanted[1]:,} test digits",
                f"{train:,} and {test:,}, from {self.source}; {self.shared} test pictures are in "
                "the training part too. (That its writers are others can't be seen from pictures)",
                (train, test) == self.wanted and self.shared == 0,
            ),
            Finding(
                "784 inputs, 0.0 for white paper to 1.0 for black ink",
                f"{self.range[0]:g} to {self.range[1]:g}; {self.paper:g} at the border, up to "
                f"{self.ink:.2f} in the middle",
                self.range == (0, 1) and self.paper == 0 and self.ink > 0.8,
            ),
            Finding(
                "y(x) of a 6 is (0, 0, 0, 0, 0, 0, 1, 0, 0, 0)",
                f"{tuple(int(v) for v in self.y6)}; {self.round_trip} labels don't come back",
                self.y6.tolist() == [0, 0, 0, 0, 0, 0, 1, 0, 0, 0] and self.round_trip == 0,
            ),
            Finding(
                "784-15-10 has a weight for each pair of neighbours and a bias for each neuron",
                f"{self.parameters:,} parameters",
                self.parameters == 784 * 15 + 15 + 15 * 10 + 10,
            ),
        ]


def run(
    data: Annotated[
        str, Knob("auto: MNIST if it is on this machine", choices=("auto", "mnist", "digits"))
    ] = "auto",
) -> Mnist:
    """Count the digits, and measure the inputs of a network."""
    name = resolve(data)
    train, test = load(name)
    inputs = train.inputs()
    images = train.images.astype(np.float32) / 255
    border = np.concatenate([images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1]], 1)
    wanted = one_hot(train.labels, 10)
    return Mnist(
        name,
        np.array([np.bincount(part.labels, minlength=10) for part in (train, test)]),
        WANTED[name],
        (float(inputs.min()), float(inputs.max())),
        float(np.median(border)),
        float(images[:, 8:20, 8:20].max(axis=(1, 2)).mean()),
        one_hot([6], 10)[0],
        int((wanted.argmax(axis=1) != train.labels).sum()),
        _shared(train, test),
        Network([784, 15, 10]).parameter_count,
        train.images[:100],
    )


def _shared(train: Digits, test: Digits) -> int:
    known = {image.tobytes() for image in train.images}
    return sum(image.tobytes() in known for image in test.images)


def draw(result: Mnist) -> "dict[str, Figure]":
    """Draw a hundred digits, and one as numbers."""
    from digitwise.lab.figures import new_figure, picture_axes

    hundred, axes = new_figure(5.5, 5.5)
    rows = result.figure.reshape(10, 10, 28, 28).transpose(0, 2, 1, 3).reshape(280, 280)
    axes.imshow(255 - rows, cmap="gray")
    picture_axes(axes, "the first hundred training digits")

    one, axes = new_figure(6, 6)
    image = result.figure[0] / 255
    axes.imshow(1 - image, cmap="gray", vmin=0, vmax=1)
    for row, column in np.ndindex(28, 28):
        value = image[row, column]
        if value:
            colour = "white" if value > 0.5 else "black"
            text = f"{value:.1f}".lstrip("0") or "0"
            axes.text(column, row, text, ha="center", va="center", fontsize=4.5, color=colour)
    picture_axes(axes, "input of a network: 28×28 numbers, 0 for paper")
    return {"hundred": hundred, "one": one}
