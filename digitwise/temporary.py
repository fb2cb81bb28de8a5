"""Temporary files and folders, each locked by its process and removed after that process's death.

A process that is killed leaves its temporary files behind. The next process that writes into the
same folder finds them by their names and removes those without a lock.
"""

import atexit
import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: without locks, only an old file is stale
    fcntl = None  # type: ignore[assignment]

SUFFIX = ".digitwise-unfinished"
STALE_AGE_S = 3600.0  # age of a stale file where locks are missing
_cleared: set[Path] = set()  # folders that this process has cleared
_claimed: set[Path] = set()  # files whose names this process has claimed


@contextlib.contextmanager
def temporary_file(target: Path) -> Iterator[tuple[int, Path]]:
    """Make an empty file beside `target`; yield its descriptor, for the caller to close, and path.

    The file is removed at the end of the block, unless it was renamed.
    """
    _clear_once(target.parent)
    while True:
        descriptor, name = tempfile.mkstemp(SUFFIX, f".{target.name[:100]}-", target.parent)
        lock = os.dup(descriptor)
        _lock(lock)
        if os.fstat(lock).st_nlink or fcntl is None:
            break
        for one in (descriptor, lock):  # another process removed the file before the lock
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
    """Make a folder beside `target` and yield its path; it is removed at the end of the block.

    A folder that is replaced may wait in it as `old`; `clear_stale` then puts it back.
    """
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


def scratch_folder(name: str) -> contextlib.AbstractContextManager[Path]:
    """Make a folder among the system's temporary files; it is removed at the end of the block."""
    return temporary_folder(Path(tempfile.gettempdir(), name))


def claim(target: Path) -> bool:
    """Claim the name of a new file until this process ends; False if another one has claimed it.

    A folder that can't be written to is not an error here, but when the file is written.
    """
    target = target.absolute()
    if target in _claimed:
        return True
    _clear_once(target.parent)
    # The whole name: names that differ at their ends only are claimed one after the other.
    path = target.with_name(f".{target.name}{SUFFIX}")
    try:
        while True:
            descriptor = os.open(path, os.O_CREAT | os.O_RDWR | (0 if fcntl else os.O_EXCL))
            if fcntl is None:  # the file itself is the claim; Windows removes no open file
                os.close(descriptor)
                break
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                os.close(descriptor)
                raise
            if os.fstat(descriptor).st_nlink:
                break
            os.close(descriptor)  # another process removed the file before the lock
    except (FileExistsError, BlockingIOError):
        return False
    except OSError:  # a folder that can't be written to, or a file system without locks
        return True
    _claimed.add(target)
    atexit.register(_release, path)
    return True


def _release(claimed: Path) -> None:
    with contextlib.suppress(OSError):
        claimed.unlink()


def clear_stale(folder: Path) -> None:
    """Remove the temporary files that dead processes left in a folder.

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
        if path.is_file() and time.time() - path.stat().st_mtime > STALE_AGE_S:
            path.unlink()
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)  # OSError: its process is alive
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
        with contextlib.suppress(OSError):  # a file system without locks
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
