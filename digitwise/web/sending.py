"""Send the page's files: compressed once, and kept by browsers at an address with their version.

`/v-VERSION/read.js` never changes, so a browser asks for it once. Pages themselves are asked for
anew each time, and name the addresses of the present version. Imports of modules are relative, so
they stay within a version. Files that are changed while the server runs make another version.
"""

import gzip
import hashlib
import mimetypes
import re
from functools import lru_cache
from os import PathLike, stat_result
from pathlib import Path

from starlette.datastructures import Headers
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from digitwise.web.network import PATH as NETWORK

STATIC = Path(__file__).parent / "static"
VERSIONED = "/v-{version}"  # mount path of the files that never change
PLOTLY = "vendor/plotly.min.js"
MIN_COMPRESSED = 1000  # bytes; smaller answers are not compressed
LEVEL = 6  # of the compression of answers
KEPT = "private, max-age=31536000, immutable"  # a year
ASKED = "no-cache"  # kept, but asked for again
LINK = re.compile(r'(href|src)="((?:\.\./)*)([\w./-]+\.(?:css|js|svg))"')


def plotly_folder() -> Path:
    """Return the folder of Plotly's JavaScript in its wheel, so that nothing is downloaded."""
    import plotly

    return Path(plotly.__file__).parent / "package_data"


class KeptFiles(StaticFiles):
    """The files of a folder, for browsers to keep."""

    def file_response(
        self,
        full_path: str | PathLike[str],
        stat_result: stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """Return a file, or 304 if the browser has it."""
        path, asked = Path(full_path), Headers(scope=scope)
        content, packed, tag = _file(path, stat_result.st_mtime_ns)
        if path.suffix == ".html":
            content, packed, tag = _packed(with_versions(content.decode()).encode())
        asked_for = scope.get("path_params", {}).get("version")
        kept = VERSION.holds(asked_for, path, stat_result.st_mtime_ns) and path.suffix != ".html"
        headers = {"etag": tag, "cache-control": KEPT if kept else ASKED, "vary": "accept-encoding"}
        if asked.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        if len(content) >= MIN_COMPRESSED and "gzip" in asked.get("accept-encoding", ""):
            content, headers["content-encoding"] = packed, "gzip"
        return Response(content, status_code, headers, mimetypes.guess_type(path.name)[0])


class Compressed:
    """An ASGI app that compresses answers, except weights, which would shrink by 7% only."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.compressing = GZipMiddleware(app, minimum_size=MIN_COMPRESSED, compresslevel=LEVEL)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        app = self.app if scope.get("path") == NETWORK else self.compressing
        await app(scope, receive, send)


def with_versions(page: str) -> str:
    """Return a page whose styles, scripts and icons have addresses of the present version."""
    version = VERSION.now()

    def address(link: re.Match[str]) -> str:
        attribute, root, name = link.groups()
        if name != PLOTLY and not (STATIC / name).is_file():
            return link[0]
        return f'{attribute}="{root}v-{version}/{name}"'

    return LINK.sub(address, page)


class Version:
    """The version of the page's files, which depends on their names and content."""

    def __init__(self) -> None:
        self._name, self._files = "", dict[Path, int]()

    def now(self) -> str:
        """Look at all files, and return their version."""
        files = {path: path.stat().st_mtime_ns for path in _all_files()}
        if files != self._files:
            tags = [f"{path.name} {_file(path, changed)[2]}" for path, changed in files.items()]
            name = hashlib.sha256("\n".join(tags).encode()).hexdigest()[:16]
            self._name, self._files = name, files
        return self._name

    def holds(self, name: str | None, path: Path, changed: int) -> bool:
        """Tell whether a file, last changed at that time, belongs to a version."""
        if not self._name:
            self.now()
        return name == self._name and self._files.get(path) == changed


VERSION = Version()


def _all_files() -> list[Path]:
    plotly = plotly_folder() / Path(PLOTLY).name
    return [plotly, *sorted(path for path in STATIC.rglob("*") if path.is_file())]


@lru_cache(maxsize=256)
def _file(path: Path, _changed: int) -> tuple[bytes, bytes, str]:
    """Return a file's content, the same compressed, and its entity tag."""
    return _packed(path.read_bytes())


def _packed(content: bytes) -> tuple[bytes, bytes, str]:
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    return content, gzip.compress(content, mtime=0), tag
