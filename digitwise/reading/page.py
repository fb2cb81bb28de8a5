"""Read a page: find possible numbers, judge them in each proposal, choose the best proposal."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import NamedTuple

from digitwise.errors import ImageError
from digitwise.imaging.components import Component
from digitwise.imaging.digit import find_digit
from digitwise.imaging.pictures import Picture
from digitwise.imaging.region import Region
from digitwise.imaging.sheet import See, flat_sheet, usual_ways
from digitwise.reading.cut_off import cut_off_by_edge, without_cut_off
from digitwise.reading.forms.checks import is_date
from digitwise.reading.how import How
from digitwise.reading.ink_network import learnt_way
from digitwise.reading.judged import Judged
from digitwise.reading.number import Number
from digitwise.reading.proposals import find_numbers
from digitwise.reading.results import box_around, less_sure, make_numbers, on_picture
from digitwise.reading.seen_twice import (
    COST_OF_WRONG_DIGIT,
    is_unsure,
    is_worth_again,
    likelier,
    merge,
)
from digitwise.reading.segment import whole_digits
from digitwise.reading.splitting.budget import Budget
from digitwise.reading.splitting.classify import classify
from digitwise.reading.stray import without_stray_strokes
from digitwise.reading.text_lines import without_text
from digitwise.reading.turned import (
    MAX_CONFIDENCE_TO_TURN,
    UPSIDE_DOWN,
    is_doubtful,
    is_upside_down,
    probability_turned,
    quarters_to_turn,
    reads_better,
    score,
    turn,
    turn_back,
)
from digitwise.reading.words import part_from_words
from digitwise.reading.written import find_signs, parts_at_dashes, write

INK_SHARE_POWER = 0.5  # of the ink share in a gain: 0 prefers parts of numbers, 1 dirt and frames
MIN_GAIN_PER_RIGHT_DIGIT = 0.1  # lower bound of the gain, where most digits are wrong


@dataclass(frozen=True)
class Page:
    """The possible numbers of a page, each as components.

    Attributes
    ----------
    picture : Picture
    numbers : list of list of Component
    cut_off : set of int
        Identities of the components that the page's edge may have cut off.
    share : float in [0, 1]
        Share of the visible ink that belongs to the numbers.
    others : tuple of Page
        Other proposals for the same page.
    whole : bool
        Whether this is a whole page, which may be turned; a form's field is none.
    lies_in : (Picture, Region) or None
        The picture and the place of a sheet that lay askew; this page is that sheet, rectified.
    budget : Budget
        Bounds on the cost of judging this proposal.
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
        """Numbers with at least one component that the page's edge has not cut off."""
        return [one for one in self.numbers if not self.cut_off.issuperset(map(id, one))]


def look(picture: Picture, how: How) -> Page:
    """Find the possible numbers of a page.

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
    return replace(_proposed(picture, how, usual_ways), lies_in=lies_in)


def _proposed(picture: Picture, how: How, see: See) -> Page:
    """Return the first proposal for a page with its others, in some ways to see its ink."""
    budget = how.budget or Budget()
    page, *others = (
        replace(
            page_of(picture, proposal.numbers, how),
            share=proposal.share,
            whole=True,
            budget=budget.of_another_way(),
        )
        for proposal in find_numbers(picture.grey, how.layout, see)
    )
    return replace(page, others=tuple(others))


def page_of(picture: Picture, numbers: list[list[Component]], how: How) -> Page:
    """Return the page of a picture on which these numbers have been found."""
    if not how.weighing:
        return Page(picture, [whole_digits(number) for number in numbers], set())
    return Page(picture, numbers, cut_off_by_edge(numbers, len(picture.grey)))


def read_pages(pages: Sequence[Page], how: How) -> Iterator[list[Number] | ImageError]:
    """Read the numbers of each page; all pages share the calls of the network.

    Yields
    ------
    list of Number, or ImageError
        The numbers of a page, or the error of a page that is too busy.
    """
    best = _judge(pages, how)
    looks = [(k, _seen_again(page, best[k], how)) for k, page in enumerate(pages)]
    unsure = {k: again for k, again in looks if again}
    for k, again in zip(unsure, _judge(list(unsure.values()), how), strict=True):
        best[k] = _combined(best[k], again, how)
    for page, of_page in zip(pages, best, strict=True):
        yield _read(page, of_page, how)


def _seen_again(page: Page, best: "Best", how: How) -> Page | None:
    """Return proposals with learnt ink for an unsure page; None if it is sure or too busy."""
    if not page.whole or best.page.budget.spent or not is_unsure(best.found, how):
        return None
    try:
        again = _proposed(page.picture, replace(how, budget=page.budget), learnt_way)
    except ImageError:
        return None
    return _where_unsure(again, best.found) if how.layout == "auto" else again


def _where_unsure(page: Page, found: Sequence[Number]) -> Page:
    """Return a page's proposals without the numbers that are found and sure."""
    numbers = [
        number for number in page.numbers if is_worth_again(box_around(page.picture, number), found)
    ]
    others = tuple(_where_unsure(other, found) for other in page.others)
    return replace(page, numbers=numbers, others=others)


