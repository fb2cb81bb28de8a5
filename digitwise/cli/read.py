"""`digitwise read`."""

import io
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from digitwise.cli.journal import Journal
from digitwise.cli.output import Json, complain, people
from digitwise.cli.overlays import CROP_SUFFIX, OVERLAY_SUFFIX, Names
from digitwise.cli.results import Results, Source
from digitwise.cli.tables import SUFFIXES as OUTPUTS
from digitwise.cli.tables import format_table
from digitwise.errors import DigitwiseError, ImageError, InputError, StoppedError
from digitwise.files import write_atomically

MANY = 10  # pictures from which on there is a progress bar

if TYPE_CHECKING:
    from digitwise.reading.how import Options
    from digitwise.reading.pattern import Pattern


def read(
    files: Annotated[
        list[str],
        typer.Argument(help="Pictures, folders of pictures, patterns, or - for standard input."),
    ],
    layout: Annotated[
        Literal["auto", "number", "digit"],
        typer.Option(
            help="auto: every number there is; number: the whole picture is one; digit: it is "
            "exactly one digit."
        ),
    ] = "auto",
    model: Annotated[
        str | None, typer.Option(help="Model file, or name of a shipped network.")
    ] = None,
    count: Annotated[
        str | None,
        typer.Option(
            help="How many digits a number has; others are rejected.", metavar="N|MIN-MAX"
        ),
    ] = None,
    pattern: Annotated[
        str | None,
        typer.Option(
            help="What a number looks like: DDDDD, D{1-5}.DD, [0-3]D/20DD. D is any digit.",
        ),
    ] = None,
    signs: Annotated[
        Literal["auto", "none"],
        typer.Option(help="Whether minus, points, commas and slashes are a part of the text."),
    ] = "auto",
    decimal: Annotated[
        Literal[",", "."] | None,
        typer.Option(
            help="Which sign parts units from tenths: what 1.026 is worth.",
            metavar=",|.",
        ),
    ] = None,
    fields: Annotated[
        Path | None,
        typer.Option(
            help="Read forms field by field, as this file says: see `digitwise fields`.",
            metavar="FILE.toml",
        ),
    ] = None,
    max_error: Annotated[
        float | None,
        typer.Option(
            help="Reject unsure digits, so that at most this share of the others is wrong: 0.001.",
            metavar="E",
        ),
    ] = None,
    overlay: Annotated[
        Path | None,
        typer.Option(help="Draw what was read, a picture a page, into this folder.", metavar="DIR"),
    ] = None,
    crops: Annotated[
        Path | None,
        typer.Option(help="Write each digit as a picture into this folder.", metavar="DIR"),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "-o", "--out", help="Write .csv, .json, .jsonl, .txt, .hocr or .alto.", metavar="FILE"
        ),
    ] = None,
    resume: Annotated[
        bool,
        typer.Option("--resume", help="Go on with a batch that was stopped, to the same -o FILE."),
    ] = False,
    jobs: Annotated[
        int | None,
        typer.Option(min=1, help="Processes for many pictures; as many as cores if not given."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Read handwritten numbers from pictures: PNG, JPEG, BMP, TIFF, WebP, GIF, PNM, PDF.

    Prints the text of each number, one a line, `?` for a digit that is rejected.
    """
    bounds = _bounds(count)
    if out and out.suffix.lower() not in OUTPUTS:
        raise typer.BadParameter(
            f"expected a name ending in {', '.join(OUTPUTS)}; found {out.name}", param_hint="-o"
        )
    if out and not out.absolute().parent.is_dir():
        raise typer.BadParameter(f"there is no folder {out.parent}", param_hint="-o")
    if resume and not out:
        raise typer.BadParameter("needs -o FILE: beside it is what was read", param_hint="--resume")
    from digitwise.engines.threads import cores, one_blas_thread
    from digitwise.reading.batch import FEW
    from digitwise.reading.form import load_form
    from digitwise.reading.reader import Reader

    wanted = _pattern(pattern, bounds)
    if fields and (bounds or wanted or layout != "auto"):
        raise typer.BadParameter(
            "the file says what is in a form's fields: leave out --layout, --count and --pattern",
            param_hint="--fields",
        )
    form = load_form(fields) if fields else None
    if form and form.reference is None:
        complain(
            f"{fields}: names no reference, so fields are sought by the page's size alone; name a "
            'picture of the form, blank if there is one: reference = "blank.png"'
        )
    options: Options = {
        "layout": layout,
        "count": bounds,
        "max_error": max_error,
        "pattern": wanted,
        "form": form,
        "signs": signs,
        "decimal": decimal,
    }
    sources = list(_inputs(files))
    # All of a batch alike, that which was read before it was stopped and what comes after it.
    reader = Reader(model, compiled=len(sources) > FEW)
    if max_error is not None:
        reader.threshold(max_error, layout)  # or an error, before anything is read
    how = {
        "layout": layout,
        "count": bounds and list(bounds),
        "max_error": max_error,
        "pattern": pattern,
        "signs": signs,
        "decimal": decimal,
        "fields": fields and str(fields),
        "model": model,
    }
    if out and any(isinstance(s, Path) and s.resolve() == out.resolve() for _, s in sources):
        raise typer.BadParameter(f"{out} is one of the pictures", param_hint="-o")
    # Folders first: a new journal takes the place of an earlier one.
    drawn, cropped = (Names(folder) if folder else None for folder in (overlay, crops))
    journal = Journal(out, how, resume) if out else None
    results = Results(drawn, cropped, journal, as_json)
    finished = False
    try:
        left = list(results.left(sources))
        pictures = (source for _, source in left)
        with one_blas_thread(), _progress(len(left)) as advance:
            # In no variable, so that its processes end as soon as the loop does.
            for (name, source), found in zip(
                left, reader.read_many(pictures, jobs=jobs or cores(), **options), strict=True
            ):
                results.keep(name, source, found)
                advance()
        finished = True
    except (KeyboardInterrupt, BrokenPipeError) as stop:
        again = f"; {out} has them, and --resume goes on" if out else ""
        stopped = f"stopped after {results.count:,} results{again}"
        if isinstance(stop, BrokenPipeError):
            complain(stopped)
            raise
        raise StoppedError(stopped) from None
    finally:
        # What has been read is kept, however the batch ends.
        if out and journal:
            names = [field.name for field in form.fields] if form else None
            content = format_table(list(journal.rows()), out.suffix.lower(), names)
            write_atomically(out, content.encode(errors="backslashreplace"))
            journal.close(finished)
    if results.failed:
        raise typer.Exit(1)


@contextmanager
def _progress(total: int) -> Iterator[Callable[[], None]]:
    """A bar on standard error, where numbers that are printed don't show how far it is."""
    from rich.progress import Progress

    console = people(as_json=True)
    hidden = not console.is_terminal or sys.stdout.isatty() or total < MANY
    with Progress(console=console, disable=hidden, transient=True) as bar:
        task = bar.add_task("reading", total=total)
        yield lambda: bar.advance(task)


def _bounds(count: str | None) -> tuple[int, int] | None:
    if count is None:
        return None
    from digitwise.reading.expected import parse_count

    try:
        return parse_count(count)
    except InputError as error:
        raise typer.BadParameter(str(error), param_hint="--count") from error


def _pattern(pattern: str | None, bounds: tuple[int, int] | None) -> "Pattern | None":
    from digitwise.reading.expected import Expected

    try:
        return Expected.of(bounds, pattern).pattern
    except InputError as error:
        raise typer.BadParameter(str(error), param_hint="--pattern") from error


def _inputs(names: list[str]) -> Iterator[tuple[str, Source]]:
    """Every picture that was named, with its name; what is not there as an error."""
    for name in names:
        if name == "-":
            from digitwise.reading.batch import MOST_INPUT

            content = sys.stdin.buffer.read(MOST_INPUT + 1) if sys.stdin else b""
            yield "-", io.BytesIO(content) if content else ImageError("standard input is empty")
            continue
        try:
            yield from _files(name)
        except (OSError, ValueError) as error:  # no permission, a name that can't be
            yield name, ImageError(f"can't be opened: {getattr(error, 'strerror', error)}")


def _files(name: str) -> Iterator[tuple[str, Path | DigitwiseError]]:
    from glob import glob

    path = Path(name)
    if name and path.is_dir():
        next(path.iterdir(), None)  # says so if it may not be read; rglob would pass over it
        inside = sorted(p for p in path.rglob("*") if _is_picture(p))
        if not inside:
            yield name, ImageError("a folder with no pictures in it")
        yield from ((str(p), p) for p in inside)
    elif name and path.exists():
        yield name, path
    else:
        # For shells that leave patterns to programs.
        matches = sorted(glob(name, recursive=True))  # noqa: PTH207 (an absolute pattern, too)
        if not matches:
            yield name, ImageError("no such file")
        yield from ((match, Path(match)) for match in matches if not Path(match).is_dir())


def _is_picture(path: Path) -> bool:
    from digitwise.imaging.pictures import SUFFIXES

    own = path.name.endswith((OVERLAY_SUFFIX, CROP_SUFFIX))
    return path.suffix.lower() in {*SUFFIXES, ".pdf"} and not own and path.is_file()
