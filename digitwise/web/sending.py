"""How the page's files are sent: compressed, and kept by a browser while they are the same."""

from pathlib import Path
from typing import Any

from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from digitwise.web.network import PATH as NETWORK

STATIC = Path(__file__).parent / "static"
LEAST = 1000  # bytes that are worth compressing


class KeptFiles(StaticFiles):
    """Files that a browser keeps, and asks about by their entity tags: 304 if they are the same."""

    def file_response(self, *args: Any, **options: Any) -> Response:
        """Answer with a file, or that it is the one that the browser has."""
        answer = super().file_response(*args, **options)
        answer.headers["cache-control"] = "no-cache"
        return answer


class Compressed:
    """An ASGI app whose answers are compressed, but for a network's weights: 7% less of them."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.compressing = GZipMiddleware(app, minimum_size=LEAST, compresslevel=6)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        app = self.app if scope.get("path") == NETWORK else self.compressing
        await app(scope, receive, send)
