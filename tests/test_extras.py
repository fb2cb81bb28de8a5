"""The plain install: it works without extras, and names each missing one."""

import ast
import json
import subprocess
import sys
import textwrap
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

import digitwise
from digitwise.errors import DigitwiseError, ExtraError
from digitwise.extras import has, need

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
IMPORTED_AS = {
    "opencv-python-headless": "cv2",
    "pillow": "PIL",
    "scikit-learn": "sklearn",
    "mlflow-skinny": "mlflow",
    "pillow-heif": "pillow_heif",
    "python-multipart": "python_multipart",
}
ALONG = {  # what a dependency brings along, by its own word
    "requests": "pooch",
    "llvmlite": "numba",
    "pydantic": "fastapi",
    "starlette": "fastapi",
    "anyio": "fastapi",
    "google": "tensorboardX",
}


def packages(requirements):
    names = [r.split("[")[0].split(">")[0].split("=")[0].split("<")[0] for r in requirements]
    return {IMPORTED_AS.get(name, name).lower() for name in names} - {"digitwise"}


PLAIN = packages(PROJECT["dependencies"])
EXTRAS = {
    name: packages(wanted)
    for name, wanted in PROJECT["optional-dependencies"].items()
    if name not in ("all", "bench", "docs", "optuna", "test")
}

TINY = ["--data", "digits", "--hidden", "5", "--epochs", "1", "--engine", "reference"]
SCRIPT = """
import io, json, sys
from contextlib import redirect_stderr, redirect_stdout

for name in json.loads(sys.argv[1]):
    sys.modules[name] = None
from digitwise.cli import main

told = []
for arguments in json.loads(sys.argv[2]):
    sys.argv[1:] = arguments
    out, err, code = io.StringIO(), io.StringIO(), 0
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main()
        except SystemExit as end:
            code = end.code or 0
    told.append([code, out.getvalue(), err.getvalue()])
print(json.dumps(told))
"""


