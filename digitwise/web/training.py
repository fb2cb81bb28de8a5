"""`/api/runs`: networks in training, each in a process of its own, watched and told what to do."""

from dataclasses import replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Path, Request
from pydantic import BaseModel, Field

from digitwise.data.sources import mnist_folder, resolve
from digitwise.errors import DigitwiseError
from digitwise.training.settings import Settings
from digitwise.web.runs import Running, Runs
from digitwise.web.sent import Sent

MOST_NEURONS = 2000
router = APIRouter()
Name = Annotated[str, Path(pattern=r"^[0-9a-f]{1,32}$")]


class RunSettings(Sent):
    """What a run depends on: the same settings and seed give the same run."""

    data: Literal["auto", "mnist", "digits"] = "auto"
    limit: int | None = Field(None, ge=10, le=60_000, description="Only the first so many digits")
    hidden: list[Annotated[int, Field(ge=1, le=MOST_NEURONS)]] = Field([30], max_length=4)
    activation: Literal["sigmoid", "tanh", "relu"] = "sigmoid"
    cost: Literal["quadratic", "cross-entropy"] = "quadratic"
    init: Literal["gaussian", "scaled", "he"] = "gaussian"
    learning_rate: float = Field(3.0, gt=0, le=1e30)
    batch_size: int = Field(10, ge=1, le=60_000)
    epochs: int = Field(30, ge=1, le=1000)
    seed: int = Field(0, ge=0, le=2**31)


class RunState(BaseModel):
    """A run, and what came of it so far."""

    id: str
    settings: RunSettings
    state: dict[str, Any]


class Saved(BaseModel):
    """The model that was saved."""

    model: str


def _runs(request: Request) -> Runs:
    runs: Runs = request.app.state.runs
    return runs


def _find(request: Request, name: str) -> Running:
    run = _runs(request).find(name)
    if run is None:
        raise HTTPException(404, "there is no such run (any more)")
    return run


def _answer(run: Running) -> RunState:
    known = {name: getattr(run.settings, name) for name in RunSettings.model_fields}
    known["hidden"] = list(run.settings.hidden)
    return RunState(id=run.name, settings=RunSettings(**known), state=run.state)


@router.get("/api/data")
async def data() -> dict[str, bool]:
    """Say which sets of digits are at hand."""
    try:
        return {"digits": True, "mnist": mnist_folder() is not None}
    except DigitwiseError:
        return {"digits": True, "mnist": False}


@router.post("/api/runs", status_code=201, responses={409: {}})
async def start(request: Request, settings: RunSettings) -> RunState:
    """Make a run, paused before its first step."""
    values = {**settings.model_dump(), "hidden": tuple(settings.hidden)}
    values["data"] = resolve(settings.data)
    if values["data"] == "mnist" and not (await data())["mnist"]:
        raise HTTPException(409, "MNIST is not at hand: digitwise data fetch")
    try:
        return _answer(_runs(request).start(replace(Settings(), **values)))
    except DigitwiseError as error:
        raise HTTPException(409, str(error)) from error


@router.get("/api/runs")
async def list_runs(request: Request) -> list[RunState]:
    """List all runs."""
    return [_answer(run) for run in _runs(request).all()]


@router.get("/api/runs/{name}", responses={404: {}})
async def show(request: Request, name: Name) -> RunState:
    """Show a run."""
    return _answer(_find(request, name))


@router.delete("/api/runs/{name}", status_code=204, responses={404: {}})
def remove(request: Request, name: Name) -> None:
    """End a run, and forget it."""
    _runs(request).remove(_find(request, name))


@router.post("/api/runs/{name}/save", responses={404: {}, 409: {}})
def save(request: Request, name: Name) -> Saved:
    """Save its network as it is now: `?model=` of /api/read takes the name."""
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
    return _answer(run)
