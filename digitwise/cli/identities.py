"""Identities of pictures, however their folder is spelt."""

import io
import os
from hashlib import sha256
from pathlib import Path

from digitwise.cli.inputs import Source


class Identities:
    """Identities of pictures: place, size and time of change, or the content of a stream."""

    def __init__(self) -> None:
        self._spelt, self._folder = Path(), Path().resolve()

    def __call__(self, name: str, source: Source) -> bytes:
        """Return the identity of a picture."""
        if isinstance(source, io.BytesIO):
            return b"-" + sha256(source.getbuffer()).digest()
        if not isinstance(source, Path):
            return b"!" + os.fsencode(name)
        if source.parent != self._spelt:
            self._spelt, self._folder = source.parent, source.parent.resolve()
        try:
            found = source.stat()
            state = f"{found.st_size} {found.st_mtime_ns} "
        except OSError:
            state = "? "
        return state.encode() + os.fsencode(self._folder / source.name)
