"""A table in review: its items in order, their decisions, and a thread that writes the table."""

import threading
import time
from itertools import islice
from pathlib import Path
from typing import Any

from digitwise.data.corrections import CORRECTED
from digitwise.errors import DigitwiseError, reason_of
from digitwise.reading.forms.description import Form
from digitwise.reading.reader import Reader
from digitwise.review.contents import check_kind, parse
from digitwise.review.items import NO_NUMBER, OPEN, Item, check_text, items_of, least_sure_first
from digitwise.review.journal import Entry, Journal
from digitwise.review.pictures import Pictures, Shown
from digitwise.review.progress import Progress, Tally
from digitwise.review.writing import Written, check_writable, write_decisions

MIN_WRITE_INTERVAL = 1.0  # seconds between checks for unwritten decisions
REST_RATIO = 20  # pause after writing, in durations of the writing, which keeps a core busy
MAX_NAME = 40  # characters of a person's name


class Review:
    """A table in review.

    Parameters
    ----------
    table : Path
        .csv, .tsv, .xlsx or .jsonl, as `digitwise read -o` writes it.
    reader : Reader
        Reads numbers again for alternatives.
    form : Form or None
        Description with the places of the fields, for a table of forms.

    Attributes
    ----------
    items : list of Item
        The least sure first.
    problem : str
        Reason why the table could not be written the last time; empty if it could.

    Raises
    ------
    InputError, DataError
        If the file is no such table, has no item, or can't be written.
    DigitwiseError
        If the journal beside the table can't be written.
    """

    def __init__(self, table: Path, reader: Reader, form: Form | None = None) -> None:
        check_kind(table)
        self.table, self.pictures = table, Pictures(table, reader, form)
        self._signature = _signature(table)
        try:
            content = table.read_bytes()
        except OSError as error:
            raise DigitwiseError(f"{table} can't be read: {reason_of(error)}") from error
        self.items = least_sure_first(items_of(table, parse(table, content)))
        check_writable(table)
        self.journal = Journal(table)
        self._places = {item.key: k for k, item in enumerate(self.items)}
        self._opened = {item.key: item for item in self.items}
        self._entries: dict[int, Entry] = {}
        self._boxes: dict[int, list[float]] = {}
        self._last, self._lock, self._writing = 0, threading.Lock(), threading.Lock()
        self.written, self.problem = Written(0, 0), ""
        self._tally = Tally(item for item in self.items if not item.decided)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._keep_writing, daemon=True)

    def start(self) -> None:
        """Begin to write decisions into the table, also those of an earlier review."""
        self._thread.start()

    def rows(self, start: int, count: int) -> list[dict[str, Any]]:
        """Return some items as the page gets them."""
        self._catch_up()
        end = min(start + count, len(self.items))
        return [self._row(position) for position in range(start, end)]

    def open_after(self, position: int, client: str, count: int) -> list[dict[str, Any]]:
        """Return the next open items; after the last item the search goes on at the first.

        Items at which others look are left out, unless no other item is left.
        """
        self._catch_up()
        others = self.journal.look(client, None, "")
        n = len(self.items)
        around = [*range(position + 1, n), *range(min(position, n))]
        free = (k for k in around if not self._is_decided(k) and self.items[k].key not in others)
        found = list(islice(free, count))
        found = found or [k for k in around if not self._is_decided(k)][:count]
        return [self._row(k) for k in found]

    def show(self, position: int) -> Shown:
        """Return an item as a person sees it; one thread at a time may call this."""
        shown = self.pictures.show(self.items[position])
        if shown.box and not self.items[position].box:
            self._boxes[position] = list(shown.box)
        return shown

    def decide(self, position: int, state: str, text: str, who: str, seen: int) -> dict[str, Any]:
        """Note a decision about an item.

        Parameters
        ----------
        position : int
        state : {"corrected", "no number", "open"}
            "open" takes a decision back.
        text : str
            The right text; empty for the other states.
        who : str
        seen : int
            Last entry about the item that this person has seen.

        Returns
        -------
        dict
            The entry, with the item's position.

        Raises
        ------
        InputError
            If the text is no number.
        ConflictError
            If somebody else has decided otherwise meanwhile.
        DigitwiseError
            If the journal can't be written.
        """
        item = self.items[position]
        text = check_text(text) if state == CORRECTED else ""
        box = self._boxes.get(position)
        entry = self.journal.add(item.key, state, text, name_of(who), seen, item.was, box)
        return {"position": position, **entry.to_dict()}

    def changes(self, after: int) -> tuple[list[dict[str, Any]], int]:
        """Return all decisions after an entry, and the number of the last entry."""
        self._catch_up()
        with self._lock:
            last = self._last
            changed = [(e.id, p) for p, e in self._entries.items() if after < e.id <= last]
            told = [{"position": p, **self._entries[p].to_dict()} for _, p in sorted(changed)]
        return told, last

    def looked_at(self, client: str, position: int | None, who: str) -> dict[int, str]:
        """Note which item a client looks at; return who looks at which other item now."""
        key = None if position is None else self.items[position].key
        others = self.journal.look(client, key, name_of(who))
        return {self._places[key]: who for key, who in others.items() if key in self._places}

    def progress(self) -> Progress:
        """Return the progress of the review."""
        self._catch_up()
        with self._lock:
            return self._tally.progress(len(self.items))

    def write(self) -> None:
        """Write the decisions into the table; if that fails, `problem` has the reason."""
        with self._writing:
            try:
                self.written = write_decisions(self.table, self.journal, self._opened)
                self.problem, self._signature = "", _signature(self.table)
            except (DigitwiseError, OSError) as error:
                self.problem = f"{error}; all corrections are safe in {self.journal.path.name}"

    @property
    def unwritten(self) -> bool:
        """Return whether a decision is missing in the table."""
        return self.journal.last() != self.written.last

    def close(self) -> None:
        """Write the last decisions, and end the thread."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()
        if self.unwritten:
            self.write()

    def _keep_writing(self) -> None:
        rest = MIN_WRITE_INTERVAL
        while not self._ended.wait(rest):
            began = time.monotonic()
            try:
                if self.unwritten or _signature(self.table) != self._signature:
                    self.write()
            except DigitwiseError as error:  # the journal is busy, or its disk has gone
                self.problem = str(error)
            rest = max(MIN_WRITE_INTERVAL, REST_RATIO * (time.monotonic() - began))

    def _catch_up(self) -> None:
        with self._lock:
            for entry in self.journal.entries(self._last):
                if (position := self._places.get(entry.key)) is not None:
                    before = self._is_decided(position)
                    self._entries[position] = entry
                    closed = self._is_decided(position) - before
                    self._tally.add(self.items[position], -closed)
                self._last = entry.id

    def _is_decided(self, position: int) -> bool:
        entry = self._entries.get(position)
        return entry.state != OPEN if entry else self.items[position].decided

    def _row(self, position: int) -> dict[str, Any]:
        item: Item = self.items[position]
        entry = self._entries.get(position)
        told = {name: getattr(item, name) for name in ("file", "page", "field", "text", "guess")}
        told |= {name: getattr(item, name) for name in ("confidence", "state", "reason")}
        by_table = None
        if item.decided:
            state = NO_NUMBER if item.state == NO_NUMBER else CORRECTED
            by_table = {"id": 0, "state": state, "text": item.text, "who": "", "at": ""}
        return {"position": position, **told, "entry": entry.to_dict() if entry else by_table}


def _signature(table: Path) -> tuple[int, int, int] | None:
    """Return what changes when a program writes the table; None if there is no table."""
    try:
        found = table.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def name_of(who: str) -> str:
    """Return a person's name that a table may hold: on one line, and no formula."""
    plain = "".join(c if c.isprintable() else " " for c in who)
    return " ".join(plain.split()).lstrip("=+-@＝＋－＠ ")[:MAX_NAME]
