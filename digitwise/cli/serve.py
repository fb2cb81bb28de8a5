"""`digitwise serve`."""

import os
import re
import secrets
import socket
import sys
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digitwise.cli.output import complain, people
from digitwise.errors import DigitwiseError, InputError, reason_of
from digitwise.extras import has, missing

PACKAGES = ("fastapi", "uvicorn", "python_multipart", "plotly", "matplotlib")

if TYPE_CHECKING:
    from digitwise.web.guard import Guard


def serve(
    host: Annotated[
        str, typer.Option(help="Address to listen on; other machines need a token.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 is any free one.")] = 8000,
    model: Annotated[
        str | None, typer.Option(help="Model file, or name of a shipped network.")
    ] = None,
    examples: Annotated[
        Path, typer.Option(help="Folder for labelled digits.", metavar="DIR")
    ] = Path("examples"),
    models: Annotated[
        Path, typer.Option(help="Folder for networks trained on the page.", metavar="DIR")
    ] = Path("models"),
    data: Annotated[
        list[str] | None,
        typer.Option(
            help="A set that networks on the page may learn, as for train --data: a collection, a "
            "file or a folder; can be repeated. The page can open no other.",
            metavar="SET",
        ),
    ] = None,
    token: Annotated[
        str | None,
        typer.Option(help="Token that requests must have; made up if one is needed."),
    ] = None,
) -> None:
    """Serve the web page: read numbers, train and teach networks, try the chapter's ideas."""
    need_web()
    from digitwise.models.shipped import DEFAULT
    from digitwise.reading.reader import Reader
    from digitwise.web.app import make_app

    if token is not None and not re.fullmatch(r"[\w.~-]{8,100}", token, re.ASCII):
        raise InputError(
            "expected a token of 8 letters, digits, or signs of -._~, or more: nothing else keeps "
            "others out"
        )
    reader = Reader(model)
    run_app(
        lambda hosts, token: make_app(
            reader, model or DEFAULT, examples, models, hosts=hosts, token=token, sets=data or ()
        ),
        host,
        port,
        token,
    )


def need_web() -> None:
    """Raise an ExtraError if a package of the extra [web] is missing; import none."""
    for package in PACKAGES:
        if not has(package):
            raise missing(package, "web", "the web page")


def run_app(
    make: Callable[[frozenset[str], str | None], "Guard"],
    host: str,
    port: int,
    token: str | None = None,
    room: str = "",
    show: bool = False,
) -> None:
    """Run the page until Ctrl-C.

    Parameters
    ----------
    make : callable
        Return the application, given its host names and the token that it asks for.
    host, port
        For other addresses than this machine's, a missing token is made up.
    token : str, optional
    room : str
        Page to open first.
    show : bool
        Open it in the browser.
    """
    import uvicorn

    from digitwise.web.app import LOOPBACK

    alone = _is_loopback(host)
    if not alone and token is None:
        token = secrets.token_urlsafe(16)
    config = uvicorn.Config(
        make(LOOPBACK if alone else frozenset[str](), token),
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
        limit_concurrency=512,
        timeout_keep_alive=15,
    )
    server = uvicorn.Server(config)
    listening = listen(host, port)
    address = f"[{host}]" if ":" in host else host
    query = f"?token={token}" if token else ""
    url = f"http://{address}:{listening.getsockname()[1]}/{room}{query}"
    people(False).print(f"{url}   (Ctrl-C ends it)")
    if show and _has_screen():
        import webbrowser

        webbrowser.open(url)  # the browser waits for the first answer
    try:
        server.run(sockets=[listening])
    except KeyboardInterrupt:
        complain("stopped")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _has_screen() -> bool:
    """Return whether a graphical browser can open: a text browser would take over the terminal."""
    if sys.platform in ("darwin", "win32"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that is bound to an address; port 0 is any free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named: asyncio then sends at once, and answers don't wait 40 ms.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if os.name == "posix":  # allows a port just freed; on Windows, one that is in use
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        other = "--host" if isinstance(error, socket.gaierror) else "--port"
        raise DigitwiseError(
            f"can't listen on {host}, port {port}: {reason_of(error)}; name another with {other}"
        ) from error
    return listening
