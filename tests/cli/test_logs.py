"""How much commands say, and what the page on the command line promises."""

import ast
import logging
import re
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import digitwise
from digitwise import cli
from digitwise.cli import logs

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "command-line.md").read_text()
NUMBER = ROOT / "docs" / "number.jpg"


@pytest.fixture
def say(monkeypatch, capsys):
    """Run the command line in this process: exit code, output, lines of standard error."""

    def say(*arguments):
        monkeypatch.setattr(sys, "argv", ["digitwise", *map(str, arguments)])
        code = 0
        try:
            cli.main()
        except SystemExit as end:
            code = end.code or 0
        shown = capsys.readouterr()
        return code, shown.out, shown.err.splitlines()

    before = logs.logger.level
    yield say
    logs.logger.setLevel(before)
    logs.logger.handlers = [h for h in logs.logger.handlers if not isinstance(h, logs.Lines)]


@pytest.mark.parametrize("place", [0, 1])
def test_verbose_says_what_is_used_and_how_long_it_takes(say, place):
    words = ["read", NUMBER]
    words.insert(place, "--verbose")
    code, out, err = say(*words)
    assert (code, out) == (0, "8205373\n")
    said = "\n".join(err)
    for part in ("model: ", "reader.safetensors", "settings: layout auto", "engine: NumPy"):
        assert part in said
    assert re.search(r"^digitwise: reading: \d+\.\d\d s$", said, re.MULTILINE)
    assert all(line.startswith("digitwise: ") for line in err)
    assert say("read", NUMBER) == (0, "8205373\n", [])


def test_quiet_leaves_errors_alone(say, tmp_path):
    empty = tmp_path / "empty.png"
    Image.fromarray(np.full((40, 40), 255, np.uint8)).save(empty)
    command = ["read", NUMBER, empty, tmp_path / "missing.png"]
    code, out, err = say(*command)
    assert any("no digits found" in line for line in err)
    assert any("3 pictures" in line for line in err)
    quiet_code, quiet_out, quiet_err = say(*command, "--quiet")
    assert (quiet_code, quiet_out) == (code, out)
    assert [("missing.png" in line, line.startswith("digitwise: ")) for line in quiet_err] == [
        (True, True)
    ]


def test_quiet_training_prints_json_alone(say, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tiny = ["--data", "digits", "--hidden", "5", "--epochs", "1", "--engine", "reference"]
    code, out, err = say("train", *tiny, "--json", "-q")
    assert (code, err) == (0, [])
    assert '"event": "done"' in out
    code, _, err = say("train", *tiny, "--json", "-v")
    assert code == 0
    assert any(line.startswith("digitwise: settings: digitwise train") for line in err)
    assert any(re.search("making the engine reference ready: [0-9.]+ s", line) for line in err)


def test_a_warning_of_any_module_is_a_line(say, capsys):
    say("--version")
    logging.getLogger("digitwise").warning("no folder\nfor %s", "kernels")
    assert capsys.readouterr().err == "digitwise: no folder for kernels\n"


def rows(heading):
    section = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    return re.findall(r"^\| `?(\w+)`? \|", section, re.MULTILINE)[1:]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0, ["--version"]),
        (1, ["read", "missing.png"]),
        (2, ["read", "--no-such-option"]),
        (130, ["models"]),
    ],  # 137 and 143 are the system's
)
def test_each_exit_code_of_the_page(say, monkeypatch, code, words):
    def stop():
        raise KeyboardInterrupt

    if code == 130:
        monkeypatch.setattr("digitwise.models.shipped.shipped_models", stop)
    assert say(*words)[0] == code
    assert rows("Exit codes") == ["0", "1", "2", "130", "137", "143"]


def read_variables():
    """Names of environment variables that the package reads by itself."""
    for path in Path(digitwise.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and "environ" in ast.unparse(node.func):
                assert isinstance(node.args[0], ast.Constant), path
                yield node.args[0].value
            elif isinstance(node, ast.Compare) and "os.environ" in ast.unparse(node):
                yield ast.unparse(node.left).strip("'")
            elif isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ":
                yield ast.unparse(node.slice).strip("'")


def test_each_environment_variable_is_on_the_page():
    assert sorted(set(read_variables())) == sorted(rows("Environment variables"))
