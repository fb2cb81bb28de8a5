"""Where pictures wait to be read: a bounded queue, a thread that reads, and no waiting for ever."""

import asyncio
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any

from digitwise.errors import DigitwiseError, ImageError
from digitwise.imaging.pictures import Picture, open_pictures

WAITING = 32  # requests that may wait while others are read
SECONDS = 10.0  # that a request may take, waiting included
MOST_PAGES = 10  # of one picture
MOST_PIXELS = 20_000_000  # of one page


class BusyError(DigitwiseError):
    """Too many requests are waiting already, or this one has waited too long for its turn."""


class LateError(DigitwiseError):
    """A request has taken too long, once it was its turn: asked again it would, too."""


class Desk:
    """Does what is waiting to be read, one after the other."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="reader")
        self._waiting = 0

    async def do(self, work: Callable[[], Any], seconds: float | None = None) -> Any:
        """Do some work when it is its turn.

        Parameters
        ----------
        work : callable
        seconds : float, optional
            That it may take, waiting included, where that is more than others may.

        Raises
        ------
        BusyError
            If too much is waiting, or its turn doesn't come in time.
        LateError
            If it takes too long.
        """
        if self._waiting >= WAITING:
            raise BusyError("too many pictures are waiting to be read: try again in a second")
        self._waiting += 1
        begun = False

        def begin() -> Any:
            nonlocal begun
            begun = True
            return work()

        task = asyncio.wrap_future(self._thread.submit(begin))
        most = seconds or SECONDS
        try:
            return await asyncio.wait_for(task, most)
        except TimeoutError:
            if not begun:
                raise BusyError("another picture takes its time: try again in a second") from None
            raise LateError(
                f"it took more than {most:g} s, and was given up: send a smaller picture, or "
                "the part of it that has the numbers"
            ) from None
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """Read no more."""
        self._thread.shutdown(wait=False, cancel_futures=True)


def open_limited(content: bytes) -> list[Picture]:
    """Open a picture that came from somebody else: few pages, of moderate size.

    Raises
    ------
    ImageError
        If it can't be opened, or is beyond the limits.
    """
    _check_size(content)
    pages = list(islice(open_pictures(io.BytesIO(content)), MOST_PAGES + 1))
    if len(pages) > MOST_PAGES:
        raise ImageError(f"more than {MOST_PAGES} pages; send them one by one")
    return pages


def _check_size(content: bytes) -> None:
    """Refuse what is too large before its pixels are decoded."""
    from PIL import Image

    from digitwise.imaging.pictures import FORMATS

    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            pixels = image.width * image.height
    except Exception:
        return  # no picture, or a PDF file, whose pages are rendered within limits of their own
    if pixels > MOST_PIXELS:
        raise ImageError(f"{pixels:,} pixels; at most {MOST_PIXELS:,} are read here")
