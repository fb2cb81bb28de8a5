"""Rules against learning, and more data: from a hundred digits to an endless supply."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import numpy.typing as npt

from digitwise.data.deform import DEFORMATIONS
from digitwise.lab.digits import learning_digits, of_seeds, spread
from digitwise.lab.experiment import Array, Finding, Knob, Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CAPTIONS = {
    "more-data": "accuracy by the number of digits learnt from",
}
SHORT: dict[str, object] = {"sizes": (30, 300), "seeds": 2, "seen": 40_000, "hidden": 30}
INK = 100  # least grey value, of 255, that the rules take for ink


@dataclass(frozen=True)
class MoreData(Result):
    """Accuracies in percent.

    Attributes
    ----------
    sizes : tuple of int
        Numbers of training digits.
    accuracies : float array (k, seeds)
    endless : float array (seeds,)
        Accuracy of networks for which the digits of the largest set were deformed anew each time.
    rules : float
        Accuracy of hand-written rules.
    by_digit : float array (10,)
        Accuracy of the rules for each digit.
    seen : int
        Examples shown to each network, with repetition.
    """

    sizes: tuple[int, ...]
    accuracies: Array
    endless: Array
    rules: float
    by_digit: Array
    seen: int

    def findings(self) -> list[Finding]:
        """See `Result`."""
        medians = np.median(self.accuracies, axis=1)
        rows = zip(self.sizes, self.accuracies, strict=True)
        return [
            Finding(
                "Rules fail because of exceptions",
                f"loops, where they are, and how wide a digit is: {self.rules:.1f}% right, from "
                f"{self.by_digit.min():.0f}% of the {self.by_digit.argmin()}s to "
                f"{self.by_digit.max():.0f}% of the {self.by_digit.argmax()}s; learnt from "
                f"{self.sizes[-1]:,} digits {medians[-1]:.1f}%",
                bool(self.rules < medians[-1] - 10),
            ),
            Finding(
                "More examples make better networks",
                "; ".join(f"{n:,}: {spread(a)}%" for n, a in rows),
                bool((np.diff(medians) > 0).all()),
            ),
            Finding(
                "… also if they are deformed anew from the same digits, without end",
                f"an endless supply: {spread(self.endless)}%, against "
                f"{spread(self.accuracies[-1])}% ({self.seen:,} examples shown to each)",
                bool(np.median(self.endless) > medians[-1]),
            ),
        ]


def run(
    sizes: Annotated[
        tuple[int, ...], Knob("digits to learn from: two or more", 10, 60_000, several=(2, 20))
    ] = (
        100,
        300,
        1000,
        3000,
        10_000,
        50_000,
    ),
    seeds: Annotated[int, Knob("networks for each", 1, 100)] = 3,
    hidden: Annotated[int, Knob("hidden neurons", 1, 300)] = 100,
    seen: Annotated[int, Knob("examples shown to each network", 1000, 10**8)] = 300_000,
) -> MoreData:
    """Train the same network on sets of several sizes, for the same number of steps."""
    most = len(learning_digits()[0])
    sizes = tuple(sorted({min(n, most) for n in sizes}))
    accuracies = []
    for n in sizes:
        train, judged = learning_digits(n)
        epochs = max(1, round(seen / len(train)))
        settings: dict[str, Any] = {
            "epochs": epochs, "batch_size": 10, "learning_rate": 0.5,
        }  # fmt: skip
        layers = [784, hidden, 10]
        accuracies.append(of_seeds(layers, train, judged, range(seeds), settings, init="scaled")[1])
    drawn = {**settings, "deformation": DEFORMATIONS["mnist"]}
    endless = of_seeds(layers, train, judged, range(seeds), drawn, init="scaled")[1]
    answers = np.array([by_rules(image) for image in judged.images])
    right = answers == judged.labels
    by_digit = np.array([100 * right[judged.labels == digit].mean() for digit in range(10)])
    return MoreData(sizes, np.array(accuracies), endless, 100 * float(right.mean()), by_digit, seen)


def by_rules(image: npt.NDArray[np.uint8]) -> int:
    """Return the digit by simple rules, such as: a loop at the top and a stroke below is a 9."""
    import cv2

    ink = image >= INK
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if not rows.size:
        return 1
    top, height = rows[0], rows[-1] - rows[0] + 1
    width = columns[-1] - columns[0] + 1
    paper = np.pad(~ink, 1, constant_values=True).astype(np.uint8)
    _, _, stats, centres = cv2.connectedComponentsWithStats(paper, connectivity=4)
    loops = [k for k in range(2, len(stats)) if stats[k, cv2.CC_STAT_AREA] >= 2]
    if len(loops) >= 2:
        return 8
    if loops:
        place = (centres[loops[0]][1] - 1 - top) / height
        tall = stats[loops[0], cv2.CC_STAT_HEIGHT] / height
        if tall > 0.55:
            return 0
        return 9 if place < 0.45 else 6
    if width < 0.45 * height:
        return 1
    upper, lower = ink[top : top + height // 2], ink[top + height // 2 :]
    middle = (columns[0] + columns[-1]) / 2
    right_below = lower.nonzero()[1].mean() > middle
    if upper.sum() > 1.3 * lower.sum():
        return 7
    if upper.nonzero()[1].mean() < middle:
        return 5 if right_below else 4
    return 3 if right_below else 2


def draw(result: MoreData) -> "dict[str, Figure]":
    """Draw accuracy against the number of digits, with the rules."""
    from digitwise.lab.figures import ACCENT, MIDDLE, draw_seeds, new_figure

    figure, axes = new_figure(7, 3.8)
    draw_seeds(axes, result.sizes, result.accuracies, label="learnt")
    endless = float(np.median(result.endless))
    axes.axhline(endless, color=MIDDLE, ls="--", label=f"endless supply: {endless:.1f}%")
    axes.axhline(result.rules, color=ACCENT, ls=":", label=f"rules: {result.rules:.1f}%")
    axes.set(xlabel="digits to learn from", ylabel="accuracy, %", ylim=(0, 101))
    axes.legend(loc="lower right")
    return {"more-data": figure}
