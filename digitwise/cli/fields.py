"""`digitwise fields`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digitwise.cli.editor import beside, edit_fields, flat_picture
from digitwise.cli.output import people
from digitwise.cli.overlays import OVERLAY_SUFFIX
from digitwise.display.png import image_as_png, light_as_png
from digitwise.errors import InputError
from digitwise.files import write_atomically

if TYPE_CHECKING:
    from digitwise.reading.forms.propose import ProposedForm

COLOUR = "#1b7f3b"


def fields(
    page: Annotated[
        Path,
        typer.Argument(
            help="Picture of the form, blank or filled; with --edit also its description."
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", help="Description to write: fields.toml.", metavar="FILE.toml"),
    ] = None,
    edit: Annotated[
        bool, typer.Option("--edit", help="Edit the fields on a page in the browser.")
    ] = False,
    show: Annotated[
        bool, typer.Option("--open/--no-open", help="With --edit: show the page in the browser.")
    ] = True,
) -> None:
    """Propose the fields of a form from its print, in a description for you to edit.

    Read with it: digitwise read SCAN --fields FILE.toml.
    """
    described = edit and page.suffix == ".toml"
    out = out or (page if described else Path("fields.toml"))
    if out.suffix != ".toml":
        raise typer.BadParameter(
            f"expected a name ending in .toml; found {out.name}", param_hint="--out"
        )
    if out != page and out.exists():
        raise InputError(
            f"{out} is there already: name another file with -o, move it away, or edit it: "
            f"digitwise fields {out} --edit"
        )
    if edit:
        edit_fields(page, out, show)
        return
    if page.suffix == ".toml" and page.exists():
        raise InputError(f"{page} is a description already: digitwise fields {page} --edit")
    from digitwise.imaging.pictures import open_first
    from digitwise.reading.forms.propose import propose_form
    from digitwise.reading.forms.writing import as_toml

    console = people(as_json=False)
    with console.status(f"looking for the fields of {page.name}"):  # seconds for a large photograph
        form = propose_form(open_first(page))
    if not form.fields:
        raise InputError(
            f"{page}: no boxes or lines found; draw its fields: digitwise fields {page} --edit"
        )
    reference = beside(page, out)
    if form.laid_flat:
        flat = flat_picture(page, out)
        write_atomically(flat, light_as_png(form.grey))
        reference = flat.name
        console.print(f"The page, laid flat, is {flat}: the description refers to it")
    saved = {"size": [*form.size], "reference": reference, "field": form.entries()}
    seen = out.with_name(f"{out.stem}{OVERLAY_SUFFIX}")
    write_atomically(seen, _drawn(form))
    write_atomically(out, as_toml(saved).encode())
    count = len(form.fields)
    console.print(
        f"{count} field{'' if count == 1 else 's'}, described in {out} and drawn in {seen}\n"
        f"Name them: digitwise fields {out} --edit\n"
        f"Read with them: digitwise read SCAN --fields {out}"
    )


def _drawn(form: "ProposedForm") -> bytes:
    """The form with its fields and their names, as the content of a PNG file."""
    from PIL import Image, ImageDraw, ImageFont

    from digitwise.imaging.light import as_pixels

    image = Image.fromarray(as_pixels(form.grey)).convert("RGB")
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(size=max(11, max(image.size) // 90))
    for field in form.fields:
        left, top, right, bottom = field.box
        draw.rectangle((left, top, right, bottom), outline=COLOUR, width=2)
        for k in range(1, field.cells):
            x = left + (right - left) * k / field.cells
            draw.line((x, top, x, bottom), fill=COLOUR)
        draw.text((left + 4, top + 2), field.name, fill=COLOUR, font=font)
    return image_as_png(image)
