"""Collections of digits as `.npz` files: pictures or pen strokes, with labels and writers.

    labels          integers (n,), 0 to 9
    images          uint8 (n, h, w), ink bright; or, where sizes vary:
    data, shapes    uint8 (all pixels,) and integers (n, 2): height and width of each; or
    points          real (p, 2), x rightwards and y downwards, with
    stroke_offsets  integers (s + 1,): stroke j has points stroke_offsets[j] to [j + 1], and
    digit_offsets   integers (n + 1,): digit i has strokes digit_offsets[i] to [i + 1]
    writer          integers (n,), optional: number of the writer; or `field`, `group`, `part`
    split           integers (n,), optional: 1 for digits that must not be trained on

Pictures are of any size, with or without a margin; they are framed as MNIST's are. Other arrays
of a file are ignored. Nothing in a file is executed: pickled objects are refused.
"""

import io
import warnings
import zipfile
import zlib
from math import prod
from pathlib import Path
from tokenize import TokenError
from typing import Any

import numpy as np
import numpy.typing as npt

from digitwise.data.digits import Digits
from digitwise.data.strokes import Strokes, plain_images
from digitwise.errors import DataError, InputError, reason_of
from digitwise.files import write_atomically

SUFFIX = ".npz"
WRITERS = ("writer", "field", "group", "part")  # the first in a file gives the writers
HELD_OUT = 10  # every tenth writer is held out
GROUND = 0.2  # share of the strongest ink: paler ink is printed ground, and is removed
MOST_BYTES = 2 << 30  # maximum total size of a file's arrays
MOST_SIDE_PX = 4096  # maximum side of a picture
NAMES = {
    *("labels", "images", "data", "shapes", "points", "stroke_offsets", "digit_offsets"),
    *("split", *WRITERS),
}

Arrays = dict[str, npt.NDArray[Any]]


def read_collection(path: str | Path) -> tuple[Digits, Digits]:
    """Read a collection: training digits, and held-out digits.

    The digits marked by `split` are held out; without it, the digits of every tenth writer, or of
    the last one if there are fewer than ten; without writers, every tenth digit.

    Raises
    ------
    DataError
        If the file is missing, damaged, or not of this format.
    """
    path = Path(path)
    arrays = _read_arrays(path)
    try:
        digits = _digits(arrays, path.stem)
        held_out = _held_out(arrays, len(digits))
    except InputError as error:
        raise DataError(f"{path}: {error}") from error
    if held_out.all() or not held_out.any():
        raise DataError(
            f"{path}: expected training digits and held-out digits; found only one kind"
        )
    return digits[~held_out], digits[held_out]


def save_collection(path: str | Path, arrays: dict[str, npt.ArrayLike]) -> None:
    """Check the arrays of a collection, named as above, and write them to a file.

    Raises
    ------
    DataError
        If the arrays are not a collection, or the file can't be written.
    """
    path = Path(path)
    named = {name: np.asarray(array) for name, array in arrays.items()}
    try:
        _held_out(named, len(_digits(named, path.stem)))
    except InputError as error:
        raise DataError(f"{path}: {error}") from error
    content = io.BytesIO()
    np.savez_compressed(content, **named)  # type: ignore[arg-type]
    write_atomically(path, content.getvalue())


def _read_arrays(path: Path) -> Arrays:
    """Read a collection's arrays, each no larger than the file declares."""
    try:
        with zipfile.ZipFile(path) as file:
            members = {
                entry.filename.removesuffix(".npy"): entry
                for entry in file.infolist()
                if entry.filename.removesuffix(".npy") in NAMES
            }
            total = sum(entry.file_size for entry in members.values())
            if total > MOST_BYTES:
                raise DataError(
                    f"{path}: expected arrays of at most {MOST_BYTES:,} bytes; found {total:,}"
                )
            return {name: _read_array(file, entry, path) for name, entry in members.items()}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise DataError(f"{path}: damaged, or not an .npz file ({reason_of(error)})") from error
    except OSError as error:
        raise DataError(f"can't read {path}: {reason_of(error)}") from error


def _read_array(file: zipfile.ZipFile, entry: zipfile.ZipInfo, path: Path) -> npt.NDArray[Any]:
    read_header = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }
    with file.open(entry) as content:
        try:
            version = np.lib.format.read_magic(content)
            if version not in read_header:
                raise ValueError(f"version {version} is unknown")
            with warnings.catch_warnings():  # of arrays that Python 2 has written
                warnings.simplefilter("ignore")
                shape, fortran, dtype = read_header[version](content)
        except (ValueError, SyntaxError, TypeError, TokenError) as error:
            raise DataError(
                f"{path}: {entry.filename} is not an array ({reason_of(error)})"
            ) from error
        if dtype.kind not in "uif":
            raise DataError(
                f"{path}: {entry.filename} must hold numbers; found {dtype}, which is not read"
            )
        promised, there = prod(shape) * dtype.itemsize, entry.file_size - content.tell()
        if promised != there:
            raise DataError(
                f"{path}: the header of {entry.filename} promises {promised:,} bytes of shape "
                f"{shape}; found {there:,}"
            )
        data = content.read(there)
        if len(data) != there:
            raise DataError(f"{path}: {entry.filename} ends after {len(data):,} bytes of {there:,}")
    return np.frombuffer(data, dtype).reshape(shape, order="F" if fortran else "C")


