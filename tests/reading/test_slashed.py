import numpy as np
import pytest

from digitwise.data.strings import Hand, draw_number
from digitwise.imaging.components import Component
from digitwise.reading.signs import KINDS
from digitwise.reading.slashed import CLOSING_ODDS, DATE_ODDS, may_have_slash, trust
from digitwise.reading.splitting.arcs import find_arcs

HAND = Hand(gap=(0.15, 0.4), specks=0.0)
DATES = ("10/28/2019", "1/12/1871", "31/1/99", "7/7/17", "2018/11/30")


def row(kinds):
    """Return a component for each kind, and candidates of whole components."""
    components = [
        Component(16 * k, 10, 16 * k + 10, 30, np.ones((20, 10), np.float32))
        for k in range(len(kinds))
    ]
    told = np.full((len(kinds), len(KINDS)), 0.01)
    told[np.arange(len(kinds)), [KINDS.index(kind) for kind in kinds]] = 0.94
    return components, find_arcs(components, [0] * len(kinds), told)


def drawn_as(text):
    """Return components and candidates of a text whose signs are drawn as such."""
    return row([char if char in KINDS else "digit" for char in text])


def factor_of(components, arcs, read):
    """Return the factor of a path that reads these characters, and skips signs."""
    whole = {int(number): arc for arc, number in enumerate(arcs.alone) if number >= 0}
    path = [(whole[k], char) for k, char in enumerate(read) if char not in KINDS]
    return trust(components, arcs, None, path)


@pytest.mark.parametrize(
    ("text", "factor"),
    [
        ("10/28/2019", DATE_ODDS),
        ("2019/10/28", DATE_ODDS),
        ("1/2/44", DATE_ODDS),
        ("10/28/209", 1.0),
        ("40/28/2019", 1.0),
        ("31/2/2019", 1.0),
        ("10/282019", 1.0),
        ("10282019", 1.0),
        ("10-28-2019", 1.0),
        ("2500/-", CLOSING_ODDS),
        ("2500/", 1.0),
        ("2500-", 1.0),
        ("25/00-", 1.0),
        ("/-25", 1.0),
    ],
)
def test_slashes_are_likelier_in_dates_and_before_a_closing_dash(text, factor):
    assert factor_of(*drawn_as(text), text) == factor


def test_a_slash_that_is_read_as_a_1_is_no_slash():
    assert factor_of(*drawn_as("10/28/2019"), "1012812019") == 1.0


@pytest.mark.parametrize(("kinds", "expected"), [("d/d", True), ("ddd", False), ("d-.", False)])
def test_components_may_be_slashes_or_not(kinds, expected):
    assert may_have_slash(row(["digit" if kind == "d" else kind for kind in kinds])[1]) is expected


def test_dates_are_read_and_1s_stay_digits(reader, bundled):
    right = dict.fromkeys("/1", 0)
    for seed in range(4):
        for k, text in enumerate(DATES):
            for sign in right:
                written = text.replace("/", sign)
                drawn = draw_number(bundled[0], HAND, seed, k, written)
                (found,) = reader.read(drawn.image, "number")
                assert found.text.count("/") <= 2 * (sign == "/"), (written, found)
                right[sign] += found.text == written
    assert min(right.values()) >= 16, right
