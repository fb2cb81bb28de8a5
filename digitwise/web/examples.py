"""`POST /api/examples`: digits that somebody has labelled, kept for `train --data FOLDER`."""

import base64
import binascii
import hashlib
import io
from pathlib import Path

import numpy as np
from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel, Field

from digitwise.files import write_atomically
from digitwise.web.png import as_png

MOST = 100  # at once
router = APIRouter()


class Example(BaseModel):
    """A digit, framed: the `seen` of an answer."""

    label: int = Field(ge=0, le=9)
    seen: str = Field(description="28×28, PNG in base64", max_length=20_000)


class Examples(BaseModel):
    """Several of them."""

    examples: list[Example] = Field(min_length=1, max_length=MOST)


class Saved(BaseModel):
    """How many there are now, and where."""

    saved: int
    folder: str


@router.post(
    "/api/examples",
    summary="Save labelled digits",
    responses={400: {"description": "No picture of a digit"}},
)
async def save(request: Request, examples: Examples) -> Saved:
    """Save each as a picture in a folder named by its label; the same one twice is one."""
    folder: Path = request.app.state.folder
    contents = [(example.label, _png(example.seen)) for example in examples.examples]
    for label, content in contents:
        (folder / str(label)).mkdir(parents=True, exist_ok=True)
        name = hashlib.sha256(content).hexdigest()[:16]
        write_atomically(folder / str(label) / f"{name}.png", content)
    return Saved(saved=len(contents), folder=folder.name)


def _png(text: str) -> bytes:
    """Decode and write anew: nothing is kept but 28×28 pixels."""
    from PIL import Image

    try:
        content = base64.b64decode(text, validate=True)
        with Image.open(io.BytesIO(content), formats=("PNG",)) as image:
            if image.size != (28, 28):
                raise ValueError("another size")
            pixels = np.asarray(image.convert("L"))
    except (binascii.Error, ValueError, OSError, SyntaxError) as error:
        raise HTTPException(400, "expected a picture of 28×28 pixels, PNG in base64") from error
    return as_png(pixels)
