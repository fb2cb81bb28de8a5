"""Writing files so that a crash leaves the old one or the new one, never half of either."""

import contextlib
import os
import tempfile
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
