"""IDX files, the format of MNIST: a big-endian header, then unsigned bytes; gzipped or raw.

Each field of the header is checked against the file's size before memory is allocated.
"""

import gzip
import io
import struct
import zlib
from math import prod
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from digitwise.errors import DataError, reason_of

IMAGES = 3  # dimensions of a file of images: (n, rows, columns)
LABELS = 1  # dimensions of a file of labels: (n,)
UNSIGNED_BYTE = 0x08  # code of the data type
MOST_BYTES = 4 << 30  # maximum size of an array
MOST_COMPRESSION = 1032  # maximum factor of deflate, by zlib's documentation


def read_idx(path: str | Path, dimensions: int) -> npt.NDArray[np.uint8]:
    """Read an IDX file of unsigned bytes, gzipped or raw, with a given number of dimensions.

    Raises
    ------
    DataError
        If the file is missing, is not IDX of this kind, is truncated, has bytes left over, or
        its header declares more than it can hold.
    """
    path = Path(path)
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            zipped = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            if zipped:
                with gzip.GzipFile(fileobj=file) as unzipped:
                    return _read(unzipped, path, dimensions, size * MOST_COMPRESSION, exact=False)
            return _read(file, path, dimensions, size, exact=True)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(
            f"{path}: damaged gzip file ({reason_of(error)}); fetch it again"
        ) from error
    except OSError as error:
        raise DataError(f"can't read {path}: {reason_of(error)}") from error


def idx_header(array: npt.NDArray[np.uint8]) -> bytes:
    """Return the IDX header of an array of unsigned bytes."""
    magic = (UNSIGNED_BYTE << 8) + array.ndim
    return struct.pack(f">I{array.ndim}I", magic, *array.shape)


def _read(
    file: BinaryIO | gzip.GzipFile, path: Path, dimensions: int, available: int, *, exact: bool
) -> npt.NDArray[np.uint8]:
    """Read header and content; `available` is the maximum number of bytes in the file."""
    length = 4 + 4 * dimensions
    header = file.read(length)
    if len(header) < length:
        raise DataError(f"{path}: expected an IDX header of {length} bytes; found {len(header)}")
    zero, kind, found = struct.unpack(">HBB", header[:4])
    magic = int.from_bytes(header[:4])
    if zero != 0 or kind != UNSIGNED_BYTE or found != dimensions:
        raise DataError(
            f"{path}: expected an IDX file of unsigned bytes with {dimensions} dimension(s), "
            f"magic number {(UNSIGNED_BYTE << 8) + dimensions}; found magic number {magic}"
            + _mixed_up(magic)
        )
    shape = struct.unpack(f">{dimensions}I", header[4:])
    promised = prod(shape)
    if promised > min(available, MOST_BYTES):
        raise DataError(
            f"{path}: its header promises {promised:,} bytes, shape {shape}; the file can't hold "
            f"more than {max(0, min(available, MOST_BYTES)):,}: truncated, or a wrong header"
        )
    if exact and promised != available - length:
        raise DataError(
            f"{path}: its header promises {promised:,} bytes, shape {shape}; "
            f"found {available - length:,}: {_wrong_length(promised, available - length)}"
        )
    content = _read_at_most(file, promised + 1)
    if len(content) != promised:
        more = "at least " if len(content) > promised else ""
        raise DataError(
            f"{path}: its header promises {promised:,} bytes, shape {shape}; "
            f"found {more}{len(content):,}: {_wrong_length(promised, len(content))}"
        )
    return np.frombuffer(content, dtype=np.uint8).reshape(shape)


def _wrong_length(promised: int, found: int) -> str:
    return "the file is truncated" if found < promised else "bytes are left over"


def _mixed_up(magic: int) -> str:
    names = {0x800 + IMAGES: "images", 0x800 + LABELS: "labels"}
    return f" (that is a file of {names[magic]})" if magic in names else ""


def _read_at_most(file: BinaryIO | gzip.GzipFile, most: int, chunk: int = 1 << 22) -> bytes:
    """Read in chunks, so that memory grows with the content, not with the header's claim."""
    content = io.BytesIO()
    while most > 0 and (piece := file.read(min(chunk, most))):
        content.write(piece)
        most -= len(piece)
    return content.getvalue()
