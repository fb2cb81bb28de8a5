"""Atomic writing of files and folders: a crash leaves the old content or the new, never a part."""

import contextlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BufferedRandom
from pathlib import Path

from digitwise.errors import DigitwiseError, reason_of
from digitwise.temporary import temporary_file, temporary_folder


def write_atomically(path: str | Path, content: bytes) -> None:
    """Write a file by writing a temporary one beside it, fsync and rename.

    Raises
    ------
    DigitwiseError
        If the folder is missing or can't be written, or the disk is full.
    """
    with replacing(path) as file:
        file.write(content)


@contextmanager
def replacing(path: str | Path) -> Iterator[BufferedRandom]:
    """Yield an open file that replaces `path` if the block ends without an error.

    Raises
    ------
    DigitwiseError
        As `write_atomically`.
    """
    path = Path(path)
    try:
        # A link stays a link: the file that it points to is replaced.
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
        raise DigitwiseError(f"can't write {path}: {reason_of(error)}") from error


def write_folder_atomically(path: str | Path, contents: Mapping[str, bytes]) -> None:
    """Write a folder of files under a temporary name, then rename it; names may have folders.

    An existing folder is replaced; the caller checks that it may be. A crash leaves the old folder
    or the new one. A crash between the two renames leaves no folder until the next write beside it.

    Raises
    ------
    DigitwiseError
        If the folder above is missing or can't be written, or the disk is full.
    """
    path = Path(path)
    try:
        target = path.resolve()
        # The temporary folder holds the new and the old folder while they change places.
        with temporary_folder(target) as beside:
            new, old = beside / "new", beside / "old"
            new.mkdir()
            for name, content in contents.items():
                (new / name).parent.mkdir(parents=True, exist_ok=True)
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
        raise DigitwiseError(f"can't write {path}: {reason_of(error)}") from error


def _permissions_of_a_new_file(path: Path) -> None:
    """Give a private file of mkstemp the permissions of a file that open() creates."""
    mask = os.umask(0)
    os.umask(mask)
    path.chmod(0o666 & ~mask)


def _fsync_folder(folder: Path) -> None:
    """Make a rename in the folder durable; Windows can't open folders, so nothing happens there."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
