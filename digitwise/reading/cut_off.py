"""Feet of the line above a number, heads of the one below: what a picture's edge has left."""

from collections.abc import Callable

from digitwise.imaging.components import Component, usual_height
from digitwise.reading.judged import Judged

LOW = 0.6  # of the height of most writing: what touches the picture's edge, and is lower
SURE = 0.9  # what is more probably right than this, is left as it is


def cut_off_by_edge(numbers: list[list[Component]], height: int) -> set[int]:
    """Find what may be left of lines above and below, of a page so high: pieces' identities."""
    pieces = [piece for number in numbers for piece in number]
    low = LOW * usual_height(pieces)
    return {id(p) for p in pieces if p.height <= low and (p.top == 0 or p.bottom == height)}


def without_cut_off(
    found: Judged, cut_off: set[int], judge: Callable[[list[list[Component]]], list[Judged]]
) -> Judged:
    """Judge a number without what may be left of other lines; keep what is surer."""
    whole = [piece for piece in found.components if id(piece) not in cut_off]
    if found.confidence > SURE or len(whole) in (0, len(found.components)):
        return found
    (other,) = judge([whole])
    return max(found, other, key=lambda judged: judged.confidence)
