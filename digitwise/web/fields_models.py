"""Types of requests to `/api/fields` and of its answers."""

from typing import Any

from pydantic import BaseModel

from digitwise.web.sent import Sent

Description = dict[str, Any]
"""As its TOML file has it; in a range "inf" and "-inf" are texts: JSON has no such numbers."""


class Opened(BaseModel):
    """The file that the command line named, if any."""

    name: str | None = None
    description: Description | None = None
    picture: str | None = None
    stamp: str = ""
    comments: bool = False


class Shown(BaseModel):
    """A picture of a form."""

    picture: str
    size: tuple[int, int]
    laid_flat: bool = False
    field: list[Description] = []


class Described(Sent):
    """A description as it stands."""

    description: Description


class Written(Sent):
    """A description's file."""

    toml: str


class Parsed(BaseModel):
    """A description that was read from a file."""

    description: Description
    comments: bool


class FieldFault(BaseModel):
    """What is wrong, in one line, with a field, or with the whole."""

    field: int | None
    message: str


class Checked(BaseModel):
    """A description as a file, and its faults."""

    toml: str
    faults: list[FieldFault]


class Saving(Described):
    """What is to be saved."""

    stamp: str
    replace: bool = False


class Saved(BaseModel):
    """Whether it was saved."""

    name: str
    stamp: str
    saved: bool = True


class ReadField(BaseModel):
    """What a field of a filled copy says."""

    field: str
    text: str
    best_guess: str
    confidence: float
    state: str
    reason: str
    bbox: list[int]


class Tried(BaseModel):
    """A filled copy, read."""

    picture: str
    size: tuple[int, int]
    numbers: list[ReadField]
