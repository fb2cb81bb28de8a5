"""Digits of numbers whose text is known, found by forced alignment: nobody cuts them by hand.

The lattice holds all ways to break a number up; of those that read the known text, the most
probable says which ink is which digit.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from digitwise.data.corrections import Correction
from digitwise.data.digits import NO_DIGIT, Digits
from digitwise.errors import ImageError
from digitwise.imaging.components import Component
from digitwise.imaging.ink import SOLID
from digitwise.imaging.pictures import open_pictures
from digitwise.imaging.rules import remove_rules
from digitwise.imaging.sheet import ways_to_see
from digitwise.models.files import Model
from digitwise.network import Network
from digitwise.neurons import Floats
from digitwise.reading.pattern import anything
from digitwise.reading.segment import one_number
from digitwise.reading.splitting.arcs import Arcs
from digitwise.reading.splitting.classify import find_candidates, judge_candidates
from digitwise.reading.splitting.decide import decide
from digitwise.reading.splitting.lattice import SKIP, Lattice
from digitwise.reading.splitting.scoring import make_lattice
from digitwise.training.number_pieces import WRONG

MARGIN = 0.3  # around a number's box, of its height: paper, by which ink is told
ALIGNED = 0.5  # probability, given the text, that a piece is its digit: others teach nothing
NO_PART = 0.02  # the same of what is no digit in its place, at most,
TAKEN = 0.05  # though the network takes it for one so probably, at least
WRONG_FOR_RIGHT = 1.5  # pieces that are no digits, for each that is one, at most


@dataclass(frozen=True)
class Known:
    """A number whose text is known, and its candidates.

    Attributes
    ----------
    text : str
    components : list of Component
    arcs : Arcs
    """

    text: str
    components: list[Component]
    arcs: Arcs


@dataclass(frozen=True)
class Reading:
    """How a network reads known numbers.

    Attributes
    ----------
    right : bool array of shape (n,)
    confidence : array of shape (n,)
    surprise : float
        Mean of -log P(text), each at most MOST_SURPRISE.
    """

    right: npt.NDArray[np.bool_]
    confidence: npt.NDArray[np.float64]
    surprise: float


MOST_SURPRISE = 20.0  # of a number: one that can't be read right doesn't count without end


def find_known(model: Model, corrections: Sequence[Correction]) -> list[Known]:
    """Find the ink of corrected numbers; those whose picture can't be opened are left out."""
    found, texts = [], []
    for correction in corrections:
        try:
            components = _components(correction)
        except (ImageError, OSError):
            continue
        if components:
            found.append(components)
            texts.append(correction.text)
    return know(model, found, texts)


def know(model: Model, numbers: Sequence[list[Component]], texts: Sequence[str]) -> list[Known]:
    """Find the candidates of numbers, given as components, whose texts are known."""
    signs = model.weighing.signs if model.weighing else None
    candidates = find_candidates(numbers, model.network, model.calibration, signs)
    return [
        Known(text, components, arcs)
        for text, components, (arcs, _) in zip(texts, numbers, candidates, strict=True)
    ]


def align(model: Model, known: Sequence[Known]) -> tuple[Digits, int]:
    """Find the digits of known numbers, and what is none though the network takes it for one.

    Returns
    -------
    Digits, and of how many numbers they are: the others can't be cut so that they read the text
    """
    images, labels, count = [], [], 0
    for number, (lattice, said) in zip(known, _lattices(model, model.network, known), strict=True):
        right = _spelt(number.text)
        posterior, total = lattice.posterior(right, len(right))
        paths = lattice.best(right, len(right), 1) if total > -np.inf else []
        for _, path in paths:
            sure = [(arc, char) for arc, char in path if posterior[arc, int(char)] > ALIGNED]
            wrong = _wrong(number.arcs, [arc for arc, _ in path], posterior, said)
            wrong = wrong[: round(WRONG_FOR_RIGHT * len(sure))]
            images += [number.arcs.pieces[arc].frame for arc in [a for a, _ in sure] + wrong]
            labels += [int(char) for _, char in sure] + [NO_DIGIT] * len(wrong)
            count += bool(sure)
    stacked = np.array(images, np.uint8).reshape(-1, 28, 28)
    return Digits(stacked, np.array(labels, np.uint8), f"{count} corrected numbers"), count


