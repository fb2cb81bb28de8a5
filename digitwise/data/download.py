"""MNIST from its public mirrors, in turn, through pooch; what arrives is verified."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from digitwise.data.mnist import FILES, File, cache_folder, find_file, verify_file
from digitwise.errors import DataError

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
    """Download what is missing or damaged, each file from the first mirror that has it right.

    A file appears under its name only when complete and verified, so a stopped download leaves
    nothing broken: start again and it goes on with the next file.

    Parameters
    ----------
    folder : Path, optional
        Where to; the cache by default.
    timeout : float
        Seconds without a byte after which a mirror is given up.

    Returns
    -------
    list of Path
        The four files.

    Raises
    ------
    DataError
        If no mirror could serve a file: with each one's reason. If a folder other than the
        cache holds another file of the same name: that one is not touched.
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
            # Pooch leaves alone what exists; a damaged copy in the cache is worth nothing.
            found.unlink()
        else:
            return found

    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise DataError(f"can't write into {folder}: {error.strerror or error}") from error

    import pooch
    import requests

    pooch.get_logger().setLevel("ERROR")

    def download_and_verify(url: str, temporary: str, pup: object) -> None:
        # Pooch renames the temporary file only after this returns.
        pooch.HTTPDownloader(progressbar=progressbar, timeout=timeout)(url, temporary, pup)
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


def _reason(error: Exception, timeout: float) -> str:
    import requests

    if isinstance(error, requests.Timeout):
        return f"no answer in {timeout:g} s"
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"HTTP {error.response.status_code}"
    if isinstance(error, requests.ConnectionError | requests.exceptions.ChunkedEncodingError):
        return "can't be reached, or broke off"
    return " ".join(str(error).split())[:300] or type(error).__name__
