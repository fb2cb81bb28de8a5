"""A bounded queue of pictures, a thread that reads them, and time-outs."""

import asyncio
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any

from digitwise.errors import DigitwiseError, ImageError
from digitwise.imaging.pictures import Picture, open_pictures

MAX_WAITING = 32  # requests in the queue
SECONDS = 10.0  # time-out of a request, waiting included
MAX_PAGES = 10  # of one picture
MAX_PIXELS = 20_000_000  # of one page


class BusyError(DigitwiseError):
    """Too many requests are waiting, or this one has waited too long for its turn."""


class LateError(DigitwiseError):
    """The reading itself has taken too long: a second try would, too."""


class Desk:
    """Does the waiting work, one piece after the other."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="reader")
        self._waiting = 0

    async def do(self, work: Callable[[], Any], seconds: float | None = None) -> Any:
        """Do some work when its turn comes; return its result.

        Parameters
        ----------
        work : callable
        seconds : float, optional
            Time-out, waiting included; SECONDS if not given.

        Raises
        ------
        BusyError
            If too many requests wait, or its turn doesn't come in time.
        LateError
            If the work takes too long.
        """
        if self._waiting >= MAX_WAITING:
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
        """End the thread after its present work."""
        self._thread.shutdown(wait=False, cancel_futures=True)


def open_limited(content: bytes) -> list[Picture]:
    """Open a picture from a request: few pages, of moderate size.

    Raises
    ------
    ImageError
        If the picture can't be opened, or is beyond the limits.
    """
    _check_size(content)
    pages = list(islice(open_pictures(io.BytesIO(content)), MAX_PAGES + 1))
    if len(pages) > MAX_PAGES:
        raise ImageError(f"more than {MAX_PAGES} pages; send them one by one")
    return pages


def _check_size(content: bytes) -> None:
    """Refuse a picture that is too large, before its pixels are decoded."""
    from PIL import Image

    from digitwise.imaging.pictures import FORMATS

    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            pixels = image.width * image.height
    except Exception:
        return  # no picture, or a PDF file, whose pages are rendered within their own limits
    if pixels > MAX_PIXELS:
        raise ImageError(f"{pixels:,} pixels; at most {MAX_PIXELS:,} are read here")
