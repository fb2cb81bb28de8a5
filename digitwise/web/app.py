"""The web application: the pages, the API, and the guard around both."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.routing import Match

from digitwise import __version__
from digitwise.reading.reader import Reader
from digitwise.review.learning import Learner
from digitwise.review.review import Review
from digitwise.web import (
    examples,
    fields,
    ideas,
    lab_pages,
    network,
    reading,
    review,
    samples,
    teach,
    training,
)
from digitwise.web.desk import Desk
from digitwise.web.form_pictures import EditedFile, FormPictures
from digitwise.web.guard import Guard
from digitwise.web.lessons import Lessons
from digitwise.web.runs import Runs
from digitwise.web.sending import STATIC, VERSIONED, Compressed, KeptFiles, plotly_folder
from digitwise.web.sets import Sets

METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE")
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def make_app(
    reader: Reader,
    model: str = "reader",
    folder: Path = Path("examples"),
    models: Path = Path("models"),
    hosts: frozenset[str] = LOOPBACK,
    token: str | None = None,
    in_review: Review | None = None,
    edited: EditedFile | None = None,
    sets: Iterable[str] = (),
) -> Guard:
    """Make the application that `digitwise serve` runs.

    Parameters
    ----------
    reader : Reader
    model : str
        Name of the reader's network.
    folder : Path
        Folder for labelled examples, made when the first is saved.
    models : Path
        Folder for networks that are trained here.
    hosts : set of str
        Host names that requests may use; if empty, any.
    token : str, optional
        Token that every request must have.
    in_review : Review, optional
        The table of the Review room.
    edited : EditedFile, optional
        The description of a form that the Fields room edits.
    sets : iterable of str
        Sets of digits that runs may learn, as `digitwise train --data` takes them, besides those
        of every server.

    Raises
    ------
    InputError
        If one of `sets` is none.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.desk = Desk()
        # The first reading compiles and loads, so that no user waits for it.
        await app.state.desk.do(lambda: reader.read(_warm_up(), layout="number"))
        if in_review:
            in_review.start()
        yield
        app.state.learner.stop()
        if in_review:
            in_review.close()
        app.state.runs.close()
        app.state.lab_pages.close()
        app.state.lessons.close()
        app.state.desk.close()
        app.state.form_pictures.close()

    app = FastAPI(
        title="digitwise",
        version=__version__,
        description="Reads handwritten numbers.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        responses={400: {"description": "The request can't be understood"}},
    )
    app.state.folder = folder
    app.state.model = model
    app.state.runs, app.state.sets = Runs(models), Sets(folder, sets)
    app.state.review, app.state.learner = in_review, Learner(model, models)
    app.state.lab_pages = lab_pages.LabPages()
    app.state.lessons = Lessons()
    app.state.readers = {model: reader}
    app.state.edited, app.state.form_pictures = edited, FormPictures()
    app.include_router(reading.router)
    app.include_router(network.router)
    app.include_router(samples.router)
    app.include_router(fields.router)
    app.include_router(examples.router)
    app.include_router(training.router)
    app.include_router(teach.router)
    app.include_router(ideas.router)
    app.include_router(review.router)
    app.include_router(lab_pages.router)

    @app.get("/api/health")
    async def health() -> dict[str, Any]:
        """Return that the server runs, which network reads, and whether a table is in review."""
        network: Any = reader.network
        found = {"status": "ok", "version": __version__, "model": model}
        return {**found, "sizes": list(network.sizes), "review": in_review is not None}

    @app.exception_handler(Exception)
    async def fail(_request: Request, error: Exception) -> JSONResponse:
        return JSONResponse({"detail": f"internal error: {type(error).__name__}"}, 500)

    @app.exception_handler(RequestValidationError)
    async def explain(_request: Request, error: RequestValidationError) -> JSONResponse:
        # Leave the input out: JSON can't hold every number in it.
        told = [{key: found[key] for key in ("type", "loc", "msg")} for found in error.errors()]
        return JSONResponse({"detail": told}, 422)

    @app.get("/api/models")
    async def models_() -> list[str]:
        """List the networks that can read: the server's own, then saved ones."""
        return [model, *app.state.runs.models()]

    @app.get("/review", include_in_schema=False)
    async def review_page() -> RedirectResponse:
        """Go to the Review room."""
        return RedirectResponse("review.html")

    @app.api_route("/api/{_path:path}", methods=[*METHODS], include_in_schema=False)
    async def other(request: Request, _path: str) -> None:
        """Answer other requests to the API: the path is unknown, or the method is wrong."""
        allowed = {
            method
            for method in METHODS
            for route in app.router.routes[: app.router.routes.index(request.scope["route"])]
            if route.matches({**request.scope, "method": method})[0] is Match.FULL
        }
        if not allowed:
            raise HTTPException(404, "the API has no such path: /api/openapi.json lists its paths")
        raise HTTPException(405, headers={"Allow": ", ".join(sorted(allowed))})

    for at in (VERSIONED, ""):
        app.mount(f"{at}/vendor", KeptFiles(directory=plotly_folder()))
        app.mount(at or "/", KeptFiles(directory=STATIC, html=True))
    return Guard(Compressed(app), set(hosts), token)


def _warm_up() -> Any:
    import numpy as np

    page = np.full((60, 120), 255, np.uint8)
    page[15:45, 30:34] = page[15:45, 80:84] = 0
    return page
