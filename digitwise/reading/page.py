"""A page: first what may be numbers on it, then, the network asked, what they say."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from digitwise.errors import ImageError
from digitwise.imaging.components import Component
from digitwise.imaging.digit import find_digit
from digitwise.imaging.pictures import Picture
from digitwise.models.calibration import Calibration
from digitwise.models.weighing import Weighing
from digitwise.reading.arcs import Arcs
from digitwise.reading.candidates import Asked, ask
from digitwise.reading.cut_off import cut_off_by_edge, without_cut_off
from digitwise.reading.decide import Decision
from digitwise.reading.expected import Expected
from digitwise.reading.judged import Judged, judge_numbers
from digitwise.reading.number import Box, Number, ReadDigit
from digitwise.reading.segment import find_numbers, whole_digits
from digitwise.reading.stray import without_stray_strokes
from digitwise.reading.turned import (
    is_doubtful,
    quarters_to_turn,
    reads_better,
    score,
    turn,
    turn_back,
)
from digitwise.reading.words import part_from_words

LEFT_OVER = (
    0.5  # power of the share of ink that counts: 0 takes parts for the whole, 1 frames along
)
WRONG = 0.5  # what a digit that is read wrong takes off one that is read right
EVEN = 0.5  # probability of a number that is as likely right as wrong


@dataclass(frozen=True)
class How:
    """How pages are read.

    Attributes
    ----------
    network, calibration
        What is asked, and what its outputs mean.
    weighing : Weighing or None
        Of candidates; None if each component is a digit.
    layout : {"auto", "number", "digit"}
    expected : Expected
    threshold : float
        Confidence that numbers, or without `weighing` digits, must be above.
    """

    network: Asked
    calibration: Calibration | None
    weighing: Weighing | None
    layout: str
    expected: Expected
    threshold: float

    def judge(self, numbers: list[list[Component]]) -> list[Judged]:
        """Judge what may be numbers, each given as components, in one call of the network."""
        known = self.layout != "auto"
        return judge_numbers(
            numbers, self.network, self.calibration, self.weighing, self.expected, known
        )


@dataclass(frozen=True)
class Page:
    """What may be numbers, each as components.

    Attributes
    ----------
    picture : Picture
    numbers : list of list of Component
    cut_off : set of int
        Identities of those components that the page's edge may have cut off.
    share : float in [0, 1]
        Of the ink that was seen, what belongs to the numbers.
    others : tuple of Page
        The same page with its ink seen, or grouped, in other ways.
    """

    picture: Picture
    numbers: list[list[Component]]
    cut_off: set[int]
    share: float = 1.0
    others: "tuple[Page, ...]" = ()

    @property
    def to_judge(self) -> list[list[Component]]:
        """Numbers that are more than what the page's edge cut off."""
        return [one for one in self.numbers if not self.cut_off.issuperset(map(id, one))]


def look(picture: Picture, how: How) -> Page:
    """Find what may be numbers.

    Raises
    ------
    ImageError
        If there are too many strokes for a page of numbers.
    """
    if how.layout == "digit":
        digit = find_digit(picture.grey)
        return Page(picture, [[digit]] if digit else [], set())
    page, *others = (
        replace(page_of(picture, proposal.numbers, how), share=proposal.share)
        for proposal in find_numbers(picture.grey, how.layout)
    )
    return replace(page, others=tuple(others))


def page_of(picture: Picture, numbers: list[list[Component]], how: How) -> Page:
    """The page of a picture on which these numbers have been found."""
    if not how.weighing:
        return Page(picture, [whole_digits(number) for number in numbers], set())
    return Page(picture, numbers, cut_off_by_edge(numbers, len(picture.grey)))


