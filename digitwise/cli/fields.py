"""`digitwise fields`."""

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from digitwise.cli.output import people
from digitwise.errors import InputError
from digitwise.files import write_atomically


def fields(
    page: Annotated[Path, typer.Argument(help="Picture of the form, blank or filled.")],
    out: Annotated[
        Path, typer.Option("-o", "--out", help="Description to write.", metavar="FILE.toml")
    ] = Path("fields.toml"),
) -> None:
    """Propose which fields a form has, from the boxes on it: edit the names, and read with them."""
    if out.suffix != ".toml":
        raise typer.BadParameter(
            f"expected a name ending in .toml; found {out.name}", param_hint="--out"
        )
    if out.exists():
        raise InputError(f"{out} is there already: name another file with -o, or move it away")
    from digitwise.imaging.pictures import open_first
    from digitwise.reading.propose import propose_fields

    picture = open_first(page)
    proposed = propose_fields(picture.grey)
    if not proposed:
        raise InputError(f"{page}: no boxes found; describe its fields by hand, as README shows")
    height, width = picture.grey.shape
    across, down = picture.width / width, picture.height / height
    reference = os.path.relpath(page, out.absolute().parent).replace(os.sep, "/")
    lines = [f"size = [{picture.width}, {picture.height}]", f"reference = {_quoted(reference)}"]
    for field in proposed:
        left, top, right, bottom = field.box
        edges = [left * across, top * down, right * across, bottom * down]
        lines += ["", "[[field]]", f"name = {_quoted(field.name)}"]
        lines += [f"box = {[round(v) for v in edges]}"]
        lines += [f"cells = {field.cells}"] if field.cells > 1 else []
    write_atomically(out, ("\n".join(lines) + "\n").encode())
    people(as_json=False).print(
        f"{len(proposed)} fields, described in {out}\n"
        f"Name them, and now try: digitwise read SCAN --fields {out}"
    )


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # a JSON string is a TOML string, too
