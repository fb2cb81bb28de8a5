"""Is it a 9? The chapter's first network for digits: 64×64 inputs, one output, cut at one half."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

import numpy as np
import numpy.typing as npt

from digitwise.data.digits import Digits
from digitwise.data.table import Table
from digitwise.lab.digits import learning_digits
from digitwise.lab.experiment import Array, Finding, Knob, Result
from digitwise.network import Network
from digitwise.settings import Settings
from digitwise.training.fit import fit

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SIDE = 64
CAPTIONS = {
    "outputs": "outputs, and accuracy at other thresholds",
    "digits": "two nines, and two digits answered wrong",
}
SHORT: dict[str, object] = {"digits": 1200, "epochs": 20}


@dataclass(frozen=True)
class Nine(Result):
    """The answers of a single output.

    Attributes
    ----------
    inputs : int
    nines, others : float arrays
        Outputs for nines, and for other digits.
    balanced : float
        Balanced accuracy at the threshold ½, in percent.
    cuts, shares : float arrays
        Other thresholds, and their balanced accuracies.
    at_half : bool
        Answer for an output of exactly one half.
    shown : float array (4, 64, 64)
        Inputs of four examples.
    said : float array (4,)
        Their outputs.
    true : list of str
        Their labels, in words.
    """

    inputs: int
    nines: Array
    others: Array
    balanced: float
    cuts: Array
    shares: Array
    at_half: bool
    shown: Array = field(repr=False)
    said: Array
    true: list[str]

    def findings(self) -> list[Finding]:
        """See `Result`."""
        missed, taken = (self.nines < 0.5).mean(), (self.others >= 0.5).mean()
        always = 100 * len(self.others) / (len(self.nines) + len(self.others))
        return [
            Finding(
                "One output above or below one half says whether it is a 9, from 64×64 inputs",
                f"{self.inputs:,} inputs; balanced accuracy {self.balanced:.1f}%: "
                f"{100 * missed:.1f}% of nines missed, {100 * taken:.1f}% of others taken for "
                f"one. (No for all is right for {always:.0f}%; its balanced accuracy is 50%)",
                self.balanced > 85 and self.inputs == 4096,
            ),
            Finding(
                "Exactly one half needs a rule: here it is a 9",
                f"{'a 9' if self.at_half else 'no 9'}",
                self.at_half,
            ),
        ]


def run(
    digits: Annotated[int, Knob("to learn from", 100, 60_000)] = 10_000,
    hidden: Annotated[int, Knob("hidden neurons", 1, 300)] = 15,
    epochs: Annotated[int, Knob("of training", 1, 100)] = 8,
    learning_rate: Annotated[float, Knob("η", 1e-6, 100)] = 2.0,
    seed: Annotated[int, Knob("of network and orders", 0)] = 0,
) -> Nine:
    """Enlarge digits to 64×64, and train a network with one output."""
    train, judged = learning_digits(digits)
    judged = judged[:2000]
    table = Table(enlarged(train), np.where(train.labels == 9, 0, 1), classes=1)
    network = Network([SIDE * SIDE, hidden, 1], rng=seed, init="scaled", dtype=np.float32)
    settings = Settings(
        epochs=epochs, batch_size=10, learning_rate=learning_rate, seed=seed, engine="fused"
    )
    fit(network, table, settings=settings, progress=False)
    seen = enlarged(judged)
    outputs = network.feedforward(seen)[:, 0].astype(np.float64)
    nine = judged.labels == 9
    cuts = np.linspace(0, 1, 101)
    shares = np.array([_balanced(outputs >= cut, nine) for cut in cuts])
    wrong = np.flatnonzero(nine != is_nine(outputs))
    chosen = [*np.flatnonzero(nine)[:2], *wrong[:2]]
    return Nine(
        network.sizes[0],
        outputs[nine],
        outputs[~nine],
        _balanced(is_nine(outputs), nine),
        cuts,
        shares,
        bool(is_nine(np.array(0.5))),
        seen[chosen].reshape(-1, SIDE, SIDE),
        outputs[chosen],
        [f"really a {judged.labels[k]}" for k in chosen],
    )


def is_nine(outputs: Array) -> npt.NDArray[np.bool_]:
    """Tell whether each output is at least one half; the chapter leaves exactly one half open."""
    return np.asarray(outputs >= 0.5)


def enlarged(digits: Digits) -> Array:
    """Return the images enlarged to 64×64, float32 (n, 4096) in [0, 1]."""
    import cv2

    large = [cv2.resize(i, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR) for i in digits.images]
    return np.asarray(large, np.float32).reshape(-1, SIDE * SIDE) / np.float32(255)


def _balanced(said: npt.NDArray[np.bool_], nine: npt.NDArray[np.bool_]) -> float:
    return 50 * float(said[nine].mean() + (~said[~nine]).mean())


def draw(result: Nine) -> "dict[str, Figure]":
    """Draw outputs of nines and of others, accuracies of other thresholds, and four digits."""
    from digitwise.lab.figures import ACCENT, INK, PALE, new_figure, picture_axes

    figure, (outputs, cuts) = new_figure(9, 3.4, 1, 2)
    bins = np.linspace(0, 1, 26)
    outputs.hist(result.others, bins, color=PALE, label="others", density=True)
    outputs.hist(result.nines, bins, histtype="step", color=INK, lw=2, label="nines", density=True)
    outputs.axvline(0.5, color=ACCENT, ls="--")
    outputs.set_yscale("log")
    outputs.set(xlabel="output", ylabel="density")
    outputs.legend(loc="upper right", bbox_to_anchor=(0.93, 1))
    cuts.plot(result.cuts, result.shares, color=INK)
    cuts.axvline(0.5, color=ACCENT, ls="--")
    cuts.set(xlabel="cut", ylabel="right, balanced, %")
    digits, plots = new_figure(8, 2.3, 1, 4)
    rows = zip(plots, result.shown, result.said, result.true, strict=False)
    for axes, image, said, name in rows:
        axes.imshow(1 - image, cmap="gray", vmin=0, vmax=1)
        picture_axes(axes, f"{name}\noutput {said:.2f}: {'a 9' if said >= 0.5 else 'no 9'}")
    return {"outputs": figure, "digits": digits}
