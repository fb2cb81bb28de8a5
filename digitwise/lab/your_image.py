"""Your own picture as the network sees it: light, ink, then a frame of 28×28 like MNIST's."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import numpy.typing as npt

from digitwise.data.digits import Digits, as_inputs
from digitwise.data.strings import HANDS, draw_number
from digitwise.errors import InputError
from digitwise.imaging.digit import find_digit, frame_picture
from digitwise.imaging.ink import extract_ink
from digitwise.imaging.pictures import open_first
from digitwise.lab.digits import learning_digits, of_seeds
from digitwise.lab.experiment import Array, Finding, Knob, Result
from digitwise.models.calibration import probabilities_of
from digitwise.models.shipped import open_model

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Images = npt.NDArray[np.uint8]
CAPTIONS = {
    "way": "from picture to probabilities",
    "framing": "what framing does",
}
SHORT: dict[str, object] = {"digits": 60}


@dataclass(frozen=True)
class YourImage(Result):
    """The stages of one picture, and the effect of framing on other digits.

    Attributes
    ----------
    light, ink : float32 arrays (h, w)
        The picture's light, 0 black to 1 white, and its ink.
    seen : uint8 array (28, 28)
        The frame of the digit.
    probabilities : float array (10,)
        Probabilities of the shipped network; they sum to 1 minus the probability of a non-digit.
    raw, framed : dict of disturbance -> float
        Accuracy in percent of a network trained on MNIST's digits, without and with framing.
    """

    light: Array = field(repr=False)
    ink: Array = field(repr=False)
    seen: Images = field(repr=False)
    probabilities: Array
    raw: dict[str, float]
    framed: dict[str, float]

    def findings(self) -> list[Finding]:
        """See `Result`."""
        answer = int(self.probabilities.argmax())
        worst = min(self.raw, key=lambda name: self.raw[name])
        others = [name for name in self.raw if name != "as it is"]
        said = "; ".join(f"{n}: {self.raw[n]:.0f}% → {self.framed[n]:.0f}%" for n in self.raw)
        return [
            Finding(
                "Your own picture becomes 784 numbers that a network can read",
                f"it is a {answer}, with probability {self.probabilities[answer]:.3f}"
                if self.probabilities[answer] > 0.5
                else "the shipped network sees no digit in it",
                bool(self.probabilities[answer] > 0.5),
            ),
            Finding(
                "A network that has 9 of 10 digits right fails on pictures with another framing",
                f"{self.raw['as it is']:.0f}% as they are, {self.raw[worst]:.0f}% {worst}",
                self.raw[worst] < self.raw["as it is"] - 40,
            ),
            Finding(
                "Paper first, then crop, size and centre of mass: framing brings them back",
                said,
                min(self.framed[n] for n in others) > self.raw["as it is"] - 12,
            ),
        ]


def run(
    image: Annotated[str, Knob("a file with one digit; default: a drawn one")] = "",
    digits: Annotated[int, Knob("to disturb and frame", 10, 10_000)] = 300,
    seed: Annotated[int, Knob("of what is drawn", 0)] = 0,
) -> YourImage:
    """Frame one picture for the network; then disturb digits, and frame them again."""
    train, judged = learning_digits(20_000)
    if image:
        light = open_first(Path(image)).grey
    else:
        light = draw_number(judged, HANDS["lone"], seed, 0).light
    digit = find_digit(light)
    if digit is None:
        raise InputError(f"{image}: expected a picture with a digit; found no ink in it")
    seen = digit.frame
    model = open_model(None)
    z = model.network.weighted_outputs(as_inputs(seen[None], model.network.dtype))
    settings: dict[str, Any] = {"epochs": 5, "batch_size": 10, "learning_rate": 1.0}
    (network,), _ = of_seeds([784, 30, 10], train, judged, range(1), settings, init="scaled")
    some = judged[:digits]
    raw: dict[str, float] = {}
    framed: dict[str, float] = {}
    for name, disturb in disturbances(seed).items():
        pictures = [disturb(i) for i in some.images]
        as_they_are = np.array([_to_28(picture) for picture in pictures])
        again = np.array(
            [frame_picture((255 - p).astype(np.float32) / np.float32(255)) for p in pictures]
        )
        for found, images in ((raw, as_they_are), (framed, again)):
            judged_so = Digits(images, some.labels)
            right = network.predict(judged_so.inputs()) == some.labels
            found[name] = 100 * float(right.mean())
    return YourImage(
        light, extract_ink(light), seen, probabilities_of(z, model.calibration)[0], raw, framed
    )


def disturbances(seed: int) -> dict[str, Callable[[Images], Images]]:
    """Return functions that disturb 28×28 ink as real pictures do; the result may have any size."""
    rng = np.random.default_rng(seed)
    gradient = np.linspace(40, 110, 28, dtype=np.float32)

    def paper(image: Images) -> Images:
        noise = rng.normal(0, 6, image.shape)
        return np.maximum(image, gradient + noise).clip(0, 255).astype(np.uint8)

    return {
        "as it is": lambda image: image,
        "reversed": lambda image: 255 - image,
        "shifted by 4 pixels": lambda image: np.pad(image, ((8, 0), (8, 0)))[4:32, 4:32],
        "small": lambda image: _resized(image, 17),
        "filling the frame": _filling,
        "on grey paper": paper,
    }


def _resized(image: Images, side: int) -> Images:
    import cv2

    return np.asarray(cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA), np.uint8)


def _filling(image: Images) -> Images:
    rows, columns = np.nonzero(image)
    ink = image[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    scale = 27 / max(ink.shape)
    import cv2

    size = [max(1, round(scale * n)) for n in ink.shape[::-1]]
    return np.asarray(cv2.resize(ink, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def _to_28(picture: Images) -> Images:
    """Put a picture in the middle of 28×28, without framing."""
    height, width = picture.shape
    above, left = (28 - height) // 2, (28 - width) // 2
    return np.pad(picture, ((above, 28 - height - above), (left, 28 - width - left)))


def draw(result: YourImage) -> "dict[str, Figure]":
    """Draw the stages of the picture, and accuracies without and with framing."""
    from digitwise.lab.figures import ACCENT, INK, PALE, new_figure, picture_axes

    way, plots = new_figure(9, 2.8, 1, 4)
    for axes, picture, title in (
        (plots[0], result.light, "picture"),
        (plots[1], 1 - result.ink, "ink"),
        (plots[2], 1 - result.seen / 255, "what the network sees"),
    ):
        axes.imshow(picture, cmap="gray", vmin=0, vmax=1)
        picture_axes(axes, title)
    best = int(result.probabilities.argmax())
    colours = [ACCENT if d == best else INK for d in range(10)]
    plots[3].barh(range(10), result.probabilities, color=colours)
    plots[3].set_yticks(range(10))
    plots[3].invert_yaxis()
    plots[3].set(xlim=(0, 1), xlabel="probability", ylabel="digit")

    framing, axes = new_figure(7, 3.4)
    rows = np.arange(len(result.raw))
    axes.barh(rows - 0.2, list(result.raw.values()), 0.38, color=PALE, label="as it is")
    axes.barh(rows + 0.2, list(result.framed.values()), 0.38, color=INK, label="framed first")
    axes.set_yticks(rows, list(result.raw))
    axes.invert_yaxis()
    axes.set(xlabel="right, %", xlim=(0, 100))
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return {"way": way, "framing": framing}
