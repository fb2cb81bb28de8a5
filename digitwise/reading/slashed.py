"""Prefer readings whose slashes stand where people write them: in dates, and before a dash.

Alone, a slash looks like a 1. Few strings of eight digits are dates, but most of what people write
with two slashes is one; and of ten numbers before a dash, one ends in 1, but many close with "/-".
So a slash is the likelier reading, by Bayes' rule.
"""

from collections.abc import Sequence

import numpy as np

from digitwise.imaging.components import Component
from digitwise.reading.forms.checks import is_date
from digitwise.reading.pattern import Way
from digitwise.reading.signs import KINDS
from digitwise.reading.splitting.arcs import Arcs
from digitwise.reading.written import find_signs, write

# Factor of a date's probability. Of 8 digits at random, 1 in 250 are a date. Of 400 drawn dates,
# 48% are read right with 1, 84% with 30, 86% with 1000; then 0.2% of 1s are taken for slashes.
DATE_ODDS = 300.0
CLOSING_ODDS = 10.0  # factor of an amount that closes with "/-" or "/="; one digit in 10 is a 1
MIN_SLASH = 0.02  # probability of a slash, from which on a component may be one
MOST_TEXTS_TRIED = 40  # texts among which a date is sought
SLASH = KINDS.index("/")
CLOSINGS = ("/-", "/=")


def may_have_slash(arcs: Arcs) -> bool:
    """Whether any component may be a slash."""
    return bool(np.any(arcs.kinds[:, SLASH] >= MIN_SLASH))


def trust(
    components: Sequence[Component], arcs: Arcs, _way: Way, path: Sequence[tuple[int, str]]
) -> float:
    """Return the factor of a path's probability, by the places of its slashes."""
    signs = find_signs(components, arcs, path)
    text = write("".join(char for _, char in path), signs)
    if text.count("/") == 2 and is_date(text):
        return DATE_ODDS
    closing = "".join(sign.char for sign in signs if sign.digits_before == len(path))
    return CLOSING_ODDS if closing in CLOSINGS else 1.0