def _digits(arrays: Arrays, source: str) -> Digits:
    labels = _integers("labels", arrays, None)
    if labels.ndim != 1 or not len(labels):
        raise InputError(f"expected labels of shape (n,); found {labels.shape}")
    wrong = np.flatnonzero((labels < 0) | (labels > 9))
    if wrong.size:
        raise InputError(f"expected labels 0 to 9; found {labels[wrong[0]]} at {wrong[0]}")
    named, n = labels.astype(np.uint8), len(labels)
    if "points" in arrays:
        strokes = _strokes(arrays, n)
        return Digits(plain_images(strokes), named, source, strokes)
    return Digits(_framed(_pictures(arrays, n)), named, source)


def _strokes(arrays: Arrays, n: int) -> Strokes:
    points = arrays["points"]
    if points.ndim != 2 or points.shape[1:] != (2,):
        raise InputError(f"expected points of shape (p, 2); found {points.shape}")
    starts = [_integers(name, arrays, None) for name in ("stroke_offsets", "digit_offsets")]
    if starts[1].shape != (n + 1,):
        raise InputError(
            f"expected digit_offsets of shape ({n + 1},), one more than labels; "
            f"found {starts[1].shape}"
        )
    if (np.diff(starts[1]) <= 0).any():
        raise InputError("each digit must have a stroke; found one without")
    # The limit is far beyond any tablet's range; larger differences could overflow float32.
    if not (np.abs(points) < 1e6).all():
        raise InputError("points must be finite numbers below 1,000,000; found a larger one")
    return Strokes(np.array(points, np.float32), *(np.array(s, np.int64) for s in starts))


def _pictures(arrays: Arrays, n: int) -> list[npt.NDArray[np.uint8]]:
    if "images" in arrays:
        images = arrays["images"]
        if images.dtype != np.uint8 or images.ndim != 3 or len(images) != n:
            raise InputError(
                f"expected images as uint8 of shape ({n}, h, w), one for each label; found "
                f"{images.dtype} {images.shape}"
            )
        _check_sides(np.array([images.shape[1:]]))
        return list(images)
    if "data" not in arrays:
        raise InputError("expected images, data with shapes, or points; found none of them")
    data, shapes = arrays["data"], _integers("shapes", arrays, None)
    if data.dtype != np.uint8 or data.ndim != 1 or shapes.shape != (n, 2):
        raise InputError(
            f"expected data as uint8 of shape (pixels,) and shapes of shape ({n}, 2), one for "
            f"each label; found {data.dtype} {data.shape} and {shapes.shape}"
        )
    _check_sides(shapes)
    shapes = shapes.astype(np.int64)
    ends = np.cumsum(shapes.prod(axis=1))
    if ends[-1] != len(data):
        raise InputError(f"the shapes add up to {ends[-1]:,} pixels; data has {len(data):,}")
    parts = np.split(data, ends[:-1])
    return [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]


def _check_sides(shapes: npt.NDArray[Any]) -> None:
    if shapes.min() < 1 or shapes.max() > MOST_SIDE_PX:
        raise InputError(
            f"expected pictures of 1 to {MOST_SIDE_PX} px a side; found {shapes.min()} to "
            f"{shapes.max()}"
        )


def _framed(pictures: list[npt.NDArray[np.uint8]]) -> npt.NDArray[np.uint8]:
    from digitwise.imaging.framing import frame_all

    def ink(picture: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
        return np.where(picture > GROUND * picture.max(), picture, 0) / 255

    return np.concatenate(
        [
            frame_all([ink(picture) for picture in pictures[at : at + 1000]])
            for at in range(0, len(pictures), 1000)
        ]
    )


def _held_out(arrays: Arrays, n: int) -> npt.NDArray[np.bool_]:
    if "split" in arrays:
        return np.isin(_integers("split", arrays, n), [1])
    name = next((name for name in WRITERS if name in arrays), None)
    if name is None:
        # Not the last tenth: many collections are ordered by label.
        return np.isin(np.arange(n) % HELD_OUT, [HELD_OUT - 1])
    writer = _integers(name, arrays, n)
    writers = np.unique(writer)
    every_tenth = writers[HELD_OUT - 1 :: HELD_OUT]
    return np.isin(writer, every_tenth if every_tenth.size else writers[-1:])


def _integers(name: str, arrays: Arrays, n: int | None) -> npt.NDArray[Any]:
    """Return an array of integers; if n is given, check its shape (n,)."""
    if name not in arrays:
        raise InputError(f"expected an array named {name}; found {', '.join(sorted(arrays))}")
    array = arrays[name]
    if array.dtype.kind not in "ui" or (n is not None and array.shape != (n,)):
        wanted = "" if n is None else f" of shape ({n},), one for each label"
        raise InputError(f"expected {name} as integers{wanted}; found {array.dtype} {array.shape}")
    return array
