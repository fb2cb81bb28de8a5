from dataclasses import replace

import numpy as np
import pytest

from digitwise.data.marks import MARKS
from digitwise.data.signs import DIGIT, SIGNS, draw_sign, write_number
from digitwise.data.strings import Hand, draw_number
from digitwise.imaging.ink import SOLID

CLOSE = (-0.12, 0.5)
SIZE = 40  # pixels that a digit is high


@pytest.mark.parametrize("count", [1, 2, 5, 9])
def test_numbers_keep_their_digits_whatever_is_written_about_them(count):
    rng = np.random.default_rng(count)
    every = [write_number(count, rng) for _ in range(300)]
    assert all(written.count(DIGIT) == count for written in every)
    signs = {sign for written in every for sign in written} - {DIGIT}
    assert signs <= {*SIGNS, *MARKS, "=", ":"}
    assert signs >= {"-", "=", "/"} | ({".", ","} if count > 1 else set())


@pytest.mark.parametrize("name", [*SIGNS, "=", ":", "€", "tick"])
def test_signs_are_drawn_where_they_are_written(name):
    for seed in range(20):
        parts = draw_sign(name, SIZE, 0.1, np.random.default_rng(seed))
        assert len(parts) == (2 if name in "=:" else 1)
        for char, ink, foot in parts:
            assert char == {"=": "-", ":": "."}.get(name, name)
            assert ink.max() > 0.9
            top = foot - len(ink)  # pixels from the baseline, downwards
            if char == "-":
                assert -0.95 * SIZE < top < foot < 0.3 * SIZE
            elif name == ".":
                assert abs(top) < 0.3 * SIZE
                assert abs(foot) < 0.3 * SIZE
            elif name == ",":
                assert foot > 0.05 * SIZE
            elif name == "/":
                assert len(ink) > 0.75 * SIZE


def test_the_same_seed_draws_the_same_sign():
    first, again = (draw_sign("/", SIZE, 0.1, np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(first[0][1], again[0][1])


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"room": CLOSE},
        {"room": CLOSE, "printed": "columns"},
        {"room": (1.0, 5.0), "underlined": 1.0, "crowded": 1.0},
        {"outsize": 1.0},
    ],
)
def test_each_piece_lies_where_the_picture_has_its_ink(bundled, changes):
    hand = replace(Hand(count=(2, 6), signs=True, paper=False, specks=0.0, rise=0.0), **changes)
    for index in range(12):
        drawn = draw_number(bundled[0], hand, 4, index)
        assert drawn.text == "".join(p.char for p in drawn.pieces if p.char.isdigit())
        ink = np.zeros(drawn.image.shape, np.float32)
        for piece in drawn.pieces:
            place = ink[piece.top :, piece.left :][: piece.ink.shape[0], : piece.ink.shape[1]]
            np.maximum(place, piece.ink[: place.shape[0], : place.shape[1]], out=place)
        np.testing.assert_allclose(1 - drawn.light, ink.clip(0, 1), atol=0.01)


def test_column_rules_run_through_the_picture_beside_the_number(bundled):
    hand = Hand(count=(1, 4), printed="columns", paper=False, room=CLOSE)
    broken = 0
    for index in range(40):
        drawn = draw_number(bundled[0], hand, 4, index)
        (lines,) = (piece.ink for piece in drawn.pieces if piece.char == "line")
        upright = (lines >= SOLID).mean(axis=0)
        assert upright.max() > 0.1
        broken += upright.max() < 0.4
    assert broken < 20
