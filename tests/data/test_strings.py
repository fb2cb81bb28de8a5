import numpy as np
import pytest

from digitwise.data.strings import HANDS, Hand, draw_number
from digitwise.errors import InputError
from digitwise.imaging.components import find_components
from digitwise.imaging.ink import extract_ink


def components(drawn):
    return find_components(extract_ink(drawn.image.astype(np.float32) / np.float32(255)))


@pytest.fixture(scope="module")
def digits(bundled):
    return bundled[0]


@pytest.mark.parametrize("name", HANDS)
def test_a_number_is_a_function_of_seed_and_index(digits, name):
    first, again = (draw_number(digits, HANDS[name], 3, 10**9) for _ in range(2))
    assert first.text == again.text
    np.testing.assert_array_equal(first.image, again.image)
    others = [draw_number(digits, HANDS[name], 4, 10**9), draw_number(digits, HANDS[name], 3, 1)]
    assert all(o.image.shape != first.image.shape or (o.image != first.image).any() for o in others)


def test_texts_have_as_many_digits_as_wanted(digits):
    texts = [draw_number(digits, Hand(count=(2, 4)), 0, i).text for i in range(60)]
    assert {len(text) for text in texts} == {2, 3, 4}
    assert set("".join(texts)) == set("0123456789")
    assert draw_number(digits, HANDS["letters"], 0, 0).text == ""


def test_a_given_text_is_written(digits):
    for text in ("10/28/2019", "-23", "1,026.50"):
        drawn = draw_number(digits, Hand(count=(1, 1), specks=0.0), 0, 0, text)
        assert drawn.text == "".join(char for char in text if char.isdecimal())
        assert "".join(piece.char for piece in drawn.pieces) == text
    drawn = draw_number(digits, Hand(specks=0.0), 0, 0, ["$", "7", "tick"])
    assert [piece.char for piece in drawn.pieces] == ["$", "7", "tick"]


def test_a_text_needs_digits_of_its_kinds(digits):
    with pytest.raises(InputError, match="expected a 7 among the digits"):
        draw_number(digits[np.flatnonzero(digits.labels != 7)], HANDS["lone"], 0, 0, "17")


def test_points_stand_between_their_neighbours(digits):
    for index in range(20):
        drawn = draw_number(digits, Hand(specks=0.0, slant=0.0), 5, index, "1.234,5")
        for before, after in zip(drawn.pieces, drawn.pieces[1:], strict=False):
            if "." in (before.char, after.char) or "," in (before.char, after.char):
                tuck = before.left + before.ink.shape[1] - after.left
                assert tuck <= 0.15 * 60 + 1


def test_spaced_digits_are_apart_and_touching_ones_are_not(digits):
    clean = {"paper": False, "specks": 0.0, "size": (40, 60)}
    spaced, touching = Hand(count=(4, 4), **clean), Hand(count=(2, 2), touching=1.0, **clean)
    apart = [len(components(draw_number(digits, spaced, 0, i))) for i in range(40)]
    joined = [len(components(draw_number(digits, touching, 0, i))) for i in range(40)]
    # Some digits are in several pieces themselves.
    assert sum(n >= 4 for n in apart) >= 38
    assert sum(n == 1 for n in joined) >= 34


def test_clean_paper_is_white_and_grey_paper_is_not(digits):
    white = draw_number(digits, Hand(paper=False), 0, 0).image
    assert white.max() == 255
    assert (white == 255).mean() > 0.5
    assert draw_number(digits, Hand(), 0, 0).image[0].std() > 0


def test_without_digits_there_are_no_numbers(digits):
    with pytest.raises(InputError, match="some digits"):
        draw_number(digits[:0], Hand(), 0, 0)
