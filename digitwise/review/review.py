"""A table in review: its items in order, what was decided of each, and a thread that writes it."""

import json
import threading
import time
from itertools import islice
from pathlib import Path
from typing import Any

from digitwise.data.corrections import CORRECTED
from digitwise.errors import DigitwiseError
from digitwise.reading.forms.description import Form
from digitwise.reading.reader import Reader
from digitwise.review.contents import check_kind, parse
from digitwise.review.items import NO_NUMBER, OPEN, Item, check_text, items_of, least_sure_first
from digitwise.review.journal import Entry, Journal
from digitwise.review.pictures import Pictures, Shown
from digitwise.review.progress import Progress, Tally
from digitwise.review.writing import Written, check_writable, write_decisions

LOOK_AGAIN = 1.0  # seconds between looks whether there is something to write
REST = 20  # times as long as writing took, at least, between two times: it takes a core meanwhile
LONGEST_NAME = 40  # characters of who decides


class Review:
    """A table in review.

    Parameters
    ----------
    table : Path
        .csv, .tsv, .xlsx or .jsonl, as `digitwise read -o` writes it.
    reader : Reader
        Tells what else a number may be.
    form : Form or None
        That of a table of forms: where its fields are.

    Attributes
    ----------
    items : list of Item
        The least sure first.
    problem : str
        Why the table could not be written the last time; empty if it could.

    Raises
    ------
    InputError, DataError
        If it is no such table, there is nothing in it, or it can't be written.
    DigitwiseError
        If the journal beside it can't be written.
    """

    def __init__(self, table: Path, reader: Reader, form: Form | None = None) -> None:
        check_kind(table)
        self.table, self.pictures = table, Pictures(table, reader, form)
        try:
            content = table.read_bytes()
        except OSError as error:
            raise DigitwiseError(f"{table} can't be read: {error.strerror}") from error
        self.items = least_sure_first(items_of(table, parse(table, content)))
        check_writable(table)
        self.journal = Journal(table)
        self._places = {item.key: k for k, item in enumerate(self.items)}
        self._entries: dict[int, Entry] = {}
        self._boxes: dict[int, str] = {}
        self._last, self._lock, self._writing = 0, threading.Lock(), threading.Lock()
        self.written, self.problem = Written(0, 0), ""
        self._tally = Tally(item for item in self.items if not item.decided)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._keep_writing, daemon=True)

    def start(self) -> None:
        """Begin to write decisions into the table, those of an earlier review first."""
        self._thread.start()

    def rows(self, start: int, count: int) -> list[dict[str, Any]]:
        """Some items, as the page is told of them."""
        self._catch_up()
        end = min(start + count, len(self.items))
        return [self._row(position) for position in range(start, end)]

    def open_after(self, position: int, client: str, count: int) -> list[dict[str, Any]]:
        """The next items that are open, the first ones again after the last.

        What others look at is left out, unless nothing else is left.
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
        """What a person sees of an item; one thread at a time may ask."""
        shown = self.pictures.show(self.items[position])
        if shown.box and not self.items[position].box:
            self._boxes[position] = json.dumps(shown.box)
        return shown

    def decide(self, position: int, state: str, text: str, who: str, seen: int) -> dict[str, Any]:
        """Note a decision about an item.

        Parameters
        ----------
        position : int
        state : {"corrected", "no number", "open"}
            The last takes a decision back.
        text : str
            What stands there, if anything.
        who : str
        seen : int
            The last entry about it that this person has seen.

        Returns
        -------
        dict
            The entry.

        Raises
        ------
        InputError
            If the text is no number.
        ConflictError
            If somebody else has decided otherwise meanwhile.
        DigitwiseError
            If it can't be written down.
        """
        item = self.items[position]
        text = check_text(text) if state == CORRECTED else ""
        box = self._boxes.get(position)
        entry = self.journal.add(item.key, state, text, name_of(who), seen, item.was, box)
        return {"position": position, **entry.to_dict()}

    def changes(self, after: int) -> tuple[list[dict[str, Any]], int]:
        """What was decided after an entry, by anybody, and the last entry there is."""
        self._catch_up()
        with self._lock:
            last = self._last
            changed = [(e.id, p) for p, e in self._entries.items() if after < e.id <= last]
            told = [{"position": p, **self._entries[p].to_dict()} for _, p in sorted(changed)]
        return told, last

    def looked_at(self, client: str, position: int | None, who: str) -> dict[int, str]:
        """Note what somebody looks at; who looks at which other item now."""
        key = None if position is None else self.items[position].key
        others = self.journal.look(client, key, name_of(who))
        return {self._places[key]: who for key, who in others.items() if key in self._places}

    def progress(self) -> Progress:
        """How far it is."""
        self._catch_up()
        with self._lock:
            return self._tally.progress(len(self.items))

    def write(self) -> None:
        """Write what was decided into the table; if that fails, `problem` says why."""
        with self._writing:
            try:
                self.written, self.problem = write_decisions(self.table, self.journal), ""
            except (DigitwiseError, OSError) as error:
                self.problem = f"{error}; all corrections are safe in {self.journal.path.name}"

    @property
    def unwritten(self) -> bool:
        """Whether something was decided that is not in the table."""
        return self.journal.last() != self.written.last

    def close(self) -> None:
        """Write what there is, and end."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()
        if self.unwritten:
            self.write()

    def _keep_writing(self) -> None:
        rest = LOOK_AGAIN
        while not self._ended.wait(rest):
            began = time.monotonic()
            try:
                if self.unwritten:
                    self.write()
            except DigitwiseError as error:  # the journal is busy, or its disk is gone
                self.problem = str(error)
            rest = max(LOOK_AGAIN, REST * (time.monotonic() - began))

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


def name_of(who: str) -> str:
    """A person's name as a table may hold it: no formula, on one line."""
    plain = "".join(c if c.isprintable() else " " for c in who)
    return " ".join(plain.split()).lstrip("=+-@＝＋－＠ ")[:LONGEST_NAME]
