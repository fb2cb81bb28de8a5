"""Remains of the lines above and below a number, cut off by the picture's edge."""

from collections.abc import Callable

from digitwise.imaging.components import Component, usual_height
from digitwise.reading.judged import Judged

MAX_HEIGHT = 0.6  # of a cut-off component at the edge, in usual heights
SURE = 0.9  # confidence above which a number is left as it is


def cut_off_by_edge(numbers: list[list[Component]], height: int) -> set[int]:
    """Return the identities of low components at the top or bottom of a page `height` pixels high.

    They may be remains of other lines.
    """
    pieces = [piece for number in numbers for piece in number]
    low = MAX_HEIGHT * usual_height(pieces)
    return {id(p) for p in pieces if p.height <= low and (p.top == 0 or p.bottom == height)}


def without_cut_off(
    found: Judged, cut_off: set[int], judge: Callable[[list[list[Component]]], list[Judged]]
) -> Judged:
    """Judge a number without its cut-off components too; return the surer of the two."""
    whole = [piece for piece in found.components if id(piece) not in cut_off]
    if found.confidence > SURE or len(whole) in (0, len(found.components)):
        return found
    (other,) = judge([whole])
    return max(found, other, key=lambda judged: judged.confidence)
