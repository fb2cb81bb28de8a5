"""Rows of whole numbers in a text file, separated by commas."""

import warnings
from pathlib import Path

import numpy as np
import numpy.typing as npt

from digitwise.errors import DataError, reason_of


def read_rows(path: Path, wanted: str, most_bytes: int, skip: int = 0) -> npt.NDArray[np.int32]:
    """Read a file's rows: shape (rows, columns), empty for a file without rows.

    Parameters
    ----------
    path : Path
    wanted : str
        What each row holds, for the error.
    most_bytes : int
        Maximum size of the file.
    skip : int
        Number of lines before the first row.

    Raises
    ------
    DataError
        If the file can't be read or is too large, or a row holds anything else than whole numbers
        or has another length than the first.
    """
    try:
        size = path.stat().st_size
        if size > most_bytes:
            raise DataError(f"{path}: expected at most {most_bytes:,} bytes; found {size:,}")
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "loadtxt: input contained no data")
            return np.loadtxt(
                path, np.int32, delimiter=",", skiprows=skip, ndmin=2, encoding="utf-8",
                comments=None,
            )  # fmt: skip
    except OSError as error:
        raise DataError(f"can't read {path}: {reason_of(error)}") from error
    except (ValueError, OverflowError) as error:
        raise DataError(f"{path}: expected {wanted} ({reason_of(error)})") from error
