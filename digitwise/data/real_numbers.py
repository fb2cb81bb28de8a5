"""Pictures of handwritten numbers with their texts: a folder with `truth.json`."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from digitwise.data.catalogue import collection_folders
from digitwise.errors import DataError, reason_of
from digitwise.parsing import parse_json
from digitwise.user_folders import expanded

TRUTH = "truth.json"
SPLIT = "split.json"
MOST_BYTES = 100_000_000  # maximum size of either file


@dataclass(frozen=True)
class RealNumber:
    """A picture of a number.

    Attributes
    ----------
    path : Path
    text : str
        Its digits, without signs.
    """

    path: Path
    text: str


def find_real_numbers(name: str, data_dir: str | Path | None = None) -> Path:
    """Return a folder of numbers, given by path, or by its name beside the collections of digits.

    Raises
    ------
    DataError
        If no such folder has a `truth.json`.
    """
    path = expanded(name)
    near = [
        place / name for folder in collection_folders(data_dir) for place in (folder, folder.parent)
    ]
    for found in (path, *near):
        if (found / TRUTH).is_file():
            return found
    places = ", ".join(str(place.parent) for place in near) or "no folder is named"
    raise DataError(
        f"there is no folder {name!r} with a {TRUTH}, here or beside the collections ({places}): "
        f"it holds pictures, and {TRUTH} says of each file which digits it shows; "
        "--real-numbers none goes without"
    )


def read_real_numbers(folder: Path) -> tuple[list[RealNumber], list[RealNumber]]:
    """Read the numbers of a folder: training numbers, and test numbers.

    The training numbers are the list `develop` of `split.json`. Without that file, every third
    number, in order of name, is a test number.

    Raises
    ------
    DataError
        If a file is missing or damaged, or names a missing picture.
    """
    truth = _read(folder / TRUTH)
    for file, text in truth.items():
        if not isinstance(text, str) or not re.fullmatch("[0-9]{1,40}", text):
            raise DataError(f"{folder / TRUTH}: expected digits for {file!r}; found {text!r:.60}")
        if Path(file).name != file or not (folder / file).is_file():
            raise DataError(f"{folder / TRUTH}: there is no picture {file!r} beside it")
    names = sorted(truth)
    if (folder / SPLIT).is_file():
        develop = _read(folder / SPLIT).get("develop")
        if not isinstance(develop, list) or not all(name in truth for name in develop):
            raise DataError(f"{folder / SPLIT}: expected a list 'develop' of files in {TRUTH}")
    else:
        develop = [name for i, name in enumerate(names) if i % 3 != 2]
    learnt = frozenset(develop)
    numbers = [RealNumber(folder / name, truth[name]) for name in names]
    return (
        [number for number in numbers if number.path.name in learnt],
        [number for number in numbers if number.path.name not in learnt],
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise DataError(f"{path}: expected at most {MOST_BYTES:,} bytes")
        found = parse_json(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DataError(f"{path} can't be read: {reason_of(error)}") from error
    except ValueError as error:
        raise DataError(f"{path} is not JSON: {str(error)[:80]}") from error
    if not isinstance(found, dict):
        raise DataError(f"{path}: expected an object; found {type(found).__name__}")
    return found
