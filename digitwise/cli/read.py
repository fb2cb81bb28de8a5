"""`digitwise read`."""

import csv
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from digitwise.cli.output import Json, complain, emit
from digitwise.errors import DigitwiseError, ImageError

if TYPE_CHECKING:
    from digitwise.reading.number import Number
    from digitwise.reading.reader import Reader

MOST_INPUT = 256 << 20  # bytes of one file
OUTPUTS = (".csv", ".json", ".jsonl", ".txt")


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
    overlay: Annotated[
        Path | None,
        typer.Option(help="Draw what was read, a picture a page, into this folder.", metavar="DIR"),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", help="Write .csv, .json, .jsonl or .txt.", metavar="FILE"),
    ] = None,
    as_json: Json = False,
) -> None:
    """Read handwritten numbers from pictures: PNG, JPEG, BMP, TIFF, WebP, GIF or PNM.

    Prints the text of each number, one a line, `?` for a digit that is rejected.
    """
    bounds = _bounds(count)
    if out and out.suffix.lower() not in OUTPUTS:
        raise typer.BadParameter(
            f"expected a name ending in {', '.join(OUTPUTS)}; found {out.name}", param_hint="-o"
        )
    if out and not out.absolute().parent.is_dir():
        raise typer.BadParameter(f"there is no folder {out.parent}", param_hint="-o")
    from digitwise.reading.reader import Reader

    reader = Reader(model)
    rows: list[dict[str, Any]] = []
    failed = False
    for name, source in _inputs(files):
        found = 0
        try:
            if isinstance(source, DigitwiseError):
                raise source
            for number in _read(reader, name, source, layout, bounds, overlay):
                found += 1
                row = {"file": name, **number.to_dict()}
                rows.append({**row, "shown": number.shown} if out else {})
                if as_json:
                    emit(row)
                else:
                    sys.stdout.write(number.shown + "\n")
                    sys.stdout.flush()
            if not found:
                complain(f"{name}: no digits found")
        except DigitwiseError as error:
            failed = True
            rows.append({"file": name, "error": str(error)})
            if as_json:
                emit(rows[-1])
            complain(f"{name}: {error}")
    if out:
        from digitwise.files import write_atomically

        write_atomically(out, _formatted(rows, out.suffix.lower()).encode())
    if failed:
        raise typer.Exit(1)


def _bounds(count: str | None) -> tuple[int, int] | None:
    if count is None:
        return None
    least, dash, most = count.partition("-")
    try:
        bounds = int(least), int(most if dash else least)
    except ValueError:
        bounds = (0, 0)
    if not 1 <= bounds[0] <= bounds[1]:
        raise typer.BadParameter(f"expected 5 or 3-6, say; found {count!r}", param_hint="--count")
    return bounds


def _inputs(names: list[str]) -> Iterator[tuple[str, Path | io.BytesIO | DigitwiseError]]:
    """Every picture that was named, with its name; what is not there as an error."""
    from glob import glob

    from digitwise.imaging.pictures import SUFFIXES

    for name in names:
        path = Path(name)
        if name == "-":
            content = sys.stdin.buffer.read(MOST_INPUT + 1)
            yield "-", io.BytesIO(content) if content else ImageError("standard input is empty")
        elif path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.suffix.lower() in SUFFIXES)
            if not inside:
                yield name, ImageError("a folder with no pictures in it")
            yield from ((str(p), p) for p in inside if p.is_file())
        elif path.exists():
            yield name, path
        else:
            # For shells that leave patterns to programs.
            matches = sorted(glob(name, recursive=True))  # noqa: PTH207 (an absolute pattern, too)
            if not matches:
                yield name, ImageError("no such file")
            yield from ((match, Path(match)) for match in matches)


def _read(
    reader: "Reader",
    name: str,
    source: Path | io.BytesIO,
    layout: str,
    bounds: tuple[int, int] | None,
    overlay: Path | None,
) -> "list[Number]":
    size = source.stat().st_size if isinstance(source, Path) else source.getbuffer().nbytes
    if size > MOST_INPUT:
        raise ImageError(f"{size:,} bytes; files of at most {MOST_INPUT:,} are read")
    numbers = reader.read(source, layout, bounds)
    if overlay:
        _draw(name, source, numbers, overlay)
    return numbers


def _draw(name: str, source: Path | io.BytesIO, numbers: "list[Number]", folder: Path) -> None:
    from PIL import Image, ImageOps

    from digitwise.files import write_atomically
    from digitwise.reading.overlay import draw_overlay

    folder.mkdir(parents=True, exist_ok=True)
    stem = "stdin" if name == "-" else Path(name).stem
    with Image.open(source) as image:
        for page in sorted({number.page for number in numbers} or {0}):
            image.seek(page)
            upright = ImageOps.exif_transpose(image)
            picture = draw_overlay(upright, [n for n in numbers if n.page == page])
            suffix = f"-{page}" if page else ""
            write_atomically(folder / f"{stem}{suffix}.png", picture)


def _formatted(rows: list[dict[str, Any]], suffix: str) -> str:
    if suffix == ".txt":
        return "".join(f"{row['shown']}\n" for row in rows if "shown" in row)
    if suffix == ".csv":
        text = io.StringIO()
        columns = [
            "file",
            "page",
            "x0",
            "y0",
            "x1",
            "y1",
            "text",
            "confidence",
            "rejected",
            "error",
        ]
        table = csv.DictWriter(text, columns, extrasaction="ignore", lineterminator="\n")
        table.writeheader()
        for row in rows:
            box = dict(zip(("x0", "y0", "x1", "y1"), row.get("bbox", ()), strict=False))
            table.writerow({**row, **box})
        return text.getvalue()
    plain = [{k: v for k, v in row.items() if k != "shown"} for row in rows]
    if suffix == ".json":
        return json.dumps(plain, indent=1) + "\n"
    return "".join(json.dumps(row) + "\n" for row in plain)
