from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitwise.errors import InputError
from digitwise.expressions import compile_expression, compile_table

NAMES = ["a", "b", "c"]


def is_of_nands(circuit):
    return all(len(g.sources) == 2 and g.weights == (-2, -2) and g.bias == 3 for g in circuit.gates)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_every_truth_table(n):
    for table in product((0, 1), repeat=2**n):
        circuit = compile_table(NAMES[:n], table)
        assert circuit.truth_table()[1][:, 0].tolist() == list(table)
        assert is_of_nands(circuit) or len(set(table)) == 1
        rows, outputs = circuit.truth_table()
        assert np.abs(circuit.sigmoid(rows, 10) - outputs).max() < 1e-3


def trees():
    leaves = st.sampled_from([*NAMES, "0", "1"])
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.tuples(st.just("not"), inner),
            st.tuples(inner, st.sampled_from(["and", "or", "xor"]), inner),
        ),
        max_leaves=12,
    )


def value(tree, row):
    if isinstance(tree, str):
        return int(tree) if tree in "01" else row[tree]
    if len(tree) == 2:
        return 1 - value(tree[1], row)
    a, b = value(tree[0], row), value(tree[2], row)
    return {"and": a & b, "or": a | b, "xor": a ^ b}[tree[1]]


def text_of(tree):
    if isinstance(tree, str):
        return tree
    if len(tree) == 2:
        return f"not ({text_of(tree[1])})"
    return f"({text_of(tree[0])}) {tree[1]} ({text_of(tree[2])})"


@given(trees())
def test_expressions_mean_what_they_say(tree):
    circuit = compile_expression(text_of(tree))
    rows, outputs = circuit.truth_table()
    for row, output in zip(rows, outputs[:, 0], strict=True):
        assert output == value(tree, dict(zip(circuit.inputs, row, strict=True)))


@pytest.mark.parametrize(
    ("expression", "same"),
    [
        ("a or b and c", "a or (b and c)"),
        ("a and b xor c", "a and (b xor c)"),
        ("not a xor b", "(not a) xor b"),
        ("not not a", "a"),
        ("a | b & ~c ^ !a", "a or (b and ((not c) xor (not a)))"),
        ("A AND b", "A and b"),
    ],
)
def test_what_binds_closest(expression, same):
    assert repr(compile_expression(expression)) == repr(compile_expression(same))


def test_that_of_the_chapter():
    circuit = compile_expression("(a xor b) and not c")
    assert circuit.inputs == ("a", "b", "c")
    assert circuit.truth_table()[1][:, 0].tolist() == [0, 0, 1, 0, 1, 0, 0, 0]
    assert len(circuit.gates) == 7


@pytest.mark.parametrize(
    ("expression", "gates"),
    [("not a", 1), ("a and b", 2), ("a or b", 3), ("a xor b", 4), ("a and a", 0), ("a or not a", 1),
     ("a xor 1", 1), ("a and 1", 0), ("a xor a", 1)],
)  # fmt: skip
def test_no_gate_too_many(expression, gates):
    assert len(compile_expression(expression).gates) == gates


def test_inputs_with_names_as_gates_have():
    circuit = compile_table(["nand 1", "nand 2"], [0, 1, 1, 0])
    assert circuit.truth_table()[1][:, 0].tolist() == [0, 1, 1, 0]


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("", "found its end"),
        ("a b", "'b' at 3"),
        ("a and", "expected a name.*found its end"),
        ("(a", "expected a closing bracket"),
        ("a)", r"found '\)' at 2"),
        ("a $ b", r"'\$' at 3 is no part"),
        ("or a", "found 'or' at 1"),
        ("(" * 60 + "a" + ")" * 60, "no more than 50 brackets"),
        ("(" * 40 + "a" * 900, "expected a closing bracket"),
        ("a" * 1001, "at most 1,000 characters"),
        (" and ".join(f"x{k}" for k in range(11)), "at most 10 inputs; found 11"),
    ],
)
def test_what_is_no_expression_is_refused(expression, message):
    with pytest.raises(InputError, match=message) as caught:
        compile_expression(expression)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("table", [[0, 1, 1], [0, 1, 2, 0], []])
def test_what_is_no_table_is_refused(table):
    with pytest.raises(InputError, match="0 or 1 for each of 4 rows"):
        compile_table(["a", "b"], table)
