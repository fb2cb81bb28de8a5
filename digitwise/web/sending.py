"""Send the page's files: compressed, and cached by browsers until they change."""

from pathlib import Path
from typing import Any

from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from digitwise.web.network import PATH as NETWORK

STATIC = Path(__file__).parent / "static"
MIN_COMPRESSED = 1000  # bytes; smaller answers are not compressed


class KeptFiles(StaticFiles):
    """Files that browsers cache and revalidate by entity tag: 304 if unchanged."""

    def file_response(self, *args: Any, **options: Any) -> Response:
        """Return a file, or 304 if the browser has it."""
        answer = super().file_response(*args, **options)
        answer.headers["cache-control"] = "no-cache"
        return answer


class Compressed:
    """An ASGI app that compresses answers, except weights, which would shrink by 7% only."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.compressing = GZipMiddleware(app, minimum_size=MIN_COMPRESSED, compresslevel=6)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        app = self.app if scope.get("path") == NETWORK else self.compressing
        await app(scope, receive, send)
