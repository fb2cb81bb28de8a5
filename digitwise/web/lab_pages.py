"""`/lab/NAME/`: the page of an experiment, with what is claimed, measured and drawn."""

import tempfile
from pathlib import Path
from threading import Lock

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import FileResponse

from digitwise.lab import EXPERIMENTS
from digitwise.lab.gallery import write_gallery

router = APIRouter(include_in_schema=False)
SECONDS = 10.0  # that a page waits until others are drawn
_drawing = Lock()  # Matplotlib's settings are one for all threads


class LabPages:
    """A folder in which pages are made when somebody asks for them, each once."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="digitwise-lab-")

    def page(self, name: str) -> Path:
        """Return the folder of an experiment's page, of its short run."""
        folder = Path(self._folder.name) / name
        index = folder / "index.html"  # written last
        if index.exists():
            return folder
        if not _drawing.acquire(timeout=SECONDS):
            raise HTTPException(503, "other pages are being drawn", {"Retry-After": "2"})
        try:
            if not index.exists():  # nobody has drawn it meanwhile
                write_gallery(folder, short=True, names=[name])
        finally:
            _drawing.release()
        return folder

    def close(self) -> None:
        """Remove what was made."""
        self._folder.cleanup()


@router.get("/lab/{name}/")
def lab_page(request: Request, name: str) -> FileResponse:
    """Show an experiment of the lab."""
    return lab_file(request, name, "index.html")


@router.get("/lab/{name}/{file}")
def lab_file(request: Request, name: str, file: str) -> FileResponse:
    """Give one of its figures, or its numbers."""
    if name not in EXPERIMENTS:
        raise HTTPException(404, f"the lab has no experiment {name!r:.80}")
    found: Path = request.app.state.lab_pages.page(name) / Path(file).name
    if not found.is_file():
        raise HTTPException(404, f"there is no file {file!r:.80} of it")
    return FileResponse(found)
