import pytest

from digitwise.errors import InputError
from digitwise.training.schedules import SCHEDULES, make_schedule


def test_constant_stays():
    assert [make_schedule("constant", 3.0, 5)(epoch) for epoch in range(5)] == [3.0] * 5


def test_linear_and_cosine_fall_from_the_rate_towards_0():
    linear, cosine = (make_schedule(name, 2.0, 4) for name in ("linear", "cosine"))
    assert [linear(epoch) for epoch in range(4)] == [2.0, 1.5, 1.0, 0.5]
    assert [cosine(epoch) for epoch in (0, 2)] == pytest.approx([2.0, 1.0])
    assert cosine(1) == pytest.approx(1 + 0.5**0.5)


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("epochs", [1, 2, 100])
def test_every_epoch_has_a_rate_above_0(name, epochs):
    rates = [make_schedule(name, 0.1, epochs)(epoch) for epoch in range(epochs)]
    assert rates[0] == 0.1
    assert all(rate > 0 for rate in rates)
    assert rates == sorted(rates, reverse=True)


def test_unknown_schedules_are_refused():
    with pytest.raises(InputError, match="expected one of: constant, linear, cosine"):
        make_schedule("warm", 1.0, 3)
