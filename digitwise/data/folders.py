"""Folders of pictures by label: FOLDER/0/*.png to FOLDER/9/*.png, each framed as MNIST's are.

For a network that tells other symbols, folders have the names of its classes: FOLDER/star/*.png.
"""

import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from digitwise.data.digits import Digits
from digitwise.errors import DataError, ImageError
from digitwise.imaging.digit import frame_picture
from digitwise.imaging.pictures import SUFFIXES, open_pictures

TEST_EVERY = 5  # every fifth picture is a test digit, unless there is a folder `test`


def is_labelled(folder: Path) -> bool:
    """Tell whether a folder, or its subfolder `train`, has subfolders named by digits."""
    return any((part / str(d)).is_dir() for part in (folder, folder / "train") for d in range(10))


def read_labelled(
    folder: Path, progress: Callable[[int, int], None] | None = None
) -> tuple[Digits, Digits]:
    """Read training and test digits from pictures in folders named by label.

    FOLDER/train/0..9 and FOLDER/test/0..9 are read if there; else FOLDER/0..9, where every fifth
    picture of each label, in order of name, is a test digit.

    Parameters
    ----------
    progress : callable, optional
        Called with (pictures read, number of pictures).

    Raises
    ------
    DataError
        If there is no picture, or one can't be read or has no ink; the message names the file.
    """
    if (folder / "train").is_dir():
        if not (folder / "test").is_dir():
            raise DataError(f"{folder} has a folder `train`: expected a folder `test` beside it")
        train, test = _pictures(folder / "train"), _pictures(folder / "test")
    else:
        pictures = _pictures(folder)
        test = [p for paths in _by_label(pictures) for p in paths[TEST_EVERY - 1 :: TEST_EVERY]]
        train = sorted(set(pictures) - set(test))
    if not train or not test:
        raise DataError(
            f"{folder}: expected pictures in folders named 0 to 9, five or more of one digit "
            f"(every fifth tests); found {len(train) + len(test)} in all"
        )
    done, total = 0, len(train) + len(test)

    def read(paths: list[Path]) -> Digits:
        nonlocal done
        images = []
        for path in paths:
            images.append(_read(path))
            done += 1
            if progress:
                progress(done, total)
        labels = np.array([int(path.parent.name) for path in paths], np.uint8)
        return Digits(np.stack(images), labels, str(folder))

    return read(train), read(test)


def read_classes(
    folder: Path, names: Sequence[str], progress: Callable[[int, int], None] | None = None
) -> Digits:
    """Read all pictures in folders named by class, FOLDER/test/NAME if there, else FOLDER/NAME.

    If no folder has the name of a class, they may be named by label: 0 for the first class.

    Parameters
    ----------
    names : sequence of str
        Names of the classes, in the order of their labels.
    progress : callable, optional
        Called with (pictures read, pictures in all).

    Raises
    ------
    DataError
        If there is no picture, or one can't be read or has no ink: the error names it.
    """
    if not folder.is_dir():
        raise DataError(f"{folder}: no such folder; expected one with a folder of pictures a class")
    place = folder / "test" if (folder / "test").is_dir() else folder
    # Some file systems keep accents apart from their letters.
    found = {unicodedata.normalize("NFC", p.name): p for p in place.iterdir() if p.is_dir()}
    labels = {name: label for label, name in enumerate(names)}
    if not found.keys() & labels.keys():
        labels = {str(label): label for label in range(len(names))}
    pictures = [(path, labels[n]) for n in labels if n in found for path in _files(found[n])]
    if not pictures:
        raise DataError(
            f"{place}: expected pictures in folders named {', '.join(names)}; found the folders "
            f"{', '.join(sorted(found)) or 'none':.200}"
        )
    images = []
    for done, (path, _) in enumerate(pictures, 1):
        images.append(_read(path))
        if progress:
            progress(done, len(pictures))
    return Digits(
        np.stack(images), np.array([label for _, label in pictures], np.uint8), str(folder)
    )


def _pictures(folder: Path) -> list[Path]:
    return sorted(path for digit in range(10) for path in _files(folder / str(digit)))


def _files(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in folder.glob("*")
        if path.suffix.lower() in SUFFIXES and not path.name.startswith(".")
    )


def _by_label(paths: list[Path]) -> list[list[Path]]:
    return [[path for path in paths if path.parent.name == str(digit)] for digit in range(10)]


def _read(path: Path) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    try:
        image = frame_picture(next(open_pictures(path)).grey)
    except ImageError as error:
        raise DataError(f"{path}: {error}; repair or remove it") from error
    if not image.any():
        raise DataError(f"{path}: no ink found, expected one digit or symbol; repair or remove it")
    return image
