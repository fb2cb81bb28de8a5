"""The guard of the server: checks of host, origin, token, rate, size and type of requests."""

import asyncio
import hmac
import json
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

MAX_BYTES = 20_000_000  # of a request
MAX_LENGTH_DIGITS = 20  # of the header content-length
BODY_SECONDS = 15.0  # time-out of a request's body
REFUSED_BYTES = 1_000_000  # of a refused request's body that are read
REFUSED_SECONDS = 1.0  # for that
RATE = 200.0  # requests a second from one address
BURST = 400.0  # requests at once from one address
MAX_ADDRESSES = 4096  # in memory
# The paths that take files; others take JSON.
PICTURES = frozenset({"/api/read", "/api/fields/picture", "/api/fields/try"})
# Plotly makes style elements; scripts come from files only.
HEADERS = {
    "content-security-policy": (
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",  # under no-referrer a page's own form has the origin "null"
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


class Refusal(Exception):  # noqa: N818 - an answer, not an error
    """The answer to a request that the application must not see."""

    def __init__(self, status: int, error: str, **headers: str) -> None:
        super().__init__(error)
        self.status, self.error, self.headers = status, error, headers


class Guard:
    """Lets requests through to an ASGI app, within limits, and adds security headers to answers.

    Parameters
    ----------
    app : ASGI application
    hosts : set of str
        Host names that requests may use, against DNS rebinding; if empty, any.
    token : str or None
        Token of requests, in `Authorization: Bearer` or in a cookie that `?token=` sets.
    """

    def __init__(self, app: App, hosts: set[str], token: str | None = None) -> None:
        self.app, self.hosts, self.token = app, hosts, token
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            self._admit(scope)
        except Refusal as refusal:
            await _read_away(receive)
            await _answer(refusal, send)
            return
        body = Body(receive)
        begun = False

        async def guarded_send(message: Message) -> None:
            nonlocal begun
            if body.refusal and not begun:
                return  # the app was told of a disconnection; the refusal is sent below
            if message["type"] == "http.response.start":
                begun = True
                own = list(message.get("headers", []))
                said = {name.lower() for name, _ in own}
                ours = [pair for pair in _encoded(HEADERS) if pair[0] not in said]
                message["headers"] = own + ours
                if scope.get("grants"):
                    cookie = f"token={self.token}; HttpOnly; SameSite=Strict; Path=/"
                    message["headers"].append((b"set-cookie", cookie.encode()))
            await send(message)

        try:
            await self.app(scope, body.receive, guarded_send)
        except Exception:
            if not body.refusal:
                raise
        if body.refusal and not begun:
            await _answer(body.refusal, send)

    def _admit(self, scope: MutableMapping[str, Any]) -> None:
        headers = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in scope["headers"]}
        host = headers.get("host", "").rsplit(":", 1)[0].strip("[]").lower()
        if self.hosts and host not in self.hosts:
            raise Refusal(421, "this server is not known by that name")
        origin = headers.get("origin")
        # The origin "null" is a frame in a sandbox, or a file. Scripts of pages always have one.
        writes = scope["method"] not in ("GET", "HEAD")
        foreign = writes and headers.get("sec-fetch-site", "none") not in ("none", "same-origin")
        if foreign or (origin and origin.split("//")[-1] != headers.get("host")):
            raise Refusal(403, "requests from other sites' pages are not answered")
        self._check_rate((scope.get("client") or ("",))[0])
        self._check_token(scope, headers)
        length = headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit() and len(length) <= MAX_LENGTH_DIGITS):
            raise Refusal(400, "expected a length of content in digits")
        if int(length) > MAX_BYTES:
            raise Refusal(413, f"at most {MAX_BYTES:,} bytes; found {int(length):,}")
        if int(length) or "transfer-encoding" in headers:
            _check_type(scope["path"], headers.get("content-type", ""))

    def _check_rate(self, address: str) -> None:
        now = time.monotonic()
        left, then = self._buckets.pop(address, (BURST, now))
        left = min(BURST, left + RATE * (now - then))
        self._buckets[address] = (max(0.0, left - 1), now)
        if len(self._buckets) > MAX_ADDRESSES:
            self._buckets.popitem(last=False)
        if left < 1:
            raise Refusal(429, f"at most {RATE:g} requests a second", **{"retry-after": "1"})

    def _check_token(self, scope: MutableMapping[str, Any], headers: dict[str, str]) -> None:
        if self.token is None:
            return
        from http.cookies import SimpleCookie
        from urllib.parse import parse_qs

        brought = headers.get("authorization", "").removeprefix("Bearer ")
        cookie = SimpleCookie(headers.get("cookie", "")).get("token")
        asked = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        if _same(asked, self.token):
            scope["grants"] = True
        elif not (_same(brought, self.token) or (cookie and _same(cookie.value, self.token))):
            raise Refusal(401, "expected the token that was printed when the server started")


def _check_type(path: str, found: str) -> None:
    """Refuse content of another type than expected.

    Pages of other sites can send text or forms without permission, but no JSON (Fetch standard).
    """
    expected = "multipart/form-data" if path in PICTURES else "application/json"
    if found.partition(";")[0].strip().lower() != expected:
        raise Refusal(415, f"expected content-type {expected}; found {found[:60] or 'none'}")


def _same(a: str, b: str) -> bool:
    return hmac.compare_digest(a.encode(), b.encode())


class Body:
    """The body of a request, with limits on its size and time."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._until = time.monotonic() + BODY_SECONDS
        self._seen, self._complete = 0, False
        self.refusal: Refusal | None = None

    async def receive(self) -> Message:
        """Receive the next part; after a refusal, report a disconnection."""
        if self._complete:
            return await self._receive()  # waits until the client disconnects
        try:
            left = max(0.0, self._until - time.monotonic())
            message = await asyncio.wait_for(self._receive(), left)
        except TimeoutError:
            self.refusal = Refusal(408, f"the request took more than {BODY_SECONDS:g} s to arrive")
            return {"type": "http.disconnect"}
        if message["type"] == "http.request":
            self._seen += len(message.get("body", b""))
            self._complete = not message.get("more_body", False)
        if self._seen > MAX_BYTES:
            self.refusal = Refusal(413, f"at most {MAX_BYTES:,} bytes")
            return {"type": "http.disconnect"}
        return message


async def _read_away(receive: Receive) -> None:
    """Read a refused request's body, within limits.

    A connection that is closed with unread bytes is reset, and the answer lost (RFC 9112, 9.6).
    """
    seen, more = 0, True
    with suppress(TimeoutError):
        async with asyncio.timeout(REFUSED_SECONDS):
            while more and seen < REFUSED_BYTES:
                message = await receive()
                seen += len(message.get("body", b""))
                more = message.get("more_body", False)


async def _answer(refusal: Refusal, send: Send) -> None:
    body = json.dumps({"detail": refusal.error}).encode()
    headers = {
        **HEADERS, **refusal.headers, "content-type": "application/json", "connection": "close",
        "content-length": str(len(body)),
    }  # fmt: skip
    start = {"type": "http.response.start", "status": refusal.status, "headers": _encoded(headers)}
    await send(start)
    await send({"type": "http.response.body", "body": body})


def _encoded(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode()) for name, value in headers.items()]
