"""`/api/review`: the table in review, its items by position, and decisions."""

import getpass
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path, Query, Request

from digitwise.errors import DigitwiseError, InputError
from digitwise.review.journal import ConflictError
from digitwise.review.learning import Learner
from digitwise.review.review import Review
from digitwise.review.writing import corrections_path
from digitwise.web.desk import BusyError, Desk, LateError
from digitwise.web.review_models import (
    Decided,
    Decision,
    Entry,
    Look,
    Opened,
    Progress,
    Reading,
    Row,
    Synced,
)

AHEAD = 6  # open items in an answer
SECONDS = 60.0  # time-out of an item: a batch may have larger pictures than a request
NO_TABLE = "no table is in review: digitwise review TABLE"

router = APIRouter(
    prefix="/api/review", responses={404: {"description": "No table, or no such item"}}
)
Position = Annotated[int, Path(ge=0, lt=2**31)]


def _review(request: Request, position: int | None = None) -> Review:
    review: Review | None = request.app.state.review
    if review is None:
        raise HTTPException(404, NO_TABLE)
    if position is not None and position >= len(review.items):
        raise HTTPException(404, f"the table has {len(review.items):,} items")
    return review


def _progress(review: Review) -> Progress:
    return Progress(**asdict(review.progress()))


def _rows(told: list[dict[str, Any]]) -> list[Row]:
    return [Row(**row) for row in told]


@router.get("")
def opened(request: Request) -> Opened:
    """Return the table in review, its progress, and the first open items."""
    review = _review(request)
    _, last = review.changes(2**62)
    return Opened(
        table=review.table.name,
        corrections=corrections_path(review.table).name,
        who=_user(),
        last=last,
        progress=_progress(review),
        rows=_rows(review.open_after(-1, "", AHEAD)),
    )


@router.get("/rows")
def rows(
    request: Request,
    start: Annotated[int, Query(ge=0, lt=2**31)] = 0,
    count: Annotated[int, Query(ge=1, le=100)] = 50,
) -> list[Row]:
    """List some items, the least sure first."""
    return _rows(_review(request).rows(start, count))


@router.get("/next")
def next_rows(
    request: Request,
    after: Annotated[int, Query(ge=-1, lt=2**31)] = -1,
    client: Annotated[str, Query(pattern=r"^[0-9a-z]{1,32}$")] = "0",
) -> list[Row]:
    """List the next open items at which nobody else looks."""
    return _rows(_review(request).open_after(after, client, AHEAD))


@router.get(
    "/rows/{position}",
    responses={
        503: {"description": "Too busy: try again"},
        504: {"description": "The picture takes too long"},
    },
)
async def show(request: Request, position: Position) -> Reading:
    """Cut an item out of its picture, and read it again for alternatives."""
    review = _review(request, position)
    desk: Desk = request.app.state.desk
    try:
        shown = await desk.do(lambda: review.show(position), SECONDS)
    except BusyError as error:
        raise HTTPException(503, str(error), {"Retry-After": "1"}) from error
    except LateError as error:
        raise HTTPException(504, str(error)) from error
    return Reading(**{k: v for k, v in shown.to_dict().items() if k != "box"})


@router.post(
    "/rows/{position}",
    responses={
        409: {"description": "No number, or somebody else has decided meanwhile"},
        503: {"description": "The decision can't be written"},
    },
)
def decide(request: Request, position: Position, decision: Decision) -> Decided:
    """Note a person's decision; it is on disk before the answer."""
    review = _review(request, position)
    try:
        entry = review.decide(position, decision.state, decision.text, decision.who, decision.seen)
    except (ConflictError, InputError) as error:
        raise HTTPException(409, str(error)) from error
    except DigitwiseError as error:
        raise HTTPException(503, str(error), {"Retry-After": "1"}) from error
    following = review.open_after(position, decision.client, AHEAD)
    if following:  # nobody else is given what this person sees next
        review.looked_at(decision.client, following[0]["position"], decision.who)
    return Decided(entry=Entry(**entry), progress=_progress(review), rows=_rows(following))


@router.post("/sync")
def sync(request: Request, look: Look) -> Synced:
    """Note what a person looks at; return others' decisions and whether the table is written."""
    review = _review(request, look.position)
    looking = review.looked_at(look.client, look.position, look.who)
    entries, last = review.changes(look.after)
    learner: Learner = request.app.state.learner
    return Synced(
        entries=entries,
        last=last,
        looking=looking,
        progress=_progress(review),
        problem=review.problem,
        written=not review.unwritten,
        by_hand=review.written.by_hand,
        learning=learner.state.to_dict(),
    )


@router.post("/learn", status_code=202, responses={409: {}})
def learn(request: Request) -> dict[str, Any]:
    """Begin to learn from the corrections: run `digitwise learn` as a process."""
    review = _review(request)
    learner: Learner = request.app.state.learner
    review.write()
    try:
        learner.start(corrections_path(review.table), review.table.stem)
    except DigitwiseError as error:
        raise HTTPException(409, str(error)) from error
    return learner.state.to_dict()


@router.delete("/learn", status_code=204)
def stop_learning(request: Request) -> None:
    """Stop learning; existing models stay."""
    _review(request)
    learner: Learner = request.app.state.learner
    learner.stop()


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""
