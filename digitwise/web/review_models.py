"""What `/api/review` takes and gives."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

Client = Annotated[str, Field(pattern=r"^[0-9a-z]{1,32}$")]
Who = Annotated[str, Field(max_length=200)]


class Decision(BaseModel):
    """What a person decides about an item."""

    state: Literal["corrected", "no number", "open"] = Field(description="open: taken back")
    text: str = Field("", max_length=200)
    seen: int = Field(0, ge=0, lt=2**53, description="Its last entry that was seen; 0: none")
    who: Who = ""
    client: Client


class Entry(BaseModel):
    """A decision that was noted."""

    id: int
    state: str
    text: str
    who: str
    at: str


class Row(BaseModel):
    """An item: a number, or a form's field."""

    position: int
    file: str
    page: int
    field: str | None
    text: str = Field(description="As the table has it: ? for what is rejected")
    guess: str
    confidence: float
    state: str
    reason: str
    entry: Entry | None = Field(description="What was decided last")


class Progress(BaseModel):
    """How far the review is: see `digitwise.review.progress.Progress`."""

    items: int
    decided: int
    rejected: int
    wrong: float
    error: float


class Opened(BaseModel):
    """The table in review."""

    table: str
    corrections: str
    who: str
    last: int
    progress: Progress
    rows: list[Row] = Field(description="The first that are open")


class Choice(BaseModel):
    """What an item may say."""

    text: str
    p: float | None


class Reading(BaseModel):
    """What a person sees of an item."""

    readings: list[Choice]
    crop: str | None = Field(description="PNG, in Base64")
    size: list[int]
    digits: list[dict[str, Any]]
    tried: list[list[int]]
    error: str | None


class Decided(BaseModel):
    """What was noted, and what comes next."""

    entry: Entry
    progress: Progress
    rows: list[Row]


class Look(BaseModel):
    """What somebody looks at, and up to which entry they know all."""

    client: Client
    who: Who = ""
    position: int | None = Field(None, ge=0, lt=2**31)
    after: int = Field(0, ge=0, lt=2**53)


class Synced(BaseModel):
    """What has changed, who looks at what, and how things are."""

    entries: list[dict[str, Any]]
    last: int
    looking: dict[int, str]
    progress: Progress
    problem: str
    written: bool
    by_hand: int
    learning: dict[str, Any]
