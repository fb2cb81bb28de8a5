"""Names of a network's classes, where it tells other symbols than digits."""

import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING

from digitwise.errors import InputError

if TYPE_CHECKING:
    from digitwise.models.files import Model

KEY = "classes"  # of a model's `training`
MIN_CLASSES, MAX_CLASSES = 2, 10  # ten outputs, as for digits
MAX_NAME_LETTERS = 30


def check_names(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names of classes, label 0 first, if each can also name a folder of pictures.

    Raises
    ------
    InputError
        If there are fewer than two or more than ten, one can't name a folder, or two are the same.
    """
    if not MIN_CLASSES <= len(names) <= MAX_CLASSES:
        raise InputError(
            f"expected {MIN_CLASSES} to {MAX_CLASSES} classes; found {len(names)}: "
            f"{'add' if len(names) < MIN_CLASSES else 'remove'} some"
        )
    found = [_check_name(name) for name in names]
    for name in found:
        if found.count(name) > 1:
            raise InputError(f"two classes are named {name!r}: give each a name of its own")
    return tuple(found)


def _check_name(name: object) -> str:
    text = unicodedata.normalize("NFC", name).strip() if isinstance(name, str) else ""
    if not 1 <= len(text) <= MAX_NAME_LETTERS:
        raise InputError(
            f"expected a name of 1 to {MAX_NAME_LETTERS} letters for each class; found {name!r:.60}"
        )
    if not text.isprintable() or text.startswith(".") or {"/", "\\"} & set(text):
        raise InputError(
            f"{text!r:.60} can't name a folder of pictures: leave out / and \\, and a point at its "
            "beginning"
        )
    return text


def classes_of(model: "Model") -> tuple[str, ...] | None:
    """Return the names of a model's classes, label 0 first; None if it tells digits.

    Raises
    ------
    InputError
        If its file says something else.
    """
    names = model.training.get(KEY)
    if names is None:
        return None
    if not isinstance(names, list):
        raise InputError(f"expected a list of names of classes in the model; found {names!r:.60}")
    return check_names(names)
