"""The wheel and the sdist: their contents; equal trees give equal bytes."""

import importlib.util
import json
import os
import shutil
import subprocess
import tarfile
import time
import tomllib
import zipfile
from pathlib import Path

import pytest
import typer

import digitwise
from digitwise.cli import app

ROOT = Path(__file__).parents[1]
needs_hatchling = pytest.mark.skipif(
    importlib.util.find_spec("hatchling") is None, reason="needs the build backend, hatchling"
)


def copy_tree(folder):
    """The files that are in git, as a release has them; with what running leaves behind."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("needs a clone")
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file() and not name.startswith("docs/"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    (folder / "docs").mkdir()
    cache = folder / "digitwise" / "__pycache__"
    cache.mkdir()
    (cache / "kernel.nbi").write_bytes(b"left behind")
    return folder


def build(folder, out, monkeypatch):
    from hatchling.builders.sdist import SdistBuilder
    from hatchling.builders.wheel import WheelBuilder

    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    (wheel,) = WheelBuilder(str(folder)).build(directory=str(out), versions=["standard"])
    (sdist,) = SdistBuilder(str(folder)).build(directory=str(out), versions=["standard"])
    return Path(wheel), Path(sdist)


@needs_hatchling
def test_the_same_tree_gives_the_same_bytes(tmp_path, monkeypatch):
    built = []
    for name in ("first", "second"):
        folder = copy_tree(tmp_path / name)
        for path in folder.rglob("*"):
            path.touch()  # when a clone was made is no part of it
        built.append(build(folder, tmp_path / f"{name}-built", monkeypatch))
    for one, other in zip(*built, strict=True):
        assert one.name == other.name
        assert one.read_bytes() == other.read_bytes()
    wheel, sdist = built[0]
    names = zipfile.ZipFile(wheel).namelist()
    for part in (
        "py.typed",
        "data/optdigits.npz",
        "data/optdigits.txt",
        "models/reader.safetensors",
        "reading/forms/marks.safetensors",
        "web/static/index.html",
    ):
        assert f"digitwise/{part}" in names
    assert {name.split("/")[0] for name in names} == {
        "digitwise",
        f"digitwise-{digitwise.__version__}.dist-info",
    }
    with tarfile.open(sdist) as archive:
        packed = {name.partition("/")[2] for name in archive.getnames()}
    assert {"pyproject.toml", "README.md", "LICENSE", "tests/conftest.py"} <= packed
    for name in (*names, *packed):
        assert "__pycache__" not in name


def test_the_image_runs_as_nobody_and_its_files_are_there():
    """Checks without Docker: the user, the health check, and the copied files."""
    ignored = (ROOT / ".dockerignore").read_text().split()
    lines = (ROOT / "Dockerfile").read_text().replace("\\\n", " ").splitlines()
    steps = [line.split(maxsplit=1) for line in lines if line and not line.startswith("#")]
    last = [words for step, words in steps if step == "USER"][-1]
    assert last == "10001:10001"
    for step, words in steps:
        if step == "COPY" and not words.startswith("--from"):
            for name in words.split()[:-1]:
                assert (ROOT / name).exists()
                assert f"!{name}" in ignored
    (check,) = [words for step, words in steps if step == "HEALTHCHECK"]
    (command,) = [words for step, words in steps if step == "CMD"]
    assert json.loads(check.partition("CMD ")[2])[:2] == ["python", "-c"]
    compile(json.loads(check.partition("CMD ")[2])[2], "health check", "exec")
    served = typer.main.get_command(app).commands["serve"]
    options = {name for param in served.params for name in param.opts}
    assert {word for word in json.loads(command) if word.startswith("--")} <= options


@pytest.mark.skipif(
    "DIGITWISE_IMAGE" not in os.environ,
    reason="needs DIGITWISE_IMAGE=1 and Docker; takes 2 minutes",
)
def test_the_image_is_built_reads_and_serves(tmp_path):
    def docker(*words):
        done = subprocess.run(["docker", *words], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    docker("build", "--network", "host", "--tag", "digitwise-test", str(ROOT))
    shutil.copy(ROOT / "docs" / "number.jpg", tmp_path)
    closed = ["--rm", "--read-only", "--tmpfs", "/tmp"]
    mine = ["--network", "none", "--user", str(os.getuid()), "--volume", f"{tmp_path}:/scans:ro"]
    assert docker("run", *closed, *mine, "digitwise-test", "read", "/scans") == "8205373"
    often = ["--health-interval", "1s", "--health-start-period", "1s"]
    name = docker("run", "--detach", "--network", "host", *often, *closed, "digitwise-test")
    try:
        state = ["inspect", "--format", "{{.State.Health.Status}}", name]
        until = time.monotonic() + 60
        while docker(*state) != "healthy" and time.monotonic() < until:
            time.sleep(1)
        assert docker(*state) == "healthy"
        assert docker("exec", name, "id", "-u") == "10001"
    finally:
        docker("rm", "--force", name)


def test_the_conda_recipe_agrees_with_the_project():
    recipe = (ROOT / "packaging" / "conda" / "recipe.yaml").read_text()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = {f"python {project['requires-python']}"}
    for requirement in project["dependencies"]:
        name, bound = requirement.split(">=")
        wanted.add(f"{'py-opencv' if name.startswith('opencv') else name} >={bound}")
    listed = recipe.partition("  run:\n")[2].partition("\n\n")[0]
    assert {line.strip(" -") for line in listed.splitlines()} == wanted
    assert f'version: "{digitwise.__version__}"' in recipe
    assert project["description"] in recipe
    assert f"digitwise = {project['scripts']['digitwise']}" in recipe
