import numpy as np
import pytest

from digitwise.errors import InputError
from digitwise.reading.pattern import Pattern


def digits(pattern):
    return ["".join(map(str, np.flatnonzero(row))) for row in pattern.allowed]


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
def test_patterns(source, allowed, written):
    pattern = Pattern.parse(source)
    assert digits(pattern) == allowed
    assert pattern.write("123") == written


@pytest.mark.parametrize(
    "source", ["", "-", "D{", "{2}", "[a]", "[]", "[3-1]", "D{999}", "D]", "\\"]
)
def test_what_is_no_pattern_is_refused(source):
    with pytest.raises(InputError, match="expected a pattern as DDDDD"):
        Pattern.parse(source)


def test_a_slash_looks_like_a_one_or_a_seven():
    allowed, slashes = Pattern.parse("D/[05]D//2").with_slashes()
    rows = ["".join(map(str, np.flatnonzero(row))) for row in allowed]
    assert rows == ["0123456789", "17", "05", "0123456789", "17", "17", "2"]
    assert slashes == (1, 4, 5)
