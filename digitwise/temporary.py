"""Temporary files of our own: locked while who writes them lives, cleared away once that is dead.

A process that was killed leaves what it was writing behind. The next one that writes into the same
folder finds it by its name, and sees by the lock that nobody writes it any more.
"""

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows has none: there, only what is old is stale
    fcntl = None  # type: ignore[assignment]

SUFFIX = ".digitwise-unfinished"
OLD_S = 3600.0
_cleared: set[Path] = set()  # folders, by this process


@contextlib.contextmanager
def temporary_file(target: Path) -> Iterator[tuple[int, Path]]:
    """Make an empty file beside the one it will become: its descriptor, to be closed, and path.

    It is removed, unless it was renamed meanwhile.
    """
    _clear_once(target.parent)
    while True:
        descriptor, name = tempfile.mkstemp(SUFFIX, f".{target.name[:100]}-", target.parent)
        lock = os.dup(descriptor)
        _lock(lock)
        if os.fstat(lock).st_nlink or fcntl is None:
            break
        for one in (descriptor, lock):  # cleared away before it was locked
            os.close(one)
    path = Path(name)
    try:
        yield descriptor, path
    finally:
        with contextlib.suppress(OSError):
            path.unlink()
        os.close(lock)


@contextlib.contextmanager
def temporary_folder(target: Path) -> Iterator[Path]:
    """Make a folder beside one that is written or replaced; `old` in it is what was there."""
    _clear_once(target.parent)
    path = Path(tempfile.mkdtemp(SUFFIX, f".{target.name[:100]}-", target.parent))
    lock = None
    with contextlib.suppress(OSError):  # Windows opens no folders
        lock = os.open(path, os.O_RDONLY)
        _lock(lock)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        if lock is not None:
            os.close(lock)


def clear_stale(folder: Path) -> None:
    """Remove what processes that are dead were writing into a folder.

    A folder that was being replaced when its process died gets its name back.
    """
    with contextlib.suppress(OSError):
        for entry in list(os.scandir(folder)):
            if entry.name.startswith(".") and entry.name.endswith(SUFFIX):
                with contextlib.suppress(OSError):
                    _clear(Path(entry.path))


def _clear_once(folder: Path) -> None:
    if folder not in _cleared:
        _cleared.add(folder)
        clear_stale(folder)


def _clear(path: Path) -> None:
    if fcntl is None:
        if path.is_file() and time.time() - path.stat().st_mtime > OLD_S:
            path.unlink()
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)  # an OSError while it is written
        if not path.is_dir():
            path.unlink()
            return
        target = path.with_name(path.name[1 : -len(SUFFIX)].rpartition("-")[0])
        old = path / "old"
        if old.exists() and not target.exists():
            old.rename(target)
        shutil.rmtree(path, ignore_errors=True)
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> None:
    if fcntl is not None:
        with contextlib.suppress(OSError):  # a file system without locks: nothing is cleared there
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
