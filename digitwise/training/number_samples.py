"""Samples to learn weights from: candidates of drawn numbers and of real ones."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from digitwise.data.digits import Digits
from digitwise.data.real_numbers import RealNumber
from digitwise.data.strings import Hand, draw_number
from digitwise.engines.threads import cores
from digitwise.imaging.components import Component
from digitwise.imaging.pictures import open_first
from digitwise.imaging.rules import remove_rules
from digitwise.imaging.sheet import ink_of_page, ways_to_see
from digitwise.models.calibration import Calibration
from digitwise.models.committee import Judge
from digitwise.network import Network
from digitwise.neurons import Floats
from digitwise.processes import make_pool
from digitwise.reading.segment import one_number
from digitwise.reading.splitting.arcs import Arcs
from digitwise.reading.splitting.classify import find_candidates

WOBBLE = 0.08  # of most hands: see `Hand.wobble`
WOBBLES = (0.05, WOBBLE, 0.12)  # of steady, most and unsteady hands

LARGE = [
    Hand(),
    Hand(count=(1, 10)),
    Hand(count=(2, 2), touching=1.0, ligature=0.15),
    Hand(count=(3, 6), touching=0.5, ligature=0.15),
    Hand(count=(1, 3), specks=1.0),
]
SMALL = [
    replace(hand, size=(18.0, 24.0), paper=False, overlap=(0.0, 0.06), wobble=WOBBLE)
    for hand in LARGE
]  # clean pictures with few pixels
CELL = Hand(count=(1, 8), wobble=WOBBLE, outsize=0.2, room=(-0.12, 0.5))
REGISTER = Hand(
    count=(1, 4), wobble=WOBBLE, size=(12.0, 40.0), room=(0.2, 6.0), underlined=0.4, crowded=0.3
)
SIGNED = [
    Hand(count=(1, 8), wobble=WOBBLE, signs=True),
    Hand(count=(2, 8), wobble=0.12, gap=(0.04, 0.4), signs=True),
    replace(CELL, signs=True),
    replace(CELL, count=(3, 7), signs=True, rounded=0.5),
]
HANDS = (
    [replace(hand, wobble=wobble) for wobble in WOBBLES for hand in LARGE]
    + SMALL * 2
    + [
        Hand(count=(3, 6), wobble=WOBBLE, printed="line"),
        Hand(count=(3, 6), wobble=WOBBLE, printed="ruled"),
        Hand(count=(3, 6), wobble=WOBBLE, printed="box", gap=(0.12, 0.5)),
        Hand(count=(3, 6), wobble=WOBBLE, printed="comb", gap=(0.25, 0.6)),
        Hand(count=(3, 6), wobble=WOBBLE, printed="dashed", gap=(0.25, 1.2)),
        *(2 * SIGNED),
        replace(CELL, signs=True, printed="columns"),
        replace(CELL, count=(1, 4), printed="columns"),
        replace(CELL, count=(1, 6), touching=0.3, ligature=0.15),
        replace(CELL, count=(3, 6), touching=0.5, ligature=0.4, rounded=0.8),
        Hand(count=(3, 6), touching=0.6, ligature=0.4, rounded=0.8, wobble=WOBBLE),
        replace(REGISTER, printed="columns"),
        replace(REGISTER, touching=0.3),
        Hand(letters=True),
        Hand(letters=True),
    ]
)
"""Hands of the drawn numbers that weights are learnt from, in turn."""
MEASURED = (*(hand for hand in HANDS if not hand.letters and hand not in SIGNED), *SIGNED)
"""Hands of the drawn numbers that they are measured on, with fewer signs."""
PART = 500  # numbers of one task of a process
TOGETHER = 20  # numbers whose candidates the network judges in one call

Part = TypeVar("Part")


@dataclass(frozen=True)
class Sample:
    """The candidates of one number, without their ink, to save memory.

    Attributes
    ----------
    text : str
        The digits; empty for letters.
    arcs : Arcs
    probabilities : array of shape (arcs, 10)
        Probability of each digit.
    """

    text: str
    arcs: Arcs
    probabilities: Floats


@dataclass(frozen=True)
class Asked:
    """The network of digits with its calibration, and the network of signs."""

    network: Judge
    calibration: Calibration | None
    signs: Network | None

    def look(self, texts: Sequence[str], numbers: Sequence[list[Component]]) -> list[Sample]:
        """Return the samples of numbers, each given as components, with shared network calls."""
        found = find_candidates(numbers, self.network, self.calibration, self.signs)
        return [
            Sample(text, replace(arcs, pieces=[]), probabilities)
            for text, (arcs, probabilities) in zip(texts, found, strict=True)
        ]


def draw_samples(
    asked: Asked,
    digits: Digits,
    indices: Sequence[int],
    seed: int,
    hands: Sequence[Hand] = HANDS,
) -> list[Sample]:
    """Draw numbers, of each hand in turn, and return their samples."""
    found = []
    for start in range(0, len(indices), TOGETHER):
        texts, numbers = [], []
        for index in indices[start : start + TOGETHER]:
            drawn = draw_number(digits, hands[index % len(hands)], seed, index)
            in_picture = one_number(remove_rules(ink_of_page(drawn.light)))
            numbers += in_picture
            texts += [drawn.text] * len(in_picture)
        found += asked.look(texts, numbers)
    return found


def look_at(asked: Asked, real: Sequence[RealNumber]) -> list[Sample]:
    """Return the samples of real pictures in which exactly one number is found."""
    found = []
    for number in real:
        in_picture = one_number(remove_rules(ways_to_see(open_first(number.path).grey)[-1]))
        if len(in_picture) == 1:
            found += asked.look([number.text], in_picture)
    return found


def in_parts(
    work: Callable[[range], Part], count: int, part: int = PART, jobs: int | None = None
) -> list[Part]:
    """Run `work` on parts of the indices 0 to `count` - 1 on all cores; return its results.

    With `jobs` of 1, it runs in this process.
    """
    parts = [range(start, min(start + part, count)) for start in range(0, count, part)]
    if jobs == 1 or not parts:
        return [work(indices) for indices in parts]
    with make_pool(min(jobs or cores(), len(parts))) as pool:
        return list(pool.map(work, parts))
