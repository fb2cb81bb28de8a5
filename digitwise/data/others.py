"""Further sets of digits for training, given as NAME or PATH, with or without a share."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from digitwise.data.catalogue import KNOWN, find_collection
from digitwise.data.collections import SUFFIX
from digitwise.data.digits import Digits
from digitwise.data.sources import load
from digitwise.errors import DataError, InputError


@dataclass(frozen=True)
class Other:
    """A further set of digits.

    Attributes
    ----------
    name : str
    share : float or None
        Share of an epoch's examples; None: in proportion to its size.
    train, held_out : Digits
        `held_out` is empty if nothing may be chosen by these digits.
    """

    name: str
    share: float | None
    train: Digits
    held_out: Digits


def split_share(text: str) -> tuple[str, float | None]:
    """Split NAME[:SHARE].

    Raises
    ------
    InputError
        If the share is not a number above 0 and below 1.
    """
    name, colon, share = text.rpartition(":")
    if not colon or "/" in share or "\\" in share:
        return text, None
    try:
        value = float(share)
    except ValueError:
        value = 0.0
    if not name or not 0 < value < 1:
        raise InputError(f"expected NAME:SHARE, with a share above 0 and below 1; found {text!r}")
    return name, value


def check_others(also: tuple[str, ...], data_dir: str | Path | None = None) -> None:
    """Check that all sets exist, before time is spent on the first.

    Raises
    ------
    DataError
        If some are missing; the message names all of them, and where they are published.
    InputError
        If a share is invalid.
    """
    missing = []
    for text in also:
        name, _ = split_share(text)
        try:
            if name in KNOWN or name.endswith(SUFFIX):
                find_collection(name, data_dir)
        except DataError as error:
            missing.append((name, error))
    if len(missing) == 1:
        raise missing[0][1]
    if missing:
        named = "; ".join(
            f"{name} ({KNOWN[name].origin})" if name in KNOWN else name for name, _ in missing
        )
        raise DataError(
            f"{len(missing)} collections are missing: {named}. Put them as NAME{SUFFIX} into a "
            "folder, and name it in DIGITWISE_COLLECTIONS; --also none goes without"
        )


def load_other(text: str, data_dir: str | Path | None = None) -> Other:
    """Load a set given as NAME[:SHARE] or PATH[:SHARE].

    Raises
    ------
    DataError
        If the set is missing or damaged.
    InputError
        If the share is invalid.
    """
    name, share = split_share(text)
    train, held_out = load(name, data_dir)
    stem = Path(name).stem
    if stem in KNOWN:
        kept = ~np.isin(train.labels, KNOWN[stem].left_out)
        train = train[kept]
        held_out = held_out[:0] if KNOWN[stem].tests else held_out
    if not len(train):
        raise DataError(f"{name}: there are no digits to train on")
    return Other(stem, share, train, held_out)