def read_pages(pages: Sequence[Page], how: How) -> Iterator[list[Number]]:
    """Read the numbers of each page; the network is asked for those of all pages at once."""
    ways = [(page, *page.others) for page in pages]
    to_judge = [number for seen in ways for way in seen for number in way.to_judge]
    judged = iter(how.judge(to_judge))
    for seen in ways:
        told = [_tell(way, [next(judged) for _ in way.to_judge], how) for way in seen]
        gains = [_gain(way, found, how.layout) for way, found in zip(seen, told, strict=True)]
        best = gains.index(max(gains))
        yield _turned_if_better(seen[best], told[best], how)


def _gain(page: Page, found: list[Number], layout: str) -> float:
    """How well a page is read in one way.

    A page's only number: its probability, and less if it leaves ink over. Else its digits, those
    that are read wrong taken off.
    """
    if layout == "number":
        return found[0].confidence * page.share**LEFT_OVER if found else 0.0
    return score(found, WRONG)


def _tell(page: Page, judged: list[Judged], how: How) -> list[Number]:
    """What numbers say."""
    if how.weighing:
        judged = [without_cut_off(one, page.cut_off, how.judge) for one in judged]
        if how.layout == "auto":
            judged = [part for one in judged for part in part_from_words(one, how.judge)]
            judged = without_stray_strokes(judged)
    return list(_say(page.picture, judged, how.threshold, as_whole=how.weighing is not None))


def _turned_if_better(page: Page, found: list[Number], how: How) -> list[Number]:
    """What was found, or, if the page seems to lie on its side or upside down, what then is."""
    if how.layout != "auto" or not how.weighing or not is_doubtful(found):
        return found
    pieces = [component for number in page.numbers for component in number]
    quarters = quarters_to_turn(pieces, partial(ask, how.network, how.calibration))
    if not quarters:
        return found
    try:
        other = look(turn(page.picture, quarters), how)
    except ImageError:
        return found
    turned = _tell(other, how.judge(other.to_judge), how)
    if not reads_better(turned, found):
        return found
    return [turn_back(number, quarters, page.picture) for number in turned]


def _say(
    picture: Picture,
    found: list[Judged],
    threshold: float,
    as_whole: bool,
) -> Iterator[Number]:
    """What was read; how sure is asked of each number `as_whole`, or of each digit."""
    for judged in found:
        decision = judged.decision
        if decision and decision.digits:
            # A number that is likelier wrong than right is rejected, whatever is asked for.
            surer_than = max(threshold, EVEN) if as_whole else threshold
            limit = surer_than if judged.fits else 1.0
            yield _number(picture, judged.arcs, decision, limit, as_whole)


def _number(
    picture: Picture,
    arcs: Arcs,
    decision: Decision,
    surer_than: float,
    as_whole: bool,
) -> Number:
    """What a number says; `surer_than` is asked of all of it as a whole, or of each digit."""
    text, confidence = decision.alternatives[0]
    least_sure = min(p for _, _, p in decision.digits)
    limit = surer_than
    if as_whole:
        # Of a number that is too unsure, its least sure digits are shown to be so.
        limit = max(surer_than, least_sure) if confidence <= surer_than else -1.0
    digits = [
        ReadDigit(
            char, p, _box(picture, arcs.pieces[arc]), arcs.pieces[arc].frame, rejected=p <= limit
        )
        for arc, char, p in decision.digits
    ]
    boxes = np.array([digit.bbox for digit in digits])
    x0, y0 = (int(v) for v in boxes[:, :2].min(axis=0))
    x1, y1 = (int(v) for v in boxes[:, 2:].max(axis=0))
    size = picture.width, picture.height
    alternatives = [(t, p) for t, p in decision.alternatives if t]
    tried = tuple(_box(picture, piece) for piece in arcs.pieces)
    box = x0, y0, x1, y1
    return Number(text, confidence, box, digits, alternatives, picture.page, size, tried=tried)


def _box(picture: Picture, component: Component) -> Box:
    """Back from working resolution to the original's pixels."""
    height, width = picture.grey.shape
    x, y = picture.width / width, picture.height / height
    return (
        int(component.left * x),
        int(component.top * y),
        min(picture.width, int(np.ceil(component.right * x))),
        min(picture.height, int(np.ceil(component.bottom * y))),
    )
