import numpy as np
import pytest

from digitwise.errors import InputError
from digitwise.reading.pattern import Pattern


def rows(way):
    return ["".join(map(str, np.flatnonzero(row))) for row in way.allowed]


ANY = "0123456789"


@pytest.mark.parametrize(
    ("source", "allowed", "written"),
    [
        ("DDD", [ANY] * 3, "123"),
        ("D{3}", [ANY] * 3, "123"),
        ("D{2}.D", [ANY] * 3, "12.3"),
        ("[0-3][05]7", ["0123", "05", "7"], "123"),
        ("[0-24]{2}-D", ["0124", "0124", ANY], "12-3"),
        ("£D,D.{2}D", [ANY] * 3, "£1,2..3"),
        ("D/D/D kg", [ANY] * 3, "1/2/3 kg"),
    ],
)
def test_a_pattern_says_which_digits_and_signs_stand_where(source, allowed, written):
    way, *drawn = Pattern.parse(source).ways
    assert rows(way) == allowed
    assert way.write("123") == written
    assert bool(drawn) == ("/" in source)


@pytest.mark.parametrize(
    "source",
    [
        *("", "-", "D{", "{2}", "[a]", "[]", "[3-1]", "D{999}", "D]", "\\"),
        *("D{0}", "D{3-2}", "D{1-201}", "D{-2}", "D{2-}", "D{1-2-3}", "D-{1-2}"),
    ],
)
def test_what_is_no_pattern_is_refused(source):
    with pytest.raises(InputError, match="expected a pattern as DDDDD"):
        Pattern.parse(source)


def test_a_slash_looks_like_a_one_or_a_seven():
    plain, drawn = Pattern.parse("D/[05]D//2").ways
    assert rows(drawn) == ["0123456789", "17", "05", "0123456789", "17", "17", "2"]
    assert drawn.slashes == (1, 4, 5)
    assert drawn.write("3705172") == plain.write("3052") == "3/05//2"


@pytest.mark.parametrize("source", ["D{1-3}.DD", "D{1,3}.DD"])
def test_digits_that_may_be_more_or_fewer(source):
    ways = Pattern.parse(source).ways
    assert [way.write("12345"[: way.digits]) for way in ways] == ["1.23", "12.34", "123.45"]
    assert [way.least for way in ways] == [3, 4, 5]


def test_a_digit_that_may_be_missing():
    ways = Pattern.parse("1{0-1}D").ways
    assert [rows(way) for way in ways] == [["0123456789"], ["1", "0123456789"]]


def test_too_many_ways_are_refused():
    assert len(Pattern.parse("D{1-14}.D{1-14}").ways) == 196
    with pytest.raises(InputError, match="200 ways at most"):
        Pattern.parse("D{1-15}.D{1-15}")
