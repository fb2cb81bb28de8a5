"""The signs that are written about a number's digits, and the text that both make."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from digitwise.data.signs import SIGNS
from digitwise.imaging.components import Component, join
from digitwise.reading.signs import KINDS
from digitwise.reading.splitting.arcs import Arcs

LIKELY = 0.5  # probability from which on a component that is no digit is shown as a sign
ABOVE = 0.3  # share of the narrower one's width that strokes overlap by which make one sign
TWICE = {"-": "=", ".": ":"}
"""What two of a sign are, one above the other."""
Path = Sequence[tuple[int, str]]
"""Of a number's digits, the arc that each takes, and the digit."""


@dataclass(frozen=True)
class Sign:
    """A sign beside a number's digits.

    Attributes
    ----------
    char : str
    p : float
        Its probability.
    piece : Component
    behind : int
        How many digits come before it.
    """

    char: str
    p: float
    piece: Component
    behind: int


def find_signs(components: Sequence[Component], arcs: Arcs, path: Path) -> list[Sign]:
    """Find the signs among those components of a number that are no part of its digits.

    Parameters
    ----------
    components : sequence of Component
        Of which `arcs` are.
    path : sequence of (arc, digit)
    """
    digits: set[int] = set()
    middles = []
    for arc, _ in path:
        left_out = {arcs.alone[k] for k in arcs.without[arc]}
        own = set(arcs.components[arcs.starts[arc] : arcs.ends[arc]].tolist()) - left_out
        digits |= own
        middles.append((arcs.pieces[arc].left + arcs.pieces[arc].right) / 2)
    found: list[tuple[str, float, Component]] = []
    for number, component in enumerate(components):
        kind = int(arcs.kinds[number].argmax())
        p = float(arcs.kinds[number, kind])
        if number not in digits and KINDS[kind] in SIGNS and p >= LIKELY:
            found.append((KINDS[kind], p, component))
    return [
        Sign(char, p, piece, int(np.sum(np.less(middles, (piece.left + piece.right) / 2))))
        for char, p, piece in _stacked(found)
    ]


def _stacked(found: list[tuple[str, float, Component]]) -> list[tuple[str, float, Component]]:
    """Make one sign of two that stand one above the other; from left to right."""
    signs: list[tuple[str, float, Component]] = []
    for char, p, piece in sorted(found, key=lambda sign: sign[2].left):
        before = signs[-1] if signs else None
        if before and before[0] == char and char in TWICE and _overlap(before[2], piece):
            signs[-1] = (TWICE[char], min(p, before[1]), join([before[2], piece]))
        else:
            signs.append((char, p, piece))
    return signs


def _overlap(one: Component, other: Component) -> bool:
    shared = min(one.right, other.right) - max(one.left, other.left)
    return shared >= ABOVE * min(one.width, other.width)


def write(text: str, signs: Sequence[Sign]) -> str:
    """Put signs between the digits of a text, and a minus before them.

    Those that only close an amount, ".-", "/-" and "=", and others before it, are left out.
    """
    written = "-" if any(s.char == "-" and s.behind == 0 for s in signs) else ""
    for place, digit in enumerate(text):
        written += digit
        if place + 1 < len(text):
            written += "".join(s.char for s in signs if s.behind == place + 1)
    return written


def parts_at_dashes(
    components: Sequence[Component], text: str, signs: Sequence[Sign]
) -> list[list[Component]]:
    """Part a number's components where a dash stands between its digits; one part if none does.

    Dashes belong to no part; no part is empty.
    """
    dashes = [sign.piece for sign in signs if sign.char == "-" and 0 < sign.behind < len(text)]
    parts: list[list[Component]] = [[] for _ in range(len(dashes) + 1)]
    for component in components:
        if any(component is dash for dash in dashes):
            continue
        middle = (component.left + component.right) / 2
        parts[sum((dash.left + dash.right) / 2 < middle for dash in dashes)].append(component)
    return [part for part in parts if part]
