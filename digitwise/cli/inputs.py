"""Find the pictures that a command line names: files, folders, patterns, standard input."""

import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

from digitwise.cli.overlays import CROP_SUFFIX, OVERLAY_SUFFIX
from digitwise.errors import DigitwiseError, ImageError, reason_of

Source: TypeAlias = Path | io.BytesIO | DigitwiseError


def find_pictures(names: list[str]) -> Iterator[tuple[str, Source]]:
    """Yield every picture with its name; a missing one yields an error in its place."""
    for name in names:
        if name == "-":
            yield "-", _piped()
            continue
        try:
            yield from _files(name)
        except (OSError, ValueError) as error:  # no permission, or an impossible name
            yield name, ImageError(f"can't be opened: {reason_of(error)}")


def _piped() -> Source:
    from digitwise.reading.batch import MOST_INPUT

    content = sys.stdin.buffer.read(MOST_INPUT + 1) if sys.stdin else b""
    return io.BytesIO(content) if content else ImageError("standard input is empty")


def _files(name: str) -> Iterator[tuple[str, Source]]:
    from glob import glob

    path = Path(name)
    if name and path.is_dir():
        empty = True
        for inside in _walk(str(path)):
            empty = False
            yield inside, Path(inside)
        if empty:
            yield name, ImageError("a folder with no pictures in it")
    elif name and path.exists():
        yield name, path
    else:
        # Some shells leave patterns to programs.
        matches = sorted(glob(name, recursive=True))  # noqa: PTH207 (an absolute pattern, too)
        if not matches:
            yield name, ImageError("no such file")
        yield from ((match, Path(match)) for match in matches if not Path(match).is_dir())


def _walk(folder: str) -> Iterator[str]:
    """Yield the pictures of a folder and its subfolders, by name, listing one folder at a time.

    Raises
    ------
    OSError
        If the folder may not be read; unreadable subfolders are skipped.
    """
    with os.scandir(folder) as entries:
        kept = sorted((e.name, e.is_dir(follow_symlinks=False)) for e in entries if _may_be(e))
    for name, is_folder in kept:
        path = name if folder == "." else os.path.join(folder, name)  # noqa: PTH118 (for speed)
        if not is_folder:
            yield path
            continue
        try:
            yield from _walk(path)
        except OSError:
            continue


def _may_be(entry: "os.DirEntry[str]") -> bool:
    if entry.is_dir(follow_symlinks=False):
        return True
    if not _is_picture(entry.name):
        return False
    # A link to a missing file is kept, so that its error is reported.
    return entry.is_file() or (entry.is_symlink() and not os.path.exists(entry.path))  # noqa: PTH110


def _is_picture(name: str) -> bool:
    from digitwise.imaging.pictures import SUFFIXES

    own = name.endswith((OVERLAY_SUFFIX, CROP_SUFFIX))
    return os.path.splitext(name)[1].lower() in {*SUFFIXES, ".pdf"} and not own  # noqa: PTH122
