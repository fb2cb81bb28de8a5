"""Results of a batch: printed, drawn, and written into the journal."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digitwise.cli.inputs import Source
from digitwise.cli.journal import Counts, Journal, Pending
from digitwise.cli.logs import logger
from digitwise.cli.output import complain, emit, printable
from digitwise.cli.overlays import Names, crop_numbers, draw_overlays, write_crops
from digitwise.errors import DigitwiseError
from digitwise.interrupts import undisturbed
from digitwise.wording import counted

if TYPE_CHECKING:
    from digitwise.reading.number import Number
    from digitwise.reading.numbers import Numbers
    from digitwise.reading.workers import Result


@dataclass
class Results:
    """The results of a batch, and where they go.

    Attributes
    ----------
    drawn, cropped : Names or None
        Names of overlays and of pictures of digits.
    journal : Journal
    printed : {"text", "names", "json", "nothing"}
        What to print: texts, texts after the file's name, JSON, or nothing.
    pictures : bool
        Also keep a picture of each number.
    count : int
        Rows of the table so far.
    """

    drawn: Names | None
    cropped: Names | None
    journal: Journal
    printed: str
    pictures: bool = False
    count: int = 0

    def pass_over(self, pending: Pending) -> None:
        """Reserve the names of a picture that an earlier run of the batch has read."""
        for names in (self.drawn, self.cropped):
            if names:
                names.path(pending.name)  # so that no other picture takes it

    def keep(self, pending: Pending, found: "Result") -> None:
        """Write a picture's numbers, or its error, into the journal; then print them."""
        name, source = pending.name, pending.source
        try:
            if isinstance(found, Exception):
                raise found
            if self.drawn and not isinstance(source, DigitwiseError):
                draw_overlays(self.drawn.path(name), source, found)
            if self.cropped:
                write_crops(self.cropped.path(name), found)
            crops = self._crops(source, found)
        except (DigitwiseError, OSError) as error:
            row = {"error": printable(str(error))}
            self._write(pending, [row])
            if self.printed == "json":
                emit({"file": name, **row})
            complain(f"{name}: {error}")
            return
        told = [number.to_dict() for number in found]
        rows = [row | crop for row, crop in zip(told, crops, strict=True)]
        read = {row["page"] for row in rows}
        for page, size in enumerate(found.page_sizes):
            if page not in read:
                rows.append({"page": page, "page_size": list(size)})
        self._write(pending, sorted(rows, key=lambda row: row["page"]))
        for number, row in zip(found, told, strict=True):
            self._print(name, number, row)
        if not found:
            logger.warning("%s: no digits found", name)

    def _crops(self, source: Source, found: "Numbers") -> list[dict[str, Any]]:
        if not self.pictures or isinstance(source, DigitwiseError):
            return [{} for _ in found]
        return [{"crop": crop} for crop in crop_numbers(source, found)]

    def _write(self, pending: Pending, rows: list[dict[str, Any]]) -> None:
        with undisturbed():  # so that the count of a stopped batch is right
            self.count += len(rows)
            self.journal.add(pending.key, rows)

    def _print(self, name: str, number: "Number", row: dict[str, Any]) -> None:
        if self.printed == "nothing":
            return
        if self.printed == "json":
            emit({"file": name, **row})
            return
        file = f"{printable(name)}: " if self.printed == "names" else ""
        of = "" if number.field is None else f"{printable(number.field)}: "
        sys.stdout.write(f"{file}{of}{number.shown}\n")
        sys.stdout.flush()


def summary(counts: Counts, out: Path | None) -> str:
    """Return one line that sums a batch up."""
    wrong = f" ({counts.wrong:.1f} of them expected to be wrong)" if counts.sure else ""
    parts = [f"{counts.sure:,} sure{wrong}", f"{counts.look:,} to look at"]
    if counts.rejected:
        parts.append(f"{counts.rejected:,} rejected")
    if counts.empty:
        parts.append(f"no number in {counted(counts.empty, 'picture')}")
    if counts.failed:
        parts.append(f"{counted(counts.failed, 'file')} could not be read")
    where = f"; in {out}" if out else ""
    numbers = f"{counted(counts.pictures, 'picture')}, {counted(counts.numbers, 'number')}"
    return f"{numbers}: {', '.join(parts)}{where}"
