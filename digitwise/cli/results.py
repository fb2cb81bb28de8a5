"""What becomes of what a batch reads: printed, drawn, written down."""

import io
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from digitwise.cli.journal import Journal
from digitwise.cli.output import complain, emit, printable
from digitwise.cli.overlays import Names, draw_overlays, write_crops
from digitwise.errors import DigitwiseError
from digitwise.interrupts import undisturbed

if TYPE_CHECKING:
    from digitwise.reading.batch import Result
    from digitwise.reading.number import Number

Source: TypeAlias = Path | io.BytesIO | DigitwiseError


@dataclass
class Results:
    """What becomes of what is read: printed, drawn, kept."""

    drawn: Names | None
    cropped: Names | None
    journal: Journal | None
    as_json: bool
    count: int = 0
    failed: bool = False

    def left(self, sources: Iterable[tuple[str, Source]]) -> Iterator[tuple[str, Source]]:
        """Those that no earlier run has read."""
        for name, source in sources:
            if self.journal and name in self.journal.done:
                for names in (self.drawn, self.cropped):
                    if names:
                        names.path(name)  # so that others don't take its place
                continue
            yield name, source

    def keep(self, name: str, source: Source, found: "Result") -> None:
        """Write down what a picture says, then print it; an error, too."""
        try:
            if isinstance(found, Exception):
                raise found
            if self.drawn and not isinstance(source, DigitwiseError):
                draw_overlays(self.drawn.path(name), source, found)
            if self.cropped:
                write_crops(self.cropped.path(name), found)
        except (DigitwiseError, OSError) as error:
            self.failed = True
            row = {"file": name, "error": printable(str(error))}
            self._write(name, [row])
            if self.as_json:
                emit(row)
            complain(f"{name}: {error}")
            return
        rows = [{"file": name, **number.to_dict()} for number in found]
        self._write(name, rows or [{"file": name}])
        for number, row in zip(found, rows, strict=True):
            self._print(number, row)
        if not rows:
            complain(f"{name}: no digits found")

    def _write(self, name: str, rows: list[dict[str, Any]]) -> None:
        with undisturbed():  # what is said of a batch that was stopped is what was written
            self.count += len(rows)
            if self.journal:
                self.journal.add(name, rows)

    def _print(self, number: "Number", row: dict[str, Any]) -> None:
        if self.as_json:
            emit(row)
            return
        of = "" if number.field is None else f"{printable(number.field)}: "
        sys.stdout.write(f"{of}{number.shown}\n")
        sys.stdout.flush()
