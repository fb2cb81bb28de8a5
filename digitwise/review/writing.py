"""Write decisions into the table, and into a file of corrections for `digitwise learn`.

The table is read anew each time, so that a person's changes to it stay. It is not noted as
digitwise's own file: `digitwise read -o` asks for --replace before it overwrites the table.
"""

import json
import os
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from digitwise.data.corrections import CORRECTED, find_picture, is_learnable
from digitwise.errors import DigitwiseError, InputError, reason_of
from digitwise.files import write_atomically
from digitwise.reading.value import possible_values
from digitwise.review.contents import Cell, Cells, parse
from digitwise.review.items import NO_NUMBER, OPEN, Item, check_text, items_of
from digitwise.review.journal import ConflictError, Entry, Journal

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
        Cells that somebody has changed in the table into a text that is no number: they stay.
    """

    last: int
    by_hand: int


def corrections_path(table: Path) -> Path:
    """Return the path of a table's corrections: `table`.corrections.jsonl."""
    return table.with_name(table.name + CORRECTIONS)


def write_decisions(table: Path, journal: Journal, opened: Mapping[str, Item]) -> Written:
    """Write missing decisions into the table, and the file of corrections.

    A number that somebody has changed in the table meanwhile is a decision, too: it is noted in
    the journal, so that the page shows it.

    Parameters
    ----------
    table : Path
    journal : Journal
    opened : dict
        Items by key, as they were when the review began.

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
        by_hand = _note_changes_by_hand(items, journal, opened, latest, texts)
        last = max((entry.id for entry in latest.values()), default=0)
        changes: dict[int, Cells] = defaultdict(dict)
        decided = [item for item in items if item.key in latest and item.key not in by_hand]
        for item in sorted(decided, key=lambda item: latest[item.key].id):
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
        return Written(last, len(by_hand))
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


def _note_changes_by_hand(
    items: list[Item],
    journal: Journal,
    opened: Mapping[str, Item],
    latest: dict[str, Entry],
    texts: Mapping[str, set[str]],
) -> set[str]:
    """Note texts that a person has typed into the table, in the journal and in `latest`.

    A text that was read, or decided here, is not such a text.

    Returns
    -------
    set of str
        Keys of cells that stay as they are: they hold no number, or somebody has decided otherwise
        on the page a moment ago, which the next writing compares.
    """
    stay = set()
    for item in items:
        was = opened.get(item.key)
        known = {"", *texts.get(item.key, ())} | ({was.text, was.guess} if was else {item.guess})
        if item.text in known or "?" in item.text or not (was or item.key in latest):
            continue
        try:
            text, seen = check_text(item.text), latest.get(item.key)
            before = (was or item).was
            last = seen.id if seen else 0
            latest[item.key] = journal.add(item.key, CORRECTED, text, "", last, before, None)
        except (InputError, ConflictError):
            stay.add(item.key)
    return stay


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
        picture = find_picture(table, item.file)
        if not (box and picture and (is_learnable(entry.text) or entry.state == NO_NUMBER)):
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
