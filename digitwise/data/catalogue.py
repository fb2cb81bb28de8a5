"""Known collections of digits: origin and terms of each, and where they are looked for."""

import os
from dataclasses import dataclass
from pathlib import Path

from digitwise.data.collections import SUFFIX
from digitwise.data.sources import named_folder
from digitwise.errors import DataError
from digitwise.user_folders import expanded


@dataclass(frozen=True)
class Collection:
    """One known collection.

    Attributes
    ----------
    origin : str
        Country of the writers, and published name.
    terms : str
        Terms of use as the publisher states them.
    left_out : tuple of int
        Labels that are not trained on.
    tests : bool
        Whether its held-out digits are test digits elsewhere: nothing may be chosen by them, or
        calibrated on them.
    """

    origin: str
    terms: str
    left_out: tuple[int, ...] = ()
    tests: bool = False


KNOWN = {
    "cvl_digits": Collection("Austria; CVL Single Digits, ICDAR 2013", "freely available"),
    "danish_parish": Collection(
        "Denmark, parish registers; MGR birth dates, ICFHR 2022", "none stated; to be cited"
    ),
    "digilets_strokes": Collection("Germany; DigiLeTs", "none stated; to be cited"),
    # Its 1s are stretched to fill the picture, into blots.
    "mfeat_pix": Collection("Netherlands; UCI Multiple Features", "CC BY 4.0", left_out=(1,)),
    "nist_delft": Collection("USA; NIST digits of prnist", "none stated; US government work"),
    # Its held-out part is the set bundled with scikit-learn.
    "optdigits_orig": Collection("Turkey; UCI Optical Recognition", "CC BY 4.0", tests=True),
    "orand_car_a": Collection("Uruguay, bank cheques; ORAND-CAR-A, ICFHR 2014", "MIT"),
    "pendigits_strokes": Collection("Turkey; UCI Pen-Based Recognition", "CC BY 4.0"),
    "unipen_strokes": Collection("many countries; UNIPEN train_r01_v07 1a", "CC BY 4.0"),
    "usps_train": Collection("USA, envelopes; USPS", "none stated"),
}


def find_collection(name: str, data_dir: str | Path | None = None) -> Path:
    """Return the path of a collection, given by path or by name.

    A name is looked for in the folder in DIGITWISE_COLLECTIONS, the folder named for MNIST, and
    the folder `digits` beside it.

    Raises
    ------
    DataError
        If it is in none of these folders; the message says where it is published.
    """
    path = expanded(name)
    name = name.removesuffix(SUFFIX)
    if path.is_file():
        return path
    folders = collection_folders(data_dir)
    for folder in folders:
        if (found := folder / f"{name}{SUFFIX}").is_file():
            return found
    places = ", ".join(map(str, folders)) or "no folder is named"
    where = f" It is published as: {KNOWN[name].origin}." if name in KNOWN else ""
    raise DataError(
        f"there is no collection {name!r}: expected a file, or {name}{SUFFIX} in a folder named by "
        f"DIGITWISE_COLLECTIONS or beside MNIST's ({places}).{where}"
    )


def collection_folders(data_dir: str | Path | None = None) -> list[Path]:
    """Return the folders in which collections are looked for, in order."""
    named = os.environ.get("DIGITWISE_COLLECTIONS")
    folders = [expanded(named)] if named else []
    if (folder := named_folder(data_dir)) is not None:
        folders += [folder, folder.absolute().parent / "digits"]
    return folders
