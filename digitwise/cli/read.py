"""`digitwise read`."""

from dataclasses import replace as dataclass_replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from digitwise.cli.logs import logger
from digitwise.cli.output import Json, On
from digitwise.errors import InputError

if TYPE_CHECKING:
    from digitwise.cli.saving import Output
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
            help="auto: find every number; number: the whole picture is one number; digit: it is "
            "exactly one digit."
        ),
    ] = "auto",
    model: Annotated[
        str | None, typer.Option(help="Model file, or name of a shipped network.")
    ] = None,
    count: Annotated[
        str | None,
        typer.Option(
            help="Count of a number's digits; other numbers are rejected.", metavar="N|MIN-MAX"
        ),
    ] = None,
    pattern: Annotated[
        str | None,
        typer.Option(
            help="Pattern of a number: DDDDD, D{1-5}.DD, [0-3]D/20DD. D is any digit.",
        ),
    ] = None,
    signs: Annotated[
        Literal["auto", "none"],
        typer.Option(help="auto: texts have minus, points, commas, slashes; none: digits only."),
    ] = "auto",
    decimal: Annotated[
        Literal[",", "."] | None,
        typer.Option(
            help="Decimal sign: decides the value of 1.026.",
            metavar=",|.",
        ),
    ] = None,
    fields: Annotated[
        Path | None,
        typer.Option(
            help="Read forms field by field; this file describes them: see `digitwise fields`.",
            metavar="FILE.toml",
        ),
    ] = None,
    max_error: Annotated[
        float | None,
        typer.Option(
            help="Reject unsure numbers, so that at most this share of the others is wrong: 0.001. "
            "Without it, numbers that are not sure enough for 0.01 are marked `look`.",
            metavar="E",
        ),
    ] = None,
    overlay: Annotated[
        Path | None,
        typer.Option(help="Draw each page with its readings into this folder.", metavar="DIR"),
    ] = None,
    crops: Annotated[
        Path | None,
        typer.Option(help="Write each digit as a picture into this folder.", metavar="DIR"),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--out",
            help="Write a table (.csv, .tsv, .xlsx, .parquet, .json, .jsonl, .txt), or a format of "
            "archives (.hocr; .xml or .alto: ALTO; .page.xml); - is CSV on standard output.",
            metavar="FILE",
        ),
    ] = None,
    replace: Annotated[
        bool,
        typer.Option("--replace", help="Replace a table even if somebody has changed it."),
    ] = False,
    pictures: Annotated[
        bool,
        typer.Option("--pictures", help="Put the picture of each number into the .xlsx table."),
    ] = False,
    bom: Annotated[
        bool,
        typer.Option("--bom", help="Begin .csv or .tsv with a byte order mark, for Excel."),
    ] = False,
    resume: Annotated[
        bool,
        typer.Option("--resume", help="Continue a stopped batch, with the same -o FILE."),
    ] = False,
    watch: Annotated[
        bool,
        typer.Option("--watch", help="Wait for more pictures, and read them, until Ctrl-C."),
    ] = False,
    jobs: Annotated[
        int | None,
        typer.Option(min=1, help="Processes for many pictures [default: the number of cores]."),
    ] = None,
    on: On = None,
    as_json: Json = False,
) -> None:
    """Read handwritten numbers from pictures: PNG, JPEG, BMP, TIFF, WebP, GIF, PNM, PDF.

    Prints the text of each number, one a line, with `?` for each rejected digit. For several
    pictures it also prints their names, and a summary of how sure the numbers are.
    """
    from digitwise.cli.batch import Batch

    bounds = _bounds(count)
    output = _output(out, bom, pictures, replace)
    if resume and not (output and not output.piped):
        raise typer.BadParameter(
            "needs -o FILE: the journal to continue is beside it", param_hint="--resume"
        )
    if max_error is not None and not 0 < max_error < 1:
        raise typer.BadParameter(
            f"expected a share between 0 and 1, 0.01, say; found {max_error:g}",
            param_hint="--max-error",
        )
    if layout == "digit" and (count or pattern):
        raise typer.BadParameter(
            "a digit is one digit: leave out --count and --pattern", param_hint="--layout"
        )
    if watch and not (output and not output.piped):
        raise typer.BadParameter("needs -o FILE, to keep it up to date", param_hint="--watch")
    if output and output.piped and as_json:
        raise typer.BadParameter(
            "--json prints on standard output, too: leave one out", param_hint="-o -"
        )
    if watch and not all(Path(name).is_dir() for name in files):
        raise typer.BadParameter("expected folders to watch", param_hint="--watch")
    wanted = _pattern(pattern, bounds)
    if fields and (bounds or wanted or layout != "auto"):
        raise typer.BadParameter(
            "the file describes the fields: leave out --layout, --count and --pattern",
            param_hint="--fields",
        )
    if fields and pictures:
        raise typer.BadParameter(
            "a form's row has many numbers: leave out --pictures", param_hint="--pictures"
        )
    form = None
    if fields:
        from digitwise.reading.forms.description import load_form

        form = load_form(fields)
    if form and form.reference is None:
        logger.warning(
            "%s: names no reference, so fields are found by the page's size alone; name a "
            'picture of the form, blank if there is one: reference = "blank.png"',
            fields,
        )
    if output and form:
        output = dataclass_replace(output, fields=[field.name for field in form.fields])
    options: Options = {
        "layout": layout,
        "count": bounds,
        "max_error": max_error,
        "pattern": wanted,
        "form": form,
        "signs": signs,
        "decimal": decimal,
    }
    how = {
        "layout": layout,
        "count": bounds and list(bounds),
        "max_error": max_error,
        "pattern": pattern,
        "signs": signs,
        "decimal": decimal,
        "fields": fields and str(fields),
        "model": model,
        "pictures": pictures,
    }
    batch = Batch(files, options, how, model, jobs, on, output, resume, watch)
    if batch.run(overlay, crops, as_json).failed:
        raise typer.Exit(1)


def _output(out: Path | None, bom: bool, pictures: bool, replace: bool) -> "Output | None":
    """Return the output of `-o`, checked; None without `-o`."""
    from digitwise.cli.saving import Output
    from digitwise.cli.tables import SUFFIXES as KINDS
    from digitwise.cli.tables import check_library, kind_of

    if not out:
        for option, given in (("--pictures", pictures), ("--bom", bom)):
            if given:
                raise typer.BadParameter("needs -o FILE, a table", param_hint=option)
        return None
    kind = kind_of(out)
    if not kind:
        raise typer.BadParameter(
            f"expected a name ending in {', '.join(KINDS)}; found {out.name}", param_hint="-o"
        )
    if not out.absolute().parent.is_dir():
        raise typer.BadParameter(f"there is no folder {out.parent}", param_hint="-o")
    if pictures and kind != ".xlsx":
        raise typer.BadParameter("only .xlsx can have pictures", param_hint="--pictures")
    if bom and kind not in (".csv", ".tsv"):
        raise typer.BadParameter(
            "only .csv and .tsv can begin with a byte order mark", param_hint="--bom"
        )
    check_library(kind)
    output = Output(out, kind, bom=bom, pictures=pictures, replace=replace)
    output.check()
    return output


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
