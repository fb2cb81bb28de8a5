import pytest
import typer

from digitwise.cli.axes import layers, numbers, seeds, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3", [3.0]),
        ("0.1,0.3,1", [0.1, 0.3, 1.0]),
        ("0.1:10:log7", [0.1, 0.215, 0.464, 1.0, 2.15, 4.64, 10.0]),
        ("1:5:lin5", [1.0, 2.0, 3.0, 4.0, 5.0]),
        ("0:0.9:lin4", [0.0, 0.3, 0.6, 0.9]),
        ("10:0.1:log3", [10.0, 1.0, 0.1]),
        ("1:9:log1", [1.0]),
        ("0.001,1:4:lin2", [0.001, 1.0, 4.0]),
        ("3,3,1", [3.0, 1.0]),
    ],
)
def test_lists_and_ranges_become_numbers(text, expected):
    assert numbers(text, "--x") == pytest.approx(expected)


def test_ranges_of_whole_numbers_are_rounded():
    assert numbers("1:100:log5", "--x", whole=True) == [1, 3, 10, 32, 100]
    assert numbers("5,10", "--x", whole=True) == [5, 10]
    assert all(type(n) is int for n in numbers("1:3:lin3", "--x", whole=True))


@pytest.mark.parametrize(
    "text",
    ["", "a", "1,", "1:2", "1:2:3", "1:2:exp4", "0:1:log3", "1:2:log0", "1:2:log9999",
     "nan", "inf", "1e999", "1:inf:lin3", "::", "1:2:log", "9" * 5_000, "1:2:lin" + "9" * 5_000,
     "1:" + "9" * 5_000 + ":lin3"],
)  # fmt: skip
def test_what_is_no_number(text):
    with pytest.raises(typer.BadParameter, match="or ranges, as 0.1:10:log7"):
        numbers(text, "--x")


def test_a_fraction_is_no_whole_number():
    with pytest.raises(typer.BadParameter, match="expected whole numbers, as 5,10,20"):
        numbers("1.5", "--x", whole=True)


def test_hidden_lists_networks_and_their_layers():
    assert layers("15,30,100", "--hidden") == [(15,), (30,), (100,)]
    assert layers("30,100-30", "--hidden") == [(30,), (100, 30)]
    assert layers("none,30", "--hidden") == [(), (30,)]
    assert layers("10:1000:log3", "--hidden") == [(10,), (100,), (1000,)]
    for text in ("100-", "x", "1.5", "9" * 5_000, "5-" + "9" * 5_000):
        with pytest.raises(typer.BadParameter):
            layers(text, "--hidden")


def test_only_known_names_are_accepted():
    assert words("tanh,relu", "--activation", ["tanh", "relu"]) == ["tanh", "relu"]
    with pytest.raises(typer.BadParameter, match="expected some of tanh, relu; found 'step'"):
        words("tanh,step", "--activation", ["tanh", "relu"])


def test_seeds_are_a_count_or_a_list():
    assert seeds("5", "--seeds") == [0, 1, 2, 3, 4]
    assert seeds("3,7", "--seeds") == [3, 7]
    assert seeds("10:12:lin3", "--seeds") == [10, 11, 12]
    for text in ("0", "-1", "-1,2", "1.5", "x", "9999999"):
        with pytest.raises(typer.BadParameter):
            seeds(text, "--seeds")
