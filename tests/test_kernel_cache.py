"""Kernels are compiled once, wherever that may be, and again when anything in them changes."""

import contextlib
import importlib.util
import logging
import os
import shutil
import subprocess
import sys

import pytest

import digitwise
from digitwise import kernel_cache
from digitwise.kernel_cache import PACKAGE, code_of, files_of, folder_of

KERNEL = "from digitwise.compiled import kernel\n@kernel\ndef add(a, b):\n    return a + b + {}\n"


@pytest.fixture(autouse=True)
def _forget():
    """As in a new process."""
    for known in (code_of, folder_of, kernel_cache._advise):
        known.cache_clear()
    yield
    for known in (code_of, folder_of, kernel_cache._advise):
        known.cache_clear()


def load(path, added=0):
    """A kernel of a module of its own, as a new process has it."""
    path.write_text(KERNEL.format(added))
    code_of.cache_clear()
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.add


def tally(compiled):
    return sum(compiled._cache_hits.values()), sum(compiled._cache_misses.values())


def test_a_kernel_is_compiled_once_for_each_signature(tmp_path):
    add = load(tmp_path / "sums.py")
    assert (add(1, 2), add(1.5, 2.0), tally(add)) == (3, 3.5, (0, 2))
    again = load(tmp_path / "sums.py")
    assert (again(1, 2), again(1.5, 2.0), tally(again)) == (3, 3.5, (2, 0))


def test_changed_code_is_compiled_anew_and_takes_the_place_of_the_old(tmp_path):
    load(tmp_path / "sums.py")(1, 2)
    (before,) = (tmp_path / "__pycache__").glob("*.kernel")
    add = load(tmp_path / "sums.py", added=10)
    assert (add(1, 2), tally(add)) == (13, (0, 1))
    (after,) = (tmp_path / "__pycache__").glob("*.kernel")
    assert before.name != after.name


@pytest.mark.parametrize("content", [b"", b"nonsense", b"\x80\x04K\x01."])
def test_a_damaged_file_is_compiled_anew(tmp_path, content):
    load(tmp_path / "sums.py")(1, 2)
    (path,) = (tmp_path / "__pycache__").glob("*.kernel")
    path.write_bytes(content)
    add = load(tmp_path / "sums.py")
    assert (add(1, 2), tally(add)) == (3, (0, 1))
    again = load(tmp_path / "sums.py")
    assert (again(1, 2), tally(again)) == (3, (1, 0))


def test_what_is_imported_is_a_part_of_the_code(tmp_path, monkeypatch):
    monkeypatch.setattr(kernel_cache, "PACKAGE", tmp_path)
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "__init__.py").write_text("")
    (tmp_path / "deep" / "far.py").write_text("FAR = 1\n")
    (tmp_path / "near.py").write_text("from digitwise.deep.far import FAR\n")
    (tmp_path / "other.py").write_text("OTHER = 1\n")
    source = tmp_path / "sums.py"
    source.write_text("import digitwise.near\n")
    before = code_of(source)
    for name, is_part in (("other.py", False), ("deep/far.py", True), ("near.py", True)):
        (tmp_path / name).write_text((tmp_path / name).read_text() + "# changed\n")
        code_of.cache_clear()
        assert (code_of(source) != before) == is_part
        before = code_of(source)


def test_kernels_know_their_registers():
    names = {str(p.relative_to(PACKAGE)) for p in files_of(PACKAGE / "engines/fused_descent.py")}
    assert {"engines/simd.py", "engines/exponential.py", "compiled.py"} <= names
    assert "kernel_cache.py" not in names


