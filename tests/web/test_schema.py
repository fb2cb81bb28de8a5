"""The API does what its OpenAPI says, whatever is asked (schemathesis)."""

import subprocess
import sys

import pytest

pytest.importorskip("fastapi")
pytest.importorskip("schemathesis")


def test_the_api_keeps_to_its_schema(address, tmp_path):
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{address}/api/openapi.json"]
    options = ["--max-examples", "6", "--seed", "1", "--no-color"]
    done = subprocess.run(
        [*command, *options], cwd=tmp_path, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout[-5000:]
    assert "Tested: 39" in done.stdout
