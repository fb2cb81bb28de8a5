"""A page: first what may be numbers on it, then, the network asked, what they say."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from digitwise.errors import ImageError
from digitwise.imaging.components import Component
from digitwise.imaging.digit import find_digit
from digitwise.imaging.pictures import Picture
from digitwise.imaging.region import Region
from digitwise.imaging.sheet import flat_sheet
from digitwise.reading.cut_off import cut_off_by_edge, without_cut_off
from digitwise.reading.how import How
from digitwise.reading.judged import Judged
from digitwise.reading.number import Number
from digitwise.reading.proposals import find_numbers
from digitwise.reading.said import less_sure, on_picture, say
from digitwise.reading.segment import whole_digits
from digitwise.reading.splitting.budget import Budget
from digitwise.reading.splitting.classify import ask
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
from digitwise.reading.written import find_signs, parts_at_dashes

LEFT_OVER = (
    0.5  # power of the share of ink that counts: 0 takes parts for the whole, 1 frames along
)
WRONG = 0.5  # what a digit that is read wrong takes off one that is read right
HARDLY = 0.1  # share that a digit is worth in a way of which most is wrong
UPSIDE_DOWN = 2  # quarters
DOUBTED = 0.5  # a page's only number that is less sure is read upside down too, and
SURELY_TURNED = 0.98  # is taken for that if it then is so sure; of pages with one number
AS_WIDE = 0.8  # times as wide as it was, at least, is a number that was upside down
CERTAIN = 0.999  # no reading is surer, where it is weighed against another
SELDOM = 0.02  # lie so: of 500 real ones none does


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
    whole : bool
        Whether these are all numbers of the picture, so that it may be turned: not a form's field.
    lies_in : (Picture, Region) or None
        A picture in which a sheet lay askew: this page is that sheet, laid flat.
    budget : Budget
        What it may cost to judge it.
    """

    picture: Picture
    numbers: list[list[Component]]
    cut_off: set[int]
    share: float = 1.0
    others: "tuple[Page, ...]" = ()
    whole: bool = False
    lies_in: tuple[Picture, Region] | None = None
    budget: Budget = field(default_factory=Budget)

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
    lies_in = None
    flat = flat_sheet(picture.grey) if how.weighing else None
    if flat is not None:
        lies_in = picture, flat
        picture = Picture(flat.grey, flat.grey.shape[1], flat.grey.shape[0], picture.page)
    budget = how.budget or Budget()
    page, *others = (
        replace(
            page_of(picture, proposal.numbers, how),
            share=proposal.share,
            whole=True,
            budget=budget.of_another_way(),
        )
        for proposal in find_numbers(picture.grey, how.layout)
    )
    return replace(page, others=tuple(others), lies_in=lies_in)


def page_of(picture: Picture, numbers: list[list[Component]], how: How) -> Page:
    """The page of a picture on which these numbers have been found."""
    if not how.weighing:
        return Page(picture, [whole_digits(number) for number in numbers], set())
    return Page(picture, numbers, cut_off_by_edge(numbers, len(picture.grey)))


def read_pages(pages: Sequence[Page], how: How) -> Iterator[list[Number] | ImageError]:
    """Read the numbers of each page; the network is asked for those of all pages at once.

    Of a page that is too busy, the error is given in place of its numbers.
    """
    ways = [(page, *page.others) for page in pages]
    to_judge = [(number, way.budget) for seen in ways for way in seen for number in way.to_judge]
    judged = iter(how.judge([number for number, _ in to_judge], [budget for _, budget in to_judge]))
    for page, seen in zip(pages, ways, strict=True):
        of_ways = [[next(judged) for _ in way.to_judge] for way in seen]
        yield _read(page, of_ways, how)


def _read(page: Page, judged: Sequence[list[Judged]], how: How) -> list[Number] | ImageError:
    """What a page says whose numbers are judged, in each way to see it."""
    best, found = _best_way(page, judged, how)
    if best.budget.spent:
        return best.budget.spent
    found = _turned_if_better(best, found, how)
    for way in (page, *page.others) if not found else ():
        if busy := way.budget.spent or way.budget.texture:
            return busy
    found = [number if number.fits else less_sure(number, 0.0, how) for number in found]
    return [on_picture(number, *page.lies_in) for number in found] if page.lies_in else found


