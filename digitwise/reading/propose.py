"""Which fields a form may have, proposed from what is printed on it."""

from dataclasses import dataclass

import numpy as np

from digitwise.imaging.boxes import FormBox, find_boxes
from digitwise.imaging.cells import find_edges
from digitwise.imaging.rules import Mask, find_rules
from digitwise.imaging.sheet import ink_of_page
from digitwise.imaging.surface import Light

AROUND = 3  # pixels that are looked at beyond a box


@dataclass(frozen=True)
class Proposed:
    """A field that a form may have.

    Attributes
    ----------
    name : str
    box : (left, top, right, bottom)
        In pixels of the picture as it is worked on.
    cells : int
        For one digit each, if more than one.
    """

    name: str
    box: tuple[int, int, int, int]
    cells: int = 1


def propose_fields(grey: Light) -> list[Proposed]:
    """Propose the fields of a form, blank or filled, from top to bottom and left to right.

    Parameters
    ----------
    grey : float32 array of shape (h, w)
        Light, 0 black to 1 white.
    """
    ink = ink_of_page(grey)
    lines = find_rules(ink)
    fields = []
    for number, box in enumerate(find_boxes(lines), 1):
        cells = box.cells if box.cells > 1 else _cells_of(ink, lines, box)
        place = box.left, box.top, box.right, box.bottom
        fields.append(Proposed(f"field {number}", place, cells))
    return fields


def _cells_of(ink: Light, lines: Mask, box: FormBox) -> int:
    """How many cells a box has whose dividers are dashed, faint, or mere ticks."""
    left, top = max(0, box.left - AROUND), max(0, box.top - AROUND)
    place = np.s_[top : box.bottom + AROUND, left : box.right + AROUND]
    inner = box.left - left, box.right - left
    edges = find_edges(ink[place], lines[place], inner, (box.top - top, box.bottom - top))
    return len(edges) - 1 if edges else 1
