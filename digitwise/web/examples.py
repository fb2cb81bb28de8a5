"""`POST /api/examples`: save labelled digits for `train --data FOLDER`."""

import hashlib
from pathlib import Path
from typing import Annotated

import numpy as np
from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from digitwise.display.png import as_png
from digitwise.files import write_atomically
from digitwise.web.sent import Sent

MAX_EXAMPLES = 100  # of one request
router = APIRouter()


Row = Annotated[list[Annotated[int, Field(ge=0, le=255)]], Field(min_length=28, max_length=28)]
Framed = Annotated[list[Row], Field(min_length=28, max_length=28)]
"""28 rows of 28 pixels: 0 is paper, 255 ink."""


class Example(Sent):
    """A labelled digit; `seen` comes from an answer of /api/read."""

    label: int = Field(ge=0, le=9)
    seen: Framed


class Examples(Sent):
    """Labelled digits of one request."""

    examples: list[Example] = Field(min_length=1, max_length=MAX_EXAMPLES)


class Saved(BaseModel):
    """The number of saved examples, and the folder's name."""

    saved: int
    folder: str


@router.post("/api/examples", summary="Save labelled digits")
async def save(request: Request, examples: Examples) -> Saved:
    """Save each digit as a picture in the folder of its label; duplicates are saved once."""
    folder: Path = request.app.state.folder
    for example in examples.examples:
        label, content = example.label, as_png(np.array(example.seen, np.uint8))
        (folder / str(label)).mkdir(parents=True, exist_ok=True)
        name = f"{hashlib.sha256(content).hexdigest()[:16]}.png"
        write_atomically(folder / str(label) / name, content)
        for other in set(range(10)) - {label}:  # the latest label counts
            (folder / str(other) / name).unlink(missing_ok=True)
    return Saved(saved=len(examples.examples), folder=folder.name)
