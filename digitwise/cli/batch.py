"""A batch of pictures: find and read them, keep the results, write the table."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import tee
from logging import WARNING
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from digitwise.cli.inputs import Source, find_pictures
from digitwise.cli.journal import SUFFIX, Counts, Journal, Pending
from digitwise.cli.logs import logger, timed
from digitwise.cli.output import cluster_on, complain, people, printable
from digitwise.cli.overlays import Names
from digitwise.cli.results import Results, summary
from digitwise.cli.saving import Output
from digitwise.errors import DigitwiseError, InputError, StoppedError

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from digitwise.reading.how import Options
    from digitwise.reading.reader import Reader

MIN_FOR_BAR = 10  # pictures; smaller batches have no progress bar
LOOK_AGAIN_S = 1.0  # a watched folder is listed this often


@dataclass
class Batch:
    """A batch: its pictures, how they are read, and where the table goes.

    Attributes
    ----------
    files : list of str
        Names on the command line.
    options : Options
        Options of `Reader.read`.
    how : dict
        The same options, as the journal stores them.
    model : str or None
    jobs : int or None
        Number of processes; None means as many as cores, or as the cluster has room for.
    on : str or None
        Cluster that reads: "ray" or "ray:ADDRESS".
    output : Output or None
    resume, watch : bool
    """

    files: list[str]
    options: "Options"
    how: dict[str, Any]
    model: str | None
    jobs: int | None
    on: str | None
    output: Output | None
    resume: bool
    watch: bool

    def run(self, overlay: Path | None, crops: Path | None, as_json: bool) -> Counts:
        """Read the pictures and write the table, however the batch ends; return the counts.

        Raises
        ------
        StoppedError
            If the batch was interrupted.
        """
        reader = self._checked_reader()
        with cluster_on(self.on) as cluster:
            return self._run(reader, cluster, overlay, crops, as_json)

    def _run(
        self,
        reader: "Reader",
        cluster: "Executor | None",
        overlay: Path | None,
        crops: Path | None,
        as_json: bool,
    ) -> Counts:
        from digitwise.reading.reader import MAX_ERROR

        layout, max_error = self.options["layout"], self.options["max_error"]
        path = self.output.path if self.output and not self.output.piped else None
        # Pictures and folders first: a new journal takes the place of an earlier one.
        if path:
            self._check_pictures()
        drawn, cropped = (Names(folder) if folder else None for folder in (overlay, crops))
        unfinished = path is not None and path.with_name(path.name + SUFFIX).exists()
        journal = Journal(path, self.how, max_error or MAX_ERROR, self.resume)
        if unfinished and not self.resume:
            logger.warning("%s: a stopped batch was begun anew; --resume continues one", path)
        left = self._plan(journal, path)
        count = journal.counts().pictures
        reader = self._reader(reader, count)
        several = self.watch or count > 1
        printed = "json" if as_json else "names" if several else "text"
        if self.output and self.output.piped:
            printed = "nothing"
        pictures = self.output is not None and self.output.pictures
        results = Results(drawn, cropped, journal, printed, pictures)
        finished = False
        try:
            if self.watch:
                self._watch(reader, cluster, results)
            self._read(reader, cluster, results, left, self._left(results))
            finished = True
        except (KeyboardInterrupt, BrokenPipeError) as stop:
            again = f"; {path} has them, and --resume goes on" if path else ""
            stopped = f"stopped after {results.count:,} results{again}"
            if isinstance(stop, BrokenPipeError):
                complain(stopped)
                raise
            raise StoppedError(stopped) from None
        finally:
            # Results are kept, however the batch ends.
            if self.output and (finished or path):
                self._write(journal)
            counts = journal.counts()
            journal.close(finished)
        if several:
            if logger.isEnabledFor(WARNING):
                sys.stderr.write(f"{printable(summary(counts, path))}\n")
            if max_error is None and reader.sure_above(layout) == 1:
                logger.warning(
                    "this network can't guarantee an error of %g: no number is sure", MAX_ERROR
                )
        return counts

    def _checked_reader(self) -> "Reader":
        """Return the reader; raise an error now if it can't guarantee the max error."""
        from digitwise.models.shipped import find_model
        from digitwise.reading.reader import Reader

        with timed("opening the network"):
            reader = Reader(self.model, compiled=False)
        logger.info("model: %s", find_model(self.model))
        logger.info("settings: %s", ", ".join(f"{k} {v}" for k, v in self.how.items() if v))
        max_error = self.options["max_error"]
        if max_error is not None:
            reader.threshold(max_error, self.options["layout"])
        return reader

    def _reader(self, reader: "Reader", count: int) -> "Reader":
        """Return the reader, compiled if the whole batch, read pictures included, is large."""
        from digitwise.reading.batch import FEW
        from digitwise.reading.reader import Reader

        if not self.watch and count <= FEW:
            logger.info("engine: NumPy, for so few pictures")
            return reader
        with timed("making the network ready"):
            reader = Reader(self.model)
        logger.info("engine: %s", type(reader.network).__name__)
        return reader

    def _check_pictures(self) -> None:
        """Refuse a batch without any picture, which would replace a table by its errors.

        Raises
        ------
        InputError
            If there is no picture; it says why of the first name.
        """
        if self.watch or "-" in self.files:
            return
        errors = []
        for name, source in find_pictures(self.files):
            if not isinstance(source, DigitwiseError):
                return
            errors.append(f"{name}: {source}")
        raise InputError(errors[0])

    def _plan(self, journal: Journal, path: Path | None) -> int:
        """Note the pictures in the journal; return how many are left to be read."""
        try:
            return journal.plan(self._found(path), keep=self.watch)
        except BaseException:
            journal.close(finished=not self.resume)
            raise

    def _found(self, path: Path | None) -> Iterator[tuple[str, Source]]:
        for name, source in find_pictures(self.files):
            if isinstance(source, Path) and path and _are_one(source, path):
                raise typer.BadParameter(f"{path} is one of the pictures", param_hint="-o")
            # A watched folder may be empty, and a picture may have been removed.
            if not (self.watch and isinstance(source, DigitwiseError)):
                yield name, source

    def _read(
        self,
        reader: "Reader",
        cluster: "Executor | None",
        results: Results,
        count: int,
        left: Iterable[Pending],
    ) -> None:
        from digitwise.engines.threads import cores, one_blas_thread

        jobs = self.jobs if cluster else self.jobs or cores()
        logger.info("processes: at most %s", jobs or "as many as the cluster has room for")
        with one_blas_thread(), _progress(count) as advance, timed("reading"):
            sources, waiting = tee(left)
            pictures = (pending.source for pending in sources)
            # When resumed: one of the few pictures left may have killed the process before.
            for found in reader.read_many(
                pictures, jobs=jobs, on=cluster, isolated=self.resume, **self.options
            ):
                results.keep(next(waiting), found)
                advance()

    def _left(self, results: Results) -> Iterator[Pending]:
        for pending in results.journal.pictures():
            if pending.done:
                results.pass_over(pending)
            else:
                yield pending

    def _watch(self, reader: "Reader", cluster: "Executor | None", results: Results) -> None:
        """Read each new picture once it is complete: unchanged since the last look."""
        seen: set[bytes] = set()
        while True:
            left = [pending for pending in results.journal.pictures() if not pending.done]
            settled = [pending for pending in left if pending.key in seen]
            if settled:
                self._read(reader, cluster, results, len(settled), settled)
                self._write(results.journal)
            seen = {pending.key for pending in left}
            time.sleep(LOOK_AGAIN_S)
            results.journal.plan(self._found(None), keep=True)

    def _write(self, journal: Journal) -> None:
        if not self.output:
            return
        try:
            self.output.write(journal.rows())
        except InputError as error:
            raise InputError(f"{error}; --resume --replace writes the table") from None


def _are_one(picture: Path, out: Path) -> bool:
    return picture.name == out.name and picture.resolve() == out.resolve()


@contextmanager
def _progress(count: int) -> Iterator[Callable[[], None]]:
    """Show a bar on standard error, if that is a terminal; numbers are printed above it."""
    if count < MIN_FOR_BAR or not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.progress import MofNCompleteColumn, Progress, TimeRemainingColumn

    console = people(as_json=True)
    columns = (*Progress.get_default_columns()[:2], MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(
        *columns,
        console=console,
        disable=not console.is_terminal,
        transient=True,
        redirect_stdout=sys.stdout.isatty(),
    ) as bar:
        task = bar.add_task("reading", total=count)
        yield lambda: bar.advance(task)
