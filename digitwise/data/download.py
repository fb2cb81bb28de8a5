"""Download of MNIST's files from public mirrors through pooch, each file verified."""

import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from digitwise.data.mnist import FILES, File, cache_folder, find_file, verify_file
from digitwise.errors import DataError, reason_of

if TYPE_CHECKING:
    from rich.progress import Progress

MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)


def fetch(
    folder: Path | None = None,
    *,
    mirrors: Sequence[str] = MIRRORS,
    progressbar: bool = False,
    timeout: float = 30,
) -> list[Path]:
    """Download missing or damaged files, each from the first mirror that has it intact.

    A file appears under its name only when it is complete and verified. A stopped download can be
    started again; it continues with the next file.

    Parameters
    ----------
    folder : Path, optional
        Folder for the files; the cache by default.
    timeout : float
        Time-out of a mirror that sends nothing, in seconds.

    Returns
    -------
    list of Path
        The four files.

    Raises
    ------
    DataError
        If no mirror serves a file; the message has each mirror's reason. If a folder other than
        the cache holds a different file of the same name, which is left as it is.
    """
    folder = folder or cache_folder()
    return [_fetch(file, folder, mirrors, progressbar, timeout) for file in FILES]


def _fetch(
    file: File, folder: Path, mirrors: Sequence[str], progressbar: bool, timeout: float
) -> Path:
    path = folder / f"{file.name}.gz"
    if (found := find_file(folder, file.name)) is not None:
        try:
            verify_file(found, file)
        except DataError as error:
            if folder != cache_folder():
                raise DataError(f"{error}. Move it away, or fetch into another folder") from error
            # Pooch doesn't replace files, so the damaged copy in the cache is removed.
            found.unlink()
        else:
            return found

    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise DataError(f"can't write into {folder}: {reason_of(error)}") from error

    import pooch
    import requests  # a dependency of pooch, which raises its errors

    pooch.get_logger().setLevel("ERROR")

    def download_and_verify(url: str, temporary: str, pup: object) -> None:
        # Pooch renames the temporary file only after this returns.
        with _bar(file.name, progressbar) as bar:
            pooch.HTTPDownloader(progressbar=bar, timeout=timeout)(url, temporary, pup)
        verify_file(Path(temporary), file)

    reasons = []
    for mirror in mirrors:
        try:
            pooch.retrieve(
                mirror + path.name,
                known_hash=None,
                fname=path.name,
                path=folder,
                downloader=download_and_verify,
            )
        except (requests.RequestException, DataError, OSError, ValueError) as error:
            reasons.append(f"{mirror}: {_reason(error, timeout)}")
        else:
            return path
    raise DataError(
        f"could not fetch {path.name} from any mirror. " + "; ".join(reasons) + ". "
        "Check the connection, or put MNIST's four files into a folder and name it with --data-dir "
        "or DIGITWISE_DATA"
    )


class _Bar:
    """A progress bar of Rich with the interface that pooch expects."""

    def __init__(self, bar: "Progress", name: str) -> None:
        self._bar, self._task = bar, bar.add_task(name, total=None)
        self.total = 0

    def update(self, more: int) -> None:
        self._bar.update(self._task, total=self.total, advance=more)

    def reset(self) -> None:
        self._bar.reset(self._task)

    def close(self) -> None:
        self._bar.refresh()


@contextmanager
def _bar(name: str, wanted: bool) -> "Iterator[_Bar | bool]":
    """Yield a progress bar if standard error is a terminal; else False."""
    if not (wanted and sys.stderr.isatty()):
        yield False
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as bar:
        yield _Bar(bar, name)


def _reason(error: Exception, timeout: float) -> str:
    import requests

    if isinstance(error, requests.Timeout):
        return f"no answer in {timeout:g} s"
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"HTTP {error.response.status_code}"
    if isinstance(error, requests.ConnectionError | requests.exceptions.ChunkedEncodingError):
        return "can't be reached, or broke off"
    return reason_of(error)
