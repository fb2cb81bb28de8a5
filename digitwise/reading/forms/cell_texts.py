"""Texts of rows of cells: the most probable ones, and the number made of the chosen one."""

import heapq
from collections.abc import Iterator, Sequence

import numpy as np

from digitwise.imaging.pictures import Picture
from digitwise.neurons import Floats
from digitwise.reading.forms.cells import BLANK, SYMBOLS, Cell
from digitwise.reading.how import How
from digitwise.reading.number import DIGITS, Number, ReadDigit
from digitwise.reading.results import box_of, digit_threshold

MOST_TEXTS = 20_000  # texts that the search generates
MIN_PROBABILITY = 1e-6  # probability below which a symbol, or a count of digits, isn't tried


def best_texts(chances: Sequence[Floats]) -> Iterator[tuple[str, float]]:
    """Yield texts of independent cells with their probabilities, the most probable first."""
    orders = [np.argsort(-p, kind="stable") for p in chances]
    ranked = [p[order] for p, order in zip(chances, orders, strict=True)]
    first = (0,) * len(chances)
    heap = [(-float(np.prod([p[0] for p in ranked])), first)]
    seen = {first}
    while heap and len(seen) <= MOST_TEXTS:
        less, choice = heapq.heappop(heap)
        symbols = [order[k] for order, k in zip(orders, choice, strict=True)]
        yield "".join(SYMBOLS[s] for s in symbols), -less
        for place, k in enumerate(choice):
            if k + 1 == len(SYMBOLS) or ranked[place][k + 1] < MIN_PROBABILITY:
                continue
            other = (*choice[:place], k + 1, *choice[place + 1 :])
            if other not in seen:
                seen.add(other)
                changed = -less / float(ranked[place][k]) * float(ranked[place][k + 1])
                heapq.heappush(heap, (-changed, other))


def likely_texts(
    cells: Sequence[Cell], least: int, most: int, wanted: int
) -> list[tuple[str, float]]:
    """Find the `wanted` most probable texts of `least` to `most` digits.

    Probabilities are shares among texts with as many digits. Of texts that differ only in their
    blanks, the first is kept. The list is empty if such counts are improbable.
    """
    counts = np.ones(1)  # probability of each number of digits
    for cell in cells:
        digit = float(cell.chances[: len(DIGITS)].sum())
        counts = np.convolve(counts, [1 - digit, digit])
    among = float(counts[least : most + 1].sum())
    found: dict[str, tuple[str, float]] = {}
    if among < MIN_PROBABILITY:
        return []
    for text, p in best_texts([cell.chances for cell in cells]):
        if least <= sum(char in DIGITS for char in text) <= most:
            found.setdefault(text.replace(BLANK, ""), (text, min(1.0, p / among)))
        if len(found) == wanted:
            break
    return list(found.values())


def number_of(
    picture: Picture, cells: Sequence[Cell], texts: Sequence[tuple[str, float]], how: How
) -> Number:
    """Return the number of a row of cells, from its likely texts of one character a cell."""
    others = list(texts)
    others.insert(0, others.pop(how.chosen))
    text, confidence = others[0]
    chosen = [
        (char, float(cell.chances[SYMBOLS.index(char)]))
        for char, cell in zip(text, cells, strict=True)
    ]
    least = min((p for char, p in chosen if char != BLANK), default=0.0)
    threshold = digit_threshold(confidence, least, how.number_threshold)
    digits, boxes = [], []
    for (char, p), cell in zip(chosen, cells, strict=True):
        piece = cell.pieces.get(char)
        if char == BLANK or piece is None:
            continue
        box = box_of(picture, piece)
        boxes.append(box)
        kind = "digit" if char in DIGITS else "sign"
        digits.append(ReadDigit(char, p, box, piece.frame, p <= threshold, kind))
    x0, y0, x1, y1 = np.array(boxes or [(0, 0, 0, 0)]).T.tolist()
    return Number(
        text.replace(BLANK, ""),
        confidence,
        (min(x0), min(y0), max(x1), max(y1)),
        digits,
        [(other.replace(BLANK, ""), p) for other, p in others],
        picture.page,
        (picture.width, picture.height),
        decimal=how.decimal,
        cells=text,
        sure=confidence > how.sure_above,
    )
