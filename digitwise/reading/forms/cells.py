"""Read a row of cells together: each holds exactly one digit or mark, or is blank.

A path goes through the fragments of ink from left to right and assigns ink to each cell. Its score
is the sum of each piece's score as a digit or a mark, and a term for the share of the piece in its
cell. Probabilities of cells are sums over all paths, as in `splitting.lattice`, so that ink that
reaches over a divider goes to its own cell.
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
"""Log prior of each symbol, relative to that of any digit."""
PLACE_WEIGHT = 2.0  # weight of the log share of a piece's ink in its cell
LEAST_SHARE = 0.2  # of a piece's ink in a cell that holds it
MIN_STRUCK_WIDTHS = 0.65  # cell widths: a longer dash strikes the cell out
MIN_SEVERAL_WIDTHS = 1.4  # cell widths: a wider mark may cross several cells out
MIN_COVERED_WIDTHS = 0.5  # share of a cell's width that such a mark covers, at least
LEAST_NONE = 1e-4  # lower bound of the probability that a piece is no digit
SURE_DIGIT = 0.99  # probability of a digit for the score of its size and place alone
BLANKS = ("allowed", "leading", "trailing", "no")
BEFORE, WITHIN, AFTER = range(3)  # phase: before the first digit, in the number, behind it

State = tuple[int, int, int]
"""(fragments used, cells decided, phase)."""


@dataclass(frozen=True)
class Cell:
    """The content of a cell.

    Attributes
    ----------
    chances : array of shape (14,)
        Probability of each of SYMBOLS.
    pieces : dict of str to Component
        The likeliest ink of each possible symbol.
    """

    chances: Floats
    pieces: dict[str, Component] = field(default_factory=dict)


@dataclass(frozen=True)
class _Step:
    """A step from one state to another, which fills cells or skips ink."""

    start: State
    end: State
    scores: Floats  # shape (14,), of each of SYMBOLS; shape (1,) for skipped ink
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
        Candidates for the content of one cell.
    probabilities : array of shape (arcs, 10)
        Probability of each digit.
    marks : array of shape (arcs, 4)
        Probability of each of `digitwise.reading.forms.marks.MARKS`.
    edges : sequence of float
        Left ends of the cells, and the right end of the last.
    blank : one of BLANKS
        Which cells may be blank.

    Returns
    -------
    list of Cell
    float
        Log sum of all paths: -inf, with zero probabilities, if there is no path.
    """
    spans = [_crossed_out(arcs, arc, edges) for arc in range(len(arcs.pieces))]
    wide = (edges[-1] - edges[0]) / (len(edges) - 1)
    struck = np.array([piece.width >= MIN_STRUCK_WIDTHS * wide for piece in arcs.pieces])
    marks = marks.copy()
    # Removed dividers part a stroke through several cells into a long dash a cell.
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
    """Return `count` cells that are surely blank."""
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
        Score as each of SYMBOLS; in place of the blank, the score of being skipped.
    array of shape (arcs,)
        Score as a mark that crosses several cells out.
    """
    own = make_lattice(arcs, probabilities, weighing).scores
    # A mark's score for its size and place is that of the best digit of the same size.
    surely = replace(arcs, kinds=np.eye(1, arcs.kinds.shape[1]).repeat(len(arcs.kinds), axis=0))
    sized = np.full(len(own), -np.inf)
    for digit in range(SKIP):
        sure = np.zeros_like(probabilities)
        sure[:, digit] = SURE_DIGIT
        found = make_lattice(surely, sure, weighing).scores[:, digit]
        sized = np.maximum(sized, found - log(SURE_DIGIT))
    log_marks = np.log(marks)
    # Two networks have to agree that a piece is no digit.
    none = np.log(np.clip(1 - probabilities.sum(axis=1), LEAST_NONE, 1))
    log_marks[:, 1:] += none[:, None]
    scores = np.full((len(own), len(SYMBOLS)), -np.inf)
    scores[:, :SKIP] = own[:, :SKIP] + log_marks[:, :1]
    for mark in (CROSS, DITTO, DASH):
        scores[:, SYMBOLS.index(mark)] = sized + log_marks[:, MARKS.index(mark)] + PRIOR[mark]
    scores[:, SYMBOLS.index(BLANK)] = own[:, SKIP]
    # A mark through several cells is no digit, whatever its look and size.
    crossed = marks[:, [MARKS.index(CROSS), MARKS.index(DASH)]].sum(axis=1)
    worth = max(0.0, float(sized.max()))  # score of each filled cell
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
    """Yield all steps in topological order: steps to a state come before steps from it."""
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
                there = held[arc] + PLACE_WEIGHT * log(shares[arc][cell])
                yield from _steps_into(node, cell, end, cell + 1, there, blank, arc)
            first, last = spans[arc]
            if last - first > 1:
                crossed = np.full(len(SYMBOLS), -np.inf)
                crossed[SYMBOLS.index(CROSS)] = across[arc]
                yield from _steps_into(node, first, end, last, crossed, blank, arc)


def _steps_into(
    node: int, cell: int, end: int, last: int, scores: Floats, blank: str, arc: int
) -> Iterator[_Step]:
    """Yield the steps that put a piece into cells `cell` to `last` - 1, for each phase."""
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
    """Return the pairs of phases, before and after, in which a cell may be blank."""
    before, behind = (BEFORE, BEFORE), [(WITHIN, AFTER), (AFTER, AFTER)]
    return {
        "allowed": [before, *behind],
        "leading": [before],
        "trailing": [(BEFORE, AFTER), *behind],
        "no": [],
    }[blank]


def _shares(piece: Component, edges: Sequence[float]) -> Floats:
    """Return the share of a piece's ink in each cell; ink outside counts for the nearest cell."""
    mass = piece.ink.sum(axis=0)
    middles = piece.left + np.arange(len(mass)) + 0.5
    cells = np.clip(np.searchsorted(edges, middles) - 1, 0, len(edges) - 2)
    shares = np.bincount(cells, mass, minlength=len(edges) - 1)
    return np.asarray(shares / max(float(mass.sum()), 1e-6))


def _crossed_out(arcs: Arcs, arc: int, edges: Sequence[float]) -> tuple[int, int]:
    """Return the first cell that a wide component may cross out, and one past the last."""
    piece = arcs.pieces[arc]
    wide = (edges[-1] - edges[0]) / (len(edges) - 1)
    if arcs.alone[arc] < 0 or piece.width < MIN_SEVERAL_WIDTHS * wide:
        return 0, 0
    covered = [
        k
        for k, (left, right) in enumerate(pairwise(edges))
        if min(right, piece.right) - max(left, piece.left) >= MIN_COVERED_WIDTHS * (right - left)
    ]
    return (covered[0], covered[-1] + 1) if covered else (0, 0)


def _sum(scores: Floats) -> float:
    """Return the log of the sum of exponentials."""
    highest = float(np.max(scores))
    if highest == -np.inf:
        return highest
    return highest + log(float(np.exp(scores - highest).sum()))


def _add(sums: dict[State, float], state: State, score: float) -> None:
    """Add e to the score to a state's log sum, in place."""
    before = sums.get(state)
    if before is None:
        sums[state] = score
    else:
        high, low = max(before, score), min(before, score)
        sums[state] = high + log(1 + exp(low - high)) if low > -np.inf else high
