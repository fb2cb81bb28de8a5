import numpy as np
import pytest

from digitwise.data.table import Table
from digitwise.descent import PLAIN, Variant
from digitwise.engines import CHOICES
from digitwise.engines.choice import resolve_engine
from digitwise.errors import InputError


@pytest.mark.parametrize(
    ("sizes", "batch_size", "expected"),
    [
        ([784, 10], 10, "fused"),
        ([784, 30, 10], 10, "fused"),
        ([784, 30, 10], 60_000, "fused"),
        ([784, 100, 10], 1, "fused"),
        ([784, 100, 100, 10], 10, "fused"),
        ([784, 1000, 500, 10], 1, "fused"),
        ([784, 1000, 500, 10], 128, "dense"),
        ([784, 2500, 2000, 1500, 1000, 500, 10], 100, "dense"),
    ],
)
def test_auto_chooses_by_layers_and_batch_size(sizes, batch_size, expected):
    assert resolve_engine("auto", sizes, batch_size, PLAIN) == expected


@pytest.mark.parametrize(
    ("filled", "sizes", "batch_size", "expected"),
    [
        (1, [20, 100, 5], 32, "fused"),
        (1, [20, 100, 5], 1000, "dense"),
        (1, [20, 500, 5], 200, "dense"),
        (1, [784, 100, 10], 32, "fused"),
        (0.01, [20_000, 30, 4], 1000, "fused"),
        (1, [1000, 1000, 500, 10], 50, "dense"),
    ],
)
def test_auto_for_tables(filled, sizes, batch_size, expected):
    rows = (np.arange(sizes[0]) < filled * sizes[0]).astype(np.float32)[None]
    table = Table(rows, np.zeros(1, int), sizes[-1])
    assert resolve_engine("auto", sizes, batch_size, PLAIN, table) == expected


@pytest.mark.parametrize("name", ["reference", "fused", "dense"])
def test_any_other_name_stays(name):
    assert resolve_engine(name, [784, 30, 10], 10, PLAIN) == name


def test_dropout_needs_an_engine_that_has_it():
    dropout = Variant(dropout=0.5)
    assert resolve_engine("auto", [784, 30, 10], 10, dropout) == "dense"
    with pytest.raises(InputError, match="no dropout: choose auto or dense"):
        resolve_engine("fused", [784, 30, 10], 10, dropout)


def test_unknown_engines_are_refused():
    with pytest.raises(InputError, match=f"expected one of: {', '.join(CHOICES)}"):
        resolve_engine("warp", [784, 10], 10, PLAIN)
