"""A row of cells, read together: each holds exactly one digit or mark, or nothing.

A path goes through the fragments of ink from left to right and gives each cell what is in it. Its
score adds up what each piece of ink is worth as a digit or a mark, and how much of it lies in its
cell. Probabilities of cells are sums over all paths, as in `splitting.lattice`. Ink that reaches
over a divider goes to the cell that it belongs to.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from math import exp, log

import numpy as np

from digitwise.imaging.components import Component
from digitwise.models.weighing import Weighing
from digitwise.neurons import Floats
from digitwise.reading.forms.marks import DASH, DITTO, MARKS
from digitwise.reading.number import CROSS
from digitwise.reading.splitting.arcs import Arcs
from digitwise.reading.splitting.lattice import SKIP
from digitwise.reading.splitting.scoring import make_lattice

BLANK = " "
SYMBOLS = "0123456789" + CROSS + DITTO + DASH + BLANK
PRIOR = {CROSS: log(0.3), DITTO: log(0.02), DASH: log(0.1), BLANK: -3.0}
"""Logarithms: how much rarer than some digit each is, before anything is seen."""
PLACE = 2.0  # weight of the logarithm of the share of ink that lies in a cell
LEAST_SHARE = 0.2  # of a piece's ink: cells that have less don't hold it
STRUCK = 0.65  # of a cell's width: a dash that is longer strikes the cell out
SEVERAL = 1.4  # cells' widths: a mark that is wider may cross several out
COVERED = 0.5  # share of such a cell's width that the mark has
LEAST_NONE = 1e-4  # probability that a piece is no digit
SURE = 0.99  # probability of a digit, to see what its size alone is worth
BLANKS = ("allowed", "leading", "trailing", "no")
BEFORE, WITHIN, AFTER = range(3)  # the first digit, digits, the first blank after one

State = tuple[int, int, int]
"""Fragments used, cells decided, and where in the number that is."""


@dataclass(frozen=True)
class Cell:
    """What a cell holds.

    Attributes
    ----------
    chances : array of shape (14,)
        Probability of each of SYMBOLS.
    pieces : dict of str to Component
        The likeliest ink of each symbol that may be there.
    """

    chances: Floats
    pieces: dict[str, Component] = field(default_factory=dict)


@dataclass(frozen=True)
class _Step:
    """From one state to another by deciding some cells, or none."""

    start: State
    end: State
    scores: Floats  # of each of SYMBOLS; of what is passed over one number
    arc: int = -1


def read_cells(
    arcs: Arcs,
    probabilities: Floats,
    marks: Floats,
    weighing: Weighing | None,
    edges: Sequence[float],
    blank: str = "allowed",
) -> tuple[list[Cell], float]:
    """Read the cells of a field.

    Parameters
    ----------
    arcs : Arcs
        Candidates for what is in one cell.
    probabilities : array of shape (arcs, 10)
        Of each digit.
    marks : array of shape (arcs, 4)
        Of each of `digitwise.reading.forms.marks.MARKS`.
    edges : sequence of float
        Where cells begin and end, one more than cells.
    blank : one of BLANKS
        Which cells may be blank.

    Returns
    -------
    list of Cell
    float
        Logarithm of what all paths add up to: -inf, with no probabilities, if there is none.
    """
    spans = [_crossed_out(arcs, arc, edges) for arc in range(len(arcs.pieces))]
    wide = (edges[-1] - edges[0]) / (len(edges) - 1)
    struck = np.array([piece.width >= STRUCK * wide for piece in arcs.pieces])
    marks = marks.copy()
    # Where dividers were taken out of a stroke through several cells, each has its part.
    marks[struck, MARKS.index(CROSS)] += marks[struck, MARKS.index(DASH)]
    marks[struck, MARKS.index(DASH)] = LEAST_NONE
    scores, across = _score(arcs, probabilities, marks, weighing, spans)
    steps = list(_steps(arcs, scores, across, spans, edges, blank))
    ahead: dict[State, float] = {(0, 0, BEFORE): 0.0}
    sums = [_sum(step.scores) for step in steps]
    for step, score in zip(steps, sums, strict=True):
        if step.start in ahead and score > -np.inf:
            _add(ahead, step.end, ahead[step.start] + score)
    count = len(edges) - 1
    ends = [(arcs.n, count, phase) for phase in (BEFORE, WITHIN, AFTER)]
    total = _sum(np.array([ahead.get(end, -np.inf) for end in ends]))
    cells = [Cell(np.zeros(len(SYMBOLS))) for _ in range(count)]
    if total == -np.inf:
        return cells, total
    behind: dict[State, float] = dict.fromkeys(ends, 0.0)
    likeliest: dict[tuple[int, str], float] = {}
    for step, score in zip(reversed(steps), reversed(sums), strict=True):
        if step.start not in ahead or step.end not in behind or score == -np.inf:
            continue
        _add(behind, step.start, behind[step.end] + score)
        if len(step.scores) == 1:
            continue
        chances = np.exp(ahead[step.start] + behind[step.end] + step.scores - total)
        for k in range(step.start[1], step.end[1]):
            cells[k].chances[:] += chances
            for s in np.flatnonzero(chances > 0).tolist() if step.arc >= 0 else ():
                if chances[s] > likeliest.get((k, SYMBOLS[s]), 0.0):
                    likeliest[k, SYMBOLS[s]] = float(chances[s])
                    cells[k].pieces[SYMBOLS[s]] = arcs.pieces[step.arc]
    return cells, total


def all_blank(count: int) -> list[Cell]:
    """Return cells without any ink."""
    chances = np.zeros(len(SYMBOLS))
    chances[SYMBOLS.index(BLANK)] = 1.0
    return [Cell(chances.copy()) for _ in range(count)]


def _score(
    arcs: Arcs,
    probabilities: Floats,
    marks: Floats,
    weighing: Weighing | None,
    spans: Sequence[tuple[int, int]],
) -> tuple[Floats, Floats]:
    """Score each candidate in a cell, and across several.

    Returns
    -------
    array of shape (arcs, 14)
        As each of SYMBOLS but the blank, in whose place is the score of being passed over.
    array of shape (arcs,)
        As what crosses several cells out.
    """
    own = make_lattice(arcs, probabilities, weighing).scores
    # What a mark is worth for its size and place: as much as a digit that is as large.
    surely = replace(arcs, kinds=np.eye(1, arcs.kinds.shape[1]).repeat(len(arcs.kinds), axis=0))
    sized = np.full(len(own), -np.inf)
    for digit in range(SKIP):
        sure = np.zeros_like(probabilities)
        sure[:, digit] = SURE
        found = make_lattice(surely, sure, weighing).scores[:, digit]
        sized = np.maximum(sized, found - log(SURE))
    told = np.log(marks)
    # Two networks have to agree that a piece is no digit.
    none = np.log(np.clip(1 - probabilities.sum(axis=1), LEAST_NONE, 1))
    told[:, 1:] += none[:, None]
    scores = np.full((len(own), len(SYMBOLS)), -np.inf)
    scores[:, :SKIP] = own[:, :SKIP] + told[:, :1]
    for mark in (CROSS, DITTO, DASH):
        scores[:, SYMBOLS.index(mark)] = sized + told[:, MARKS.index(mark)] + PRIOR[mark]
    scores[:, SYMBOLS.index(BLANK)] = own[:, SKIP]
    # What crosses several cells out is no digit, whatever it looks like, and of any size.
    crossed = marks[:, [MARKS.index(CROSS), MARKS.index(DASH)]].sum(axis=1)
    worth = max(0.0, float(sized.max()))  # of each cell that has something in it
    cells = np.array([max(1, last - first) for first, last in spans])
    return scores, worth * cells + np.log(crossed) + PRIOR[CROSS]


def _steps(
    arcs: Arcs,
    scores: Floats,
    across: Floats,
    spans: Sequence[tuple[int, int]],
    edges: Sequence[float],
    blank: str,
) -> Iterator[_Step]:
    """Every step, so ordered that whatever leads to a state comes before what leaves it."""
    count = len(edges) - 1
    passed_over = scores[:, SYMBOLS.index(BLANK)]
    held = scores.copy()
    held[:, SYMBOLS.index(BLANK)] = -np.inf
    nothing = np.full(len(SYMBOLS), -np.inf)
    nothing[SYMBOLS.index(BLANK)] = PRIOR[BLANK]
    leaving: list[list[int]] = [[] for _ in range(arcs.n + 1)]
    for arc, start in enumerate(arcs.starts.tolist()):
        leaving[start].append(arc)
    shares = [_shares(piece, edges) for piece in arcs.pieces]
    for node in range(arcs.n + 1):
        for cell in range(count):
            for phase, after in _blanks(blank):
                yield _Step((node, cell, phase), (node, cell + 1, after), nothing)
        for arc in leaving[node]:
            end = int(arcs.ends[arc])
            if passed_over[arc] > -np.inf:
                skip = passed_over[arc : arc + 1]
                for cell in range(count + 1):
                    for phase in (BEFORE, WITHIN, AFTER):
                        yield _Step((node, cell, phase), (end, cell, phase), skip)
            for cell in np.flatnonzero(shares[arc] >= LEAST_SHARE).tolist():
                there = held[arc] + PLACE * log(shares[arc][cell])
                yield from _into(node, cell, end, cell + 1, there, blank, arc)
            first, last = spans[arc]
            if last - first > 1:
                crossed = np.full(len(SYMBOLS), -np.inf)
                crossed[SYMBOLS.index(CROSS)] = across[arc]
                yield from _into(node, first, end, last, crossed, blank, arc)


def _into(
    node: int, cell: int, end: int, last: int, scores: Floats, blank: str, arc: int
) -> Iterator[_Step]:
    """Put a piece into cells, wherever in the number that is."""
    digit = scores.copy()
    digit[SYMBOLS.index(CROSS)] = -np.inf
    crossed = np.full(len(SYMBOLS), -np.inf)
    crossed[SYMBOLS.index(CROSS)] = scores[SYMBOLS.index(CROSS)]
    for phase in (BEFORE, WITHIN, AFTER):
        yield _Step((node, cell, phase), (end, last, phase), crossed, arc)
        if phase != AFTER or blank == "allowed":
            after = WITHIN
            yield _Step((node, cell, phase), (end, last, after), digit, arc)


def _blanks(blank: str) -> list[tuple[int, int]]:
    """Where in a number a cell may be blank, and where one then is."""
    before, behind = (BEFORE, BEFORE), [(WITHIN, AFTER), (AFTER, AFTER)]
    return {
        "allowed": [before, *behind],
        "leading": [before],
        "trailing": [(BEFORE, AFTER), *behind],
        "no": [],
    }[blank]


def _shares(piece: Component, edges: Sequence[float]) -> Floats:
    """How much of a piece's ink lies in each cell; what lies outside of all is in the nearest."""
    mass = piece.ink.sum(axis=0)
    middles = piece.left + np.arange(len(mass)) + 0.5
    cells = np.clip(np.searchsorted(edges, middles) - 1, 0, len(edges) - 2)
    shares = np.bincount(cells, mass, minlength=len(edges) - 1)
    return np.asarray(shares / max(float(mass.sum()), 1e-6))


def _crossed_out(arcs: Arcs, arc: int, edges: Sequence[float]) -> tuple[int, int]:
    """Cells that a wide component may cross out together: the first, and one past the last."""
    piece = arcs.pieces[arc]
    wide = (edges[-1] - edges[0]) / (len(edges) - 1)
    if arcs.alone[arc] < 0 or piece.width < SEVERAL * wide:
        return 0, 0
    covered = [
        k
        for k, (left, right) in enumerate(pairwise(edges))
        if min(right, piece.right) - max(left, piece.left) >= COVERED * (right - left)
    ]
    return (covered[0], covered[-1] + 1) if covered else (0, 0)


def _sum(scores: Floats) -> float:
    highest = float(np.max(scores))
    if highest == -np.inf:
        return highest
    return highest + log(float(np.exp(scores - highest).sum()))


def _add(sums: dict[State, float], state: State, score: float) -> None:
    before = sums.get(state)
    if before is None:
        sums[state] = score
    else:
        high, low = max(before, score), min(before, score)
        sums[state] = high + log(1 + exp(low - high)) if low > -np.inf else high