def read_known(model: Model, network: Network, known: Sequence[Known]) -> Reading:
    """Read known numbers with a network, weighed as the model's own."""
    right, confidence, surprise = [], [], []
    for number, (lattice, _) in zip(known, _lattices(model, network, known), strict=True):
        decision = decide(lattice, [anything(lattice.n)], False, expected=True)
        text, p = decision.alternatives[0] if decision else ("", 0.0)
        right.append(text == number.text)
        confidence.append(p)
        total = lattice.total(anything(lattice.n).allowed)
        log_p = float(lattice.of_texts([number.text])[0]) - total
        surprise.append(min(MOST_SURPRISE, -log_p))
    mean = float(np.mean(surprise)) if surprise else 0.0
    return Reading(np.array(right, bool), np.array(confidence, np.float64), mean)


def _wrong(arcs: Arcs, path: list[int], posterior: Floats, said: Floats) -> list[int]:
    """Candidates that are no digits, those first that the network takes for one most surely."""
    taken = said.max(axis=1)
    chosen = (posterior[:, :SKIP].sum(axis=1) < NO_PART) & (taken > TAKEN)
    right = [arcs.pieces[arc] for arc in path]
    return [
        int(arc)
        for arc in np.argsort(-taken, kind="stable")
        if chosen[arc] and all(_shared(arcs.pieces[arc], digit) < WRONG for digit in right)
    ]


def _shared(a: Component, b: Component) -> float:
    """Share of ink that is in both, of that of the larger one."""
    left, right = max(a.left, b.left), min(a.right, b.right)
    top, bottom = max(a.top, b.top), min(a.bottom, b.bottom)
    if left >= right or top >= bottom:
        return 0.0
    inks = [
        c.ink[top - c.top : bottom - c.top, left - c.left : right - c.left] >= SOLID for c in (a, b)
    ]
    most = max((a.ink >= SOLID).sum(), (b.ink >= SOLID).sum(), 1)
    return float((inks[0] & inks[1]).sum() / most)


def _lattices(
    model: Model, network: Network, known: Sequence[Known]
) -> list[tuple[Lattice, Floats]]:
    """Of each number its lattice, and what the network says of its candidates, (arcs, 10)."""
    judged = judge_candidates([number.arcs for number in known], network, model.calibration)
    return [(make_lattice(arcs, said, model.weighing), said) for arcs, said in judged]


def _spelt(text: str) -> npt.NDArray[np.bool_]:
    """Which digit is right at which position."""
    right = np.zeros((len(text), SKIP), bool)
    right[np.arange(len(text)), [int(char) for char in text]] = True
    return right


def _components(correction: Correction) -> list[Component]:
    """The ink of a number, as components of a piece of its page."""
    for picture in open_pictures(correction.path):
        if picture.page == correction.page:
            break
    else:
        raise ImageError(f"{correction.path}: there is no page {correction.page}")
    grey = picture.grey
    if correction.box is None:
        numbers = one_number(remove_rules(ways_to_see(grey)[-1]))
        return numbers[0] if numbers else []
    high, wide = grey.shape
    x, y = wide / picture.width, high / picture.height
    x0, y0, x1, y1 = (v * s for v, s in zip(correction.box, (x, y, x, y), strict=True))
    margin = MARGIN * (y1 - y0) + 2
    left, top = max(0, int(x0 - margin)), max(0, int(y0 - margin))
    piece = grey[top : int(y1 + margin) + 1, left : int(x1 + margin) + 1]
    numbers = one_number(remove_rules(ways_to_see(piece)[-1]))

    def inside(component: Component) -> bool:
        middle_x = left + (component.left + component.right) / 2
        middle_y = top + (component.top + component.bottom) / 2
        return bool(x0 <= middle_x <= x1 and y0 <= middle_y <= y1)

    return [component for component in numbers[0] if inside(component)] if numbers else []
