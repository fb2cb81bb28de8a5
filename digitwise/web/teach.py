"""`/api/teach`: a small network learns symbols of somebody's own, in seconds."""

import base64
import binascii
from typing import Annotated, Any, Literal

import numpy as np
import numpy.typing as npt
from fastapi import APIRouter, HTTPException, Path, Request, Response
from pydantic import BaseModel, Field

from digitwise.errors import DigitwiseError, ImageError, InputError
from digitwise.imaging.digit import frame_picture
from digitwise.imaging.framing import SIDE
from digitwise.models.classes import MAX_CLASSES, MAX_NAME_LETTERS, MIN_CLASSES
from digitwise.training.teaching import EPOCHS, MAX_EXAMPLES, MIN_EXAMPLES, Symbol
from digitwise.web.desk import BusyError, Desk, LateError, open_limited
from digitwise.web.lessons import Lesson, Lessons
from digitwise.web.sent import Sent

BASE64 = r"^[A-Za-z0-9+/]*=*$"
MAX_BASE64 = 4 * -(-(SIDE**2) // 3)  # letters of an example
MAX_PICTURE = 14_000_000  # bytes: in base64, a request may have 20,000,000
router = APIRouter()
Name = Annotated[str, Path(pattern=r"^[0-9a-f]{1,32}$")]
Ink = Annotated[str, Field(pattern=BASE64, max_length=MAX_BASE64)]


class SentSymbol(Sent):
    """A class and examples of it."""

    name: str = Field(min_length=1, max_length=MAX_NAME_LETTERS)
    examples: list[Ink] = Field(
        max_length=MAX_EXAMPLES, description="28×28 bytes each in base64: 0 is paper, 255 ink"
    )


class SentLesson(Sent):
    """What is to be learnt."""

    classes: list[SentSymbol] = Field(max_length=MAX_CLASSES)
    seed: int = Field(default=0, ge=0, le=2**31)


class SentPicture(Sent):
    """A picture of one symbol."""

    picture: str = Field(
        pattern=BASE64, max_length=4 * -(-MAX_PICTURE // 3), description="PNG, JPEG, …, in base64"
    )


class FramedPicture(BaseModel):
    """What a network sees of it."""

    seen: str = Field(description="28×28 bytes in base64: 0 is paper, 255 ink")


class Bounds(BaseModel):
    """What can be taught here."""

    min_classes: int = MIN_CLASSES
    max_classes: int = MAX_CLASSES
    min_examples: int = Field(default=MIN_EXAMPLES, description="Of each class")
    max_examples: int = Field(default=MAX_EXAMPLES, description="Of all classes")
    epochs: int = EPOCHS


class LessonState(BaseModel):
    """A lesson, and what came of it so far."""

    id: str
    status: Literal["waiting", "learning", "done", "failed"]
    rows: list[dict[str, Any]] = Field(description="Cost and accuracy after each epoch")
    error: str | None


def _lessons(request: Request) -> Lessons:
    lessons: Lessons = request.app.state.lessons
    return lessons


def _find(request: Request, name: str) -> Lesson:
    lesson = _lessons(request).find(name)
    if lesson is None:
        raise HTTPException(404, "there is no such lesson (any more): begin it again")
    return lesson


def _answer(lesson: Lesson) -> dict[str, Any]:
    status = lesson.status  # first: rows may be added meanwhile
    return {"id": lesson.name, "status": status, "rows": [*lesson.rows], "error": lesson.error}


@router.get("/api/teach")
async def bounds(request: Request) -> Bounds:
    """Say what can be taught; the server gets ready for it."""
    _lessons(request).warm_up()
    return Bounds()


@router.post(
    "/api/teach", status_code=201, responses={409: {}, 503: {}}, response_model=LessonState
)
async def begin(request: Request, sent: SentLesson) -> Any:
    """Begin a lesson: two to ten classes, three examples or more of each."""
    try:
        symbols = [Symbol(one.name, _images(one)) for one in sent.classes]
        return _answer(_lessons(request).begin(symbols, sent.seed))
    except BusyError as error:
        raise HTTPException(503, str(error), {"Retry-After": "1"}) from error
    except DigitwiseError as error:
        raise HTTPException(409, str(error)) from error


@router.post("/api/teach/frame", responses={409: {}, 503: {}, 504: {}})
async def frame(request: Request, sent: SentPicture) -> FramedPicture:
    """Frame a picture of one symbol as a network sees it; of several pages, the first."""
    desk: Desk = request.app.state.desk
    try:
        return FramedPicture(seen=await desk.do(lambda: _frame(sent.picture)))
    except BusyError as error:
        raise HTTPException(503, str(error), {"Retry-After": "1"}) from error
    except LateError as error:
        raise HTTPException(504, str(error)) from error
    except DigitwiseError as error:
        raise HTTPException(409, str(error)) from error


@router.get("/api/teach/{name}", responses={404: {}}, response_model=LessonState)
async def show(request: Request, name: Name) -> Any:
    """Show a lesson."""
    return _answer(_find(request, name))


@router.get(
    "/api/teach/{name}/model",
    response_class=Response,
    responses={
        200: {"content": {"application/octet-stream": {}}, "description": "A model file"},
        404: {},
        409: {"description": "It has learnt nothing yet"},
    },
)
async def model(request: Request, name: Name) -> Response:
    """Give the network as it is after the latest epoch, with the names of its classes."""
    lesson = _find(request, name)
    if lesson.content is None:
        raise HTTPException(409, "this lesson has learnt nothing yet")
    return Response(lesson.content, media_type="application/octet-stream")


@router.delete("/api/teach/{name}", status_code=204, responses={404: {}})
async def remove(request: Request, name: Name) -> None:
    """Stop a lesson, and forget it."""
    _lessons(request).remove(_find(request, name))


def _images(sent: SentSymbol) -> npt.NDArray[np.uint8]:
    found = [np.frombuffer(_decode(text), np.uint8) for text in sent.examples]
    if any(image.size != SIDE**2 for image in found):
        raise InputError(f"{sent.name}: expected examples of {SIDE}×{SIDE} bytes, in base64")
    return np.array(found, np.uint8).reshape(len(found), SIDE, SIDE)


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise InputError("expected base64") from error


def _frame(picture: str) -> str:
    image = frame_picture(open_limited(_decode(picture))[0].grey)
    if not image.any():
        raise ImageError("no ink found: expected one symbol, dark on light")
    return base64.b64encode(image.tobytes()).decode()
