"""`/api/runs`: start, watch, command and save runs, each in its own process."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Path, Query, Request, Response
from pydantic import BaseModel, Field

from digitwise.errors import DigitwiseError
from digitwise.settings import DEFAULTS
from digitwise.web.form import RunSettings, form_of, presets
from digitwise.web.runs import Running, Runs
from digitwise.web.sets import Sets

router = APIRouter()
BRIEF = ("status", "engine", "parameters", "n", "epoch", "position", "speed", "error")
Name = Annotated[str, Path(pattern=r"^[0-9a-f]{1,32}$")]


class RunState(BaseModel):
    """A run, with its settings and state."""

    id: str
    settings: RunSettings
    reports: int = Field(description="How many states it has reported")
    state: dict[str, Any]


class Form(BaseModel):
    """The fields of the form, and the presets."""

    settings: list[dict[str, Any]]
    presets: dict[str, dict[str, Any]]


class Saved(BaseModel):
    """Name of the saved model."""

    model: str


def _runs(request: Request) -> Runs:
    runs: Runs = request.app.state.runs
    return runs


def _sets(request: Request) -> Sets:
    sets: Sets = request.app.state.sets
    return sets


def _find(request: Request, name: str) -> Running:
    run = _runs(request).find(name)
    if run is None:
        raise HTTPException(404, "there is no such run, or it was removed")
    return run


def _answer(run: Running, sets: Sets, epochs: int | None = None) -> RunState:
    """Return a run with its whole state, without the rows of so many epochs, or a brief one."""
    known = {name: getattr(run.settings, name) for name in RunSettings.model_fields}
    known["hidden"], known["data"] = list(run.settings.hidden), sets.name_of(run.settings.data)
    reports = run.reports  # before the state, which may be a later one
    state = run.state
    if epochs is None:
        state = {name: state[name] for name in BRIEF}
    else:
        state = {**state, "rows": state["rows"][epochs:]}
    return RunState(id=run.name, settings=RunSettings(**known), reports=reports, state=state)


@router.get("/api/data")
def data(request: Request) -> dict[str, bool]:
    """Return the names of the sets that a run may learn, and whether their digits are here."""
    return {choice.name: choice.ready for choice in _sets(request).choices()}


@router.get("/api/settings")
def settings_form(request: Request) -> Form:
    """Return the settings of a run, with their meanings, and the presets."""
    return Form(settings=form_of(_sets(request).choices()), presets=presets())


@router.post("/api/runs", status_code=201, responses={409: {}})
def start(request: Request, settings: RunSettings) -> RunState:
    """Make a run, paused before its first step."""
    values, sets = settings.model_dump(), _sets(request)
    try:
        chosen = DEFAULTS.changed({**values, "data": sets.find(values["data"])})
        chosen.check()
        return _answer(_runs(request).start(chosen), sets)
    except DigitwiseError as error:
        raise HTTPException(409, str(error)) from error


@router.get("/api/runs")
async def list_runs(request: Request) -> list[RunState]:
    """List all runs, with the main part of their states."""
    return [_answer(run, _sets(request)) for run in _runs(request).all()]


@router.get(
    "/api/runs/{name}",
    response_model=RunState,
    responses={204: {"description": "Nothing was reported since"}, 404: {}},
)
async def show(
    request: Request,
    name: Name,
    since: Annotated[int | None, Query(ge=0, description="Reports that are known")] = None,
    epochs: Annotated[int, Query(ge=0, description="Epochs whose rows are left out")] = 0,
) -> RunState | Response:
    """Show a run, if there is a report after those that are known."""
    run = _find(request, name)
    if since is not None and since == run.reports:
        return Response(status_code=204)
    return _answer(run, _sets(request), epochs)


@router.delete("/api/runs/{name}", status_code=204, responses={404: {}})
def remove(request: Request, name: Name) -> None:
    """End a run, and forget it."""
    _runs(request).remove(_find(request, name))


@router.post("/api/runs/{name}/save", responses={404: {}, 409: {}})
def save(request: Request, name: Name) -> Saved:
    """Save the run's present network; `?model=` of /api/read takes the name."""
    try:
        return Saved(model=_runs(request).save(_find(request, name)))
    except DigitwiseError as error:
        raise HTTPException(409, str(error)) from error


@router.post("/api/runs/{name}/{command}", responses={404: {}, 409: {}})
async def tell(
    request: Request, name: Name, command: Literal["start", "pause", "step", "epoch"]
) -> RunState:
    """Start, pause, or take one step or one epoch."""
    run = _find(request, name)
    try:
        run.tell(command)
    except DigitwiseError as error:
        raise HTTPException(409, str(error)) from error
    return _answer(run, _sets(request))
