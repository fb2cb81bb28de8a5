"""Writing files and folders so that a crash leaves the old or the new, never half of either."""

import contextlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BufferedRandom
from pathlib import Path

from digitwise.errors import DigitwiseError
from digitwise.temporary import temporary_file, temporary_folder


def write_atomically(path: str | Path, content: bytes) -> None:
    """Write beside, fsync, rename: `path` holds its old content or all of the new.

    Raises
    ------
    DigitwiseError
        If the folder is missing or can't be written, or the disk is full.
    """
    with replacing(path) as file:
        file.write(content)


@contextmanager
def replacing(path: str | Path) -> Iterator[BufferedRandom]:
    """Give a file to write, which takes the place of `path` when the block ends without an error.

    Raises
    ------
    DigitwiseError
        As `write_atomically`.
    """
    path = Path(path)
    try:
        # A link is written through, not replaced by a file of its own.
        target = path.resolve()
        if target.is_dir():
            raise DigitwiseError(f"{path} is a folder; expected the name of a file to write")
        with temporary_file(target) as (descriptor, temporary):
            with os.fdopen(descriptor, "w+b") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            _permissions_of_a_new_file(temporary)
            temporary.replace(target)
        _fsync_folder(target.parent)
    except DigitwiseError:
        raise
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise DigitwiseError(f"can't write {path}: {reason}") from error


def write_folder_atomically(path: str | Path, contents: Mapping[str, bytes]) -> None:
    """Write a folder of files beside, then rename it: nobody sees it half written.

    A folder that is there is replaced: what it may hold is for the caller to check. A crash leaves
    the old one, the new one or, between two renames, none until the next write beside it.

    Raises
    ------
    DigitwiseError
        If the folder above is missing or can't be written, or the disk is full.
    """
    path = Path(path)
    try:
        target = path.resolve()
        # Both the new folder and the old one, while they change places, are in one of our own.
        with temporary_folder(target) as beside:
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


def _permissions_of_a_new_file(path: Path) -> None:
    """Give what mkstemp made private the permissions that open() would have."""
    mask = os.umask(0)
    os.umask(mask)
    path.chmod(0o666 & ~mask)


def _fsync_folder(folder: Path) -> None:
    """Make the rename itself durable, where folders can be opened (not on Windows)."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
