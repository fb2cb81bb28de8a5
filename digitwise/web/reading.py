"""`POST /api/read`: pictures in, numbers out."""

from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from fastapi import APIRouter, File, HTTPException, Query, Request, UploadFile
from pydantic import BaseModel, Field, WithJsonSchema

from digitwise.data.digits import as_inputs
from digitwise.errors import DigitwiseError, ImageError
from digitwise.models.calibration import probabilities_of
from digitwise.models.shipped import find_model
from digitwise.reading.expected import Expected, parse_count
from digitwise.reading.number import Number
from digitwise.reading.reader import Reader
from digitwise.web.desk import BusyError, Desk, LateError, open_limited
from digitwise.web.examples import Framed
from digitwise.web.runs import Runs

MAX_FILES = 20  # of one request
MAX_READERS = 8  # in memory, besides the server's own
# OpenAPI 3.1 describes files in forms without a JSON type.
Content = Annotated[UploadFile, WithJsonSchema({"contentMediaType": "application/octet-stream"})]
router = APIRouter()


class Digit(BaseModel):
    """One digit of a number, or a sign."""

    char: str
    p: float = Field(ge=0, le=1)
    bbox: list[int] = Field(description="x0, y0, x1, y1 in pixels of the page")
    rejected: bool
    kind: Literal["digit", "sign"] = "digit"
    probabilities: list[float] | None = Field(
        None, description="Of digits 0 to 9, with ?detail=true"
    )
    seen: Framed | None = Field(None, description="What the network saw, with ?detail=true")


class Alternative(BaseModel):
    """A less probable reading."""

    text: str
    p: float


class Part(BaseModel):
    """A piece of ink that a path takes for a digit."""

    char: str
    bbox: list[int]


class ReadNumber(BaseModel):
    """One number, or a picture that could not be read."""

    file: str
    page: int = 0
    page_size: list[int] | None = None
    bbox: list[int] | None = None
    text: str | None = None
    value: float | None = Field(None, description="Value of the text, if unambiguous")
    values: list[float] = Field([], description="Possible values, if ambiguous")
    confidence: float | None = None
    rejected: bool | None = None
    state: Literal["sure", "look", "rejected"] | None = None
    digits: list[Digit] = []
    alternatives: list[Alternative] = []
    tried: list[list[int]] | None = Field(
        None, description="Boxes of the candidates, with ?detail=true"
    )
    paths: list[list[Part]] | None = Field(
        None,
        description="The best path through the lattice to each of the alternatives, "
        "with ?detail=true",
    )
    error: str | None = None


class Answer(BaseModel):
    """Numbers of all pictures of a request."""

    numbers: list[ReadNumber]


Asked = dict[str, Any]


@router.post(
    "/api/read",
    summary="Read the handwritten numbers of pictures",
    responses={
        409: {"description": "Options that are invalid, alone, together, or for this network"},
        413: {"description": "The request is too large"},
        422: {"description": "No pictures, or options of the wrong kind"},
        503: {"description": "Too busy: try again after Retry-After seconds"},
        504: {"description": "It took too long: try a smaller picture"},
    },
)
async def read(
    request: Request,
    files: Annotated[
        list[Content],
        File(alias="file", min_length=1, max_length=MAX_FILES, description="PNG, JPEG, PDF, …"),
    ],
    layout: Annotated[Literal["auto", "number", "digit"], Query()] = "auto",
    count: Annotated[
        str | None, Query(description="Number of digits: 5, or 3-6", max_length=20)
    ] = None,
    pattern: Annotated[
        str | None, Query(description="For example D{2}.D{2}", max_length=200)
    ] = None,
    max_error: Annotated[float | None, Query(gt=0, le=1)] = None,
    signs: Annotated[Literal["auto", "none"], Query()] = "auto",
    decimal: Annotated[Literal[",", "."] | None, Query()] = None,
    model: Annotated[str | None, Query(description="A name of /api/models", max_length=80)] = None,
    detail: Annotated[
        bool, Query(description="Also return frames, probabilities, candidates")
    ] = False,
) -> Answer:
    """Read each picture; one that can't be read has an `error` in place of a text."""
    desk: Desk = request.app.state.desk
    reader = _reader(request, model)
    asked: Asked = {
        "layout": layout,
        "pattern": pattern or None,
        "max_error": max_error,
        "signs": signs,
        "decimal": decimal,
    }
    try:
        asked["count"] = parse_count(count) if count else None
        Expected.of(asked["count"], asked["pattern"])
        if max_error is not None:
            reader.threshold(max_error, layout)
    except DigitwiseError as error:
        raise HTTPException(409, str(error)) from error
    found: list[ReadNumber] = []
    for file in files:
        name, content = file.filename or "picture", await file.read()
        try:
            found += await desk.do(lambda: _read(reader, name, content, asked, detail))  # noqa: B023
        except ImageError as error:
            found.append(ReadNumber.model_validate({"file": name, "error": str(error)}))
        except BusyError as error:
            raise HTTPException(503, str(error), {"Retry-After": "1"}) from error
        except LateError as error:
            raise HTTPException(504, str(error)) from error
    return Answer(numbers=found)


def _reader(request: Request, model: str | None) -> Reader:
    readers: dict[str, Reader] = request.app.state.readers
    name = model or request.app.state.model
    if name not in readers:
        path = path_of_model(request, name)
        while len(readers) > MAX_READERS:
            readers.pop(list(readers)[1])
        readers[name] = Reader(path)
    return readers[name]


def path_of_model(request: Request, name: str) -> Path:
    """Return the file of a model that /api/models lists; a request can't name a path."""
    if name == request.app.state.model:
        return find_model(name)
    runs: Runs = request.app.state.runs
    if name not in runs.models():
        raise HTTPException(409, f"no model {name!r}: /api/models lists the names")
    return runs.folder / f"{name}.safetensors"


def _read(
    reader: Reader, name: str, content: bytes, asked: Asked, detail: bool
) -> list[ReadNumber]:
    found = []
    for page in open_limited(content):
        for number in reader.read(page, **asked):
            row = {**number.to_dict(), "file": name, "page": page.page}
            if detail:
                _add_detail(row, number, reader)
            found.append(ReadNumber.model_validate(row))
    return found


def _add_detail(row: dict[str, Any], number: Number, reader: Reader) -> None:
    row["tried"] = number.tried
    row["paths"] = [[{"char": c, "bbox": list(box)} for box, c in path] for path in number.paths]
    images = np.array([digit.image for digit in number.digits])
    z = reader.network.weighted_outputs(as_inputs(images, reader.network.dtype))
    every = probabilities_of(z, reader.calibration)
    for digit, image, p in zip(row["digits"], images, every, strict=True):
        digit["seen"] = image.tolist()
        digit["probabilities"] = [round(float(one), 4) for one in p]
