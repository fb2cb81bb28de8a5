"""Public sets of digits in their publishers' formats, from a folder of downloaded files.

EMNIST's digits (NIST; Cohen et al. 2017; a US government work), pendigits and optdigits (UCI;
E. Alpaydin with F. Alimoglu and C. Kaynak; CC BY 4.0), and USPS (Hull 1994, as LIBSVM's page has
it; no terms stated).
"""

import bz2
from pathlib import Path

import numpy as np
import numpy.typing as npt

from digitwise.data.digits import Digits
from digitwise.data.mnist import find_file, read_pair
from digitwise.data.rows import read_rows
from digitwise.data.strokes import plain_images, strokes_of
from digitwise.errors import DataError, reason_of

EMNIST = tuple(
    f"emnist-digits-{part}-{kind}"
    for part in ("train", "test")
    for kind in ("images-idx3-ubyte", "labels-idx1-ubyte")
)
MOST_BYTES = 200_000_000  # maximum size of an unpacked file; USPS has 25 million
CELL_PX = 4  # side of an optdigits cell in the scan of 32×32


def read_original(folder: Path) -> tuple[Digits, Digits] | None:
    """Read a public set from its files: its publisher's training and test digits.

    Returns None if the folder has no files of a known set.

    Raises
    ------
    DataError
        If a file is missing or damaged.
    """
    for train, test, read in (
        ("pendigits.tra", "pendigits.tes", _read_pen),
        ("optdigits.tra", "optdigits.tes", _read_cells),
        ("usps.bz2", "usps.t.bz2", _read_usps),
    ):
        if (folder / train).is_file():
            return read(folder / train), read(folder / test)
    if find_file(folder, EMNIST[0]):
        return _read_emnist(folder, *EMNIST[:2]), _read_emnist(folder, *EMNIST[2:])
    return None


def _read_emnist(folder: Path, *names: str) -> Digits:
    """Read a file of images and a file of labels; the stored images are transposed."""
    paths = [path for name in names if (path := find_file(folder, name))]
    if len(paths) < len(names):
        missing = next(name for name in names if not find_file(folder, name))
        raise DataError(f"{folder}: expected EMNIST's four files; missing {missing}.gz")
    digits = read_pair(*paths)
    upright = np.ascontiguousarray(digits.images.transpose(0, 2, 1))
    return Digits(upright, digits.labels, "EMNIST digits")


def _read_pen(path: Path) -> Digits:
    """Read rows of eight points of the pen's path, x and y upwards, 0 to 100, and the label."""
    rows = _read_rows(path, 17, 100)
    points = rows[:, :16].reshape(-1, 8, 2).astype(np.float32) * np.array([1, -1], np.float32)
    strokes = strokes_of([[list(map(tuple, digit.tolist()))] for digit in points])
    return Digits(plain_images(strokes), _checked(rows[:, 16], path), path.stem, strokes)


def _read_cells(path: Path) -> Digits:
    """Read rows of 8×8 cells, each the ink in 4×4 pixels of a scan, 0 to 16, and a label."""
    from digitwise.imaging.framing import frame_all

    rows = _read_rows(path, 65, 16)
    cells = rows[:, :64].reshape(-1, 8, 8) / 16
    scans = cells.repeat(CELL_PX, axis=1).repeat(CELL_PX, axis=2)
    return Digits(frame_all(list(scans)), _checked(rows[:, 64], path), path.stem)


def _read_rows(path: Path, columns: int, most: int) -> npt.NDArray[np.int32]:
    wanted = f"{columns - 1} whole numbers from 0 to {most} and a label in each line"
    rows = read_rows(path, wanted, MOST_BYTES)
    if rows.shape[1:] != (columns,) or not len(rows):
        raise DataError(f"{path}: expected {wanted}; found lines of {rows.shape[1]} values")
    if rows.min() < 0 or rows[:, :-1].max() > most:
        raise DataError(f"{path}: expected {wanted} (found {rows.min()} to {rows[:, :-1].max()})")
    return rows


def _read_usps(path: Path) -> Digits:
    """Read lines of a label, 1 to 10, and 16×16 pixels as `place:ink`, with ink from -1 to 1."""
    from digitwise.imaging.framing import frame_all

    pictures, labels = [], []
    for number, line in enumerate(_unpacked(path).splitlines(), 1):
        label, *pairs = line.split()
        try:
            places, inks = zip(*(pair.split(":") for pair in pairs), strict=True)
            picture = np.full(256, -1.0)
            picture[np.array(places, np.intp) - 1] = np.array(inks, np.float64)
            labels.append(int(float(label)) - 1)
        except (ValueError, IndexError) as error:
            raise DataError(
                f"{path}: line {number} is not in USPS's format ({reason_of(error)})"
            ) from error
        pictures.append(((picture.reshape(16, 16) + 1) / 2).clip(0, 1))
    if not pictures:
        raise DataError(f"{path}: expected lines of digits; found none")
    return Digits(frame_all(pictures), _checked(np.array(labels), path), path.stem)


def _unpacked(path: Path) -> str:
    try:
        with bz2.open(path) as file:
            content = file.read(MOST_BYTES + 1)
    except (OSError, EOFError) as error:
        raise DataError(f"can't read {path}: {reason_of(error)}") from error
    if len(content) > MOST_BYTES:
        raise DataError(f"{path}: expected at most {MOST_BYTES:,} bytes unpacked")
    return content.decode("ascii", "replace")


def _checked(labels: npt.NDArray[np.integer], path: Path) -> npt.NDArray[np.uint8]:
    if labels.min() < 0 or labels.max() > 9:
        wrong = labels[(labels < 0) | (labels > 9)][0]
        raise DataError(f"{path}: expected digits from 0 to 9 as labels; found {wrong}")
    return labels.astype(np.uint8)
