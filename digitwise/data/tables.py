"""Digits in a CSV table, as Kaggle has MNIST: in each row a label, then 784 pixels."""

from pathlib import Path

import numpy as np

from digitwise.data.digits import Digits
from digitwise.data.rows import read_rows
from digitwise.errors import DataError, reason_of

SUFFIX = ".csv"
COLUMNS = 1 + 28 * 28  # the label and the pixels
HELD_OUT = 10  # every tenth row is held out
WANTED = "a label and 784 pixels from 0 to 255 in each line"
MOST_BYTES = 2 << 30  # maximum size of a file


def read_table(path: Path) -> tuple[Digits, Digits]:
    """Read a table: training digits, and held-out digits from every tenth row.

    The first line may name the columns. Pixels are whole numbers, 0 paper to 255 ink, row by row.

    Raises
    ------
    DataError
        If the file is missing or isn't such a table; for a wrong label, the line is named.
    """
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            first = file.readline(64 * COLUMNS)
    except OSError as error:
        raise DataError(f"can't read {path}: {reason_of(error)}") from error
    named = int(not first.split(",")[0].strip().isdigit())
    values = read_rows(path, WANTED, MOST_BYTES, skip=named)
    # NumPy 1 would have taken 300 for 44 in a table of uint8.
    if values.size and not 0 <= values.min() <= values.max() <= 255:
        raise DataError(f"{path}: expected {WANTED} (found {values.min()} to {values.max()})")
    if values.shape[1:] != (COLUMNS,) or len(values) < HELD_OUT:
        raise DataError(
            f"{path}: expected {HELD_OUT} lines or more of a label and 784 pixels; found "
            f"{len(values):,} lines of {values.shape[1]} values"
        )
    labels, images = values[:, 0].astype(np.uint8), values[:, 1:].reshape(-1, 28, 28)
    if values[:, 0].max() > 9:
        line = int(values[:, 0].argmax()) + 1 + named
        raise DataError(
            f"{path}: expected labels 0 to 9; found {values[:, 0].max()} in line {line}"
        )
    held_out = np.arange(len(labels)) % HELD_OUT == HELD_OUT - 1
    digits = Digits(images.astype(np.uint8), labels, path.stem)
    return digits[~held_out], digits[held_out]
