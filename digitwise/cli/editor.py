"""`digitwise fields --edit`: the page of the web face that edits a form's description."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digitwise.cli.serve import need_web, run_app
from digitwise.errors import InputError

if TYPE_CHECKING:
    from digitwise.web.form_pictures import EditedFile


def edit_fields(page: Path, out: Path, show: bool) -> None:
    """Serve the editor until Ctrl-C.

    Parameters
    ----------
    page : Path
        A picture of the form, or its description.
    out : Path
        Description to be saved.
    show : bool
        Open the page in the browser.
    """
    need_web()
    from digitwise.models.shipped import DEFAULT
    from digitwise.reading.reader import Reader
    from digitwise.web.app import make_app

    edited = open_description(page, out) if page.suffix == ".toml" else open_picture(page, out)
    reader = Reader()
    run_app(
        lambda hosts, token: make_app(reader, DEFAULT, hosts=hosts, token=token, edited=edited),
        "127.0.0.1",
        0,
        room="fields.html",
        show=show,
    )


def open_picture(page: Path, out: Path) -> "EditedFile":
    """Begin with the fields that a picture proposes.

    Raises
    ------
    DigitwiseError
        If it can't be opened, or a file is there that its reference would replace.
    """
    from digitwise.display.png import light_as_png
    from digitwise.imaging.pictures import open_first
    from digitwise.reading.forms.propose import propose_form
    from digitwise.web.form_pictures import EditedFile

    form = propose_form(open_first(page))
    reference, new = beside(page, out), {}
    if form.laid_flat:
        path = flat_picture(page, out)
        reference, new = path.name, {path: light_as_png(form.grey)}
    saved = {"size": [*form.size], "reference": reference, "field": form.entries()}
    return EditedFile(out, saved, form.grey, new)


def open_description(path: Path, out: Path) -> "EditedFile":
    """Begin with a description, and the picture that it names.

    Raises
    ------
    DigitwiseError
        If either can't be opened, or its fields can't be drawn.
    """
    from digitwise.imaging.pictures import open_first
    from digitwise.reading.forms.description import read_toml
    from digitwise.web.described import has_comments, require_drawable
    from digitwise.web.form_pictures import EditedFile

    saved: dict[str, Any] = read_toml(path)
    try:
        require_drawable(saved)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    grey = None
    if saved.get("reference"):
        picture = path.parent / saved["reference"]
        grey = open_first(picture).grey
        saved["reference"] = beside(picture, out)
    comments = has_comments(path.read_text(encoding="utf-8"))
    return EditedFile(out, saved, grey, comments=comments)


def beside(picture: Path, out: Path) -> str:
    """Name a picture as a description has it: from the description's folder."""
    return os.path.relpath(picture, out.absolute().parent).replace(os.sep, "/")


def flat_picture(page: Path, out: Path) -> Path:
    """Return the path of a page laid flat: `out`.png, or `out`.flat.png if the page has that name.

    Raises
    ------
    InputError
        If a file is there.
    """
    path = out.with_suffix(".png")
    if path.exists() and path.samefile(page):
        path = out.with_suffix(".flat.png")
    if path.exists():
        raise InputError(f"{path} is there already: name another file with -o, or move it away")
    return path
