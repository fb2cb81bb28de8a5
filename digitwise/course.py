"""Checks of answers to the course's exercises.

The notebooks of docs/course use it. `check` takes the learner's answer and one or more rules, and
returns a `Verdict`, which a notebook shows.
"""

from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np

Rule = Callable[[Any], str]
"""A function that returns a sentence about an answer's error, or "" if the answer is right."""

OPEN = "not solved yet"
TOLERANCE = 1e-6  # between numbers, relative and absolute


@dataclass(frozen=True)
class Verdict:
    """The result of a check.

    Attributes
    ----------
    state : {"not solved yet", "wrong", "right"}
    message : str
        The error in the answer, or the lesson of the right answer; may be empty.
    """

    state: str
    message: str = ""

    def __repr__(self) -> str:
        """Return the verdict as a learner reads it."""
        if self.state == OPEN:
            return "… Not solved yet: write your answer in the cell above, and run both cells."
        sign, word = ("✔", "Right") if self.state == "right" else ("✘", "Not right yet")
        return f"{sign} {word}: {self.message}" if self.message else f"{sign} {word}."


def check(answer: Any, *rules: Rule, then: str = "") -> Verdict:
    """Check an answer against rules, in order; return the verdict of the first broken rule.

    >>> check(5, equals(4, mistakes={5: "the first layer was counted twice."}))
    ✘ Not right yet: the first layer was counted twice.

    Parameters
    ----------
    answer : object
        None, a tuple that contains None, and a function that returns None are not solved yet.
    rules : Rule
        Rules made by `equals`, `gives`, `runs` and `holds`.
    then : str
        Message for a right answer.
    """
    if _is_open(answer):
        return Verdict(OPEN)
    for rule in rules:
        if wrong := rule(answer):
            return Verdict(OPEN) if wrong == OPEN else Verdict("wrong", wrong)
    return Verdict("right", then)


def equals(
    expected: Any, mistakes: dict[Any, str] | None = None, tolerance: float = TOLERANCE
) -> Rule:
    """Return the rule that an answer equals this number, text or array.

    Parameters
    ----------
    expected : number, str, bool, array of numbers, or a tuple of them
    mistakes : dict of wrong answer -> hint, optional
        Frequent wrong answers, with a hint for each.
    tolerance : float
        Tolerance between numbers, relative and absolute.
    """

    def rule(answer: Any) -> str:
        if _same(answer, expected, tolerance):
            return ""
        for mistake, hint in (mistakes or {}).items():
            if _same(answer, mistake, tolerance):
                return hint
        return _difference(answer, expected, tolerance)

    return rule


def gives(
    cases: Iterable[tuple[tuple[Any, ...], Any]], hint: str = "", tolerance: float = TOLERANCE
) -> Rule:
    """Return the rule that a function returns the expected results.

    Parameters
    ----------
    cases : iterable of (arguments, expected)
    hint : str
        Hint that follows the message about a wrong result.
    tolerance : float
        Tolerance between numbers, relative and absolute.
    """

    def rule(answer: Any) -> str:
        for arguments, expected in cases:
            found, wrong = _call(answer, arguments)
            if wrong:
                return wrong
            if not _same(found, expected, tolerance):
                difference = _difference(found, expected, tolerance)
                return f"{_called(arguments)}: {difference} {hint}".strip()
        return ""

    return rule


def runs(*arguments: Any) -> Rule:
    """Return the rule that a function returns anything but None for these arguments."""
    return lambda answer: _call(answer, arguments)[1]


def holds(test: Callable[[Any], Any], otherwise: str) -> Rule:
    """Return the rule that a test of the answer is true; `otherwise` is the message if it isn't.

    An answer of a kind that makes the test raise an exception breaks the rule too.
    """

    def rule(answer: Any) -> str:
        try:
            return "" if test(answer) else otherwise
        except Exception as error:  # a wrong kind of answer may raise anything
            return f"{otherwise} (Trying it raised {type(error).__name__}: {error}.)"

    return rule


def _call(function: Any, arguments: tuple[Any, ...]) -> tuple[Any, str]:
    """Call a learner's function; return its result, and a message if it raises or returns None."""
    if not callable(function):
        return None, f"expected a function; found {_shown(function)}."
    try:
        found = function(*deepcopy(arguments))  # the function may change its arguments
    except Exception as error:  # a learner's function may raise anything
        return None, f"{_called(arguments)} it raises {type(error).__name__}: {error}."
    return found, OPEN if _is_open(found) else ""


def _is_open(answer: Any) -> bool:
    """Tell whether an answer is a stub: None, or a sequence that contains a stub."""
    if isinstance(answer, Sequence) and not isinstance(answer, str):
        return any(map(_is_open, answer))
    return answer is None


def _same(found: Any, expected: Any, tolerance: float) -> bool:
    if isinstance(expected, str) or isinstance(found, str):
        return isinstance(found, str) and found.strip().lower() == str(expected).strip().lower()
    if isinstance(expected, tuple):
        if _length(found) != len(expected):
            return False
        return all(_same(f, e, tolerance) for f, e in zip(found, expected, strict=True))
    numbers, wanted = _numbers(found), _numbers(expected)
    if numbers is None or wanted is None or numbers.shape != wanted.shape:
        return False
    return bool(np.allclose(numbers, wanted, rtol=tolerance, atol=tolerance))


def _length(value: Any) -> int | None:
    """Return the length of a tuple, list or array; None for anything else."""
    if isinstance(value, np.ndarray):
        return len(value) if value.ndim else None
    return len(value) if isinstance(value, Sequence) else None


def _numbers(value: Any) -> Any:
    try:
        return np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        return None


def _difference(found: Any, expected: Any, tolerance: float) -> str:
    """Describe the difference without giving the answer away: kind, shape, index or direction."""
    if isinstance(expected, tuple):
        if _length(found) != len(expected):
            return f"expected {len(expected)} values in a tuple; found {_shown(found)}."
        pairs = list(zip(found, expected, strict=True))
        k = next(k for k, pair in enumerate(pairs) if not _same(*pair, tolerance))
        return f"value {k + 1} of {len(pairs)}: {_difference(*pairs[k], tolerance)}"
    numbers, wanted = _numbers(found), _numbers(expected)
    if wanted is None:
        return f"{_shown(found)} is not it."
    if numbers is None:
        return f"expected {'a number' if wanted.ndim == 0 else 'numbers'}; found {_shown(found)}."
    if numbers.shape != wanted.shape:
        kind = f"an array of shape {wanted.shape}" if wanted.ndim else "a single number"
        return f"expected {kind}; found {f'shape {numbers.shape}' if numbers.ndim else 'a number'}."
    if wanted.ndim == 0:
        if isinstance(expected, bool | np.bool_):
            return f"{_shown(found)} is not it."
        if not np.isfinite(numbers):
            return f"{numbers} is not a finite number."
        return f"{numbers:.6g} is too {'large' if numbers > wanted else 'small'}."
    where = np.argwhere(~np.isclose(numbers, wanted, rtol=tolerance, atol=tolerance))
    at = tuple(int(k) for k in where[0]) if len(where) else ()
    place = at[0] if len(at) == 1 else at
    return f"{len(where)} of {wanted.size} numbers differ; the first at index {place}."


def _called(arguments: tuple[Any, ...]) -> str:
    return f"for {', '.join(map(_shown, arguments))}"


def _shown(value: Any) -> str:
    """Return a value as one short line."""
    if isinstance(value, np.ndarray) and value.size > 6:
        return f"an array of shape {value.shape}"
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else f"{text[:59]}…"