def _best_way(page: Page, judged: Sequence[list[Judged]], how: How) -> tuple[Page, list[Number]]:
    """The page seen and grouped in the way in which it is read best, and what it says."""
    ways = (page, *page.others)
    told = [
        _tell(way, of_way, replace(how, budget=way.budget))
        for way, of_way in zip(ways, judged, strict=True)
    ]
    gains = [_gain(way, found, how.layout) for way, found in zip(ways, told, strict=True)]
    best = gains.index(max(gains))
    found = told[best]
    if how.layout == "number" and ways[best].share < 1:
        found = [less_sure(number, ways[best].share ** LEFT_OVER, how) for number in found]
    return ways[best], found


def _gain(page: Page, found: list[Number], layout: str) -> float:
    """How well a page is read in one way.

    A page's only number: its probability, and less if it leaves ink over. Else its digits, those
    that are read wrong taken off; what hardly is right is better than nothing, and that is better
    than half a page.
    """
    if page.budget.spent:
        return -1.0
    if layout == "number":
        return found[0].confidence * page.share**LEFT_OVER if found else 0.0
    return max(score(found, WRONG), HARDLY * score(found, 0.0))


def _tell(page: Page, judged: list[Judged], how: How) -> list[Number]:
    """What numbers say."""
    if how.weighing:
        judged = [without_cut_off(one, page.cut_off, how.judge) for one in judged]
        if how.layout == "auto":
            judged = [part for one in judged for part in part_from_words(one, how.judge)]
            judged = without_stray_strokes(judged)
            if how.with_signs:
                judged = [part for one in judged for part in _parted_at_dashes(one, how)]
    return list(say(page.picture, judged, how))


def _parted_at_dashes(found: Judged, how: How) -> list[Judged]:
    """Numbers with a dash between them, each by itself, if each is as sure as the whole."""
    if not (found.decision and found.decision.digits):
        return [found]
    signs = find_signs(found.components, found.arcs, found.decision.paths[0])
    parts = parts_at_dashes(found.components, found.decision.alternatives[0][0], signs)
    if len(parts) < 2:
        return [found]
    numbers = how.judge(parts)
    surer = all(number.confidence >= found.confidence for number in numbers)
    return numbers if surer else [found]


def _turned_if_better(page: Page, found: list[Number], how: How) -> list[Number]:
    """What was found, or, if the page seems to lie on its side or upside down, what then is."""
    if not how.weighing or not page.whole:
        return found
    if how.layout == "number":
        quarters = UPSIDE_DOWN if not found or found[0].confidence < DOUBTED else 0
    else:
        pieces = [component for number in page.numbers for component in number]
        asked = partial(ask, how.network, how.calibration)
        quarters = quarters_to_turn(pieces, asked) if is_doubtful(found) else 0
    if not quarters:
        return found
    try:
        other = look(turn(page.picture, quarters), replace(how, budget=page.budget))
    except ImageError:
        return found
    every = (other, *other.others)
    best, turned = _best_way(
        other, [replace(how, budget=way.budget).judge(way.to_judge) for way in every], how
    )
    if best.budget.spent:
        return found
    if how.layout == "number":
        better = _is_upside_down(found, turned)
        upright = max([number.confidence for number in found], default=0.0)
        turned = [less_sure(number, _one_of_both(upright, number), how) for number in turned]
    else:
        better = reads_better(turned, found)
    return [turn_back(n, quarters, page.picture) for n in turned] if better else found


def _is_upside_down(found: list[Number], turned: list[Number]) -> bool:
    """Whether a page's only number is surely read when turned, and of about all of its ink."""
    if not turned or turned[0].confidence < SURELY_TURNED:
        return False
    return not found or _width(turned[0]) >= AS_WIDE * _width(found[0])


def _width(number: Number) -> int:
    return number.bbox[2] - number.bbox[0]


def _one_of_both(upright: float, turned: Number) -> float:
    """What a reading's confidence is times, where another may be right that is so probable.

    One of both is right: the turned one seldom, before it is looked at (Bayes' rule).
    """
    p = min(turned.confidence, CERTAIN)
    is_turned, is_upright = SELDOM * p * (1 - upright), (1 - SELDOM) * upright * (1 - p)
    return is_turned / (is_turned + is_upright)
