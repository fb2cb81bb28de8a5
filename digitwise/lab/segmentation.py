"""Trial segmentation: a number is read by trying cuts and classifying every piece."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

import numpy as np
import numpy.typing as npt

from digitwise.data.digits import NO_DIGIT, Digits
from digitwise.data.strings import Hand, draw_number
from digitwise.imaging.ink import extract_ink
from digitwise.lab.digits import learning_digits
from digitwise.lab.experiment import Array, Finding, Knob, Result
from digitwise.reading.pattern import anything
from digitwise.reading.reader import Reader
from digitwise.reading.segment import one_number
from digitwise.reading.splitting.arcs import Arcs, find_arcs
from digitwise.reading.splitting.classify import judge_candidates
from digitwise.reading.splitting.lattice import SKIP, Lattice
from digitwise.reading.splitting.scoring import make_lattice
from digitwise.training.number_pieces import judge

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STRIP = "504192"
HAND = Hand(count=(2, 3), touching=1.0, ligature=0.1, wobble=0.08)
MOST_DRAWN = 24  # pieces in a picture
MOST_WAYS = 20_000  # paths through a lattice that are tried one by one
CAPTIONS = {
    "strip": "a strip of digits, and the digits found in it",
    "confidence": "confidence in right and in wrong pieces",
    "lattice": "all pieces of one number",
}
SHORT: dict[str, object] = {"numbers": 12}

Piece = tuple[int, int, float, int, bool]


@dataclass(frozen=True)
class Segmentation(Result):
    """Readings of numbers, and the network's confidence in candidates.

    Attributes
    ----------
    strip : uint8 array (28, w)
        Six training digits in a row, as in the chapter.
    read : str
        Text that is read from the strip.
    digits : uint8 array (k, 28, 28)
        Frames of the digits found in the strip.
    right, wrong : float arrays
        Confidence in candidates that are a digit, and in others: halves, pairs, and digits with a
        part of a neighbour.
    auc : float
        Area under the ROC curve: probability that a right candidate is surer than a wrong one.
    tried, same : int
        Lattices of which all paths were tried, and those where dynamic programming finds the same
        best path.
    numbers, correct : int
        Numbers with touching digits, and those read right.
    example : uint8 array (h, w)
        One number.
    pieces : list of (start, end, confidence, digit, on the best path)
        Candidates of the example, by fragments of ink.
    """

    strip: npt.NDArray[np.uint8] = field(repr=False)
    read: str
    digits: npt.NDArray[np.uint8] = field(repr=False)
    right: Array
    wrong: Array
    auc: float
    tried: int
    same: int
    numbers: int
    correct: int
    example: npt.NDArray[np.uint8] = field(repr=False)
    pieces: list[Piece]

    def findings(self) -> list[Finding]:
        """See `Result`."""
        return [
            Finding(
                "A strip of digits is broken into single ones, and each is classified",
                f"{STRIP} is read as {self.read}, with {len(self.digits)} separate digits",
                self.read == STRIP,
            ),
            Finding(
                "The network is confident in right pieces, and not in wrong ones",
                f"of {len(self.right):,} right and {len(self.wrong):,} wrong pieces of touching "
                f"digits, a right one is surer with probability {self.auc:.3f}; medians "
                f"{np.median(self.right):.2f} and {np.median(self.wrong):.2f}",
                self.auc > 0.9,
            ),
            Finding(
                "The best of all ways to cut is found without trying each (dynamic programming)",
                f"the same as by trying each in {self.same} of {self.tried} numbers",
                0 < self.tried == self.same,
            ),
            Finding(
                "Trying cuts and judging pieces reads numbers whose digits touch",
                f"{self.correct} of {self.numbers} numbers of two or three touching digits",
                self.correct > 0.5 * self.numbers,
            ),
        ]


def run(
    numbers: Annotated[int, Knob("with touching digits, to draw and read", 2, 10_000)] = 60,
    seed: Annotated[int, Knob("of the numbers", 0)] = 0,
) -> Segmentation:
    """Read a strip as in the chapter, then numbers with touching digits, candidate by candidate."""
    _, judged = learning_digits()
    judged = judged[len(judged) // 2 :]  # the shipped network has learnt from the first half
    reader = Reader()
    strip = _strip(judged, np.random.default_rng(seed))
    number = next(iter(reader.read(255 - strip, layout="number")), None)
    right, wrong, tried, same, correct = [], [], 0, 0, 0
    example, pieces = strip, list[Piece]()
    for index in range(numbers):
        drawn = draw_number(judged, HAND, seed, index)
        readings = reader.read(drawn.image, layout="number")
        correct += "".join(n.text for n in readings) == drawn.text
        for components in one_number(extract_ink(drawn.light)):
            arcs = find_arcs(components)
            ((_, p),) = judge_candidates([arcs], reader.network, reader.calibration)
            labels = judge(drawn, arcs)
            sure = p.max(axis=1)
            right += sure[(labels >= 0) & (labels < NO_DIGIT)].tolist()
            wrong += sure[labels == NO_DIGIT].tolist()
            lattice = make_lattice(arcs, p, None)
            if ways(lattice) > MOST_WAYS:
                continue
            tried += 1
            text, path = lattice.best(anything(lattice.n).allowed, 1, 1)[0]
            same += best_of_all(lattice) == text
            if len(pieces) < len(arcs.starts) <= MOST_DRAWN:
                example, pieces = drawn.image, _pieces(arcs, p, path)
    return Segmentation(
        strip,
        number.text if number else "",
        np.array([digit.image for digit in number.digits] if number else []),
        np.array(right),
        np.array(wrong),
        _auc(np.array(right), np.array(wrong)),
        tried,
        same,
        numbers,
        correct,
        example,
        pieces,
    )


def ways(lattice: Lattice) -> int:
    """Count the paths, with each arc either read as a digit or skipped."""
    counts = [0] * (lattice.n + 1)
    counts[0] = 1
    for start, end in zip(lattice.starts, lattice.ends, strict=True):
        counts[end] += 2 * counts[start]
    return counts[-1]


def best_of_all(lattice: Lattice) -> str:
    """Return the best text of a lattice, by trying every path from its start to its end."""
    best: tuple[float, str] = (-np.inf, "")
    ways: list[tuple[int, float, str]] = [(0, 0.0, "")]
    while ways:
        node, score, text = ways.pop()
        if node == lattice.n:
            best = max(best, (score, text)) if text else best
            continue
        for arc in np.flatnonzero(lattice.starts == node):
            digit = int(lattice.scores[arc, :SKIP].argmax())
            end = int(lattice.ends[arc])
            ways.append((end, score + lattice.scores[arc, digit], text + str(digit)))
            ways.append((end, score + lattice.scores[arc, SKIP], text))
    return best[1]


def _strip(judged: Digits, rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    found = []
    for char in STRIP:
        found.append(judged.images[rng.choice(np.flatnonzero(judged.labels == int(char)))])
    return np.pad(np.hstack(found), 4)


def _pieces(arcs: Arcs, p: Array, path: list[tuple[int, str]]) -> list[Piece]:
    chosen = {arc for arc, _ in path}
    return [
        (int(arcs.starts[k]), int(arcs.ends[k]), float(row.max()), int(row.argmax()), k in chosen)
        for k, row in enumerate(p)
    ]


def _auc(right: Array, wrong: Array) -> float:
    """Return the area under the ROC curve; equal confidences count half."""
    ordered = np.sort(wrong)
    below, up_to = (np.searchsorted(ordered, right, side) for side in ("left", "right"))
    return float((below + up_to).mean() / (2 * len(ordered)))


def draw(result: Segmentation) -> "dict[str, Figure]":
    """Draw the strip with its digits, the confidence in candidates, and a number's candidates."""
    from digitwise.lab.figures import ACCENT, INK, PALE, new_figure, picture_axes

    found, plots = new_figure(8, 3.2, 2, 1)
    for axes, image, title in (
        (plots[0], result.strip, "a strip of digits"),
        (plots[1], np.hstack([np.pad(d, 4) for d in result.digits]), f"read as {result.read}"),
    ):
        axes.imshow(255 - image, cmap="gray", vmin=0, vmax=255)
        picture_axes(axes, title)

    pieces, axes = new_figure(7, 3.4)
    bins = np.linspace(0, 1, 21)
    axes.hist(result.wrong, bins, color=PALE, density=True, label="no digit: halves, pairs, …")
    axes.hist(result.right, bins, histtype="step", color=INK, lw=2, density=True, label="digits")
    axes.set(xlabel="confidence", ylabel="density of pieces")
    axes.set_title(f"a right piece is surer with probability {result.auc:.3f}")
    axes.legend(loc="upper center")

    lattice, (above, below) = new_figure(8, 5, 1, 2, width_ratios=(1, 1.5))
    above.imshow(result.example, cmap="gray", vmin=0, vmax=255)
    picture_axes(above, "a number")
    for row, (start, end, sure, digit, chosen) in enumerate(sorted(result.pieces)):
        colour = ACCENT if chosen else PALE
        below.plot([start + 0.05, end - 0.05], [row, row], color=colour, lw=4 if chosen else 3)
        below.text(end + 0.02, row, f"{digit}: {sure:.2f}", fontsize=7.5, va="center")
    last = max((piece[1] for piece in result.pieces), default=1)
    below.plot([], [], color=ACCENT, lw=4, label="on the best way")
    below.plot([], [], color=PALE, lw=3, label="not")
    below.legend(loc="upper left", bbox_to_anchor=(0, -0.12), ncols=2)
    below.set(yticks=[], xlim=(-0.1, last + 0.8), xticks=range(last + 1))
    below.set(xlabel="fragments of its ink, from left to right", ylabel="pieces")
    below.set_title("the network's answer for each piece: digit and confidence")
    return {"strip": found, "confidence": pieces, "lattice": lattice}
