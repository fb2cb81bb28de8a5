"""`/api/fields`: a form's fields proposed, checked, tried and saved by an editor."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, HTTPException, Query, Request
from fastapi import Path as InPath
from fastapi.responses import FileResponse, RedirectResponse

from digitwise.errors import DigitwiseError, InputError
from digitwise.imaging.pictures import Picture
from digitwise.parsing import parse_json
from digitwise.reading.forms.description import find_faults, form_of, parse_description
from digitwise.reading.forms.propose import ProposedForm, propose_form
from digitwise.reading.forms.writing import as_toml
from digitwise.reading.reader import Reader
from digitwise.web.described import for_json, from_json, has_comments, require_drawable
from digitwise.web.desk import BusyError, Desk, open_limited
from digitwise.web.fields_models import (
    Checked,
    Described,
    Description,
    FieldFault,
    Opened,
    Parsed,
    ReadField,
    Saved,
    Saving,
    Shown,
    Tried,
    Written,
)
from digitwise.web.form_pictures import ChangedError, EditedFile, FormPictures
from digitwise.web.reading import Content

SECONDS = 60.0  # that proposing, or reading a form, may take
router = APIRouter(responses={409: {"description": "It makes no sense: one line says why"}})


@router.get("/fields", include_in_schema=False)
async def page() -> RedirectResponse:
    """Go to the Fields room."""
    return RedirectResponse("fields.html")


@router.get("/api/fields", summary="What the command line gave to be edited")
def opened(request: Request) -> Opened:
    """Tell the description and the picture that the editor begins with."""
    file: EditedFile | None = request.app.state.edited
    if file is None:
        return Opened()
    try:
        file.refresh()
    except InputError as error:
        raise HTTPException(409, str(error)) from error
    key = None if file.grey is None else _pictures(request).add(file.grey)
    description = for_json(file.description)
    return Opened(
        name=file.path.name,
        description=description,
        picture=key,
        stamp=file.stamp(),
        comments=file.comments,
    )


@router.get(
    "/api/fields/pictures/{key}",
    summary="A picture that was shown",
    response_class=FileResponse,
    responses={404: {"description": "It is kept no longer"}},
)
async def picture(
    request: Request, key: Annotated[str, InPath(pattern="^[0-9a-f]{32}$")]
) -> FileResponse:
    """Return it as a PNG file."""
    path = _pictures(request).find(key)
    if path is None:
        raise HTTPException(404, "that picture is kept no longer: open it again")
    return FileResponse(path, media_type="image/png")


@router.post("/api/fields/picture", summary="Show a picture of a form")
async def show(
    request: Request,
    files: Annotated[
        list[Content],
        File(
            alias="file",
            min_length=1,
            max_length=1,
            description="PNG, JPEG, PDF, …; of several pages the first",
        ),
    ],
    propose: Annotated[bool, Query(description="Propose its fields, laid flat")] = True,
) -> Shown:
    """Keep a picture, and propose the fields of the form that it shows."""
    content = await files[0].read()

    def look() -> Shown:
        page = open_limited(content)[0]
        if not propose:
            form = ProposedForm(page.grey, (page.width, page.height), False, [])
        else:
            form = propose_form(page)
        key = _pictures(request).add(form.grey)
        return Shown(picture=key, size=form.size, laid_flat=form.laid_flat, field=form.entries())

    shown: Shown = await _do(request, look)
    return shown


@router.post("/api/fields/check", summary="Check a description")
async def check(described: Described) -> Checked:
    """Write a description as TOML, and tell what is wrong in it."""
    saved = from_json(described.description)
    faults = [FieldFault(field=f.field, message=f.message) for f in find_faults(saved)]
    return Checked(toml=_toml(saved), faults=faults)


@router.post("/api/fields/parse", summary="Read a description's file")
async def parse(written: Written) -> Parsed:
    """Read a TOML file, as long as its fields can be drawn: what else is wrong can be edited."""
    try:
        saved = parse_description(written.toml)
        require_drawable(saved)
    except InputError as error:
        raise HTTPException(409, str(error)) from error
    return Parsed(description=for_json(saved), comments=has_comments(written.toml))


@router.put(
    "/api/fields/file",
    summary="Save the file that the command line named",
    responses={
        404: {"description": "It named none"},
    },
)
async def save(request: Request, saving: Saving) -> Saved:
    """Save a description, if nothing is wrong in it, in one step.

    Not if the file was changed since it was opened: ask, then send `replace`.
    """
    file: EditedFile | None = request.app.state.edited
    if file is None:
        raise HTTPException(404, "no file is edited: digitwise fields PICTURE --edit names one")
    saved = from_json(saving.description)
    try:
        form_of(saved, file.path.parent)
        stamp = file.save(_toml(saved), saving.stamp, saving.replace)
    except ChangedError:
        return Saved(name=file.path.name, stamp=saving.stamp, saved=False)
    except DigitwiseError as error:
        raise HTTPException(409, str(error)) from error
    return Saved(name=file.path.name, stamp=stamp)


@router.post("/api/fields/try", summary="Read a filled copy of a form")
async def try_it(
    request: Request,
    files: Annotated[
        list[Content],
        File(alias="file", min_length=1, max_length=1, description="The filled copy"),
    ],
    description: Annotated[str, Form(min_length=2, description="As JSON")],
    reference: Annotated[str | None, Form(description="Key of the form's picture")] = None,
) -> Tried:
    """Read a filled copy by a description as it stands; fields that are empty give nothing."""
    content = await files[0].read()
    try:
        saved = from_json(parse_json(description))
    except (InputError, ValueError) as error:
        raise HTTPException(409, "expected the description as a JSON object") from error
    path = _pictures(request).find(reference) if reference else None
    if reference and path is None:
        raise HTTPException(409, "the form's picture is kept no longer: open it again")
    saved.pop("reference", None)
    reader: Reader = request.app.state.readers[request.app.state.model]

    def read() -> Tried:
        form = form_of(saved if path is None else {**saved, "reference": path.name}, _parent(path))
        page: Picture = open_limited(content)[0]
        numbers = reader.read(page, form=form)
        rows = [
            ReadField(
                field=number.field or "",
                text=number.shown,
                best_guess=number.text,
                confidence=number.confidence,
                state=number.state,
                reason=number.reason,
                bbox=[*number.bbox],
            )
            for number in numbers
        ]
        size = page.width, page.height
        return Tried(picture=_pictures(request).add(page.grey), size=size, numbers=rows)

    tried: Tried = await _do(request, read)
    return tried


def _pictures(request: Request) -> FormPictures:
    pictures: FormPictures = request.app.state.form_pictures
    return pictures


def _parent(path: Path | None) -> Path:
    return Path() if path is None else path.parent


async def _do(request: Request, work: Callable[[], Any]) -> Any:
    desk: Desk = request.app.state.desk
    try:
        return await desk.do(work, SECONDS)
    except BusyError as error:
        raise HTTPException(503, str(error), {"Retry-After": "1"}) from error
    except DigitwiseError as error:
        raise HTTPException(409, str(error)) from error


def _toml(saved: Description) -> str:
    try:
        return as_toml(saved)
    except RecursionError:
        raise HTTPException(409, "the description is nested too deeply") from None
    except InputError as error:
        raise HTTPException(409, str(error)) from error
