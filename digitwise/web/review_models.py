"""Types of requests to `/api/review` and of its answers."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

Client = Annotated[str, Field(pattern=r"^[0-9a-z]{1,32}$")]
Who = Annotated[str, Field(max_length=200)]


class Decision(BaseModel):
    """A person's decision about an item."""

    state: Literal["corrected", "no number", "open"] = Field(description="open: taken back")
    text: str = Field("", max_length=200)
    seen: int = Field(0, ge=0, lt=2**53, description="The item's last entry that was seen; 0: none")
    who: Who = ""
    client: Client


class Entry(BaseModel):
    """A noted decision."""

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
    text: str = Field(description="Text in the table, with ? for rejected digits")
    guess: str
    confidence: float
    state: str
    reason: str
    entry: Entry | None = Field(description="The last decision")


class Progress(BaseModel):
    """Progress of the review: see `digitwise.review.progress.Progress`."""

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
    rows: list[Row] = Field(description="The first open items")


class Choice(BaseModel):
    """A reading to choose."""

    text: str
    p: float | None


class Reading(BaseModel):
    """An item as a person sees it."""

    readings: list[Choice]
    crop: str | None = Field(description="PNG, in Base64")
    size: list[int]
    digits: list[dict[str, Any]]
    tried: list[list[int]]
    error: str | None


class Decided(BaseModel):
    """The noted decision, and the next items."""

    entry: Entry
    progress: Progress
    rows: list[Row]


class Look(BaseModel):
    """The item that a client looks at, and the last entry that it knows."""

    client: Client
    who: Who = ""
    position: int | None = Field(None, ge=0, lt=2**31)
    after: int = Field(0, ge=0, lt=2**53)


class Synced(BaseModel):
    """Changes since an entry, who looks at which item, and the state of the review."""

    entries: list[dict[str, Any]]
    last: int
    looking: dict[int, str]
    progress: Progress
    problem: str
    written: bool
    by_hand: int
    learning: dict[str, Any]
