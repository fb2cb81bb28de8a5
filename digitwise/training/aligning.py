"""Find the digits of numbers with known texts by forced alignment, without manual cuts.

The most probable path through the lattice that spells the known text assigns ink to digits.
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
from digitwise.models.committee import judge_of
from digitwise.models.files import Model
from digitwise.neurons import Floats
from digitwise.reading.pattern import anything
from digitwise.reading.segment import one_number
from digitwise.reading.splitting.arcs import Arcs
from digitwise.reading.splitting.classify import find_candidates, judge_candidates
from digitwise.reading.splitting.decide import decide
from digitwise.reading.splitting.lattice import SKIP, Lattice
from digitwise.reading.splitting.scoring import make_lattice
from digitwise.training.number_pieces import WRONG

MARGIN = 0.3  # box heights: paper around a number's box, against which ink is found
ALIGNED = 0.5  # least posterior, given the text, of a digit to learn
MAX_POSTERIOR = 0.02  # of a non-digit to learn, given the text
MIN_PROBABILITY = 0.05  # of one digit, by the network, of a non-digit to learn
WRONG_FOR_RIGHT = 1.5  # non-digits for each digit, at most


@dataclass(frozen=True)
class Known:
    """A number with its known text and its candidates.

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
    """Results of reading known numbers with a network.

    Attributes
    ----------
    right : bool array of shape (n,)
        Whether the most probable text is the known one.
    confidence : array of shape (n,)
    surprise : float
        Mean of -log P(text), each at most MOST_SURPRISE.
    """

    right: npt.NDArray[np.bool_]
    confidence: npt.NDArray[np.float64]
    surprise: float


MOST_SURPRISE = 20.0  # of a number, which is infinite where no path spells its text


def find_known(model: Model, corrections: Sequence[Correction]) -> list[Known]:
    """Find the candidates of corrected numbers; skip numbers whose picture can't be opened."""
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
    """Find the candidates of numbers, given as components, with their known texts."""
    signs = model.weighing.signs if model.weighing else None
    candidates = find_candidates(numbers, *judge_of(model), signs)
    return [
        Known(text, components, arcs)
        for text, components, (arcs, _) in zip(texts, numbers, candidates, strict=True)
    ]


def align(model: Model, known: Sequence[Known]) -> tuple[Digits, int]:
    """Find the digits of known numbers, and non-digits that the network may take for digits.

    Returns
    -------
    digits : Digits
        Digits and non-digits.
    count : int
        Number of known numbers with digits; no path spells the others' texts surely.
    """
    images, labels, count = [], [], 0
    for number, (lattice, said) in zip(known, _lattices(model, known), strict=True):
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


def read_known(model: Model, known: Sequence[Known]) -> Reading:
    """Read known numbers with a model."""
    right, confidence, surprise = [], [], []
    for number, (lattice, _) in zip(known, _lattices(model, known), strict=True):
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
    """Return the non-digits among candidates, by falling probability of one digit."""
    taken = said.max(axis=1)
    chosen = (posterior[:, :SKIP].sum(axis=1) < MAX_POSTERIOR) & (taken > MIN_PROBABILITY)
    right = [arcs.pieces[arc] for arc in path]
    return [
        int(arc)
        for arc in np.argsort(-taken, kind="stable")
        if chosen[arc] and all(_shared(arcs.pieces[arc], digit) < WRONG for digit in right)
    ]


def _shared(a: Component, b: Component) -> float:
    """Return the common solid ink of two components, as a share of the larger one's."""
    left, right = max(a.left, b.left), min(a.right, b.right)
    top, bottom = max(a.top, b.top), min(a.bottom, b.bottom)
    if left >= right or top >= bottom:
        return 0.0
    inks = [
        c.ink[top - c.top : bottom - c.top, left - c.left : right - c.left] >= SOLID for c in (a, b)
    ]
    most = max((a.ink >= SOLID).sum(), (b.ink >= SOLID).sum(), 1)
    return float((inks[0] & inks[1]).sum() / most)


def _lattices(model: Model, known: Sequence[Known]) -> list[tuple[Lattice, Floats]]:
    """Return the lattice and the digit probabilities, shape (arcs, 10), of each number."""
    judged = judge_candidates([number.arcs for number in known], *judge_of(model))
    return [(make_lattice(arcs, said, model.weighing), said) for arcs, said in judged]


def _spelt(text: str) -> npt.NDArray[np.bool_]:
    """Return the text as a bool array of shape (digits, 10)."""
    right = np.zeros((len(text), SKIP), bool)
    right[np.arange(len(text)), [int(char) for char in text]] = True
    return right


def _components(correction: Correction) -> list[Component]:
    """Return a number's components, found on the part of the page around its box.

    Raises
    ------
    ImageError
        If the picture can't be opened or has no such page.
    """
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