def run_plain(folder, *commands):
    """Run commands in one process that finds nothing of the extras: exit code, output, errors."""
    blocked = json.dumps(sorted(set().union(*EXTRAS.values(), {"tqdm"}) - PLAIN))
    argv = [sys.executable, "-c", SCRIPT, blocked, json.dumps(commands)]
    done = subprocess.run(argv, capture_output=True, text=True, cwd=folder, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def test_commands_name_the_extra_that_they_need(tmp_path):
    number = str(ROOT / "docs" / "number.jpg")
    needing = {
        "plots": [
            ["train", "--data", "digits", "--plot", "curves.png"],
            ["lab", "valley", "--out", "figures"],
            ["lab", "all"],
        ],
        "web": [["serve"], ["site", "demo"]],
        "ray": [["read", number, "--on", "ray"], ["sweep", *TINY, "--on", "ray:auto"]],
        "onnx": [["export", "reader", "--to", "onnx", "net.onnx"]],
        "xlsx": [["read", number, "-o", "table.xlsx"]],
        "parquet": [["read", number, "-o", "table.parquet"]],
        "teach": [
            ["train", *TINY, "--non-digits", "0.1", "--validation", "1000"],
        ],
    }
    commands = [command for those in needing.values() for command in those]
    extras = [extra for extra, those in needing.items() for _ in those]
    for extra, command, (code, _, err) in zip(
        extras, commands, run_plain(tmp_path, *commands), strict=True
    ):
        assert code == 1, (command, err)
        assert err.count("\n") == 1, (command, err)
        assert f"pip install 'digitwise[{extra}]', or '.[{extra}]' in a clone" in err, command
        assert "needs the package" in err, command
    assert [path.name for path in tmp_path.iterdir()] == []


def test_the_plain_install_reads_trains_and_sweeps(tmp_path):
    read, trained, swept, lab = run_plain(
        tmp_path,
        ["read", str(ROOT / "docs" / "number.jpg")],
        ["train", *TINY, "--json"],
        ["sweep", *TINY, "--out", "tried"],
        ["lab", "gates"],
    )
    assert (read[0], read[1]) == (0, "8205373\n")
    assert trained[0] == 0, trained[2]
    assert json.loads(trained[1].splitlines()[-1])["event"] == "done"
    assert swept[0] == 0, swept[2]
    assert "the picture of a sweep needs the package matplotlib" in swept[2]
    assert (tmp_path / "tried" / "results.csv").is_file()
    assert not (tmp_path / "tried" / "sweep.png").exists()
    assert lab[0] == 0, lab[2]
    assert "held" in lab[1]


def test_the_plain_install_in_python(tmp_path):
    code = """
        import sys
        for name in ("matplotlib", "sklearn", "scipy"):
            sys.modules[name] = None
        from digitwise import *
        import digitwise as dw
        from digitwise.training.history import Epoch

        def error(what):
            try:
                what()
            except ImportError as told:
                return str(told)

        history = dw.History()
        history.epochs.append(Epoch(1, 0.5, 0.9, None, None))
        assert "0.5" in history._repr_html_() and "<img" not in history._repr_html_()
        print(error(history.plot))
        print(error(lambda: dw.NetworkClassifier))
        circuit = dw.Perceptron  # the star has brought what can be had
        assert Perceptron is circuit
    """
    script = textwrap.dedent(code)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    plots, estimator = done.stdout.splitlines()
    assert plots.startswith("a figure needs the package matplotlib: pip install 'digitwise[plots]'")
    assert estimator.startswith("NetworkClassifier needs the package scikit-learn: pip install")


def test_reading_does_without_numba():
    code = f"""
        import sys
        for name in ("numba", "llvmlite"):
            sys.modules[name] = None
        import digitwise as dw
        print([number.text for number in dw.Reader().read({str(ROOT / "docs" / "number.jpg")!r})])
        try:
            dw.fit(dw.Network([784, 5, 10], rng=0), dw.load("digits")[0], epochs=1, engine="fused")
        except dw.DigitwiseError as error:
            print(error)
    """
    script = textwrap.dedent(code)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    numbers, error = done.stdout.splitlines()
    assert numbers == "['8205373']"
    assert error.startswith("the engine fused needs the package numba: pip install numba")


def test_a_missing_package_is_both_kinds_of_error():
    with pytest.raises(ExtraError, match=r"a thing needs the package no_such: pip install 'digi"):
        need("no_such", "some", "a thing")
    assert issubclass(ExtraError, DigitwiseError)
    assert issubclass(ExtraError, ImportError)
    assert (has("numpy"), has("no_such")) == (True, False)


def imported(path, at_the_top=False):
    """Return the packages that a file imports: all, or only at its top."""
    tree = ast.parse(path.read_text())
    for node in tree.body if at_the_top else ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]
        elif isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)


def test_what_is_imported_is_what_is_declared():
    known = PLAIN.union(*EXTRAS.values(), ALONG)
    seen = set()
    for path in Path(digitwise.__file__).parent.rglob("*.py"):
        others = {
            name.lower()
            for name in imported(path)
            if name not in sys.stdlib_module_names and name != "digitwise"
        }
        # IPython shows what we give it; NumPy's typing has the types of it.
        assert others <= {name.lower() for name in known}, path
        seen |= others
        if "web" not in path.parts:
            top = {name.lower() for name in imported(path, at_the_top=True)}
            assert not top & (set().union(*EXTRAS.values()) - PLAIN), path
    assert seen >= PLAIN, "a dependency that nothing imports"


@pytest.mark.parametrize(("package", "by"), [("requests", "pooch"), ("llvmlite", "numba")])
def test_what_comes_along_does(package, by):
    assert any(line.lower().startswith(package) for line in metadata.requires(by))


def test_all_has_every_extra_for_users():
    (line,) = PROJECT["optional-dependencies"]["all"]
    assert set(line.removeprefix("digitwise[").removesuffix("]").split(",")) == set(EXTRAS)