def test_the_folder_is_the_first_that_can_be_written_to(tmp_path, monkeypatch, caplog):
    package, cache, temp = (tmp_path / name for name in ("package", "cache", "temp"))
    for folder in (package, cache, temp):
        folder.mkdir()
    monkeypatch.setattr(kernel_cache, "user_cache", lambda: cache)
    monkeypatch.setattr(kernel_cache, "temporary_cache", lambda: temp)
    refused = set()
    can_be_written = kernel_cache._can_be_written
    monkeypatch.setattr(
        kernel_cache,
        "_can_be_written",
        lambda folder: not refused & {*folder.parents} and can_be_written(folder),
    )
    for expected in (package, cache, temp):
        folder_of.cache_clear()
        assert expected in folder_of(package).parents
        refused.add(expected)
    assert not caplog.records
    for _ in range(2):
        folder_of.cache_clear()
        assert folder_of(package) is None
    with caplog.at_level(logging.WARNING):
        assert [record.getMessage() for record in caplog.records] == [kernel_cache.ADVICE]
    monkeypatch.setattr(kernel_cache.config, "CACHE_DIR", str(tmp_path / "named"))
    folder_of.cache_clear()
    assert tmp_path / "named" in folder_of(package).parents


def test_without_a_folder_kernels_are_compiled_all_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr(kernel_cache, "folder_of", lambda _: None)
    add = load(tmp_path / "sums.py")
    assert (add(1, 2), tally(add), add._cache.cache_path) == (3, (0, 1), None)


def test_a_full_disk_keeps_nothing(tmp_path, monkeypatch):
    def full(*_):
        raise digitwise.DigitwiseError("No space left on device")

    monkeypatch.setattr(kernel_cache, "write_atomically", full)
    assert load(tmp_path / "sums.py")(1, 2) == 3
    assert not list((tmp_path / "__pycache__").glob("*.kernel"))


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="needs POSIX")
def test_a_folder_that_others_may_write_to_is_not_private(tmp_path):
    for name, mode in (("mine", 0o700), ("shared", 0o770), ("open", 0o777)):
        (tmp_path / name).mkdir()
        (tmp_path / name).chmod(mode)
        assert kernel_cache._is_private(tmp_path / name) == (name == "mine")
    (tmp_path / "link").symlink_to(tmp_path / "mine")
    assert not kernel_cache._is_private(tmp_path / "link")


STRANGER = """
import sys
sys.path[:0] = {paths}
import tempfile
tempfile.tempdir = {temp!r}
import sums
print(sums.add(1, 2), sums.add._cache.cache_path, sum(sums.add._cache_hits.values()))
"""


# Another user, who may read everything: this Python may lie in a folder that only root may see.
AS_STRANGER = ["setpriv", "--reuid=1234", "--regid=1234", "--clear-groups"]
AS_STRANGER += ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]


def can_become_another():
    with contextlib.suppress(OSError):
        return not subprocess.run([*AS_STRANGER, "true"], capture_output=True).returncode
    return False


@pytest.mark.skipif(not can_become_another(), reason="needs setpriv, and root")
def test_a_user_without_a_home_and_with_read_only_packages(tmp_path):
    (tmp_path / "sums.py").write_text(KERNEL.format(0))
    temp = tmp_path / "temp"
    temp.mkdir()
    temp.chmod(0o1777)
    paths = [str(tmp_path), *(p for p in sys.path if p)]
    code = STRANGER.format(paths=paths, temp=str(temp))

    def begin():
        return subprocess.Popen(
            [*AS_STRANGER, sys.executable, "-B", "-c", code],
            cwd="/",
            env={"PATH": os.environ["PATH"]},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    told = [process.communicate(timeout=120) for process in (begin(), begin())]
    told.append(begin().communicate(timeout=120))
    for out, err in told:
        assert out.startswith(f"3 {temp / 'digitwise-1234'}"), err
        assert err == ""
    assert out.endswith(" 1\n")  # the third found what the first two, at the same time, kept
    shutil.rmtree(temp)
    out, err = begin().communicate(timeout=120)
    assert (out, err) == ("3 None 0\n", f"{kernel_cache.ADVICE}\n")
