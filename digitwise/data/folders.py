"""Folders of pictures by label: FOLDER/0/*.png to FOLDER/9/*.png, each framed as MNIST's are."""

from collections.abc import Callable
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


def _pictures(folder: Path) -> list[Path]:
    return sorted(
        path
        for digit in range(10)
        for path in folder.glob(f"{digit}/*")
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
        raise DataError(f"{path}: no ink found, expected one digit; repair or remove it")
    return image
