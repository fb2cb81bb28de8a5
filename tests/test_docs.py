"""What the site says runs: every block of commands and of Python, page by page, in one folder."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from digitwise.lab import EXPERIMENTS
from tests.reading.forms.test_reading import TEXTS, blank_form, fill

DOCS = Path(__file__).parents[1] / "docs"
BLOCK = re.compile(r"^```(sh|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGES = [
    "index.md",
    "read-numbers.md",
    "learn-networks.md",
    "estimator.md",
    "collections.md",
    "training.md",
    "export.md",
]


@pytest.mark.parametrize("page", PAGES)
def test_every_block_runs(page, tmp_path, draw_number, few):
    """In a folder that has what a reader of the page has."""
    if page == "export.md":
        pytest.importorskip("onnx", reason="needs the extra [onnx]")
        pytest.importorskip("onnxruntime", reason="needs ONNX Runtime")
    shutil.copy(DOCS / "number.jpg", tmp_path)
    Image.fromarray(blank_form()).save(tmp_path / "blank.png")
    (tmp_path / "forms").mkdir()
    filled = fill(blank_form(), draw_number, TEXTS)
    Image.fromarray(filled).save(tmp_path / "forms" / "first.pdf")
    for k, (image, label) in enumerate(zip(few.images, few.labels, strict=True)):
        folder = tmp_path / "my-digits" / str(label)
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(255 - image).save(folder / f"{k}.png")
    blocks = BLOCK.findall((DOCS / page).read_text())
    assert blocks
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for kind, code in blocks:
        command = ["bash", "-euo", "pipefail", "-c", code]
        if kind == "python":
            command = [sys.executable, "-c", code]
        ran = subprocess.run(
            command,
            cwd=tmp_path,
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert ran.returncode == 0, f"{code}\n{ran.stderr}"
        assert ran.stdout or kind == "python"


def test_every_row_has_an_experiment_and_a_test():
    rows = re.findall(r"^\| (\d+) \|.*?\|(.*?)\|(.*?)\|$", (DOCS / "lab.md").read_text(), re.M)
    assert [int(number) for number, _, _ in rows] == list(range(1, 60))
    tests = "".join(path.read_text() for path in Path(__file__).parent.rglob("test_*.py"))
    for number, named, checked in rows:
        for name in re.findall(r"`([a-z-]+)`", named):
            assert name in EXPERIMENTS, number
        for listed in re.findall(r"lab: ([a-z_, ]+)", checked):
            for test in listed.removeprefix("claims of ").split(", "):
                assert f"test_{test.strip()}" in tests, (number, test)


def test_every_experiment_is_in_the_table():
    table = (DOCS / "lab.md").read_text()
    for name in EXPERIMENTS:
        assert re.search(rf"[` ]{name}[`;]", table.replace("\n", " ")), name
