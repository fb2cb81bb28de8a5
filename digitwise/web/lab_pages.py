"""`/lab/`: list of experiments; `/lab/NAME/`: claims, measurements and figures of one."""

import re
from collections.abc import Iterable
from contextlib import ExitStack
from html import escape
from pathlib import Path
from string import Template
from threading import Lock

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from digitwise.lab import EXPERIMENTS
from digitwise.lab.gallery import write_gallery
from digitwise.temporary import scratch_folder
from digitwise.web.sending import STATIC, with_versions

router = APIRouter(include_in_schema=False)
SECONDS = 10.0  # time-out for pages that are being drawn
BACK = '<p class="back"><a href="../">← all experiments</a></p>'
_drawing = Lock()  # Matplotlib's settings are shared by all threads

PAGE = Template("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>digitwise: $title</title>
<link rel="icon" href="${root}icon.svg">
<link rel="stylesheet" href="${root}style.css">
<link rel="stylesheet" href="${root}lab.css">
</head>
<body>
<header>
<h1>digitwise</h1>
$nav
<p class="quiet">the chapter's claims, run and checked</p>
</header>
<main class="lab">
$body
</main>
</body>
</html>
""")


class LabPages:
    """A folder of the experiments' pages; each is made once, at its first request."""

    def __init__(self) -> None:
        self._open = ExitStack()
        self._folder = self._open.enter_context(scratch_folder("digitwise-lab"))

    def page(self, name: str) -> Path:
        """Return the folder of an experiment's page; make it by a short run."""
        folder = self._folder / name
        index = folder / "index.html"  # written last
        if index.exists():
            return folder
        if not _drawing.acquire(timeout=SECONDS):
            raise HTTPException(503, "other pages are being drawn", {"Retry-After": "2"})
        try:
            if not index.exists():  # another request may have drawn it
                write_gallery(folder, short=True, names=[name])
        finally:
            _drawing.release()
        return folder

    def close(self) -> None:
        """Remove the pages."""
        self._open.close()


@router.get("/lab")
def lab() -> Response:
    """Redirect to the list, whose links are relative."""
    return RedirectResponse("lab/")


@router.get("/lab/")
def lab_list() -> Response:
    """List the experiments."""
    how = "Each page runs a short version when it is first opened; that takes some seconds."
    return _answer(html_page("the lab", list_of(EXPERIMENTS, how), "../"))


def list_of(names: Iterable[str], how: str) -> str:
    """Return the list of experiments, as HTML; `how` says how their pages are made."""
    items = "\n".join(
        f'<li><a href="{name}/"><b>{name}</b><span>{escape(EXPERIMENTS[name])}</span></a></li>'
        for name in names
    )
    words = (
        "<section><h2>The lab</h2><p>Claims of the first chapter of Michael Nielsen's <i>Neural "
        f"Networks and Deep Learning</i>, run and checked. {how}</p></section>"
    )
    return f'{words}\n<ol class="experiments">\n{items}\n</ol>'


@router.get("/lab/{name}/")
def lab_page(request: Request, name: str) -> Response:
    """Show an experiment of the lab."""
    if name not in EXPERIMENTS:
        words = f"<section><p>The lab has no experiment {escape(name[:80])}.</p></section>"
        return _answer(html_page("the lab", f"{BACK}\n{words}", "../../"), 404)
    try:
        made = (request.app.state.lab_pages.page(name) / "index.html").read_text("utf-8")
    except HTTPException:
        words = "<section><p>Other pages are being drawn: reload this one in a while.</p></section>"
        return _answer(html_page(name, f"{BACK}\n{words}", "../../"), 503)
    content = made.partition("<main>")[2].rpartition("</main>")[0]
    return _answer(html_page(name, with_neighbours(name, content), "../../"))


def _answer(page: str, status: int = 200) -> HTMLResponse:
    return HTMLResponse(with_versions(page), status)


@router.get("/lab/{name}/{file}")
def lab_file(request: Request, name: str, file: str) -> FileResponse:
    """Return one of an experiment's figures, or its numbers."""
    if name not in EXPERIMENTS:
        raise HTTPException(404, f"the lab has no experiment {name!r:.80}")
    found: Path = request.app.state.lab_pages.page(name) / Path(file).name
    if not found.is_file():
        raise HTTPException(404, f"the experiment {name} has no file {file!r:.80}")
    return FileResponse(found)


def html_page(title: str, body: str, root: str, first: Path = STATIC / "index.html") -> str:
    """Return a page like the others; `root` is the relative path to the first page."""
    # The first page has the list of rooms for all pages.
    found = re.search("<nav.*?</nav>", first.read_text("utf-8"), re.DOTALL)
    nav = (found[0] if found else "").replace(' aria-current="page"', "")
    nav = re.sub(r'href="(?:\./)?([^"]*)"', rf'href="{root}\1"', nav)
    nav = nav.replace(f'href="{root}lab/"', f'href="{root}lab/" aria-current="page"')
    return PAGE.substitute(title=title, nav=nav, body=body, root=root)


def with_neighbours(name: str, content: str) -> str:
    """Return an experiment's part of a page, with links to the list and to its neighbours."""
    names = list(EXPERIMENTS)
    k = names.index(name)
    links = [f'<a href="../{other}/">← {other}</a>' for other in names[max(0, k - 1) : k]]
    links += [f'<a href="../{other}/">{other} →</a>' for other in names[k + 1 : k + 2]]
    return f'{BACK}\n{content}\n<p class="neighbours">{" ".join(links)}</p>'
