"""Write a table into its file, unless a person has changed the file."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import file_digest, sha256
from itertools import count, takewhile
from pathlib import Path
from typing import BinaryIO

from digitwise.cli.columns import Row
from digitwise.cli.tables import write_table
from digitwise.errors import DigitwiseError, InputError
from digitwise.files import replacing, write_atomically
from digitwise.user_folders import user_cache


@dataclass(frozen=True)
class Output:
    """Where a table goes, and in which form.

    Attributes
    ----------
    path : Path
        A file, or - for standard output.
    kind : str
        One of `tables.SUFFIXES`.
    fields : list of str or None
        Names of a form's fields.
    bom, pictures : bool
        As for `write_table`.
    replace : bool
        Replace a file that was changed, or that digitwise didn't write.
    """

    path: Path
    kind: str
    fields: list[str] | None = None
    bom: bool = False
    pictures: bool = False
    replace: bool = False

    @property
    def piped(self) -> bool:
        """Return whether the table goes to standard output."""
        return str(self.path) == "-"

    def check(self) -> None:
        """Make sure that no person's work would be overwritten.

        Raises
        ------
        InputError
            If the file exists and digitwise did not write it, or it was changed since. So for
            each page of PAGE XML.
        """
        if not self.piped:
            for path in takewhile(Path.exists, self._paths()):
                self._check(path)

    def write(self, rows: Iterable[Row]) -> None:
        """Write the table.

        Raises
        ------
        InputError
            As `check`.
        DigitwiseError
            If the file can't be written.
        """
        if self.piped:
            self._write(sys.stdout.buffer, rows)
            sys.stdout.buffer.flush()
        elif self.kind == ".page.xml":
            self._write_pages(rows)
        else:
            with replacing(self.path) as file:
                self._write(file, rows)
                file.seek(0)
                digest = file_digest(file, "sha256").hexdigest()
                self.check()
                _remember(self.path, digest)

    def _write(self, file: BinaryIO, rows: Iterable[Row]) -> None:
        write_table(file, rows, self.kind, self.fields, self.bom, self.pictures)

    def _write_pages(self, rows: Iterable[Row]) -> None:
        """Write a file for each page: out.page.xml, out.2.page.xml, and so on."""
        from digitwise.cli.archives import pages_of
        from digitwise.cli.pagexml import to_page_xml

        paths = self._paths()
        for page in pages_of(rows):
            path, content = next(paths), to_page_xml(page).encode()
            self._check(path)
            _remember(path, sha256(content).hexdigest())
            write_atomically(path, content)
        for path in takewhile(Path.exists, paths):  # pages of an earlier, longer table
            self._check(path)
            path.unlink()

    def _check(self, path: Path) -> None:
        if not self.replace:
            _check(path)

    def _paths(self) -> Iterator[Path]:
        """Yield the table's path; of PAGE XML, those of all pages, without an end."""
        yield self.path
        if self.kind == ".page.xml":
            stem = self.path.name[: -len(self.kind)]
            for k in count(2):
                yield self.path.with_name(f"{stem}.{k}{self.kind}")


def _check(path: Path) -> None:
    if not path.is_file() or not path.stat().st_size:
        return
    with path.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
    if digest not in _remembered(path):
        raise InputError(
            f"{path} was changed since it was written, or not written here: --replace replaces it, "
            "or give -o another name"
        )


def _remembered(path: Path) -> list[str]:
    with suppress(OSError, ValueError):
        return _note(path).read_text().split()
    return []


def _remember(path: Path, digest: str) -> None:
    """Note the digests of the new table and of the one before, which a killed process leaves.

    If they can't be noted, the next batch asks for --replace.
    """
    with suppress(OSError, DigitwiseError):
        note = _note(path)
        note.parent.mkdir(parents=True, exist_ok=True)
        known = [d for d in _remembered(path) if d != digest]
        write_atomically(note, "\n".join([digest, *known[:1], ""]).encode())


def _note(path: Path) -> Path:
    """Return the note's path, in the user's cache: beside the table it would be in the way."""
    name = sha256(str(path.resolve()).encode(errors="surrogateescape")).hexdigest()
    return user_cache() / "tables" / name
