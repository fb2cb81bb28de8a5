"""Pictures that the Fields room has opened, and the file that it edits."""

import hashlib
import secrets
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from digitwise.errors import DataError, InputError
from digitwise.files import write_atomically
from digitwise.imaging.light import as_pixels
from digitwise.imaging.surface import Light
from digitwise.reading.forms.description import parse_description
from digitwise.temporary import scratch_folder
from digitwise.web.described import has_comments, require_drawable

MOST_PICTURES = 40


class ChangedError(DataError):
    """A file isn't as it was when it was opened."""


class FormPictures:
    """Pictures by a key that nobody can guess; the oldest go first."""

    def __init__(self) -> None:
        self._open = ExitStack()
        self._folder: Path | None = None
        self._keys: list[str] = []

    def add(self, grey: Light) -> str:
        """Keep a picture, and return its key."""
        from PIL import Image

        if self._folder is None:
            self._folder = self._open.enter_context(scratch_folder("digitwise-fields"))
        key = secrets.token_hex(16)
        Image.fromarray(as_pixels(grey)).save(self._folder / f"{key}.png", compress_level=1)
        self._keys.append(key)
        while len(self._keys) > MOST_PICTURES:
            self._path(self._keys.pop(0)).unlink(missing_ok=True)
        return key

    def find(self, key: str) -> Path | None:
        """Where a picture is; None if it is kept no longer."""
        return self._path(key) if key in self._keys else None

    def _path(self, key: str) -> Path:
        assert self._folder is not None
        return self._folder / f"{key}.png"

    def close(self) -> None:
        """Keep nothing any longer."""
        self._keys.clear()
        self._open.close()
        self._folder = None


@dataclass
class EditedFile:
    """The description that `digitwise fields --edit` names.

    Attributes
    ----------
    path : Path
        There may be no file yet.
    description : dict
        The description as it was opened, or saved last.
    grey : float32 array of shape (h, w) or None
        The form's page, if there is a picture of it.
    new_reference : dict of Path to bytes
        A page that was laid flat, to be written beside the description.
    comments : bool
        Whether the file has any, which are not kept.
    """

    path: Path
    description: dict[str, Any]
    grey: Light | None = None
    new_reference: dict[Path, bytes] = field(default_factory=dict)
    comments: bool = False

    def __post_init__(self) -> None:
        self._known = self.stamp()

    def refresh(self) -> None:
        """Read the description anew if the file has changed since it was read or saved.

        Raises
        ------
        InputError
            If it can't be edited any more.
        """
        stamp = self.stamp()
        if stamp in ("", self._known):
            return
        text = self.path.read_text(encoding="utf-8", errors="replace")
        try:
            description = parse_description(text)
            require_drawable(description)
        except InputError as error:
            raise InputError(f"{self.path.name} has changed: {error}") from error
        self.description, self.comments, self._known = description, has_comments(text), stamp

    def stamp(self) -> str:
        """What the file holds, in short; empty if there is none."""
        if not self.path.exists():
            return ""
        return hashlib.sha256(self.path.read_bytes()).hexdigest()

    def save(self, text: str, stamp: str, replace: bool) -> str:
        """Write the file, and return its new stamp.

        Parameters
        ----------
        text : str
        stamp : str
            Of the file as it was when it was opened, or saved last.
        replace : bool
            Write it although it changed since.

        Raises
        ------
        ChangedError
            If it changed, or appeared, and is not to be replaced.
        DigitwiseError
            If it can't be written.
        """
        if not replace and self.stamp() != stamp:
            raise ChangedError(f"{self.path.name} has changed since it was opened")
        for path, content in self.new_reference.items():
            write_atomically(path, content)
        self.new_reference.clear()
        write_atomically(self.path, text.encode())
        self.description, self.comments = parse_description(text), False
        self._known = self.stamp()
        return self._known
