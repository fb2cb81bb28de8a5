from dataclasses import replace

import numpy as np
import pytest

from digitwise.imaging.components import Component
from digitwise.reading.signs import KINDS
from digitwise.reading.splitting.arcs import find_arcs
from digitwise.reading.written import Sign, find_signs, parts_at_dashes, write


def block(left, top, right, bottom):
    return Component(left, top, right, bottom, np.ones((bottom - top, right - left), np.float32))


DIGIT = (10, 30)  # rows of a digit
PLACES = {"d": DIGIT, "-": (19, 22), ".": (27, 30), ",": (26, 34), "/": (7, 33), "o": DIGIT}


def number_of(kinds):
    """Return components of the given kinds from left to right, arcs, and the digits' path."""
    components = [
        block(16 * k, PLACES[kind][0], 16 * k + (3 if kind in ".," else 10), PLACES[kind][1])
        for k, kind in enumerate(kinds)
    ]
    names = {"d": "digit", "o": "other"}
    told = np.eye(len(KINDS))[[KINDS.index(names.get(kind, kind)) for kind in kinds]]
    arcs = find_arcs(components, [0] * len(kinds), told)
    whole = {int(number): arc for arc, number in enumerate(arcs.alone) if number >= 0}
    path = [(whole[k], "7") for k, kind in enumerate(kinds) if kind == "d"]
    return components, arcs, path


@pytest.mark.parametrize(
    ("kinds", "text"),
    [
        ("dd/dd/dddd", "77/77/7777"),
        ("-dd", "-77"),
        ("d,ddd.dd", "7,777.77"),
        ("ddd-dddd", "777-7777"),
        ("dd.-", "77"),
        ("dd/-", "77"),
        (".dd", "77"),
        ("odd", "77"),
        ("dod", "77"),
    ],
)
def test_signs_stand_where_they_are_written(kinds, text):
    components, arcs, path = number_of(kinds)
    signs = find_signs(components, arcs, path)
    assert "".join(sign.char for sign in signs) == "".join(k for k in kinds if k not in "do")
    assert write("7" * len(path), signs) == text
    for sign in signs:
        before = [k for k in kinds[: components.index(sign.piece)] if k == "d"]
        assert sign.digits_before == len(before)


def test_two_that_stand_above_one_another_are_one_sign():
    digit, upper, lower = block(0, 10, 10, 30), block(16, 15, 26, 17), block(17, 22, 27, 24)
    for kind, char in (("-", "="), (".", ":")):
        told = np.eye(len(KINDS))[[0, KINDS.index(kind), KINDS.index(kind)]]
        arcs = find_arcs([digit, upper, lower], [0, 0, 0], told)
        path = [(int(np.flatnonzero(arcs.alone == 0)[0]), "3")]
        (sign,) = find_signs([digit, upper, lower], arcs, path)
        assert sign.char == char
        assert (sign.piece.top, sign.piece.bottom) == (15, 24)


def test_what_is_a_part_of_a_digit_is_no_sign():
    five, bar = block(0, 10, 10, 30), block(8, 8, 14, 11)
    arcs = find_arcs([five, bar], [0, 0], np.eye(len(KINDS))[[0, KINDS.index("-")]])
    both = int(np.flatnonzero((arcs.starts == 0) & (arcs.ends == 2))[0])
    assert find_signs([five, bar], arcs, [(both, "5")]) == []
    alone = int(np.flatnonzero(arcs.alone == 0)[0])
    assert [sign.char for sign in find_signs([five, bar], arcs, [(alone, "5")])] == ["-"]


@pytest.mark.parametrize(
    ("kinds", "parts"), [("ddd-dddd", [3, 4]), ("dd-d-ddd", [2, 1, 3]), ("-dd", [3]), ("dd-", [3])]
)
def test_a_dash_between_digits_parts_numbers(kinds, parts):
    components, arcs, path = number_of(kinds)
    signs = find_signs(components, arcs, path)
    found = parts_at_dashes(components, "7" * len(path), signs)
    assert list(map(len, found)) == parts


def test_a_sign_in_no_place_is_not_written():
    sign = Sign("=", 1.0, block(0, 0, 2, 2), digits_before=3)
    assert write("123", [sign]) == "123"


def test_ink_beside_the_digits_is_a_sign_even_if_it_looks_like_a_digit():
    components, arcs, path = number_of("dd/dd")
    told = arcs.kinds.copy()
    told[2] = 0.0
    told[2, [KINDS.index("digit"), KINDS.index("/"), KINDS.index("line")]] = 0.8, 0.15, 0.05
    (sign,) = find_signs(components, replace(arcs, kinds=told), path)
    assert (sign.char, sign.p) == ("/", pytest.approx(0.75))


def test_without_a_network_of_signs_there_are_none():
    components, arcs, path = number_of("dd/dd")
    surely = np.eye(len(KINDS))[[0] * len(components)]
    assert find_signs(components, replace(arcs, kinds=surely), path) == []
