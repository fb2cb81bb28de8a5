"""Find the signs beside a number's digits, and write the text of both."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from digitwise.data.signs import SIGNS
from digitwise.imaging.components import Component, join
from digitwise.reading.signs import KINDS
from digitwise.reading.splitting.arcs import Arcs

MIN_PROBABILITY = 0.5  # of a sign, from which on it is a part of the text
MIN_OVERLAP = 0.3  # of two strokes of one sign, as a share of the narrower one's width
TWICE = {"-": "=", ".": ":"}
"""Sign of two equal signs, one above the other."""
Path = Sequence[tuple[int, str]]
"""(arc, digit) of each digit of a number."""


@dataclass(frozen=True)
class Sign:
    """A sign beside a number's digits.

    Attributes
    ----------
    char : str
    p : float
        Its probability.
    piece : Component
    digits_before : int
        In its number.
    """

    char: str
    p: float
    piece: Component
    digits_before: int


def find_signs(components: Sequence[Component], arcs: Arcs, path: Path) -> list[Sign]:
    """Find the signs among the components of a number outside its digits.

    Parameters
    ----------
    components : sequence of Component
        The components that `arcs` was made of.
    path : sequence of (arc, digit)

    Returns
    -------
    list of Sign
        From left to right.
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
        not_digit = arcs.kinds[number, 1:]
        if number in digits or not not_digit.any():
            continue
        kind = int(not_digit.argmax()) + 1
        p = float(arcs.kinds[number, kind] / not_digit.sum())
        if KINDS[kind] in SIGNS and p >= MIN_PROBABILITY:
            found.append((KINDS[kind], p, component))
    return [
        Sign(char, p, piece, int(np.sum(np.less(middles, (piece.left + piece.right) / 2))))
        for char, p, piece in _stacked(found)
    ]


def _stacked(found: list[tuple[str, float, Component]]) -> list[tuple[str, float, Component]]:
    """Join two equal signs, one above the other, into one; return signs from left to right."""
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
    return shared >= MIN_OVERLAP * min(one.width, other.width)


def write(text: str, signs: Sequence[Sign]) -> str:
    """Return a text with its signs between the digits, and a minus before them.

    Signs that close an amount, ".-", "/-" and "=", and other signs before it are left out.
    """
    written = "-" if any(s.char == "-" and s.digits_before == 0 for s in signs) else ""
    for place, digit in enumerate(text):
        written += digit
        if place + 1 < len(text):
            written += "".join(s.char for s in signs if s.digits_before == place + 1)
    return written


def parts_at_dashes(
    components: Sequence[Component], text: str, signs: Sequence[Sign]
) -> list[list[Component]]:
    """Part a number's components at the dashes between its digits.

    Dashes belong to no part; no part is empty. Without a dash there is one part.
    """
    dashes = [
        sign.piece for sign in signs if sign.char == "-" and 0 < sign.digits_before < len(text)
    ]
    parts: list[list[Component]] = [[] for _ in range(len(dashes) + 1)]
    for component in components:
        if any(component is dash for dash in dashes):
            continue
        middle = (component.left + component.right) / 2
        parts[sum((dash.left + dash.right) / 2 < middle for dash in dashes)].append(component)
    return [part for part in parts if part]
