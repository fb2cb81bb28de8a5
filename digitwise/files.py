"""Writing files and folders so that a crash leaves the old or the new, never half of either."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Mapping
from glob import escape as glob_escape
from pathlib import Path

from digitwise.errors import DigitwiseError


def write_atomically(path: str | Path, content: bytes) -> None:
    """Write beside, fsync, rename: `path` holds its old content or all of the new.

    Raises
    ------
    DigitwiseError
        If the folder is missing or can't be written, or the disk is full.
    """
    path = Path(path)
    temporary = None
    try:
        # A link is written through, not replaced by a file of its own.
        target = path.resolve()
        if target.is_dir():
            raise DigitwiseError(f"{path} is a folder; expected the name of a file to write")
        descriptor, temporary = tempfile.mkstemp(prefix=f".{target.name[:100]}-", dir=target.parent)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        _permissions_of_a_new_file(temporary)
        Path(temporary).replace(target)
        temporary = None
        _fsync_folder(target.parent)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise DigitwiseError(f"can't write {path}: {reason}") from error
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()


def write_folder_atomically(path: str | Path, contents: Mapping[str, bytes]) -> None:
    """Write a folder of files beside, then rename it: nobody sees it half written.

    A folder that is there is replaced: what it may hold is for the caller to check. A crash leaves
    the old one, the new one or, between two renames, none.

    Raises
    ------
    DigitwiseError
        If the folder above is missing or can't be written, or the disk is full.
    """
    path = Path(path)
    beside = None
    try:
        target = path.resolve()
        # Both the new folder and the old one, while they change places, are in one of our own.
        beside = Path(tempfile.mkdtemp(prefix=f".{target.name[:100]}-", dir=target.parent))
        new, old = beside / "new", beside / "old"
        new.mkdir()
        for name, content in contents.items():
            write_atomically(new / name, content)
        if target.exists():
            target.rename(old)
        try:
            new.rename(target)
        except OSError:
            if old.exists():
                old.rename(target)
            raise
        _fsync_folder(target.parent)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise DigitwiseError(f"can't write {path}: {reason}") from error
    finally:
        if beside is not None:
            shutil.rmtree(beside, ignore_errors=True)


def _permissions_of_a_new_file(path: str) -> None:
    """Give what mkstemp made private the permissions that open() would have."""
    mask = os.umask(0)
    os.umask(mask)
    Path(path).chmod(0o666 & ~mask)


def _fsync_folder(folder: Path) -> None:
    """Make the rename itself durable, where folders can be opened (not on Windows)."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def remove_leftovers(path: Path) -> None:
    """Remove what writes of this file left beside it when they were killed half-way."""
    for leftover in path.parent.glob(f".{glob_escape(path.name[:100])}-*"):
        with contextlib.suppress(OSError):
            leftover.unlink()
