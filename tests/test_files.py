import os
import stat

import pytest

from digitwise import files
from digitwise.errors import DigitwiseError
from digitwise.files import remove_leftovers, write_atomically


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


def test_leftovers_of_killed_writes_go_others_stay(tmp_path):
    for name in (".a.bin-x1", ".a.bin-y2", ".ab.bin-x1", "a.bin"):
        (tmp_path / name).touch()
    remove_leftovers(tmp_path / "a.bin")
    assert {p.name for p in tmp_path.iterdir()} == {".ab.bin-x1", "a.bin"}
