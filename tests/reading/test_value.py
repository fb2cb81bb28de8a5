import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitwise.errors import InputError
from digitwise.reading.value import possible_values


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1026", [1026]),
        ("-23", [-23]),
        ("007", [7]),
        ("12.34", [12.34]),
        ("12,5", [12.5]),
        ("1,026.50", [1026.5]),
        ("1.026,50", [1026.5]),
        ("1.234.567", [1234567]),
        ("1.026", [1026, 1.026]),
        ("15,000", [15, 15000]),
        ("10/28/2019", []),
        ("404-1000", []),
        ("12:30", []),
        ("12.34.5", []),
        ("12,34,567", []),
        ("", []),
    ],
)
def test_values_that_a_text_may_have(text, values):
    assert sorted(possible_values(text)) == sorted(values)


@pytest.mark.parametrize(("decimal", "value"), [(".", 1.026), (",", 1026)])
def test_the_decimal_sign_settles_it(decimal, value):
    assert possible_values("1.026", decimal) == [value]


def test_a_decimal_sign_that_is_none():
    with pytest.raises(InputError, match="decimal sign to be , or ."):
        possible_values("1", ";")


@given(st.integers(-(10**12), 10**12), st.sampled_from(".,"))
def test_grouped_thousands_are_worth_what_they_say(number, group):
    text = f"{number:,}".replace(",", group)
    decimal = "," if group == "." else "."
    assert possible_values(text, decimal) == [number]


@given(st.text(alphabet="0123456789.,-/:", max_size=12))
def test_any_text_has_two_values_at_most(text):
    values = possible_values(text)
    assert len(values) <= 2
    assert all(value in values for sign in ",." for value in possible_values(text, sign))
