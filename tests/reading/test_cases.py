"""The shared pictures, each of a kind that real pictures showed to fail, read as they say."""

import json
import os
from pathlib import Path

import pytest

CASES = Path(os.environ.get("DIGITWISE_DATA", "../shared/mnist")).absolute().parent / "cases"
TRUTH = json.loads((CASES / "truth.json").read_text()) if CASES.is_dir() else {}
REJECTABLE = ("turned45.png", "struck.png", "leaders.png")
DOUBTED = ("joined_zeros.png",)
"""Cases that are read right, but rejected as too unsure."""


def read(reader, name, layout):
    """Return the accepted text as one line; of doubtful cases, the likeliest text."""
    found = reader.read(CASES / name, layout)
    return " ".join(n.text for n in found if name in DOUBTED or not n.rejected)


@pytest.mark.skipif(not TRUTH, reason="needs the shared cases, beside MNIST's folder")
@pytest.mark.parametrize("name", sorted(TRUTH) or ["none"])
def test_a_case_is_read_as_it_says(reader, name):
    truth = TRUTH[name]["truth"]
    found = {layout: read(reader, name, layout) for layout in ("auto", "number")}
    assert truth in found.values() or (name in REJECTABLE and "" in found.values()), found
