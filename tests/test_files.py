import os
import stat
import subprocess
import sys
import time

import pytest

from digitwise import files, temporary
from digitwise.errors import DigitwiseError
from digitwise.files import write_atomically, write_folder_atomically
from digitwise.temporary import SUFFIX, clear_stale, temporary_file


def test_writes_and_replaces(tmp_path):
    path = tmp_path / "a.bin"
    for content in (b"first", b"second"):
        write_atomically(path, content)
        assert path.read_bytes() == content
    assert [p.name for p in tmp_path.iterdir()] == ["a.bin"]


def test_a_write_that_fails_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    path = tmp_path / "a.bin"
    write_atomically(path, b"old")

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(DigitwiseError, match="No space left"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.bin"]


def test_the_content_is_on_disk_before_it_has_the_name(tmp_path, monkeypatch):
    order = []
    fsync, replace = os.fsync, files.Path.replace
    monkeypatch.setattr(files.os, "fsync", lambda d: (order.append("fsync"), fsync(d)))
    monkeypatch.setattr(
        files.Path, "replace", lambda self, to: (order.append("rename"), replace(self, to))
    )
    write_atomically(tmp_path / "a.bin", b"content")
    assert order[:2] == ["fsync", "rename"]


def test_permissions_are_those_of_any_new_file(tmp_path):
    write_atomically(tmp_path / "a.bin", b"")
    (tmp_path / "b.bin").write_bytes(b"")
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("a.bin", "b.bin")]
    assert modes[0] == modes[1]


def test_a_link_is_written_through(tmp_path):
    (tmp_path / "real.bin").write_bytes(b"old")
    (tmp_path / "link.bin").symlink_to(tmp_path / "real.bin")
    write_atomically(tmp_path / "link.bin", b"new")
    assert (tmp_path / "link.bin").is_symlink()
    assert (tmp_path / "real.bin").read_bytes() == b"new"


WRITER = """
import os, sys
from pathlib import Path
from digitwise import files, temporary
how, target = sys.argv[1], Path(sys.argv[2])
if how == "folder":
    rename = Path.rename
    Path.rename = lambda self, to: (rename(self, to), os.kill(os.getpid(), 9))
    files.write_folder_atomically(target, {"b": b"new"})
os.fsync = lambda _: os.kill(os.getpid(), 9) if how == "killed" else (print(1), sys.stdin.read())
files.write_atomically(target, b"new")
"""


def begin_to_write(how, target):
    command = [sys.executable, "-c", WRITER, how, str(target)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


@pytest.fixture
def next_process(monkeypatch):
    """Make this one see folders as a process does that has just begun."""
    monkeypatch.setattr(temporary, "_cleared", set())


def names(folder):
    return sorted(p.name for p in folder.iterdir())


def test_what_a_killed_process_was_writing_goes_at_the_next_write(tmp_path, next_process):
    begin_to_write("killed", tmp_path / "a.bin").communicate(timeout=60)
    assert len(names(tmp_path)) == 1
    write_atomically(tmp_path / "b.bin", b"")
    assert names(tmp_path) == ["b.bin"]


def test_what_another_process_is_writing_stays(tmp_path, next_process):
    process = begin_to_write("slowly", tmp_path / "a.bin")
    process.stdout.readline()
    before = names(tmp_path)
    assert before[0].endswith(SUFFIX)
    write_atomically(tmp_path / "b.bin", b"")
    assert names(tmp_path) == [*before, "b.bin"]
    process.communicate("", timeout=60)
    assert names(tmp_path) == ["a.bin", "b.bin"]
    assert (tmp_path / "a.bin").read_bytes() == b"new"


def test_a_folder_that_was_being_replaced_gets_its_name_back(tmp_path, next_process):
    target = tmp_path / "folder"
    write_folder_atomically(target, {"a": b"old"})
    begin_to_write("folder", target).communicate(timeout=60)
    assert not target.exists()
    clear_stale(tmp_path)
    assert names(tmp_path) == ["folder"]
    assert (target / "a").read_bytes() == b"old"


def test_other_hidden_files_stay(tmp_path, next_process):
    for name in (".a.bin-x1", "a" + SUFFIX, ".bashrc"):
        (tmp_path / name).touch()
    write_atomically(tmp_path / "b.bin", b"")
    assert names(tmp_path) == sorted([".a.bin-x1", "a" + SUFFIX, ".bashrc", "b.bin"])


def test_without_locks_only_what_is_old_is_stale(tmp_path, monkeypatch, next_process):
    monkeypatch.setattr(temporary, "fcntl", None)  # as on Windows
    for name, age in ((".old-1" + SUFFIX, 2 * temporary.STALE_AGE_S), (".new-1" + SUFFIX, 0)):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (time.time() - age, time.time() - age))
    write_atomically(tmp_path / "b.bin", b"content")
    assert names(tmp_path) == [".new-1" + SUFFIX, "b.bin"]


def test_one_that_is_cleared_away_before_it_is_locked_is_made_again(tmp_path, monkeypatch):
    lock = temporary._lock

    def too_late(descriptor):
        monkeypatch.setattr(temporary, "_lock", lock)
        for path in tmp_path.iterdir():
            path.unlink()

    monkeypatch.setattr(temporary, "_lock", too_late)
    with temporary_file(tmp_path / "a.bin") as (descriptor, path):
        os.close(descriptor)
        assert path.exists()
    assert names(tmp_path) == []


CLAIM = """
import sys
from pathlib import Path
from digitwise.temporary import claim

print(claim(Path(sys.argv[1])), flush=True)
sys.stdin.read()
"""


def start_claim(target):
    command = [sys.executable, "-c", CLAIM, str(target)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    return process, process.stdout.readline().strip()


def test_a_name_belongs_to_one_process_until_that_ends(tmp_path):
    target = tmp_path / f"{'n' * 150}.safetensors"
    first, claimed = start_claim(target)
    assert claimed == "True"
    other, claimed = start_claim(target.with_stem(f"{target.stem}-2"))
    assert claimed == "True"
    other.communicate("")
    second, claimed = start_claim(target)
    assert claimed == "False"
    first.kill()
    first.communicate()
    second.communicate("")
    third, claimed = start_claim(target)
    assert claimed == "True"
    third.communicate("")
    assert list(tmp_path.iterdir()) == []
