import numpy as np
import pytest

from digitwise.course import OPEN, check, equals, gives, holds, runs


@pytest.mark.parametrize("stub", [None, (None, None), (1, None), [None]])
def test_a_stub_is_not_solved_yet(stub):
    assert check(stub, equals(1)).state == OPEN
    assert "Not solved yet" in repr(check(stub, equals(1)))


def test_a_function_that_returns_none_is_a_stub():
    assert check(lambda _: None, gives([((1,), 1)])).state == OPEN
    assert check(lambda _: (None, None), runs(1)).state == OPEN


def test_a_right_answer_is_told_what_it_teaches():
    assert repr(check(4, equals(4), then="two and two.")) == "✔ Right: two and two."
    assert repr(check(4, equals(4))) == "✔ Right."


def test_the_first_rule_that_is_broken_is_told():
    verdict = check(
        3, holds(lambda n: n > 2, "first"), holds(lambda n: n > 3, "then"), holds(bool, "last")
    )
    assert repr(verdict) == "✘ Not right yet: then"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (2, 2.0),
        (np.float32(0.5), 0.5),
        ([1, 2], np.array([1.0, 2.0])),
        (" c ", "C"),
        ((1, [2, 3]), (1, np.array([2, 3]))),
        (1 + 1e-9, 1),
        (True, np.bool_(True)),
    ],
)
def test_equal_answers_are_right(answer, expected):
    assert check(answer, equals(expected)).state == "right"


@pytest.mark.parametrize(
    ("answer", "expected", "told"),
    [
        (5, 4, "5 is too large."),
        (3, 4, "3 is too small."),
        (float("nan"), 4, "nan is not a finite number."),
        ("four", 4, "expected a number; found 'four'."),
        ("B", "C", "'B' is not it."),
        (False, True, "False is not it."),
        ([1, 2, 3], [1, 2], "expected an array of shape (2,); found shape (3,)."),
        (1, [1, 2], "expected an array of shape (2,); found a number."),
        ([1, 2], 1, "expected a single number; found shape (2,)."),
        ([1, 5, 5], [1, 2, 3], "2 of 3 numbers differ; the first at index 1."),
        ([[1, 2], [3, 5]], [[1, 2], [3, 4]], "1 of 4 numbers differ; the first at index (1, 1)."),
        ((1, 3), (1, 2), "value 2 of 2: 3 is too large."),
        (np.array(1), (1, 2), "expected 2 values in a tuple; found 1."),
    ],
)
def test_what_differs_is_told_without_the_answer(answer, expected, told):
    assert check(answer, equals(expected)).message == told


def test_a_known_mistake_gets_its_hint():
    assert check(6, equals(4, mistakes={6: "hint"})).message == "hint"
    assert check((1, 2), equals((2, 1), mistakes={(1, 2): "swapped"})).message == "swapped"


def test_answers_within_the_tolerance_are_right():
    assert check(1.004, equals(1, tolerance=0.01)).state == "right"
    assert check(1.004, equals(1, tolerance=0.001)).state == "wrong"


def test_a_function_is_tried_on_each_case():
    rule = gives([((1,), 1), ((2, 3), 5)], hint="Add.")
    assert check(lambda *n: sum(n), rule).state == "right"
    assert check(lambda *n: n[0], rule).message == "for 2, 3: 2 is too small. Add."
    assert check(lambda a: a, rule).message.startswith("for 2, 3 it raises TypeError: ")
    assert check(7, rule).message == "expected a function; found 7."


def test_a_function_that_changes_its_arguments_doesnt_spoil_the_check():
    start = np.zeros(2)

    def change(array):
        array += 1
        return array

    assert check(change, runs(start), gives([((start,), np.ones(2))])).state == "right"
    assert (start == 0).all()


def test_a_test_that_an_answer_breaks_is_no_error():
    verdict = check(5, holds(lambda a: len(a) == 2, "two, please."))
    assert verdict.message.startswith("two, please. (Trying it raised TypeError: ")


def test_long_arguments_are_shown_short():
    told = check(lambda _: 0, gives([((np.zeros((9, 9)),), 1)])).message
    assert told == "for an array of shape (9, 9): 0 is too small."
