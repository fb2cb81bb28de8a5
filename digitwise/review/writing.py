"""Write decisions into the table, and into a file of corrections for `digitwise learn`.

The table is read anew each time, so that a person's changes to it stay. It is not noted as
digitwise's own file: `digitwise read -o` asks for --replace before it overwrites the table.
"""

import json
import os
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from digitwise.data.corrections import CORRECTED, MOST_DIGITS, READABLE, find_picture
from digitwise.errors import DigitwiseError, InputError, reason_of
from digitwise.files import write_atomically
from digitwise.reading.value import possible_values
from digitwise.review.contents import Cell, Cells, parse
from digitwise.review.items import NO_NUMBER, OPEN, Item, items_of
from digitwise.review.journal import Entry, Journal

CORRECTIONS = ".corrections.jsonl"
TRIES = 3  # if others keep writing the table


@dataclass(frozen=True)
class Written:
    """Result of writing.

    Attributes
    ----------
    last : int
        Last entry of the journal that the table has.
    by_hand : int
        Numbers that somebody has changed in the table against the decision: they stay.
    """

    last: int
    by_hand: int


def corrections_path(table: Path) -> Path:
    """Return the path of a table's corrections: `table`.corrections.jsonl."""
    return table.with_name(table.name + CORRECTIONS)


def write_decisions(table: Path, journal: Journal) -> Written:
    """Write missing decisions into the table, and the file of corrections.

    Raises
    ------
    DigitwiseError
        If the table can't be written, is open elsewhere, or can't be parsed any more.
    """
    for _ in range(TRIES):
        before = _read(table)
        content = parse(table, before)
        items = items_of(table, content)
        latest, texts = _by_key(journal.entries())
        last = max((entry.id for entry in latest.values()), default=0)
        changes: dict[int, Cells] = defaultdict(dict)
        by_hand = 0
        decided = [item for item in items if item.key in latest]
        for item in sorted(decided, key=lambda item: latest[item.key].id):
            if _by_hand(item, texts[item.key]):
                by_hand += 1
            else:
                changes[item.line] = {**changes[item.line], **_cells(item, latest[item.key])}
        stale = {}
        for line, cells in changes.items():
            row = content.rows[line]
            new = {n: cell for n, cell in cells.items() if not _same(row.get(n), cell)}
            if new:
                stale[line] = new
        if stale:
            check_writable(table)
            after = content.changed(stale)
            if _read(table) != before:
                continue  # somebody has written it meanwhile
            write_atomically(table, after)
        _write_corrections(table, items, latest)
        return Written(last, by_hand)
    raise DigitwiseError(f"{table} is being written by others: corrections wait in {journal.path}")


def check_writable(table: Path) -> None:
    """Check that a table can be written.

    Raises
    ------
    InputError
        If it is read-only, or open in a spreadsheet, which would overwrite our changes.
    """
    if not os.access(table, os.W_OK):
        raise InputError(f"{table} is read-only, so corrections can't go into it")
    for name in (f".~lock.{table.name}#", f"~${table.name}"):  # LibreOffice's, Excel's
        if (lock := table.with_name(name)).exists():
            raise InputError(
                f"{table} is open in a spreadsheet: close it there (or remove {lock}, if it isn't)"
            )


def _read(table: Path) -> bytes:
    try:
        return table.read_bytes()
    except OSError as error:
        raise DigitwiseError(f"{table} can't be read: {reason_of(error)}") from error


def _by_key(entries: list[Entry]) -> tuple[dict[str, Entry], dict[str, set[str]]]:
    """Return each item's last entry, and all texts that it has had."""
    latest: dict[str, Entry] = {}
    texts: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        latest[entry.key] = entry
        texts[entry.key] |= {entry.text, str(entry.was.get("text", ""))}
    return latest, texts


def _by_hand(item: Item, texts: set[str]) -> bool:
    """Return whether a person has typed a text that was neither decided here nor read."""
    return "?" not in item.text and item.text not in {item.guess, "", *texts}


def _cells(item: Item, entry: Entry) -> Cells:
    """Return the cells for a decision, or the original cells if it was taken back."""
    column, state, *more = item.cells
    if entry.state == OPEN:
        was = entry.was["cells"]
        gone = dict.fromkeys([*item.cells, "who", "when"])
        return {**gone, **was, **({"value": _number(was["value"])} if "value" in was else {})}
    text = entry.text if entry.state == CORRECTED else ""
    values = possible_values(text)
    cells: dict[str, Cell] = {column: text, state: entry.state, "who": entry.who, "when": entry.at}
    if "value" in more:
        cells["value"] = values[0] if len(values) == 1 else None
    if "rejected" in more:
        cells["rejected"] = False
    if column == "text" and "best guess" not in more:  # JSON lines: `text` was the best guess
        cells["best guess"] = item.guess
    return cells


def _number(cell: str | float | None) -> float | None:
    """Return a text cell as a number: 12 stays an integer, 12.0 a float."""
    if not isinstance(cell, str):
        return cell
    return None if not cell else int(cell) if cell.lstrip("-").isdecimal() else float(cell)


def _same(found: object, wanted: object) -> bool:
    if isinstance(wanted, float | int) and not isinstance(wanted, bool):
        try:
            return float(str(found)) == wanted
        except ValueError:
            return False
    return str("" if found is None else found) == str("" if wanted is None else wanted)


def _write_corrections(table: Path, items: list[Item], latest: dict[str, Entry]) -> None:
    """Write the corrections to learn from: numbers with a box and an existing picture."""
    lines = []
    for item in items:
        entry = latest.get(item.key)
        if not entry or entry.state not in (CORRECTED, NO_NUMBER):
            continue
        box = item.box or entry.box
        readable = (
            READABLE.fullmatch(entry.text) and sum(map(str.isdigit, entry.text)) <= MOST_DIGITS
        )
        picture = find_picture(table, item.file)
        if not (box and picture and (readable or entry.state == NO_NUMBER)):
            continue
        try:
            file = str(picture.relative_to(table.parent))
        except ValueError:
            file = str(picture.absolute())
        row = {"file": file, "page": item.page, "bbox": box, "text": entry.text}
        more = {"read": item.guess, "confidence": item.confidence}
        lines.append(json.dumps({**row, **more, "who": entry.who, "when": entry.at}) + "\n")
    if lines or corrections_path(table).exists():
        write_atomically(corrections_path(table), "".join(lines).encode())
