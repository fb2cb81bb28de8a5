"""MNIST's four files, in a folder or in the cache: found, read, verified.

The SHA-256 is that of the unpacked bytes, since the gzip wrapper of the training images differs
between mirrors.
"""

import contextlib
import gzip
import hashlib
import zlib
from pathlib import Path
from typing import NamedTuple

from digitwise.data.digits import Digits
from digitwise.data.idx import IMAGES, LABELS, idx_header, read_idx
from digitwise.errors import DataError, reason_of
from digitwise.user_folders import user_cache


class File(NamedTuple):
    """Name of one of the four files, with SHA-256 and length of its unpacked bytes."""

    name: str
    sha256: str
    size: int


FILES = (
    File(
        "train-images-idx3-ubyte",
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        47_040_016,
    ),
    File(
        "train-labels-idx1-ubyte",
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        60_008,
    ),
    File(
        "t10k-images-idx3-ubyte",
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        7_840_016,
    ),
    File(
        "t10k-labels-idx1-ubyte",
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        10_008,
    ),
)


def cache_folder() -> Path:
    """Return the folder of fetched files: in the user's cache, or temporary without a home."""
    return user_cache() / "mnist"


def find_file(folder: Path, name: str) -> Path | None:
    """Find an IDX file in a folder, gzipped or raw, also named `train-images.idx3-ubyte`."""
    for variant in (name, name.replace("-idx", ".idx")):
        for suffix in (".gz", ""):
            if (path := folder / (variant + suffix)).is_file():
                return path
    return None


def missing_files(folder: Path) -> list[str]:
    """Return the names of the missing files of a folder; present files are not verified."""
    return [f"{file.name}.gz" for file in FILES if not find_file(folder, file.name)]


def find_files(folder: Path) -> list[Path]:
    """Return the paths of the four files in a folder.

    Raises
    ------
    DataError
        If a file is missing.
    """
    if missing := missing_files(folder):
        raise DataError(f"{folder}: expected MNIST's four files; missing {', '.join(missing)}")
    return [path for file in FILES if (path := find_file(folder, file.name))]


def read_folder(folder: Path) -> tuple[Digits, Digits]:
    """Read training and test digits from a folder of four IDX files, MNIST's or others.

    Raises
    ------
    DataError
        If a file is missing or damaged, images are not 28×28, or images and labels don't match.
    """
    paths = find_files(folder)
    return read_pair(*paths[:2]), read_pair(*paths[2:])


def read_verified(folder: Path) -> tuple[Digits, Digits]:
    """Read MNIST from a folder as `read_folder` does, and verify its content.

    Raises
    ------
    DataError
        As `read_folder`; also if the content is not MNIST's.
    """
    train, test = read_folder(folder)
    arrays = (train.images, train.labels, test.images, test.labels)
    for file, array in zip(FILES, arrays, strict=True):
        digest = hashlib.sha256(idx_header(array))
        digest.update(array.data)
        if digest.hexdigest() != file.sha256:
            raise DataError(
                f"{folder}: {file.name} is not MNIST's: expected SHA-256 {file.sha256[:16]}…, "
                f"found {digest.hexdigest()[:16]}…. To train on other IDX files, name their "
                f"folder with --data"
            )
    return train, test


def read_pair(images_path: Path, labels_path: Path) -> Digits:
    """Read an IDX file of images and the file of their labels.

    Raises
    ------
    DataError
        If one is damaged, images are not 28×28, labels are not 0 to 9, or the two don't match.
    """
    images = read_idx(images_path, IMAGES)
    labels = read_idx(labels_path, LABELS)
    if images.shape[1:] != (28, 28):
        raise DataError(f"{images_path}: expected images of 28×28; found shape {images.shape}")
    if len(images) != len(labels):
        raise DataError(
            f"{images_path} holds {len(images):,} images, {labels_path} {len(labels):,} labels: "
            "they don't belong together"
        )
    if labels.size and labels.max() > 9:
        raise DataError(f"{labels_path}: expected labels 0 to 9; found {labels.max()}")
    return Digits(images, labels, str(images_path.parent))


def verify_file(path: Path, file: File) -> None:
    """Check that a file, gzipped or raw, unpacks to the canonical bytes.

    Raises
    ------
    DataError
        If it is damaged, or its content is different.
    """
    digest, size = hashlib.sha256(), 0
    try:
        with path.open("rb") as raw:
            zipped = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            with gzip.GzipFile(fileobj=raw) if zipped else contextlib.nullcontext(raw) as content:
                # Stops soon after the right size, so that a zip bomb is never unpacked.
                while size <= file.size and (piece := content.read(1 << 20)):
                    digest.update(piece)
                    size += len(piece)
    except (EOFError, zlib.error, OSError) as error:
        raise DataError(f"{path}: damaged ({reason_of(error)})") from error
    if size != file.size or digest.hexdigest() != file.sha256:
        raise DataError(
            f"{path}: not MNIST's {file.name}: expected {file.size:,} bytes with SHA-256 "
            f"{file.sha256[:16]}…, found {'more than ' if size > file.size else ''}"
            f"{min(size, file.size):,} with {digest.hexdigest()[:16]}…"
        )


def verify(folder: Path) -> list[Path]:
    """Verify the four files of a folder, and return their paths.

    Raises
    ------
    DataError
        If a file is missing or wrong.
    """
    paths = find_files(folder)
    for path, file in zip(paths, FILES, strict=True):
        verify_file(path, file)
    return paths
