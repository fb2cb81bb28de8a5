"""The sets of digits that runs on the page may learn, by name: a request can't name a path."""

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from digitwise.data.catalogue import KNOWN
from digitwise.data.folders import TEST_EVERY
from digitwise.data.sources import mnist_folder, resolve
from digitwise.errors import DigitwiseError, InputError
from digitwise.user_folders import expanded

SAVED = "saved"  # digits that were saved on the page
OWN = ("auto", "mnist", "digits", SAVED)  # names of every server
NAME = r"^[A-Za-z0-9_.-]{1,60}$"  # of a set on the page


class Choice(NamedTuple):
    """A set as the page's form offers it."""

    name: str
    label: str
    ready: bool


class Sets:
    """The sets of a server.

    Parameters
    ----------
    examples : Path
        Folder of the digits that were saved on the page.
    allowed : iterable of str
        Further sets, as `digitwise train --data` takes them: collections, files, folders.

    Raises
    ------
    InputError
        If an allowed set is neither a known collection nor an existing path.
    """

    def __init__(self, examples: Path, allowed: Iterable[str] = ()) -> None:
        self.examples = examples
        # With a folder before it, a path is no name of a set.
        here = "" if examples.is_absolute() else f"{os.curdir}{os.sep}"
        self._data = {SAVED: f"{here}{examples}"}
        for data in allowed:
            path = expanded(data)
            if data not in KNOWN and not path.exists():
                raise InputError(
                    f"{data}: expected a collection's name, or a file or folder of digits; found "
                    "none"
                )
            base = re.sub(r"[^A-Za-z0-9_.-]", "_", path.name or "set")[:50]
            name, number = base, 1
            while name in OWN or name in self._data:
                number += 1
                name = f"{base}-{number}"
            self._data[name] = data

    def choices(self) -> list[Choice]:
        """Return all sets of the page's form."""
        saved = sum(map(len, self._saved()))
        on_disk = _has_mnist()
        return [
            Choice("auto", "auto", True),
            Choice("mnist", "mnist" if on_disk else "mnist: not on this machine", on_disk),
            Choice("digits", "digits", True),
            Choice(SAVED, f"saved here: {saved or 'none'}", self._has_enough()),
            *(Choice(name, name, True) for name in self._data if name != SAVED),
        ]

    def find(self, name: str) -> str:
        """Return what `digitwise.data.sources.load` takes for a set.

        Raises
        ------
        InputError
            If there is no set of that name, or it has no digits to learn from.
        """
        name = resolve(name)
        if name == "mnist" and not _has_mnist():
            raise InputError("MNIST is not on this machine: digitwise data fetch downloads it")
        if name == SAVED and not self._has_enough():
            raise InputError(
                f"expected {TEST_EVERY} or more saved examples of one digit (every fifth tests); "
                f"found {max(map(len, self._saved()))}: in the Read room, open a number, put its "
                "digits right and save them"
            )
        if name not in self._data and name not in OWN:
            known = ", ".join([*OWN, *(own for own in self._data if own != SAVED)])
            raise InputError(
                f"no set of digits {name!r:.80} here: expected one of {known}; "
                "digitwise serve --data allows others"
            )
        return self._data.get(name, name)

    def name_of(self, data: str) -> str:
        """Return the name of what `find` has returned."""
        return next((name for name, known in self._data.items() if known == data), data)

    def _has_enough(self) -> bool:
        return max(map(len, self._saved())) >= TEST_EVERY

    def _saved(self) -> list[list[Path]]:
        """Return the files of each digit's saved examples."""
        return [list((self.examples / str(digit)).glob("*.png")) for digit in range(10)]


def _has_mnist() -> bool:
    try:
        return mnist_folder() is not None
    except DigitwiseError:
        return False
