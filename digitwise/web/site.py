"""The static demo of `digitwise site`: drawing, the live network, ideas, lab; without a server."""

import json
import re
from pathlib import Path
from typing import Any

from digitwise import __version__
from digitwise.errors import InputError
from digitwise.files import write_folder_atomically
from digitwise.lab.gallery import write_gallery
from digitwise.lab.surfaces import SURFACES
from digitwise.models.files import read_model
from digitwise.models.shipped import DEFAULT, find_model
from digitwise.temporary import scratch_folder
from digitwise.web import ideas
from digitwise.web.guard import HEADERS
from digitwise.web.lab_pages import html_page, list_of, with_neighbours
from digitwise.web.network import pack
from digitwise.web.sending import PLOTLY, STATIC, plotly_folder

DEMO = Path(__file__).parent / "demo"  # files of the demo only
# Files that need no server; `api.js` of the demo replaces the server.
SHARED = (
    "answer.js", "chart.js", "icon.svg", "ideas.html", "ideas.js", "lab.css",
    "lattice_paths.js", "overlay.js",
    "paper.js", "read.css", "style.css", "view.js", "ideas/*.js", "live/*.js",
)  # fmt: skip
MARK = "api/ideas.json"  # a folder with this file is an earlier demo
SEEDS = 4  # of polls, for each size of a mini-batch
HEIGHT_DIGITS = 4  # decimals of a surface's heights, for its map
HOW = "The measurements on these pages were made when this demo was built."


def write_site(folder: Path, gallery: Path | None = None) -> int:
    """Write the demo into a folder, for any page host; return its size in bytes.

    Parameters
    ----------
    folder : Path
        A new or empty folder, or one with an earlier demo, which is replaced.
    gallery : Path, optional
        Folder of `digitwise lab all`; without it, the short version is run: about half a minute.

    Raises
    ------
    InputError
        If the folder has other files, or the gallery is none.
    DigitwiseError
        If the folder can't be written.
    """
    if folder.exists() and not (folder.is_dir() and _may_be_replaced(folder)):
        raise InputError(
            f"expected a new or empty folder, or one with an earlier demo; {folder} has other "
            "files: name another"
        )
    if gallery is None:
        with scratch_folder("digitwise-site") as made:
            write_gallery(made, short=True)
            files = _files(made)
    else:
        files = _files(gallery)
    folder.parent.mkdir(parents=True, exist_ok=True)
    write_folder_atomically(folder, files)
    return sum(map(len, files.values()))


def _may_be_replaced(folder: Path) -> bool:
    return (folder / MARK).is_file() or not any(folder.iterdir())


def _files(gallery: Path) -> dict[str, bytes]:
    """Return the content of each file of the demo."""
    shared = [path for pattern in SHARED for path in STATIC.glob(pattern)]
    found = {path.relative_to(STATIC).as_posix(): path.read_bytes() for path in shared}
    found |= {path.name: path.read_bytes() for path in DEMO.iterdir() if path.is_file()}
    found[PLOTLY] = (plotly_folder() / "plotly.min.js").read_bytes()
    model = find_model(DEFAULT)
    found["api/network"] = pack(model, model.stat().st_mtime_ns)[0]
    found[MARK] = json.dumps(_answers(), ensure_ascii=False, separators=(",", ":")).encode()
    found["ideas.html"] = _with_demo_rooms(found["ideas.html"].decode()).encode()
    found |= _lab(gallery)
    return {
        name: _strict(content) if name.endswith(".html") else content
        for name, content in found.items()
    }


def _answers() -> dict[str, Any]:
    """Return what the server would compute, for the demo's `api.js`."""
    surfaces = {name: ideas.landscape(name).model_dump() for name in SURFACES}
    for surface in surfaces.values():
        surface["heights"] = [[round(c, HEIGHT_DIGITS) for c in row] for row in surface["heights"]]
    circuits = {kind: ideas.circuit(kind, "", "", None) for kind in ("half-adder", "adder")}
    return {
        "health": {"version": __version__, "sizes": read_model(find_model(DEFAULT)).network.sizes},
        "surfaces": surfaces,
        "circuits": {kind: wired.model_dump(exclude={"table"}) for kind, wired in circuits.items()},
        "functions": ideas.FUNCTIONS,
        "plane": ideas.PLANE.tolist(),
        "clouds": _clouds(),
    }


def _clouds() -> dict[int, list[dict[str, Any]]]:
    """Return the polls of each size."""
    return {m: [ideas.cloud(m, seed).model_dump() for seed in range(SEEDS)] for m in ideas.SIZES}


def _lab(gallery: Path) -> dict[str, bytes]:
    """Return the lab's list and a page of each experiment in a gallery, with its figures."""
    index = gallery / "index.html"
    text = index.read_text("utf-8") if index.is_file() else ""
    sections = re.findall(r'(<section id="([\w-]+)">.*?</section>)', text, re.DOTALL)
    if not sections:
        raise InputError(f"expected a gallery that `digitwise lab all` wrote; {gallery} is none")
    first = DEMO / "index.html"
    names = [name for _, name in sections]
    found = {"lab/index.html": html_page("the lab", list_of(names, HOW), "../", first).encode()}
    for section, name in sections:
        page = html_page(name, with_neighbours(name, section), "../../", first)
        found[f"lab/{name}/index.html"] = page.encode()
        for file in set(re.findall(r'(?:src|href)="([^"/#]+)"', section)):
            found[f"lab/{name}/{file}"] = (gallery / file).read_bytes()
    return found


def _with_demo_rooms(page: str) -> str:
    """Return a page of the server with the demo's list of rooms."""
    nav = re.search("<nav.*?</nav>", (DEMO / "index.html").read_text("utf-8"), re.DOTALL)
    rooms = (nav[0] if nav else "").replace(' aria-current="page"', "")
    rooms = rooms.replace('href="ideas.html"', 'href="ideas.html" aria-current="page"')
    return re.sub("<nav.*?</nav>", rooms, page, count=1, flags=re.DOTALL)


def _strict(page: bytes) -> bytes:
    """Return a page that has the server's content security policy within it."""
    policy = HEADERS["content-security-policy"].partition("; frame-ancestors")[0]
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    return page.replace(b'<meta charset="utf-8">', b'<meta charset="utf-8">\n' + meta.encode(), 1)
