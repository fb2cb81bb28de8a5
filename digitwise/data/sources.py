"""Loading of digits by name or path."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path

from digitwise.data import mnist
from digitwise.data.digits import Digits
from digitwise.errors import DataError
from digitwise.user_folders import expanded

Progress = Callable[[int, int], None]


def named_folder(data_dir: str | Path | None = None) -> Path | None:
    """Return the folder that the user named for MNIST, by argument or by DIGITWISE_DATA, or None.

    It reads the environment, unlike other code of the core, so that `load("mnist")` in a notebook
    finds the same files as the command line.
    """
    named = data_dir or os.environ.get("DIGITWISE_DATA")
    return expanded(named) if named else None


def mnist_folder(data_dir: str | Path | None = None) -> Path | None:
    """Return the folder of MNIST's files: `data_dir`, DIGITWISE_DATA, the cache, or None.

    Raises
    ------
    DataError
        If the folder of `data_dir` or DIGITWISE_DATA lacks a file; other data are never used
        silently instead.
    """
    folder = named_folder(data_dir)
    if folder is not None:
        origin = "data_dir" if data_dir else "DIGITWISE_DATA"
        if not folder.is_dir():
            raise DataError(f"{folder}: no such folder (named by {origin})")
        if missing := mnist.missing_files(folder):
            raise DataError(
                f"{folder} (named by {origin}): expected MNIST's four files; missing "
                f"{', '.join(missing)}"
            )
        return folder
    cache = mnist.cache_folder()
    return None if mnist.missing_files(cache) else cache


def resolve(name: str, data_dir: str | Path | None = None) -> str:
    """Resolve "auto": to "mnist" if its files are available, else to "digits"."""
    if name != "auto":
        return name
    return "mnist" if mnist_folder(data_dir) else "digits"


def load(
    name: str | Path = "auto",
    data_dir: str | Path | None = None,
    *,
    progressbar: bool = False,
    progress: Progress | None = None,
) -> tuple[Digits, Digits]:
    """Load training and test digits.

    Parameters
    ----------
    name : "mnist", "digits", "auto", a collection or a folder
        "mnist": 60,000 and 10,000 digits; downloaded if necessary. "digits": the bundled set,
        1,437 and 360. "auto": MNIST if it is available, else the bundled set. A folder: four IDX
        files named as MNIST's, pictures in folders named by label, or a public set's own files
        (see `digitwise.data.originals`). A collection: an `.npz` file (see
        `digitwise.data.collections`) or a name of `digitwise.data.catalogue`; its held-out digits
        are the test digits. A `.csv` table: see `digitwise.data.tables`.
    data_dir : path, optional
        Folder with MNIST's four files; by default the folder in DIGITWISE_DATA, then the cache.
    progressbar : bool
        Show the progress of a download on standard error.
    progress : callable, optional
        Called with (pictures read, number of pictures) while a folder of pictures is read.

    Raises
    ------
    DataError
        If the set is missing, is damaged, or can't be downloaded.
    """
    name = resolve(str(name), data_dir)
    if name == "digits":
        from digitwise.data.bundled import read_bundled

        return read_bundled()
    if name == "mnist":
        return _load_mnist(data_dir, progressbar)
    from digitwise.data import collections, tables

    if name.endswith(collections.SUFFIX) or name in _known():
        from digitwise.data.catalogue import find_collection

        return collections.read_collection(find_collection(name, data_dir))
    if name.endswith(tables.SUFFIX):
        return tables.read_table(expanded(name))
    return _load_folder(expanded(name), progress)


def _known() -> Iterable[str]:
    from digitwise.data.catalogue import KNOWN

    return KNOWN


def _load_mnist(data_dir: str | Path | None, progressbar: bool) -> tuple[Digits, Digits]:
    folder = mnist_folder(data_dir)
    if folder is None:
        from digitwise.data.download import fetch

        fetch(progressbar=progressbar)
        folder = mnist.cache_folder()
    return mnist.read_verified(folder)


def _load_folder(folder: Path, progress: Progress | None) -> tuple[Digits, Digits]:
    from digitwise.data import folders, originals

    if not folder.is_dir():
        raise DataError(
            f"{folder}: no such set of digits; expected auto, mnist, digits or a folder, or a "
            "collection: a name of `digitwise data list`, an .npz or a .csv file"
        )
    if folders.is_labelled(folder):
        return folders.read_labelled(folder, progress)
    if any(mnist.find_file(folder, file.name) for file in mnist.FILES):
        return mnist.read_folder(folder)
    if original := originals.read_original(folder):
        return original
    raise DataError(
        f"{folder}: expected four IDX files named as MNIST's, folders of pictures named 0 to 9, or "
        "the files of EMNIST's digits, pendigits, optdigits or USPS as they are published"
    )
