"""The user's folders, with and without a home."""

import os
import tempfile
from pathlib import Path

import platformdirs
import pytest

from digitwise.user_folders import expanded, temporary_cache, user_cache


def _no_home(*_arguments, **_named):
    raise RuntimeError("could not determine the home directory")


def test_the_users_cache_is_in_the_home(monkeypatch, tmp_path):
    monkeypatch.setattr(platformdirs, "user_cache_dir", lambda *_, **__: str(tmp_path))
    assert user_cache() == tmp_path


@pytest.mark.parametrize("found", [_no_home, lambda *_, **__: "~/.cache/digitwise"])
def test_a_user_without_a_home_has_a_temporary_cache(monkeypatch, tmp_path, found):
    monkeypatch.setattr(platformdirs, "user_cache_dir", found)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert user_cache() == temporary_cache()
    assert user_cache().parent == tmp_path
    assert not hasattr(os, "geteuid") or user_cache().name == f"digitwise-{os.geteuid()}"


def test_the_home_of_an_unknown_user_is_left_as_it_is(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert expanded("~/digits") == tmp_path / "digits"
    assert expanded("~nobody-of-this-name/x") == Path("~nobody-of-this-name/x")
    monkeypatch.setattr(Path, "expanduser", _no_home)  # as on a machine that doesn't know the user
    assert expanded("~/digits") == Path("~/digits")