def _combined(usual: "Best", again: "Best", how: How) -> "Best":
    """Combine the best proposals of a page in the usual ways and with learnt ink."""
    spent = usual.page.budget.spent or again.page.budget.spent
    one_number = how.layout == "number"
    if spent or (one_number and not (usual.found and again.found)):
        return max(usual, again, key=lambda one: one.gain)
    if not usual.found and score(again.found, COST_OF_WRONG_DIGIT) > 0:
        return again  # a ground alone would give mostly wrong readings, and no score
    join = likelier if one_number else merge
    return usual._replace(found=join(usual.found, again.found, how))


def _judge(pages: Sequence[Page], how: How) -> list["Best"]:
    """Return the best proposal of each page; all pages share the calls of the network."""
    ways = [[(way, _without_text(way, how)) for way in (page, *page.others)] for page in pages]
    to_judge = [(n, way.budget) for seen in ways for way, numbers in seen for n in numbers]
    judged = iter(how.judge([number for number, _ in to_judge], [budget for _, budget in to_judge]))
    return [
        _best_proposal([(way, [next(judged) for _ in numbers]) for way, numbers in seen], how)
        for seen in ways
    ]


def _without_text(page: Page, how: How) -> list[list[Component]]:
    """Return the numbers of a page that are to be judged, without its lines of text."""
    if how.layout != "auto" or not how.weighing:
        return page.to_judge
    return without_text(page.to_judge, partial(classify, how.network, how.calibration))


def _read(page: Page, best: "Best", how: How) -> list[Number] | ImageError:
    """Return the numbers of a page from its best proposal."""
    if best.page.budget.spent:
        return best.page.budget.spent
    found = _turned_if_better(best.page, best.found, how)
    for way in (page, *page.others) if not found else ():
        if busy := way.budget.spent or way.budget.texture:
            return busy
    found = [number if number.fits else less_sure(number, 0.0, how) for number in found]
    return [on_picture(number, *page.lies_in) for number in found] if page.lies_in else found


class Best(NamedTuple):
    """The best proposal for a page."""

    gain: float
    page: Page
    found: list[Number]


def _best_proposal(ways: Sequence[tuple[Page, list[Judged]]], how: How) -> Best:
    """Return the proposal with the greatest gain, and its numbers."""
    decoded = [(way, _decode(way, judged, replace(how, budget=way.budget))) for way, judged in ways]
    proposals = [Best(_gain(way, found, how.layout), way, found) for way, found in decoded]
    best = max(proposals, key=lambda proposal: proposal.gain)
    if how.layout == "number" and best.page.share < 1:
        share = best.page.share**INK_SHARE_POWER
        return best._replace(found=[less_sure(number, share, how) for number in best.found])
    return best


def _gain(page: Page, found: list[Number], layout: str) -> float:
    """Return how well a proposal is read; -1 if its budget is spent.

    For a page's only number, the gain is its confidence, lowered by its share of the ink. For other
    pages it is the expected number of right digits, less a cost for each wrong one. A small gain
    remains where most digits are wrong: a poor reading is better than none.
    """
    if page.budget.spent:
        return -1.0
    if layout == "number":
        return found[0].confidence * page.share**INK_SHARE_POWER if found else 0.0
    return max(score(found, COST_OF_WRONG_DIGIT), MIN_GAIN_PER_RIGHT_DIGIT * score(found, 0.0))


def _decode(page: Page, judged: list[Judged], how: How) -> list[Number]:
    """Return the numbers that judged candidates amount to, without edges, words and stray ink."""
    if how.weighing:
        judged = [without_cut_off(one, page.cut_off, how.judge) for one in judged]
        if how.layout == "auto":
            judged = [part for one in judged for part in part_from_words(one, how.judge)]
            judged = without_stray_strokes(judged)
            if how.with_signs:
                judged = [part for one in judged for part in _parted_at_dashes(one, how)]
    return list(make_numbers(page.picture, judged, how))


def _parted_at_dashes(found: Judged, how: How) -> list[Judged]:
    """Part a number, but no date, at its dashes if all parts are at least as sure as the whole."""
    if not (found.decision and found.decision.digits):
        return [found]
    signs = find_signs(found.components, found.arcs, found.decision.paths[0])
    text = found.decision.alternatives[0][0]
    parts = parts_at_dashes(found.components, text, signs)
    if len(parts) < 2 or is_date(write(text, signs)):
        return [found]
    numbers = how.judge(parts)
    surer = all(number.confidence >= found.confidence for number in numbers)
    return numbers if surer else [found]


def _turned_if_better(page: Page, found: list[Number], how: How) -> list[Number]:
    """Return the numbers of the turned page if it is read better so, else `found`."""
    if not how.weighing or not page.whole:
        return found
    if how.layout == "number":
        quarters = UPSIDE_DOWN if not found or found[0].confidence < MAX_CONFIDENCE_TO_TURN else 0
    else:
        pieces = [component for number in page.numbers for component in number]
        judge = partial(classify, how.network, how.calibration)
        quarters = quarters_to_turn(pieces, judge) if is_doubtful(found) else 0
    if not quarters:
        return found
    try:
        other = look(turn(page.picture, quarters), replace(how, budget=page.budget))
    except ImageError:
        return found
    (best,) = _judge([other], replace(how, budget=None))
    if best.page.budget.spent:
        return found
    turned = best.found
    if how.layout == "number":
        better = is_upside_down(found, turned)
        upright = max([number.confidence for number in found], default=0.0)
        turned = [less_sure(number, probability_turned(upright, number), how) for number in turned]
    else:
        better = reads_better(turned, found)
    return [turn_back(n, quarters, page.picture) for n in turned] if better else found
