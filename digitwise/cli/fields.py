"""`digitwise fields`."""

import io
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digitwise.cli.output import people
from digitwise.cli.overlays import OVERLAY_SUFFIX
from digitwise.errors import InputError
from digitwise.files import write_atomically

if TYPE_CHECKING:
    from digitwise.imaging.surface import Light
    from digitwise.reading.forms.propose import Proposed

COLOUR = "#1b7f3b"


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
    from digitwise.imaging.sheet import lay_flat, sheet_corners
    from digitwise.reading.forms.propose import propose_fields

    picture = open_first(page)
    grey, size = picture.grey, (picture.width, picture.height)
    corners = sheet_corners(grey)
    if corners is not None:  # a photograph: boxes are upright on the sheet, not in the picture
        grey = lay_flat(grey, corners).grey
        size = grey.shape[1], grey.shape[0]
    proposed = propose_fields(grey)
    if not proposed:
        raise InputError(f"{page}: no boxes found; describe its fields by hand, as README shows")
    across, down = size[0] / grey.shape[1], size[1] / grey.shape[0]
    boxes = [
        [round(v * by) for v, by in zip(field.box, (across, down) * 2, strict=True)]
        for field in proposed
    ]
    reference = os.path.relpath(page, out.absolute().parent).replace(os.sep, "/")
    if corners is not None:
        reference = f"{out.stem}.png"
        write_atomically(_new(out.with_name(reference)), _png(grey))
    lines = [f"size = [{size[0]}, {size[1]}]", f"reference = {_quoted(reference)}"]
    for field, box in zip(proposed, boxes, strict=True):
        lines += ["", "[[field]]", f"name = {_quoted(field.name)}", f"box = {box}"]
        lines += [f"cells = {field.cells}"] if field.cells > 1 else []
    seen = out.with_name(f"{out.stem}{OVERLAY_SUFFIX}")
    write_atomically(seen, _drawn(grey, proposed))
    write_atomically(out, ("\n".join(lines) + "\n").encode())
    people(as_json=False).print(
        f"{len(proposed)} fields, described in {out} and drawn in {seen}\n"
        f"Name them, and now try: digitwise read SCAN --fields {out}"
    )


def _new(path: Path) -> Path:
    if path.exists():
        raise InputError(f"{path} is there already: name another file with -o, or move it away")
    return path


def _png(grey: "Light") -> bytes:
    from PIL import Image

    content = io.BytesIO()
    Image.fromarray((255 * grey.clip(0, 1)).astype("uint8")).save(content, "PNG")
    return content.getvalue()


def _drawn(grey: "Light", proposed: "list[Proposed]") -> bytes:
    """The form with its fields and their names, as the content of a PNG file."""
    from PIL import Image, ImageDraw, ImageFont

    image = Image.fromarray((255 * grey.clip(0, 1)).astype("uint8")).convert("RGB")
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(size=max(11, max(image.size) // 90))
    for field in proposed:
        left, top, right, bottom = field.box
        draw.rectangle((left, top, right, bottom), outline=COLOUR, width=2)
        for k in range(1, field.cells):
            x = left + (right - left) * k / field.cells
            draw.line((x, top, x, bottom), fill=COLOUR)
        draw.text((left + 4, top + 2), field.name, fill=COLOUR, font=font)
    content = io.BytesIO()
    image.save(content, "PNG")
    return content.getvalue()


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # a JSON string is a TOML string, too
