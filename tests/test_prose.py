"""Rules of prose in CONTRIBUTING that a machine can check; ruff checks the length of lines."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
KINDS = {".md", ".py", ".html", ".js"}
TEXTS = [ROOT / "README.md", ROOT / "CHANGELOG.md"] + [
    path
    for folder in ("benchmarks", "digitwise", "docs", "examples", "tests")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.suffix in KINDS and path != Path(__file__)
]
BANNED = re.compile(
    r"\b(that which|th(?:at|ose) of which|(?:of|for|by|than) all that|as it were|by whoever"
    r"|at most so|so large a share|is what is|what may be|been seen to"
    r"|what (?:each|it|they|a [\w-]+) (?:is|are) worth|is known of it|made of it what"
    r"|of things of)\b",
    re.IGNORECASE,
)
"""Phrases that stand in place of a noun."""
MARKER = re.compile(r"\n[ \t]*(?:#|//|\*)?[ \t]*")
"""A line break within a sentence, with the indentation and the sign of a comment."""

FOLDERS = ("data", "imaging", "reading", "training")
UNITS = {"PX", "S", "SHARE", "POWER", "PROBABILITY", "CONFIDENCE", "RADIANS", "DEGREES"}
UNITS |= {"RATIO", "FACTOR", "RATE"}
"""Last words of names that say the unit; a plural (`MOST_FIELDS`) says what is counted."""


def banned(text):
    """Return the banned phrases in a text; one may run over the end of a line."""
    return BANNED.findall(MARKER.sub(" ", text))


def unexplained(source):
    """Return the tuned constants that have neither a unit in the name nor a comment."""
    lines = source.splitlines()
    found = []
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.Assign):
            first, last = statement.lineno - 1, statement.end_lineno
            commented = (
                any("#" in line for line in lines[first:last])
                or (first > 0 and lines[first - 1].startswith("#"))
                or "".join(lines[last : last + 1]).startswith('"""')
            )
            for name, value in pairs(statement.targets[0], statement.value):
                if is_number(value) and not commented and not has_unit(name):
                    found.append(name)
    return found


def pairs(target, value):
    """Yield names in capitals with their values; those of a tuple one by one."""
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for name, part in zip(target.elts, value.elts, strict=True):
            yield from pairs(name, part)
    elif isinstance(target, ast.Name) and target.id.isupper():
        yield target.id, value


def is_number(value):
    """Tell whether an expression is a number, a range of numbers, or a NumPy scalar."""
    if isinstance(value, ast.Call):
        return bool(value.args) and is_number(value.args[0])
    if isinstance(value, ast.Tuple):
        return bool(value.elts) and all(is_number(part) for part in value.elts)
    if isinstance(value, ast.UnaryOp):
        return is_number(value.operand)
    if isinstance(value, ast.BinOp):
        return is_number(value.left) and is_number(value.right)
    return isinstance(value, ast.Constant) and type(value.value) in (int, float)


def has_unit(name):
    """Tell whether a name ends with a unit or a plural, or says `PER`."""
    words = name.split("_")
    return words[-1] in UNITS or "PER" in words or (len(words) > 1 and name.endswith("S"))


def test_no_relative_clause_stands_for_a_noun():
    found = {str(path): banned(path.read_text(encoding="utf-8")) for path in TEXTS}
    assert {path: phrases for path, phrases in found.items() if phrases} == {}


def test_tuned_constants_have_a_unit_or_a_comment():
    paths = [p for folder in FOLDERS for p in sorted((ROOT / "digitwise" / folder).rglob("*.py"))]
    found = {str(path): unexplained(path.read_text(encoding="utf-8")) for path in paths}
    assert {path: names for path, names in found.items() if names} == {}


def test_a_banned_phrase_is_found_over_the_end_of_a_line():
    assert banned("# the share of those of\n    # which half is ink") == ["those of which"]
    assert banned("the ink of those of them") == []


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("NEAR = 0.2\n", ["NEAR"]),
        ("NEAR, FAR = 0.2, -3\n", ["NEAR", "FAR"]),
        ("NEAR = np.float32(0.2)\n", ["NEAR"]),
        ("SIZES = (0.2, 0.7)\n", ["SIZES"]),
        ("NEAR = 0.2  # digit heights\n", []),
        ("# Digit heights.\nNEAR = 0.2\n", []),
        ('NEAR = 0.2\n"""Digit heights."""\n', []),
        ("NEAR_PX = 0.2\n", []),
        ("MOST_FIELDS = 3\n", []),
        ('NAME = "near"\nHALF = SIDE // 2\nnear = 3\n', []),
    ],
)
def test_a_constant_needs_a_unit_or_a_comment(source, names):
    assert unexplained(source) == names
